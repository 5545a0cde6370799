package node

import (
	"slices"

	"elevnet/assigner"
	"elevnet/fsm"
	"elevnet/internal/elevator"
	"elevnet/peers"
	"elevnet/worldview"
)

// drive lets the elevator act on what is known, serves what its door serves,
// and assigns the calls anew, until nothing changes any more. A car that reaches
// a floor first decides, by the assignment under which it travelled, whether to
// stop; then it publishes; then the calls are assigned again.
func (n *Node) drive() {
	for range 4 {
		n.settled = true
		n.relight()
		n.carOut = n.car.Step(fsm.Input{
			Inputs: n.in, Calls: n.calls, Parks: n.cfg.Park && n.joined, Park: n.parking.floor,
		}, n.now)
		n.publish()
		if n.serve() {
			n.relight()
		}
		calls := n.toServe()
		wait := n.toWait(calls)
		if n.settled && calls == n.calls && wait == n.parking.floor {
			return
		}
		n.calls, n.parking.floor = calls, wait
	}
	n.settled = false
}

// relight derives the lamps from the worldview (rule 4).
func (n *Node) relight() {
	lit := n.view.Lit(n.me)
	if !n.joined { // what peers give back may be another node's with this id
		lit.Cab = lit.Cab.And(n.returned.Cab)
	}
	if n.now < n.caughtUp {
		lit.Up, lit.Down = lit.Up.And(n.lit.Up), lit.Down.And(n.lit.Down)
	}
	for f, b := range lit.AndNot(n.lit).All() {
		n.litSince[worldview.Number(f, b)] = n.now
	}
	n.lit = lit
}

// outputs are what the elevator server is to show.
func (n *Node) outputs() elevator.Outputs {
	if n.shown != n.carOut.Serving {
		n.shown, n.shownAt = n.carOut.Serving, n.now
	}
	o := elevator.Outputs{
		Link:       n.in.Link,
		Motor:      n.carOut.Motor,
		MotorNudge: n.carOut.MotorNudge,
		Door:       n.carOut.Door,
		StopLamp:   n.carOut.StopLamp,
		Indicator:  n.carOut.Indicator,
		Lamps:      n.lit,
	}
	if n.exit != nil {
		o.Motor = elevator.Stop
	}
	return o
}

// publish writes this node's own status into the worldview.
func (n *Node) publish() {
	if !n.joined {
		return
	}
	s := worldview.Status{State: n.car.State(), Disk: n.led.Disk(), Goal: n.goal(), Links: n.live}
	own := n.view.Node(n.me).Status
	s.Version = own.Version
	if s == own && own.Version == n.version && own.Known() {
		return
	}
	if was, is := own.Unavailable, s.Unavailable; was != is && own.Known() {
		switch {
		case is.Available():
			n.notice(Notice{Kind: Available})
		case is&^was != 0:
			n.notice(Notice{Kind: Unavailable, Reasons: is})
		}
	}
	if n.version.Life != n.led.Life() {
		n.version = worldview.Version{Life: n.led.Life()}
	}
	n.version.Seq++
	s.Version = n.version
	n.view.SetStatus(n.me, s)
	n.settled = false
	n.stirred = n.now
	n.send.at(n.now)
}

// goal returns the hall call that this elevator goes to next.
func (n *Node) goal() elevator.Goal {
	car := assigner.Car{State: n.car.State(), Cab: n.lit.Cab}
	return assigner.Goal(n.cfg.Elevator, car, n.calls.AndNot(n.calls.AndNot(n.lit)))
}

// toServe returns the calls that this elevator is to serve: its lit cab calls,
// the lit hall calls that are assigned to it, and those that have waited for
// too long for the assignment to be trusted (rules 6, 11 and 12).
func (n *Node) toServe() elevator.Calls {
	if !n.joined {
		return elevator.Calls{}
	}
	calls := elevator.Calls{Cab: n.lit.Cab}
	hall := n.lit.Hall()
	if hall.Empty() || n.now < n.caughtUp {
		n.input.Calls = n.input.Calls[:0]
		n.advice.rest()
		n.escalated = elevator.Calls{}
		return calls
	}
	in := n.assignment(hall)
	if !equalInput(in, n.input) {
		n.input, n.scratch = in, n.input
		n.assigned = n.policy.Assign(n.input)
		if n.cfg.Advised {
			n.advice.reconsider(n.assigned, n.now)
		}
	} else {
		n.scratch = in
	}
	if n.cfg.Advised {
		n.advice.settle(hall, n.now)
		n.assigned = n.advice.assign(n.input.Cars)
	}
	for k, car := range n.input.Cars {
		if car.ID == n.cfg.ID {
			calls = calls.Or(n.setOff(n.assigned[k]))
		}
	}
	if n.car.State().Unavailable.Available() {
		calls = calls.Or(n.overdue())
	}
	return calls
}

// setOff leaves out, of the calls that this elevator is to serve, those for which
// it would leave its floor though advice on them may still come in time.
func (n *Node) setOff(calls elevator.Calls) elevator.Calls {
	if s := n.car.State(); n.advice.waits() && s.Behaviour == elevator.Idle {
		for f, b := range calls.AndNot(n.advice.covers).All() {
			calls.Put(f, b, f == s.Floor)
		}
	}
	return calls
}

// candidates returns the nodes that may be given hall calls: those in this
// node's component that say they are available. If there is none it is this
// node, which will serve when it can.
func (n *Node) candidates() elevator.NodeSet {
	var links [elevator.MaxNodes]elevator.NodeSet
	for i := range n.view.Len() {
		links[i] = n.view.Node(i).Status.Links
	}
	var c elevator.NodeSet
	for i := range peers.Component(n.me, links[:n.view.Len()]).All() {
		s := &n.view.Node(i).Status
		c.Put(i, s.Known() && s.Unavailable.Available())
	}
	if c == 0 {
		c.Put(n.me, true)
	}
	return c
}

// assignment is the value from which every node that knows the same computes
// the same assignment.
func (n *Node) assignment(hall elevator.Calls) assigner.Input {
	in := assigner.Input{Config: n.cfg.Elevator, Calls: n.scratch.Calls[:0], Cars: n.scratch.Cars[:0]}
	for f, b := range hall.All() {
		number := worldview.Number(f, b)
		var age uint16
		for i := range n.view.Len() {
			if c := n.view.Call(i, number); c.Lit() {
				age = max(age, c.Age)
			}
		}
		in.Calls = append(in.Calls, assigner.HallCall{Floor: f, Button: b, Age: age})
	}
	for f := range n.cfg.Elevator.Floors {
		for i := range n.view.Len() {
			up, down := n.view.Call(i, worldview.Number(f, elevator.HallUp)), n.view.Call(i, worldview.Number(f, elevator.HallDown))
			in.Presses[f] += uint32(up.P.Count()) + uint32(down.P.Count())
		}
	}
	candidates := n.candidates()
	for _, i := range n.view.Sorted() {
		if !candidates.Has(i) {
			continue
		}
		node := n.view.Node(i)
		car := assigner.Car{ID: node.ID, State: node.Status.State, Goal: node.Status.Goal}
		for f := range n.cfg.Elevator.Floors {
			car.Cab.Put(f, node.Calls[worldview.Number(f, elevator.Cab)].Lit())
		}
		in.Cars = append(in.Cars, car)
	}
	return in
}

func equalInput(a, b assigner.Input) bool {
	return a.Config == b.Config && a.Presses == b.Presses && slices.Equal(a.Calls, b.Calls) && slices.Equal(a.Cars, b.Cars)
}

// overdue is rule 12: what nobody has served in time is everybody's, so that
// nodes that disagree cost a detour and never a passenger (SPEC R8).
func (n *Node) overdue() elevator.Calls {
	late := assigner.Overdue(n.input)
	if more := late.AndNot(n.escalated); !more.Empty() {
		n.notice(Notice{Kind: Escalated, Count: more.Len()})
	}
	n.escalated = late
	return late
}
