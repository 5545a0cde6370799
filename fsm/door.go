package fsm

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/requests"
)

// open opens the door, or keeps it open, with a new announcement: direction d,
// or none if d is Stop.
func (e *Elevator) open(d elevator.Direction, m moment) {
	e.behaviour = elevator.DoorOpen
	e.announce(d)
	e.notice(m.calls)
	e.renew(m.now)
}

// announce changes what an open door announces.
func (e *Elevator) announce(d elevator.Direction) {
	e.direction = d
	e.extended = false
}

// renew lets the door stay open for a full door time from now.
func (e *Elevator) renew(now time.Duration) { e.closeAt = now + e.cfg.Door }

// shut closes the door with nothing decided.
func (e *Elevator) shut(now time.Duration) {
	e.behaviour, e.direction = elevator.Idle, elevator.Stop
	e.closedAt = now
}

// notice remembers which calls there are for the open door and reports whether
// one has appeared.
func (e *Elevator) notice(calls elevator.Calls) bool {
	s := requests.Serves(calls, e.floor, e.direction)
	cab, hall := s.Cab.Has(e.floor), !s.Hall().Empty()
	appeared := cab && !e.hadCab || hall && !e.hadHall
	e.hadCab, e.hadHall = cab, hall
	return appeared
}

// runDoor advances an open door.
func (e *Elevator) runDoor(m moment) {
	if e.behaviour != elevator.DoorOpen {
		e.set(elevator.Obstructed, false)
		return
	}
	if e.is(elevator.Obstructed) && !m.obstruction {
		e.renew(m.now)
	}
	e.set(elevator.Obstructed, m.obstruction)
	appeared := e.notice(m.calls)
	if e.is(elevator.Obstructed | elevator.Stopped) {
		return
	}
	switch {
	case e.direction == elevator.Stop && e.findAnnouncement(m):
	case appeared && !e.extended:
		e.extended = true
		e.renew(m.now)
	}
	if m.now >= e.closeAt {
		e.conclude(m)
	}
}

// findAnnouncement gives a direction to a door that announces none, as soon as
// there is a call that asks for one. It reports whether that is a hall call
// here, which gets a full door time of its own.
func (e *Elevator) findAnnouncement(m moment) bool {
	rest := m.calls
	rest.Cab.Put(e.floor, false)
	switch d, b := requests.Choose(rest, e.floor, elevator.Stop); b {
	case elevator.DoorOpen:
		e.open(d, m)
		return true
	case elevator.Moving:
		e.announce(d)
	}
	return false
}

// conclude ends an announcement: on to the next call, or announce the other
// direction (S4), or close. The calls that this door serves don't count: one
// that isn't recorded yet, or came too late, must not hold the door. If one is
// still there once the door is closed, that is a new stop.
func (e *Elevator) conclude(m moment) {
	rest := m.calls.AndNot(requests.Serves(m.calls, e.floor, e.direction))
	d, b := requests.Choose(rest, e.floor, e.direction)
	if b == elevator.Idle {
		e.shut(m.now)
		return
	}
	e.act(d, b, m)
}

// serving returns what the open door serves. A door that is held serves no more
// hall calls: those of a stopped elevator, or of one that has been obstructed
// beyond its door time, are left to others (E3, E6).
func (e *Elevator) serving(now time.Duration) elevator.Calls {
	var s elevator.Calls
	s.Cab.Put(e.floor, true)
	held := e.is(elevator.Stopped) || e.is(elevator.Obstructed) && now >= e.closeAt
	if e.direction != elevator.Stop && !held {
		s.Put(e.floor, e.direction.Hall(), true)
	}
	return s
}
