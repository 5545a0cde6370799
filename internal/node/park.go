package node

import (
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// parking is where this node's elevator waits while it has nothing to do. When it
// goes there is this node's own affair; where, all nodes compute from what is
// replicated, so that each goes to another place.
type parking struct {
	floor int // where to go now, elevator.NoFloor to stay

	rests bool          // it is at rest, and free to go
	to    int           // where it is to wait, elevator.NoFloor for where it is
	since time.Duration // since when both have been so
	due   time.Duration // when that has been long enough, 0 if nothing waits for it

	places assigner.Assigner
	in     assigner.Input   // while no hall call is lit
	nobody []elevator.Calls // has anything to do then
}

// toWait returns the floor to which this elevator is to go without a call, or
// elevator.NoFloor. It sets out when it has been free, and its place the same, for
// a while, and goes on as long as it is free. calls are those that it is to serve.
func (n *Node) toWait(calls elevator.Calls) int {
	p := &n.parking
	p.due = 0
	s := n.car.State()
	if !n.cfg.Park || !n.joined || n.now < n.caughtUp || !s.Parking || !s.Unavailable.Available() ||
		!calls.Empty() || n.in.Obstruction {
		p.rests = false
		return elevator.NoFloor
	}
	to, rests := n.place(), s.Behaviour == elevator.Idle
	if rests && !p.rests || to != p.to {
		p.since = n.now
	}
	p.rests, p.to = rests, to
	if at := p.since + assigner.ParkAfter; rests && to != elevator.NoFloor && n.now < at {
		p.due = at
		return elevator.NoFloor
	}
	return to
}

// place returns where this elevator, which is free, is to wait.
func (n *Node) place() int {
	in, out := n.input, n.assigned
	if n.lit.Hall().Empty() {
		in, out = n.nothingLit()
	}
	park := n.parking.places.Park(in, out)
	for k := range in.Cars {
		if in.Cars[k].ID == n.cfg.ID {
			return park[k]
		}
	}
	return elevator.NoFloor
}

// nothingLit returns the value of the assignment without any hall call, and what
// that assigns.
func (n *Node) nothingLit() (assigner.Input, []elevator.Calls) {
	p := &n.parking
	mine := n.scratch
	n.scratch = p.in
	p.in = n.assignment(elevator.Calls{})
	n.scratch = mine
	for len(p.nobody) < len(p.in.Cars) {
		p.nobody = append(p.nobody, elevator.Calls{})
	}
	return p.in, p.nobody[:len(p.in.Cars)]
}
