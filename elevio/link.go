package elevio

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// link is one connection to an elevator server. One goroutine exchanges polls
// on it; any goroutine may write.
type link struct {
	conn    *net.TCPConn
	timeout time.Duration // to write
	wire    wire          // how this operating system exchanges

	// mu makes every write whole: a frame that is cut short by another would
	// shift all that follow, and a shifted frame can start a motor.
	mu     sync.Mutex
	broken error // why nothing may be written any more
	ending bool  // the read deadline is final
}

// newLink takes over conn. The caller closes the link.
func newLink(conn *net.TCPConn, writeTimeout time.Duration) (*link, error) {
	l := &link{conn: conn, timeout: writeTimeout}
	if err := l.wire.open(l); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// write writes whole frames, in the caller's goroutine. After an error the link
// is broken: the poller is woken and nothing is written any more.
func (l *link) write(frames []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	err := l.conn.SetWriteDeadline(time.Now().Add(l.timeout))
	if err == nil {
		_, err = l.conn.Write(frames)
	}
	if err == nil {
		err = l.conn.SetWriteDeadline(time.Time{})
	}
	if err != nil {
		if isTimeout(err) {
			err = errStalled
		}
		l.breakOff(err)
	}
	return err
}

// breakOff forbids further writes and wakes the poller. l.mu must be held.
func (l *link) breakOff(err error) {
	l.broken, l.ending = err, true
	_ = l.conn.SetReadDeadline(time.Unix(1, 0))
}

// exchange writes one poll's remaining requests and waits until reply is full.
// It returns how many bytes of it were read. If the link was broken meanwhile
// the error says by what.
func (l *link) exchange(requests, reply []byte) (int, error) {
	n, err := l.wire.exchange(requests, reply)
	if err == nil {
		return n, nil
	}
	if n < len(reply) && isTimeout(err) {
		// What came of it may tell why it isn't whole.
		m, _ := l.wire.drain(reply[n:])
		n += m
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.broken != nil:
		return n, l.broken
	case n == len(reply) && isTimeout(err):
		return n, nil
	}
	return n, err
}

// extend moves the read deadline, unless the link is about to end.
func (l *link) extend(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return nil
	}
	return l.conn.SetReadDeadline(t)
}

// end makes the poll under way the last one and gives it a moment to finish.
func (l *link) end(grace time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ending {
		l.ending = true
		_ = l.conn.SetReadDeadline(time.Now().Add(grace))
	}
}

// finish ends the connection in good order. Closing it while replies are on
// their way would reset it, and a server may then never read the last frames.
func (l *link) finish(grace time.Duration) {
	if err := l.conn.CloseWrite(); err != nil {
		return
	}
	if err := l.conn.SetReadDeadline(time.Now().Add(grace)); err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(l.conn, 1<<16))
}

// close closes the connection; a poll under way returns with an error.
func (l *link) close() error {
	return errors.Join(l.conn.Close(), l.wire.close())
}
