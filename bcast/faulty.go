package bcast

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Faults says what a [Faulty] does to the datagrams of one node. The zero value
// leaves them alone.
type Faults struct {
	// DropOut and DropIn are the probabilities, in per cent, that a datagram is
	// lost on its way out, or in.
	DropOut, DropIn float64
	// CutOut and CutIn lose all of them: the node is mute, or deaf.
	CutOut, CutIn bool
}

// Faulty is a [Transport] that loses datagrams on purpose, for tests and to show
// what a node makes of it. The loss is silent, as a bad cable's is: Send reports
// what it would have, and Status says nothing.
//
// What it loses of each direction depends on the seed and on the datagrams of
// that direction alone.
type Faulty struct {
	transport Transport
	closed    atomic.Bool
	out, in   loser

	mu     sync.Mutex
	faults Faults
}

// NewFaulty puts a fault filter, without faults yet, in front of t.
func NewFaulty(t Transport, seed uint64) *Faulty {
	return &Faulty{
		transport: t,
		out:       loser{random: rand.New(rand.NewPCG(seed, 'o'))},
		in:        loser{random: rand.New(rand.NewPCG(seed, 'i'))},
	}
}

// Set changes the faults, from the next datagram on. It may be called at any
// time from any goroutine. A percentage outside 0 to 100 is an error and changes
// nothing.
func (f *Faulty) Set(faults Faults) error {
	for _, p := range []float64{faults.DropOut, faults.DropIn} {
		if !(p >= 0 && p <= 100) { // so that NaN is refused, too
			return fmt.Errorf("bcast: a loss of %v %%: must be 0 to 100", p)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults
	f.out.set(faults.DropOut, faults.CutOut)
	f.in.set(faults.DropIn, faults.CutIn)
	return nil
}

// Faults returns what was set last.
func (f *Faulty) Faults() Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults
}

// Lost returns how many datagrams were lost so far in each direction.
func (f *Faulty) Lost() (out, in uint64) { return f.out.count(), f.in.count() }

// Send sends b, or loses it.
func (f *Faulty) Send(b []byte) (interfaces int, err error) {
	switch {
	case len(b) > MaxDatagram:
		return 0, ErrTooLong
	case f.closed.Load():
		return 0, net.ErrClosed
	case f.out.loses():
		return f.transport.Status().Sending(), nil
	}
	return f.transport.Send(b)
}

// Receive returns the next datagram that isn't lost.
func (f *Faulty) Receive(buf []byte) (n int, from netip.AddrPort, err error) {
	for {
		n, from, err = f.transport.Receive(buf)
		if err != nil || !f.in.loses() {
			return n, from, err
		}
	}
}

// Status is that of the transport behind.
func (f *Faulty) Status() Status { return f.transport.Status() }

// Close closes the transport behind.
func (f *Faulty) Close() error {
	f.closed.Store(true)
	return f.transport.Close()
}

// loser decides which datagrams of one direction are lost.
type loser struct {
	mu      sync.Mutex
	random  *rand.Rand
	percent float64
	cut     bool
	lost    uint64
}

func (l *loser) set(percent float64, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.percent, l.cut = percent, cut
}

// loses decides on one datagram. A number is drawn for each, so that changing
// the faults doesn't shift the fate of later ones.
func (l *loser) loses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := 100*l.random.Float64() < l.percent || l.cut
	if lost {
		l.lost++
	}
	return lost
}

func (l *loser) count() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}
