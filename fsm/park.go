package fsm

import "elevnet/internal/elevator"

// place returns the floor at which to wait with nothing to do, NoFloor to stay.
func (e *Elevator) place(in Input) int {
	if !in.Parks || in.Park < 0 || in.Park >= e.cfg.Floors {
		return elevator.NoFloor
	}
	return in.Park
}

// mayPark reports whether a car at rest is to set out for where it waits: it has
// no call, nothing is in its doorway, and it is available.
func (e *Elevator) mayPark(m moment) bool {
	return e.behaviour == elevator.Idle && m.park != elevator.NoFloor && m.park != e.floor &&
		m.calls.Empty() && !m.obstruction && e.reasons.Available()
}

// park sets out for the next floor on the way to where it waits. There it is at
// rest for the rest of that step, and decides anew: see leaveIdle.
func (e *Elevator) park(m moment) {
	d := elevator.Up
	if m.park < e.floor {
		d = elevator.Down
	}
	e.depart(d, m.now)
	e.parking = true
}

// noteParking notes whether it is parking: it has nothing to do, and stands or
// goes without a call where it waits. A call ends that, though it ends the
// travel at the next floor only.
func (e *Elevator) noteParking(parks bool, m moment) {
	under := e.behaviour == elevator.Moving && e.parking
	e.parking = parks && m.calls.Empty() && (under || e.behaviour == elevator.Idle)
}
