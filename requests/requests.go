// Package requests holds the three rules by which an elevator chooses: where to
// go next, whether to stop here, and which calls a stop serves. They are pure
// functions of the calls, the floor and the direction, and keep no state. The
// state machine (package fsm) drives the motor by them and the assigner
// predicts by them, so a prediction and the real car obey the same rules.
//
// The discipline is collective control (SPEC E2 and S4): go on in the present
// direction while calls remain that way, then turn. One stop serves one
// direction. A car that arrives where both hall buttons are lit serves the one
// it was travelling in first; only if nobody then asks to go on that way does
// it announce the other.
package requests

import "elevnet/internal/elevator"

// Beyond reports whether a call remains past floor f in direction d.
func Beyond(c elevator.Calls, f int, d elevator.Direction) bool {
	switch d {
	case elevator.Up:
		return c.Floors().AnyAbove(f)
	case elevator.Down:
		return c.Floors().AnyBelow(f)
	default:
		return false
	}
}

// ShouldStop reports whether a car that reaches floor f of n, travelling in
// direction d, must stop: somebody gets off or on in that direction, nothing is
// left to go on for, or the shaft ends here.
func ShouldStop(c elevator.Calls, n, f int, d elevator.Direction) bool {
	switch d {
	case elevator.Up:
		return f >= n-1 || c.Cab.Has(f) || c.Up.Has(f) || !Beyond(c, f, d)
	case elevator.Down:
		return f <= 0 || c.Cab.Has(f) || c.Down.Has(f) || !Beyond(c, f, d)
	default:
		return true
	}
}

// Choose decides what a car that stands at floor f, with its door closed or
// about to close, does next; d is the direction that it travelled in or last
// announced, Stop if it was idle. It returns
//
//   - (a, DoorOpen) to open the door here, announcing direction a. With a cab
//     call alone and nowhere to go on to, a is Stop: nothing is announced;
//   - (a, Moving) to travel in direction a;
//   - (Stop, Idle) when there is nothing to do.
//
// Serving and going on in direction d come first, then the same the other way.
func Choose(c elevator.Calls, f int, d elevator.Direction) (elevator.Direction, elevator.Behaviour) {
	if d == elevator.Stop {
		d = fromRest(c, f)
	}
	if c.Cab.Has(f) {
		return announce(c, f, d), elevator.DoorOpen
	}
	for _, way := range [...]elevator.Direction{d, d.Opposite()} {
		if c.Has(f, way.Hall()) {
			return way, elevator.DoorOpen
		}
		if Beyond(c, f, way) {
			return way, elevator.Moving
		}
	}
	return elevator.Stop, elevator.Idle
}

// fromRest returns the direction that a car without one considers first: that
// of a hall call at its floor, then that in which there are calls, then up.
func fromRest(c elevator.Calls, f int) elevator.Direction {
	if up, down := c.Up.Has(f), c.Down.Has(f); up != down {
		if down {
			return elevator.Down
		}
		return elevator.Up
	}
	if !Beyond(c, f, elevator.Up) && Beyond(c, f, elevator.Down) {
		return elevator.Down
	}
	return elevator.Up
}

// announce returns the direction that a stop at floor f announces.
func announce(c elevator.Calls, f int, d elevator.Direction) elevator.Direction {
	for _, way := range [...]elevator.Direction{d, d.Opposite()} {
		if c.Has(f, way.Hall()) || Beyond(c, f, way) {
			return way
		}
	}
	return elevator.Stop
}

// Serves returns the calls among c that a door opened at floor f serves while
// it announces direction d: the cab call, and the hall call of that direction.
// A door that announces nothing serves the cab call alone.
func Serves(c elevator.Calls, f int, d elevator.Direction) elevator.Calls {
	var s elevator.Calls
	s.Cab.Put(f, c.Cab.Has(f))
	switch d {
	case elevator.Up:
		s.Up.Put(f, c.Up.Has(f))
	case elevator.Down:
		s.Down.Put(f, c.Down.Has(f))
	}
	return s
}
