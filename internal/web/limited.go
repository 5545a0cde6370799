package web

import (
	"net"
	"sync"
	"sync/atomic"
)

// limited is a listener that hangs up on those who come when there are too many
// connections, so that they can't use up the process's files.
type limited struct {
	net.Listener
	open atomic.Int64
	most int64
}

func newLimited(l net.Listener, most int64) *limited { return &limited{Listener: l, most: most} }

// Accept returns the next connection that there is room for.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) > l.most {
			l.open.Add(-1)
			_ = c.Close() // nobody is told
			continue
		}
		return &counted{Conn: c, left: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
	}
}

type counted struct {
	net.Conn
	left func()
}

// Close closes the connection and gives its place back.
func (c *counted) Close() error {
	defer c.left()
	return c.Conn.Close()
}
