package assigner

import (
	"math/bits"
	"time"

	"elevnet/internal/elevator"
)

// walk is one elevator on its predicted way. It follows the rules of package
// requests, from stop to stop instead of from floor to floor.
type walk struct {
	calls elevator.Calls // still to be served
	now   time.Duration  // when it is at floor and may stop there
	// floor is where it stands, or where it will be next.
	floor int
	// dir is the direction of travel, or the one last announced; Stop if neither
	// is decided.
	dir elevator.Direction
	// open tells that its door is open, and what that serves is served at once;
	// left is for how long it stays open.
	open bool
	left time.Duration
	// moving tells that it is under way to floor.
	moving bool
}

// stop is one opening of a door, or its turning to announce the other direction.
// It serves the cab call there and the hall calls of at most one direction.
type stop struct {
	floor int
	at    time.Duration
	hall  elevator.Direction // Stop if no hall call is served
	cab   bool
}

// enter returns the walk, without calls, of an elevator.
func (s *shaft) enter(c *Car) walk {
	st := &c.State
	top := max(s.floors-1, 0)
	w := walk{floor: min(max(st.Floor, 0), top)}
	directed := st.Direction == elevator.Up || st.Direction == elevator.Down
	switch {
	case st.Behaviour == elevator.DoorOpen:
		w.open = true
		w.left = s.door / 2
		if directed {
			w.dir = st.Direction
		}
	case st.Behaviour == elevator.Moving && directed:
		w.moving = true
		w.dir = st.Direction
		w.floor = min(max(w.floor+int(w.dir), 0), top)
		w.now = s.leg / 2
	}
	return w
}

// next goes on to the next stop that serves a call, and returns it. It returns
// false when no call is left.
func (w *walk) next(s *shaft) (stop, bool) {
	if w.open {
		w.open = false
		if w.dir == elevator.Stop && w.announce() {
			w.left = s.door
		}
		if st, any := w.serve(s, w.left); any {
			return st, true
		}
	}
	if w.dir == elevator.Stop {
		w.dir = w.fromRest()
	}
	to := w.choose()
	if to == nowhere {
		return stop{}, false
	}
	w.moving = false
	w.now += time.Duration(max(to-w.floor, w.floor-to)) * s.leg
	w.floor = to
	if w.calls.Cab.Has(to) && !w.asked(w.dir) {
		if w.dir = w.dir.Opposite(); !w.asked(w.dir) {
			w.dir = elevator.Stop
		}
	}
	return w.serve(s, s.door)
}

// asks reports whether a hall call is left.
func (w *walk) asks() bool {
	c := &w.calls
	return c.Up[0]|c.Up[1]|c.Down[0]|c.Down[1] != 0
}

// choose returns the floor of the next stop, nowhere if there is none, and sets
// the direction in which the elevator comes there or, where it turns, the one
// that it announces. It stops at what lies ahead and goes its way; if there is
// nothing, it turns at the last of what goes the other way; and if there is none of
// that either, then what goes its way lies behind.
func (w *walk) choose() int {
	c := &w.calls
	up, down := words{c.Up[0] | c.Cab[0], c.Up[1] | c.Cab[1]}, words{c.Down[0] | c.Cab[0], c.Down[1] | c.Cab[1]}
	if w.dir == elevator.Up {
		if f := up.lowest(w.floor); f != nowhere {
			return f
		}
		if f := down.highest(elevator.MaxFloors - 1); f != nowhere {
			w.dir = elevator.Down
			return f
		}
		return words{c.Up[0], c.Up[1]}.lowest(0)
	}
	if f := down.highest(w.floor); f != nowhere {
		return f
	}
	if f := up.lowest(0); f != nowhere {
		w.dir = elevator.Up
		return f
	}
	return words{c.Down[0], c.Down[1]}.highest(elevator.MaxFloors - 1)
}

// asked reports whether anybody asks to go on from here in direction d.
func (w *walk) asked(d elevator.Direction) bool {
	return w.calls.Has(w.floor, d.Hall()) || w.beyond(d)
}

func (w *walk) beyond(d elevator.Direction) bool {
	c := &w.calls
	at := words{c.Up[0] | c.Down[0] | c.Cab[0], c.Up[1] | c.Down[1] | c.Cab[1]}
	if d == elevator.Up {
		return at.lowest(w.floor+1) != nowhere
	}
	return at.highest(w.floor-1) != nowhere
}

// fromRest returns the direction that an elevator without one considers first.
func (w *walk) fromRest() elevator.Direction {
	if up, down := w.calls.Up.Has(w.floor), w.calls.Down.Has(w.floor); up != down {
		if down {
			return elevator.Down
		}
		return elevator.Up
	}
	if !w.beyond(elevator.Up) && w.beyond(elevator.Down) {
		return elevator.Down
	}
	return elevator.Up
}

// announce gives a direction to an open door that announces none, if anybody asks
// for one, and reports whether a hall call here does, which gets a door time of
// its own.
func (w *walk) announce() bool {
	d := w.fromRest()
	if !w.asked(d) {
		return false
	}
	w.dir = d
	return w.calls.Has(w.floor, d.Hall())
}

// serve opens the door, or keeps it open, for the given time, and returns what
// that serves and whether it is anything.
func (w *walk) serve(s *shaft, door time.Duration) (stop, bool) {
	st := stop{floor: w.floor, at: w.now}
	w.now += door
	c := &w.calls
	if c.Cab.Has(w.floor) {
		st.cab = true
		c.Cab.Put(w.floor, false)
	}
	switch {
	case w.dir == elevator.Up && c.Up.Has(w.floor):
		st.hall = elevator.Up
		c.Up.Put(w.floor, false)
		w.board(s, elevator.HallUp)
	case w.dir == elevator.Down && c.Down.Has(w.floor):
		st.hall = elevator.Down
		c.Down.Put(w.floor, false)
		w.board(s, elevator.HallDown)
	}
	return st, st.cab || st.hall != elevator.Stop
}

// board adds the cab call that whoever boards is expected to make.
func (w *walk) board(s *shaft, b elevator.Button) {
	if s.to == nil {
		return
	}
	if to := s.to[b][w.floor]; to != nowhere {
		w.calls.Cab.Put(to, true)
	}
}

// nowhere is a floor that doesn't exist.
const nowhere = -1

// words are a set of floors. Unlike the array that an [elevator.FloorSet] is, they
// stay in registers.
type words struct{ low, high uint64 }

// lowest returns the lowest floor of a set, of those from a floor on upwards.
func (s words) lowest(from int) int {
	if from < 64 {
		if w := s.low >> from; w != 0 {
			return from + bits.TrailingZeros64(w)
		}
		from = 64
	}
	if w := s.high >> (from - 64); w != 0 {
		return from + bits.TrailingZeros64(w)
	}
	return nowhere
}

// highest returns the highest floor of a set, of those from a floor on downwards.
func (s words) highest(from int) int {
	if from >= 64 {
		if w := s.high << (127 - from); w != 0 {
			return from - bits.LeadingZeros64(w)
		}
		from = 63
	}
	if w := s.low << (63 - from); w != 0 {
		return from - bits.LeadingZeros64(w)
	}
	return nowhere
}
