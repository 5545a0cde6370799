package requests

import (
	"fmt"
	"testing"

	"elevnet/internal/elevator"
)

// call is one lit button; the oracle below works on plain lists of them.
type call struct {
	floor  int
	button elevator.Button
}

// forEachMatrix visits every set of calls of a building of n floors.
func forEachMatrix(n int, visit func(list []call, calls elevator.Calls)) {
	var buttons []call
	for f := range n {
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(n, f, b) {
				buttons = append(buttons, call{f, b})
			}
		}
	}
	for mask := range 1 << len(buttons) {
		var list []call
		var calls elevator.Calls
		for i, b := range buttons {
			if mask>>i&1 != 0 {
				list = append(list, b)
				calls.Put(b.floor, b.button, true)
			}
		}
		visit(list, calls)
	}
}

// asks is what a list of calls asks of a car at one floor, in words of the
// specification: here, and beyond, by direction.
type asks struct {
	cabHere           bool
	upHere, downHere  bool
	beyondUp, beyondD bool
}

func ask(list []call, floor int) (a asks) {
	for _, c := range list {
		switch {
		case c.floor > floor:
			a.beyondUp = true
		case c.floor < floor:
			a.beyondD = true
		case c.button == elevator.Cab:
			a.cabHere = true
		case c.button == elevator.HallUp:
			a.upHere = true
		case c.button == elevator.HallDown:
			a.downHere = true
		}
	}
	return a
}

// to returns whether somebody waits here to go in direction d, and whether
// there is a call further on in that direction.
func (a asks) to(d elevator.Direction) (here, beyond bool) {
	switch d {
	case elevator.Up:
		return a.upHere, a.beyondUp
	case elevator.Down:
		return a.downHere, a.beyondD
	default:
		return false, false
	}
}

// objection returns what the specification has against a choice, "" if nothing.
func objection(list []call, floor int, was, d elevator.Direction, b elevator.Behaviour) string {
	a := ask(list, floor)
	here, beyond := a.to(d)
	goOnHere, goOnBeyond := a.to(was)
	turns := was != elevator.Stop && d == was.Opposite()
	switch b {
	case elevator.Idle:
		switch {
		case len(list) > 0:
			return "idle although there are calls"
		case d != elevator.Stop:
			return "idle with a direction"
		}
	case elevator.Moving:
		switch {
		case d == elevator.Stop || !beyond:
			return "moves to where there is no call"
		case a.cabHere:
			return "leaves with a passenger who wants to get off"
		case here:
			return "leaves somebody behind who goes the same way"
		case turns && (goOnHere || goOnBeyond):
			return "E2: turns while somebody asks to go on"
		case was == elevator.Stop && (a.upHere || a.downHere):
			return "leaves from rest although somebody waits here"
		}
	case elevator.DoorOpen:
		switch {
		case !a.cabHere && !here:
			return "opens for nobody"
		case d == elevator.Stop && (a.upHere || a.downHere || a.beyondUp || a.beyondD):
			return "announces nothing although somebody wants to go on"
		case d != elevator.Stop && !here && !beyond:
			return "announces a direction that nobody asks for"
		case turns && (goOnHere || goOnBeyond):
			return "S4: announces the other direction while somebody asks to go on"
		}
	}
	return ""
}

var directions = []elevator.Direction{elevator.Down, elevator.Stop, elevator.Up}

// TestEveryChoice compares the three rules with the specification for every
// floor, direction and set of calls of 2, 3 and 4 floors.
func TestEveryChoice(t *testing.T) {
	for n := 2; n <= 4; n++ {
		forEachMatrix(n, func(list []call, calls elevator.Calls) {
			for f := range n {
				a := ask(list, f)
				for _, d := range directions {
					at := func() string { return fmt.Sprintf("%d floors, at %d going %v, calls %v", n, f, d, calls) }

					way, b := Choose(calls, f, d)
					if why := objection(list, f, d, way, b); why != "" {
						t.Fatalf("%s: Choose = %v %v: %s", at(), way, b, why)
					}
					here, beyond := a.to(d)
					if got := Beyond(calls, f, d); got != beyond {
						t.Fatalf("%s: Beyond = %v", at(), got)
					}

					end := d == elevator.Up && f == n-1 || d == elevator.Down && f == 0
					stop := d == elevator.Stop || end || a.cabHere || here || !beyond
					if got := ShouldStop(calls, n, f, d); got != stop {
						t.Fatalf("%s: ShouldStop = %v", at(), got)
					}
					// A car that stops has a reason to: the choice is not to run on.
					if runsOn := b == elevator.Moving && way == d; d != elevator.Stop && stop == runsOn {
						t.Fatalf("%s: ShouldStop = %v, but Choose = %v %v", at(), stop, way, b)
					}

					served := Serves(calls, f, d)
					for g := range n {
						for button := range elevator.Button(elevator.Buttons) {
							want := calls.Has(g, button) && g == f &&
								(button == elevator.Cab || d != elevator.Stop && button.Direction() == d)
							if served.Has(g, button) != want {
								t.Fatalf("%s: Serves has (%d, %v): %v", at(), g, button, !want)
							}
						}
					}
				}
			}
		})
	}
}

// TestEveryJourneyEnds follows the rules from every floor, direction and set of
// calls of 2, 3 and 4 floors, with a car that takes no time: each call is
// served, within one sweep each way and back, and the car stays in the shaft.
func TestEveryJourneyEnds(t *testing.T) {
	for n := 2; n <= 4; n++ {
		forEachMatrix(n, func(list []call, calls elevator.Calls) {
			for f := range n {
				for _, d := range directions {
					left, floor, way := calls, f, d
					travelled := 0
					for steps := 0; ; steps++ {
						next, b := Choose(left, floor, way)
						if b == elevator.Idle {
							break
						}
						if b == elevator.DoorOpen {
							served := Serves(left, floor, next)
							if served.Empty() {
								t.Fatalf("%d floors from %d %v with %v: opens at %d for nobody", n, f, d, calls, floor)
							}
							left = left.AndNot(served)
						} else {
							floor += int(next)
							travelled++
						}
						way = next
						if floor < 0 || floor >= n || travelled > 3*(n-1) || steps > 100 {
							t.Fatalf("%d floors from %d %v with %v: at %d after %d floors, left %v", n, f, d, calls, floor, travelled, left)
						}
					}
					if !left.Empty() {
						t.Fatalf("%d floors from %d %v with %v: never served %v", n, f, d, calls, left)
					}
				}
			}
		})
	}
}
