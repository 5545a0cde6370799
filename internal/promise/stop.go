package promise

import (
	"time"

	"elevnet/internal/elevator"
)

// stop is what is seen of the stop button.
type stop struct {
	held   bool
	heldAt time.Duration
	let    time.Duration // when it was let go
	lamp   bool
	due    time.Duration // when the lamp must show what want says
	want   bool
	runs   time.Duration // when a motor that runs under a lit stop lamp is a violation
}

// observeStop takes in the stop button and its lamp (E6).
func (c *Checker) observeStop(e Event) {
	s := &c.spaces[e.Workspace]
	seen := c.set.control>>e.Workspace&1 != 0 && c.now >= s.panelAt
	switch {
	case e.Kind == StopLamp:
		s.lamp = e.On
		s.runs = far
		c.watchStopped(e.Workspace)
	case e.On == s.held:
	case e.On:
		if s.stop.due != far || !seen || c.now-s.stop.let < c.bounds.MinPress {
			s.stop.due = far // what comes of several presses isn't certain
		} else {
			s.stop.due, s.want = c.now+c.bounds.StopButton, !s.lamp
			c.wake(s.stop.due)
		}
		s.held, s.heldAt = true, c.now
	default:
		if c.now-s.heldAt < c.bounds.MinPress {
			s.stop.due = far
		}
		s.held, s.stop.let = false, c.now
	}
	s.blame(s.stop.held || s.lamp, "E6")
	c.updateAble(e.Workspace)
}

// watchStopped notes a motor that runs while the stop lamp is lit.
func (c *Checker) watchStopped(w int) {
	s := &c.spaces[w]
	if s.lamp && s.motor != elevator.Stop && s.runs == far && c.set.control>>w&1 != 0 && c.now >= s.panelAt {
		s.runs = c.now + c.bounds.Jitter
		c.wake(s.runs)
	}
}

// sweepStop judges E6.
func (c *Checker) sweepStop(w int) {
	s := &c.spaces[w]
	if s.stop.due != far && c.passed(s.stop.due) {
		if s.lamp != s.want {
			c.broken("E6", w, s.stop.due, "the stop button was pressed at %v, and its lamp doesn't show it", s.heldAt)
		}
		s.stop.due = far
	}
	if s.runs != far && c.passed(s.runs) {
		c.broken("E6", w, s.runs, "the motor goes %v while the stop lamp is lit", s.motor)
		s.runs = far
	}
}
