package promise

import (
	"time"

	"elevnet/internal/elevator"
)

// car is what is seen of a car, and whether it can run.
type car struct {
	sensor   int
	sensorAt time.Duration
	motor    elevator.Direction
	power    bool
	broken   bool // the floor sensor
	// repaired is when it was repaired: what a node does a moment later it does
	// by what the sensor showed before.
	repaired  time.Duration
	lied      int  // the floor that it showed last while it was broken
	beyond    bool // out of bounds
	ableSince time.Duration
	reason    string // of the last or present inability: a requirement
}

// observeCar takes in motor and sensor, and judges E2 and a part of E1.
func (c *Checker) observeCar(e Event) {
	s := &c.spaces[e.Workspace]
	inControl := c.set.control>>e.Workspace&1 != 0
	switch e.Kind {
	case MotorCommanded:
		c.observeMotor(e.Workspace, e.Direction)
	case SensorChanged:
		if e.Floor < elevator.NoFloor || e.Floor >= len(c.floors) {
			return
		}
		c.doorLeaves(e.Workspace)
		if c.misled(s) && s.sensor >= 0 {
			s.lied = s.sensor
		}
		s.sensor, s.sensorAt = e.Floor, c.now
		s.between = far
		if e.Floor == elevator.NoFloor && s.open && inControl && !s.broken {
			s.between = c.now + c.bounds.Jitter
			c.wake(s.between)
		}
		c.doorServes(e.Workspace)
	case MotorPower:
		s.power = e.On
		s.blame(!e.On, "E4")
	case OutOfBounds:
		if inControl && !s.broken && !s.beyond && c.now-s.controlAt > c.bounds.Settle {
			c.broken("E2", e.Workspace, c.now, "the car ran out of the shaft beyond floor %d", e.Floor)
		}
		s.beyond = true
		s.blame(true, "E2")
	case CarPlaced:
		s.beyond = false
		s.between = far
		s.controlAt = c.now
		s.tainted = s.tainted || s.open
	case SensorBroken:
		s.broken = e.On
		if !e.On {
			s.repaired = c.now
		}
		s.controlAt = c.now
		s.tainted = s.tainted || s.open
		s.blame(e.On, "E4")
	}
	c.updateAble(e.Workspace)
}

// misled reports whether what an elevator does now may follow from a sensor that
// was broken: it is, or its repair hasn't been seen by the node yet, which may
// have been frozen meanwhile.
func (c *Checker) misled(s *workspace) bool {
	return s.broken || s.repaired != never && c.now-max(s.repaired, s.controlAt) <= c.bounds.Jitter
}

func (c *Checker) observeMotor(w int, d elevator.Direction) {
	s := &c.spaces[w]
	before := s.motor
	s.motor = d
	if d == elevator.Stop {
		s.runs = far
		return
	}
	if c.set.control>>w&1 == 0 {
		return
	}
	if s.open {
		c.broken("E1", w, c.now, "the motor was told to go %v while the door is open", d)
	}
	end := 0
	if d == elevator.Up {
		end = len(c.floors) - 1
	}
	if s.sensor == end && !c.misled(s) && c.now-s.sensorAt > c.bounds.Jitter {
		c.broken("E2", w, c.now, "the motor was told to go %v at floor %d, which is the last one that way", d, end)
	}
	c.setsOut(w, before)
	c.watchStopped(w)
}

// blame notes why a car can't run, if it can't.
func (s *car) blame(on bool, requirement string) {
	if on {
		s.reason = requirement
	}
}

// updateAble notes since when an elevator can run, without a break.
func (c *Checker) updateAble(w int) {
	s := &c.spaces[w]
	able := c.set.control>>w&1 != 0 && s.power && !s.broken && !s.beyond && !s.obstructed && !s.lamp && !s.held
	switch {
	case !able:
		s.ableSince = far
	case s.ableSince == far:
		s.ableSince = c.now
		c.wake(c.now + c.bounds.Serve)
	}
}
