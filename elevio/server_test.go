package elevio

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// fakeServer is an elevator server for tests: it answers from inputs and
// records every frame that has no reply.
type fakeServer struct {
	tb       testing.TB
	listener net.Listener
	floors   int
	// reply makes the bytes that answer a request; nil stands for honest.
	reply func(s *fakeServer, f elevproto.Frame) []byte
	// onAccept is called with every connection before it is served.
	onAccept func(net.Conn)

	wg      sync.WaitGroup
	mu      sync.Mutex
	inputs  elevator.Inputs
	conns   []net.Conn
	written [][]elevproto.Frame // by connection
	reads   int                 // requests answered
	changed chan struct{}       // closed and renewed when something was recorded
}

func newFakeServer(tb testing.TB, floors int, options ...func(*fakeServer)) *fakeServer {
	tb.Helper()
	s := &fakeServer{tb: tb, floors: floors, changed: make(chan struct{})}
	for _, o := range options {
		o(s)
	}
	s.listen("127.0.0.1:0")
	tb.Cleanup(s.stop)
	return s
}

// answering makes a server answer in its own way.
func answering(reply func(*fakeServer, elevproto.Frame) []byte) func(*fakeServer) {
	return func(s *fakeServer) { s.reply = reply }
}

func (s *fakeServer) listen(addr string) {
	s.tb.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.listener = l
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			n := len(s.conns)
			s.conns = append(s.conns, c)
			s.written = append(s.written, nil)
			s.note()
			s.mu.Unlock()
			if s.onAccept != nil {
				s.onAccept(c)
			}
			s.wg.Add(1)
			go func() {
				defer s.wg.Done()
				defer c.Close()
				s.serve(n, c)
			}()
		}
	}()
}

func (s *fakeServer) addr() string { return s.listener.Addr().String() }

func (s *fakeServer) stop() {
	s.listener.Close()
	s.drop()
	s.wg.Wait()
}

// drop closes all connections.
func (s *fakeServer) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
}

// note wakes those who wait; s.mu must be held.
func (s *fakeServer) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *fakeServer) serve(n int, c net.Conn) {
	var f elevproto.Frame
	for {
		if _, err := io.ReadFull(c, f[:]); err != nil {
			return
		}
		if !f.HasReply() {
			s.mu.Lock()
			s.written[n] = append(s.written[n], f)
			s.note()
			s.mu.Unlock()
			continue
		}
		answer := s.reply
		if answer == nil {
			answer = honest
		}
		if b := answer(s, f); len(b) > 0 {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
		s.mu.Lock()
		s.reads++
		s.mu.Unlock()
	}
}

func honest(s *fakeServer, f elevproto.Frame) []byte {
	s.mu.Lock()
	in := s.inputs
	s.mu.Unlock()
	r := replyTo(in, f)
	return r[:]
}

// replyTo is what a server that shows in answers to f.
func replyTo(in elevator.Inputs, f elevproto.Frame) elevproto.Frame {
	switch f.Op() {
	case elevproto.OpFloorSensor:
		return elevproto.FloorReply(in.Floor)
	case elevproto.OpStopButton:
		return elevproto.BoolReply(f.Op(), in.Stop)
	case elevproto.OpObstruction:
		return elevproto.BoolReply(f.Op(), in.Obstruction)
	default:
		b, floor, _ := f.Button()
		return elevproto.BoolReply(f.Op(), in.Buttons.Has(floor, b))
	}
}

// show changes the inputs.
func (s *fakeServer) show(change func(*elevator.Inputs)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.inputs)
}

// answered returns how many requests have been answered.
func (s *fakeServer) answered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// frames waits until connection n, from 0, has recorded at least count frames,
// and returns them all.
func (s *fakeServer) frames(n, count int) []elevproto.Frame {
	s.tb.Helper()
	timeout := time.After(patience)
	for {
		s.mu.Lock()
		var got []elevproto.Frame
		if n < len(s.written) {
			got = append(got, s.written[n]...)
		}
		changed := s.changed
		s.mu.Unlock()
		if len(got) >= count {
			return got
		}
		select {
		case <-changed:
		case <-timeout:
			s.tb.Fatalf("connection %d: %d frames after %v, want %d: %v", n, len(got), patience, count, got)
		}
	}
}

// patience is how long tests wait for what must happen.
const patience = 20 * time.Second

// open opens a driver that is closed at the end of the test.
func open(tb testing.TB, addr string, opts Options) *Driver {
	tb.Helper()
	d := Open(addr, opts)
	tb.Cleanup(func() { d.Close() })
	return d
}

// next returns the next event.
func next(tb testing.TB, d *Driver) Event {
	tb.Helper()
	select {
	case e, ok := <-d.Events():
		if !ok {
			tb.Fatal("the events have ended")
		}
		if (e.Err == nil) != e.Connected {
			tb.Fatalf("connected %v, but error %v", e.Connected, e.Err)
		}
		return e
	case <-time.After(patience):
		tb.Fatalf("no event within %v", patience)
	}
	panic("unreachable")
}

// nextLike returns the next event that is as wanted.
func nextLike(tb testing.TB, d *Driver, want func(Event) bool) Event {
	tb.Helper()
	for {
		if e := next(tb, d); want(e) {
			return e
		}
	}
}

func isConnected(e Event) bool    { return e.Connected }
func isDisconnected(e Event) bool { return !e.Connected }
