package bcast

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// Why an interface that has an address doesn't carry anything. Other reasons
// are the system's own.
var (
	// ErrDown means that the interface is switched off.
	ErrDown = errors.New("interface is down")
	// ErrNoCarrier means that no cable, or no radio network, is there.
	ErrNoCarrier = errors.New("no carrier")
	// ErrQueueFull means that the interface takes nothing at the moment.
	ErrQueueFull = errors.New("send queue is full")
)

// Status says what is being sent on, and what isn't and why. It is a value that
// nobody changes any more.
type Status struct {
	// Generation grows with every change of what follows: equal generations of
	// one Conn are equal in everything.
	Generation uint64
	// Interfaces holds the loopback interface first, and then one entry for
	// each subnet of each interface that can broadcast. Not to be modified.
	Interfaces []Interface
	// ListErr is set while the interfaces can't be read; the list is then the
	// last one that could.
	ListErr error
	// ReceiveErr is set while nothing can be received.
	ReceiveErr error
}

// Interface is one subnet of one network interface.
type Interface struct {
	// Name is the system's, such as "eth0".
	Name string
	// Loopback is whether this reaches this computer alone.
	Loopback bool
	// Source is this computer's address there.
	Source netip.Addr
	// Destination is the address that reaches all.
	Destination netip.Addr
	// Err is why nothing is sent here, nil if all is well. An interface that
	// recovers from send errors is well again when it had none for a second.
	Err error
}

// Status returns the present state. It is cheap enough to be called before
// every datagram.
func (c *Conn) Status() Status { return *c.status.Load() }

// Sending returns on how many interfaces datagrams go out.
func (s Status) Sending() int {
	n := 0
	for _, i := range s.Interfaces {
		if i.Err == nil {
			n++
		}
	}
	return n
}

// Network reports whether datagrams leave this computer.
func (s Status) Network() bool {
	return slices.ContainsFunc(s.Interfaces, func(i Interface) bool { return !i.Loopback && i.Err == nil })
}

// Change is what became of one interface.
type Change struct {
	Interface Interface
	// Removed means that the interface, or its address, is gone.
	Removed bool
}

// String says it for a log, for example "eth0 10.0.0.255: no carrier".
func (c Change) String() string {
	what := "sending"
	switch {
	case c.Removed:
		what = "gone"
	case c.Interface.Err != nil:
		what = c.Interface.Err.Error()
	}
	return fmt.Sprintf("%s %s: %s", c.Interface.Name, c.Interface.Destination, what)
}

// Changes lists what is worth a line in a log between two states: interfaces
// that appeared or vanished, that failed or recovered. A failure that only goes
// by another name is none.
func Changes(before, after Status) []Change {
	var changes []Change
	for _, i := range after.Interfaces {
		k := slices.IndexFunc(before.Interfaces, i.same)
		if k < 0 || (before.Interfaces[k].Err == nil) != (i.Err == nil) {
			changes = append(changes, Change{Interface: i})
		}
	}
	for _, i := range before.Interfaces {
		if !slices.ContainsFunc(after.Interfaces, i.same) {
			changes = append(changes, Change{Interface: i, Removed: true})
		}
	}
	return changes
}

// same reports whether both are the same subnet of the same interface.
func (i Interface) same(j Interface) bool {
	i.Err, j.Err = nil, nil
	return i == j
}

// publish makes the state visible if it differs from what is. It needs c.mu.
func (c *Conn) publish() {
	now := c.status.Load()
	next := Status{
		Generation: now.Generation + 1,
		Interfaces: make([]Interface, len(c.outlets)),
		ListErr:    c.listErr,
		ReceiveErr: c.receiveErr,
	}
	for k, o := range c.outlets {
		next.Interfaces[k] = o.report()
	}
	equal := slices.EqualFunc(now.Interfaces, next.Interfaces, func(a, b Interface) bool {
		return a.same(b) && sameError(a.Err, b.Err)
	})
	if equal && sameError(now.ListErr, next.ListErr) && sameError(now.ReceiveErr, next.ReceiveErr) {
		return
	}
	c.status.Store(&next)
}

// sameError compares by text: errors of the system need not be comparable.
func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Error() == b.Error()
}
