package promise

import (
	"time"

	"elevnet/internal/elevator"
)

// door is what is seen of a door.
type door struct {
	open     bool
	openedAt time.Duration
	// tainted: during this stop the node wasn't in control, or the car was moved.
	tainted bool
	between time.Duration // when an open door between floors is a violation

	obstructed   bool
	obstructedAt time.Duration

	// The announcement, as far as lamps show it.
	announced   elevator.Direction
	announcedAt time.Duration
	turned      bool // it was the other one before
	// unsure: a lamp went off during this stop, and it can't be said for whom.
	unsure bool
}

// observeDoor takes in the door and its obstruction, and judges E1.
func (c *Checker) observeDoor(e Event) {
	s := &c.spaces[e.Workspace]
	switch {
	case e.Kind == Obstruction:
		if e.On != s.obstructed {
			s.obstructed, s.obstructedAt = e.On, c.now
			s.blame(e.On, "E3")
			c.updateAble(e.Workspace)
		}
	case e.On == s.open:
	case e.On:
		c.doorOpened(e.Workspace)
	default:
		c.doorClosed(e.Workspace)
	}
}

func (c *Checker) doorOpened(w int) {
	s := &c.spaces[w]
	inControl := c.set.control>>w&1 != 0
	s.open, s.openedAt, s.tainted = true, c.now, !inControl || c.misled(s)
	s.announced, s.announcedAt, s.turned, s.unsure = elevator.Stop, c.now, false, false
	if inControl && s.motor != elevator.Stop {
		c.broken("E1", w, c.now, "the door opened while the motor goes %v", s.motor)
	}
	if inControl && s.sensor == elevator.NoFloor && !c.misled(s) {
		c.broken("E1", w, c.now, "the door opened between two floors")
	}
	c.opens(w)
	c.doorServes(w)
	if inControl && s.sensor != s.lied && s.lied >= 0 && c.misled(s) {
		c.doorServed(w, s.lied)
	}
}

// doorServed notes that a node opened its door where it had to believe that it was:
// by what the sensor showed until a moment ago, it served the calls of a floor.
func (c *Checker) doorServed(w, floor int) {
	c.floors[floor].until = c.now
	c.until[w*len(c.floors)+floor] = c.now
	c.doorOpens(w, floor)
}

func (c *Checker) doorClosed(w int) {
	s := &c.spaces[w]
	c.doorLeaves(w)
	s.open, s.between = false, far
	if c.set.control>>w&1 == 0 {
		return
	}
	if s.obstructed && c.now-s.obstructedAt > c.bounds.ObstructionSlack && !(s.tainted && c.now < s.controlAt+c.bounds.Join) {
		c.broken("E1", w, c.now, "the door closed while it was obstructed, since %v", s.obstructedAt)
	}
	if s.tainted {
		return
	}
	if d := c.now - s.openedAt; d < c.cfg.Elevator.Door-c.bounds.DoorSlack {
		c.broken("E1", w, c.now, "the door was open for %v, not for %v", d, c.cfg.Elevator.Door)
		return
	}
	if d := c.now - s.announcedAt; s.turned && !s.unsure && d < c.cfg.Elevator.Door-c.bounds.AnnounceSlack {
		c.broken("S4", w, c.now, "the door closed %v after it had announced %v, not after %v", d, s.announced, c.cfg.Elevator.Door)
	}
}

// sweepDoor judges an open door between floors.
func (c *Checker) sweepDoor(w int) {
	if s := &c.spaces[w]; s.between != far && c.passed(s.between) {
		c.broken("E1", w, s.between-c.bounds.Jitter, "the car left its floor with the door open")
		s.between = far
	}
}

// doorServes notes that a door can serve calls from now on, if it is open at a
// floor and its node in control.
func (c *Checker) doorServes(w int) {
	s := &c.spaces[w]
	if !s.open || s.sensor < 0 || c.set.control>>w&1 == 0 {
		return
	}
	c.floors[s.sensor].doors |= 1 << w
	c.doorOpens(w, s.sensor)
}

// doorLeaves notes that a door is not open any more where the car is.
func (c *Checker) doorLeaves(w int) {
	s := &c.spaces[w]
	if s.sensor < 0 || c.floors[s.sensor].doors>>w&1 == 0 {
		return
	}
	at := &c.floors[s.sensor]
	at.doors &^= 1 << w
	at.until = c.now
	c.until[w*len(c.floors)+s.sensor] = c.now
}

// announce judges S4 when the panel of an elevator with an open door shows that
// a hall call was served: either nothing was announced yet, or the same, or the
// other direction, after a full door time. If another elevator may have served
// the call, whose lamp is lit since litAt, the rest of the stop isn't judged: it
// isn't known what was announced when.
func (c *Checker) announce(w int, k *call, litAt time.Duration) {
	s := &c.spaces[w]
	if k.owner >= 0 || s.tainted || c.floors[k.floor].doors>>w&1 == 0 {
		return
	}
	if s.unsure = s.unsure || !c.calm(w); s.unsure {
		return
	}
	from := litAt - c.agree()
	for i := range c.spaces {
		if i != w && c.openUntilAt(i, k.floor) >= from {
			s.unsure = true
			return
		}
	}
	d := k.button.Direction()
	switch s.announced {
	case d:
		return
	case elevator.Stop:
		s.announced = d
		return
	}
	if held := c.now - s.announcedAt; held < c.cfg.Elevator.Door-c.bounds.AnnounceSlack {
		c.broken("S4", w, c.now, "the stop at floor %d cleared %v after it had announced %v for %v only", k.floor, k.button, s.announced, held)
	}
	s.announced, s.announcedAt, s.turned = d, c.now, true
}
