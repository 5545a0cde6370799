package demo

import (
	"net"
	"net/netip"
	"sync"

	"elevnet/bcast"
)

// gate is the transport of one life of a node in this process. What goes through
// it is subject to what the wire says; and it can be held, which stops the node
// as if its process were frozen: a node waits for its transport with everything
// it does, and so does nothing at all.
type gate struct {
	transport bcast.Transport
	wire      *wire
	index     int // of the workspace

	mu   sync.Mutex
	let  sync.Cond // mu; held or dead has changed
	held bool
	dead bool
}

func newGate(t bcast.Transport, w *wire, index int) *gate {
	g := &gate{transport: t, wire: w, index: index}
	g.let.L = &g.mu
	return g
}

// hold freezes the node, or thaws it.
func (g *gate) hold(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = on
	g.let.Broadcast()
}

// die lets nothing through any more, as befits a crash.
func (g *gate) die() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dead = true
	g.let.Broadcast()
}

// pass waits while the gate is held and reports whether the node still lives.
func (g *gate) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.held && !g.dead {
		g.let.Wait()
	}
	return !g.dead
}

// Send sends b unless the way out is cut.
func (g *gate) Send(b []byte) (interfaces int, err error) {
	switch {
	case len(b) > bcast.MaxDatagram:
		return 0, bcast.ErrTooLong
	case !g.pass():
		return 0, net.ErrClosed
	case !g.wire.sends(g.index, b):
		return g.transport.Status().Sending(), nil
	}
	return g.transport.Send(b)
}

// Receive returns the next datagram that gets here.
func (g *gate) Receive(buf []byte) (n int, from netip.AddrPort, err error) {
	for {
		n, from, err = g.transport.Receive(buf)
		if err != nil {
			return n, from, err
		}
		if !g.pass() {
			return 0, netip.AddrPort{}, net.ErrClosed
		}
		if g.wire.arrives(g.index, buf[:n]) {
			return n, from, nil
		}
	}
}

// Status is that of the transport behind.
func (g *gate) Status() bcast.Status { return g.transport.Status() }

// Close ends what waits and closes the transport behind.
func (g *gate) Close() error {
	g.die()
	return g.transport.Close()
}
