package demo

import (
	"context"
	"errors"
	"sync"

	"elevnet/internal/web"
)

// serving is the page of a session while it is served.
type serving struct {
	server *web.Server
	cancel context.CancelFunc // nil until it has begun
	ended  sync.WaitGroup
	err    error // once ended
}

// listen opens the port for the page of a session.
func (s *session) listen(address string, incidents web.Incidents) (*serving, error) {
	server, err := web.Listen(address, web.Options{Source: s.page, Hands: orders{s}, Incidents: incidents})
	if err != nil {
		return nil, err
	}
	s.url, s.moved = server.URL(), server.Moved()
	return &serving{server: server}, nil
}

// begin begins to serve, once there is a building to be shown.
func (v *serving) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	v.ended.Go(func() { v.err = v.server.Serve(ctx) })
}

// close ends the page.
func (v *serving) close() error {
	switch {
	case v == nil:
		return nil
	case v.cancel == nil:
		return v.server.Close()
	}
	v.cancel()
	v.ended.Wait()
	if errors.Is(v.err, context.Canceled) {
		return nil
	}
	return v.err
}
