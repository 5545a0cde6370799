package promise

import (
	"time"

	"elevnet/internal/elevator"
)

// motive is what an elevator did of which it isn't known yet why: the lamp may be
// told of a moment later.
type motive struct {
	left, opened           time.Duration // when it set out and when it opened its door, far if never
	leftFloor, openedFloor int
}

// setsOut judges a motor that is started at a floor: for a lit lamp, as its panel
// shows it, or to wait where the next call is likely, with nothing in the doorway
// (E2, rule 6 of the protocol). What follows from a fault is not judged.
func (c *Checker) setsOut(w int, before elevator.Direction) {
	s := &c.spaces[w]
	if s.motor == before || s.sensor < 0 || c.misled(s) || c.restless(s) ||
		w < c.cfg.Parks && !s.obstructed || c.lampSince(w, elevator.NoFloor, c.now-c.bounds.Motive) {
		return
	}
	s.left, s.leftFloor = c.now, s.sensor
	c.wake(c.now + c.bounds.Motive)
}

// opens judges a door that opens: for a lit lamp of its floor (E2). A door that
// was found obstructed may have been open before.
func (c *Checker) opens(w int) {
	s := &c.spaces[w]
	if s.sensor < 0 || s.tainted || s.obstructed || c.restless(s) || c.lampSince(w, s.sensor, c.now-c.bounds.Motive) {
		return
	}
	s.opened, s.openedFloor = c.now, s.sensor
	c.wake(c.now + c.bounds.Motive)
}

// restless reports whether the elevator could not be used a moment ago, and may
// still carry on with what it was doing then.
func (c *Checker) restless(s *workspace) bool {
	since := s.ableSince
	if s.obstructed && s.power && !s.broken && !s.beyond && !s.lamp && !s.held {
		since = s.obstructedAt // able but for its door
	}
	return since == far || c.now-max(since, s.controlAt, s.repaired) <= c.bounds.Reconnect || c.now-s.startedAt <= c.bounds.Join
}

// lampSince reports whether a lamp of a floor, or of any if there is no such, is
// or was lit on the panel of w at some time since.
func (c *Checker) lampSince(w, floor int, since time.Duration) bool {
	first, last := floor, floor
	if floor < 0 {
		first, last = 0, len(c.floors)-1
	}
	for f := first; f <= last; f++ {
		for b := range elevator.Button(elevator.Buttons) {
			if l := c.lampAt(w, f, b); l.on || l.changed >= since {
				return true
			}
		}
	}
	return false
}

// sweepMotive ends the wait for a lamp that was told of late.
func (c *Checker) sweepMotive(w int) {
	s := &c.spaces[w]
	if s.left != far && c.passed(s.left+c.bounds.Motive) {
		if !c.lampSince(w, elevator.NoFloor, s.left-c.bounds.Motive) {
			c.broken("E2", w, s.left, "the car left floor %d, and no lamp is lit", s.leftFloor)
		}
		s.left = far
	}
	if s.opened != far && c.passed(s.opened+c.bounds.Motive) {
		if !c.lampSince(w, s.openedFloor, s.opened-c.bounds.Motive) {
			c.broken("E2", w, s.opened, "the door opened at floor %d, where no lamp was lit", s.openedFloor)
		}
		s.opened = far
	}
}
