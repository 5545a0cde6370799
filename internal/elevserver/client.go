package elevserver

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"elevnet/internal/elevproto"
)

// acceptPause is the wait after a failed accept, for example for lack of file
// descriptors.
const acceptPause = 50 * time.Millisecond

// client is one connection.
type client struct {
	conn net.Conn
	// gone is closed, under the server's mutex, when the client no longer
	// counts.
	gone chan struct{}
}

// left reports whether the client no longer counts.
func (c *client) left() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// listen starts to accept connections. The mutex is held.
func (s *Server) listen(listener net.Listener) {
	s.listener = listener
	s.running.Go(func() {
		for {
			conn, err := listener.Accept()
			switch {
			case err == nil:
				s.attach(conn, listener)
			case errors.Is(err, net.ErrClosed):
				return
			default:
				time.Sleep(acceptPause)
			}
		}
	})
}

// attach begins to serve a connection, unless the listener that it came from
// was closed meanwhile.
func (s *Server) attach(conn net.Conn, from net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.listener != from {
		conn.Close()
		return
	}
	c := &client{conn: conn, gone: make(chan struct{})}
	s.clients = append(s.clients, c)
	s.awaited()
	s.report(Event{Kind: ClientChanged, On: true, Address: address(conn), Count: len(s.clients)})
	s.running.Go(func() {
		s.serve(c)
		s.mu.Lock()
		s.remove(c)
		s.mu.Unlock()
		conn.Close()
	})
}

// serve answers one client until it goes. What has been answered is sent as
// soon as no further whole request has arrived.
func (s *Server) serve(c *client) {
	r, w := bufio.NewReader(c.conn), bufio.NewWriter(c.conn)
	var request, reply elevproto.Frame
	for {
		if r.Buffered() < elevproto.Size && w.Flush() != nil {
			return
		}
		if _, err := io.ReadFull(r, request[:]); err != nil {
			return
		}
		var ok bool
		if reply, ok = s.request(c, request); !ok {
			return
		}
		if request.HasReply() {
			if _, err := w.Write(reply[:]); err != nil {
				return
			}
		}
	}
}

// remove takes a client off the list, if it is there; the motor stops with the
// last. The mutex is held.
func (s *Server) remove(c *client) {
	i := slices.Index(s.clients, c)
	if i < 0 {
		return
	}
	s.clients = slices.Delete(s.clients, i, i+1)
	s.awaited()
	close(c.gone)
	s.report(Event{Kind: ClientChanged, Address: address(c.conn), Count: len(s.clients)})
	if len(s.clients) == 0 {
		s.stopMotor()
	}
}

// removeAll takes all clients off the list; the caller closes them once it has
// let go of the mutex.
func (s *Server) removeAll() []*client {
	all := slices.Clone(s.clients)
	for _, c := range all {
		s.remove(c)
	}
	return all
}

func closeAll(clients []*client) {
	for _, c := range clients {
		c.conn.Close()
	}
}

func address(conn net.Conn) string {
	if a := conn.RemoteAddr(); a != nil {
		return a.String()
	}
	return "unknown"
}
