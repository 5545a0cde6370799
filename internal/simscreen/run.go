package simscreen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	tea "charm.land/bubbletea/v2"

	"elevnet/internal/elevserver"
)

// address says where clients connect to: the port says it all, unless other
// computers are let in.
func address(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return a.String()
	}
	return "port " + port
}

// Options say how the screen looks and what its keys are.
type Options struct {
	// Keys are the keys; those of [DefaultKeys] if Up is empty.
	Keys  Keys
	Style Style
}

// Run shows simulated elevators, one or more, all with the same number of floors, in
// a terminal until somebody quits (it then returns [elevserver.ErrQuit]) or ctx
// is done (nil). However it ends, the terminal is given back as it was.
func Run(ctx context.Context, servers []*elevserver.Server, o Options, in io.Reader, out io.Writer) error {
	if o.Keys.Up == "" {
		o.Keys = DefaultKeys()
	}
	logs := make([]*journal, len(servers))
	for i, s := range servers {
		logs[i] = new(journal)
		_, cancel := s.Subscribe(logs[i].add(s.Started()))
		defer cancel()
	}
	look := func() []car {
		cars := make([]car, len(servers))
		for i, s := range servers {
			cars[i] = car{Snapshot: s.Snapshot(), Address: address(s.Addr()), Log: logs[i].last()}
		}
		return cars
	}
	act := func(i int, a action) (string, bool) {
		answer, err := a.perform(servers[i])
		switch {
		case errors.Is(err, elevserver.ErrQuit):
			return "", true
		case err != nil:
			return err.Error(), false
		}
		return answer, false
	}
	return show(ctx, newModel(o.Keys, o.Style, look, act), in, out)
}

// show shows a model until somebody quits or ctx is done.
func show(ctx context.Context, m model, in io.Reader, out io.Writer) error {
	p := tea.NewProgram(m,
		tea.WithInput(in), tea.WithOutput(out), tea.WithFPS(30), tea.WithoutSignalHandler())
	// Not tea.WithContext: that would close the input while it's being read.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	_, err := p.Run()
	switch {
	case err != nil:
		return fmt.Errorf("the screen: %w; try --lines", err)
	case ctx.Err() != nil:
		return nil
	default:
		return elevserver.ErrQuit
	}
}
