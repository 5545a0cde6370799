package traffic

import (
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// scene returns an input with a call and the given cars; lit is when each of the
// calls was lit.
func scene(calls []assigner.HallCall, cars ...elevator.State) *Input {
	in := &Input{}
	in.Config = elevator.DefaultConfig()
	in.Config.Floors = 9
	in.Calls = calls
	for i := range calls {
		in.Since = append(in.Since, time.Duration(i)*second)
	}
	for i, s := range cars {
		in.Cars = append(in.Cars, assigner.Car{ID: elevator.ID(rune('1' + i)), State: s})
	}
	in.Phase = make([]time.Duration, len(cars))
	return in
}

func decide(p Policy, in *Input) Decision {
	out := Decision{Calls: make([]elevator.Calls, len(in.Cars)), Park: make([]int, len(in.Cars))}
	for i := range out.Park {
		out.Park[i] = elevator.NoFloor
	}
	p.Decide(in, &out)
	return out
}

func TestNearest(t *testing.T) {
	idle := func(f int) elevator.State { return elevator.State{Floor: f} }
	moving := func(f int, d elevator.Direction) elevator.State {
		return elevator.State{Floor: f, Direction: d, Behaviour: elevator.Moving}
	}
	open := func(f int, d elevator.Direction) elevator.State {
		return elevator.State{Floor: f, Direction: d, Behaviour: elevator.DoorOpen}
	}
	const up, down = elevator.Up, elevator.Down
	for _, tc := range []struct {
		name string
		call elevator.Button // at floor 4
		cars []elevator.State
		want int
	}{
		{"the nearer one", elevator.HallUp, []elevator.State{idle(0), idle(6), idle(5)}, 2},
		{"the first of equals", elevator.HallUp, []elevator.State{idle(6), idle(2)}, 0},
		{"one floor further, but on its way", elevator.HallUp, []elevator.State{idle(2), moving(1, up), idle(6)}, 0},
		{"as far, and on its way", elevator.HallUp, []elevator.State{idle(2), moving(2, up)}, 1},
		{"on its way to go the other way", elevator.HallDown, []elevator.State{idle(2), moving(2, up)}, 0},
		{"not one that goes away", elevator.HallUp, []elevator.State{moving(3, down), moving(5, up), idle(8)}, 2},
		{"not one that has just left", elevator.HallUp, []elevator.State{moving(4, up), idle(8)}, 1},
		{"one whose door is open here", elevator.HallUp, []elevator.State{idle(3), open(4, down)}, 1},
	} {
		in := scene([]assigner.HallCall{{Floor: 4, Button: tc.call}}, tc.cars...)
		if got := nearest(in, 0, nil); got != tc.want {
			t.Errorf("%s: car %d, want %d", tc.name, got, tc.want)
		}
	}
}

// TestFirst compares the two ways to choose by prediction: one car has to go far
// up first, and passes the call on its way; the other would be idle sooner.
func TestFirst(t *testing.T) {
	in := scene([]assigner.HallCall{{Floor: 4, Button: elevator.HallUp}},
		elevator.State{Floor: 3, Direction: elevator.Up, Behaviour: elevator.Moving},
		elevator.State{Floor: 2})
	in.Cars[0].Cab.Put(8, true)
	given := []elevator.Calls{{Cab: in.Cars[0].Cab}, {}}
	// The first is here in 1.25 s, and at 8 after 1.25 + 3 + 10 s. The second is here in 5 s.
	if got := firstThere(in, 0, given); got != 0 {
		t.Errorf("there first: car %d", got)
	}
	if got := firstIdle(in, 0, given); got != 1 {
		t.Errorf("idle first: car %d", got)
	}
}

// TestOnce: a call stays with its car whatever happens, until it's served.
func TestOnce(t *testing.T) {
	p := &once{choose: nearest}
	call := elevator.Calls{}
	call.Put(4, elevator.HallUp, true)
	owner := func(in *Input) int {
		t.Helper()
		out := decide(p, in)
		for i, c := range out.Calls {
			if c == call {
				return i
			}
		}
		t.Fatalf("%v", out.Calls)
		return -1
	}
	calls := []assigner.HallCall{{Floor: 4, Button: elevator.HallUp}}
	if got := owner(scene(calls, elevator.State{Floor: 0}, elevator.State{Floor: 5})); got != 1 {
		t.Errorf("car %d is nearest", got)
	}
	better := scene(calls, elevator.State{Floor: 4}, elevator.State{Floor: 8})
	if got := owner(better); got != 1 {
		t.Errorf("car %d takes over", got)
	}
	better.Since[0]++ // served, and lit again
	if got := owner(better); got != 0 {
		t.Errorf("car %d keeps what was served", got)
	}
}

// TestEveryCallIsGiven asks all policies about the same moments, cars in all kinds
// of states: each call goes to at least one car, and no car to what isn't lit.
func TestEveryCallIsGiven(t *testing.T) {
	var calls []assigner.HallCall
	var lit elevator.Calls
	for f := range 9 {
		for _, b := range []elevator.Button{elevator.HallUp, elevator.HallDown} {
			if elevator.ButtonExists(9, f, b) && f%3 != 1 {
				calls = append(calls, assigner.HallCall{Floor: f, Button: b, Age: uint16(40 * f)})
				lit.Put(f, b, true)
			}
		}
	}
	in := scene(calls,
		elevator.State{Floor: 8},
		elevator.State{Floor: 3, Direction: elevator.Up, Behaviour: elevator.Moving},
		elevator.State{Floor: 4, Behaviour: elevator.DoorOpen},
		elevator.State{Floor: 4, Direction: elevator.Down, Behaviour: elevator.DoorOpen})
	in.Cars[2].Cab.Put(7, true)
	for _, named := range Policies() {
		for _, n := range []int{1, len(in.Cars)} {
			few := *in
			few.Cars = in.Cars[:n]
			out := decide(named.New(), &few)
			var all elevator.Calls
			for _, c := range out.Calls {
				all = all.Or(c)
			}
			if all != lit {
				t.Errorf("%s with %d cars: %v, want %v", named.Name, n, all, lit)
			}
		}
	}
}

// TestOverdue: under our policy every car goes to a call that has waited for too
// long, as rule 12 of the protocol says.
func TestOverdue(t *testing.T) {
	in := scene([]assigner.HallCall{{Floor: 2, Button: elevator.HallUp, Age: 500}, {Floor: 5, Button: elevator.HallUp}},
		elevator.State{Floor: 0}, elevator.State{Floor: 8})
	out := decide(new(ours), in)
	for i, c := range out.Calls {
		if !c.Has(2, elevator.HallUp) {
			t.Errorf("car %d does not go to the old call", i)
		}
	}
	if out.Calls[0].Has(5, elevator.HallUp) == out.Calls[1].Has(5, elevator.HallUp) {
		t.Error("the new call does not go to one car")
	}
}

func TestPolicyNamed(t *testing.T) {
	for _, p := range Policies() {
		if got, ok := PolicyNamed(p.Name); !ok || got.Name != p.Name || p.Summary == "" {
			t.Errorf("%s isn't found", p.Name)
		}
	}
	if _, ok := PolicyNamed("none"); ok {
		t.Error("a policy called none")
	}
}
