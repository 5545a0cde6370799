package fsm

import (
	"elevnet/internal/elevator"
	"elevnet/requests"
)

// sense takes in the floor sensor. An arrival is a change to a floor, or
// whatever floor a new connection shows.
func (e *Elevator) sense(reading int, m moment) {
	floor := reading
	if floor < 0 || floor >= e.cfg.Floors {
		floor = elevator.NoFloor
	}
	changed := floor != e.sensor
	e.sensor = floor
	if changed || m.fresh || m.released {
		e.watchFrom = m.now
	}
	switch {
	case e.behaviour != elevator.Moving:
		e.senseAtRest(floor, m)
	case floor != elevator.NoFloor:
		e.senseMoving(floor, changed || m.fresh, m)
	case reading >= e.cfg.Floors && e.direction == elevator.Up:
		e.seek(m) // above the building that we know: come back
	}
}

// senseMoving handles a car that should be moving and is at a floor.
func (e *Elevator) senseMoving(floor int, arrival bool, m moment) {
	if arrival {
		if e.is(elevator.Starting) {
			e.behaviour, e.direction = elevator.Idle, elevator.Stop
		}
		e.locate(floor)
	}
	if e.behaviour != elevator.Moving || e.is(elevator.Stopped) {
		return
	}
	// A motor that was lost on its way out stays lost until a floor is reached;
	// to go on trying is the only way to learn that it's back.
	if arrival || m.released && !e.is(elevator.MotorLost) {
		e.decide(m)
	}
}

// senseAtRest handles a car that should be standing at its floor: if it isn't
// there, it was moved.
func (e *Elevator) senseAtRest(floor int, m moment) {
	open := e.behaviour == elevator.DoorOpen
	switch {
	case floor == elevator.NoFloor:
		e.seek(m)
	case floor == e.floor:
		if open && (m.fresh || m.released) {
			e.renew(m.now)
		}
	default:
		first := e.floor == elevator.NoFloor
		e.locate(floor)
		switch {
		case (open || first) && m.obstruction:
			// Something is in the doorway: hold it (E1). At the very first the
			// door may have been left open by an earlier life of this process.
			e.open(elevator.Stop, m)
		case open:
			e.shut(m.now)
		}
	}
}

// locate takes over a floor that the sensor shows.
func (e *Elevator) locate(floor int) {
	e.floor = floor
	e.set(elevator.Starting|elevator.MotorLost, false)
}

// decide stops a moving car at the floor that it is at, or lets it run on.
func (e *Elevator) decide(m moment) {
	if requests.ShouldStop(m.calls, e.cfg.Floors, e.floor, e.direction) {
		d, b := requests.Choose(m.calls, e.floor, e.direction)
		e.act(d, b, m)
	}
}

// seek goes to the nearest floor with the position unknown: down, but up from
// the bottom floor, below which there is nothing to find.
func (e *Elevator) seek(m moment) {
	e.set(elevator.Starting, true)
	d := elevator.Down
	if e.floor == 0 {
		d = elevator.Up
	}
	e.depart(d, m.now)
}
