package assigner_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

func parked(f int) elevator.State { return elevator.State{Floor: f, Parking: true} }

func parking(f int, d elevator.Direction) elevator.State {
	return elevator.State{Floor: f, Direction: d, Behaviour: elevator.Moving, Parking: true}
}

func TestPark(t *testing.T) {
	const none = elevator.NoFloor
	for name, tc := range map[string]struct {
		presses []uint32
		cars    []assigner.Car
		calls   []elevator.Calls
		want    []int
	}{
		"nothing is known: it stays": {
			nil, []assigner.Car{car("1", parked(8))}, nil, []int{none},
		},
		"everybody comes at the entrance": {
			[]uint32{1000}, []assigner.Car{car("1", parked(8))}, nil, []int{0},
		},
		"it is there": {
			[]uint32{1000}, []assigner.Car{car("1", parked(0))}, nil, []int{none},
		},
		"most do": {
			[]uint32{90, 1, 1, 1, 1, 1, 1, 1, 1}, []assigner.Car{car("1", parked(8)), car("2", parked(3)), car("3", parked(3))}, nil, []int{none, 0, 0},
		},
		"at both ends": {
			[]uint32{100, 0, 0, 0, 0, 0, 0, 0, 100}, []assigner.Car{car("1", parked(5)), car("2", parked(4))}, nil, []int{8, 0},
		},
		"who has something to do isn't parked": {
			[]uint32{1000},
			[]assigner.Car{car("1", parked(8), 3), car("2", open(2, elevator.Stop)), car("3", parked(5)), car("4", parking(5, elevator.Up))},
			[]elevator.Calls{{}, {}, up(7), {}},
			[]int{none, none, none, 0},
		},
		"one that doesn't park is there already": {
			[]uint32{100, 0, 0, 0, 0, 0, 0, 0, 100}, []assigner.Car{car("1", parked(4)), car("2", idle(0))}, nil, []int{8, none},
		},
		"one that doesn't park comes to rest there": {
			[]uint32{100, 0, 0, 0, 0, 0, 0, 0, 100}, []assigner.Car{car("1", parked(4)), car("2", moving(1, elevator.Down))}, nil, []int{8, none},
		},
		"one that goes, and is the nearer": {
			[]uint32{0, 0, 0, 0, 0, 0, 0, 0, 100}, []assigner.Car{car("1", parked(5)), car("2", parking(5, elevator.Up)), car("3", parked(7))}, nil, []int{none, 8, 8},
		},
		"too little is gained": {
			[]uint32{21, 10, 10, 10, 11, 10, 10, 10, 10}, []assigner.Car{car("1", parked(3))}, nil, []int{none},
		},
		"that much is, when it is under way": {
			[]uint32{21, 10, 10, 10, 11, 10, 10, 10, 10}, []assigner.Car{car("1", parking(2, elevator.Up))}, nil, []int{4},
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := assigner.Input{Config: course(9), Cars: tc.cars}
			copy(in.Presses[:], tc.presses)
			if tc.calls == nil {
				tc.calls = make([]elevator.Calls, len(tc.cars))
			}
			var a assigner.Assigner
			if got := a.Park(in, tc.calls); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// drawParked draws an input in which some park, with what is assigned.
func drawParked(t *rapid.T) (assigner.Input, []elevator.Calls) {
	in := drawInput(t)
	out := assigner.Assign(in)
	for i := range in.Cars {
		in.Cars[i].State.Parking = rapid.IntRange(0, 3).Draw(t, "parks") > 0
	}
	return in, out
}

// TestParkLaws: only an elevator that parks and has nothing to do goes anywhere,
// to a floor that exists; the order of the elevators decides nothing; nor does what
// was asked before.
func TestParkLaws(t *testing.T) {
	var used assigner.Assigner
	rapid.Check(t, func(t *rapid.T) {
		in, out := drawParked(t)
		park := slices.Clone(used.Park(in, out))
		for i, c := range in.Cars {
			busy := c.State.Behaviour == elevator.DoorOpen || !c.Cab.Empty() || !out[i].Empty() || !c.State.Parking
			if f := park[i]; f != elevator.NoFloor && (busy || f < 0 || f >= in.Config.Floors) {
				t.Fatalf("car %d goes to %d; busy: %v", i, f, busy)
			}
		}
		perm := rapid.Permutation(seq(len(in.Cars))).Draw(t, "cars")
		other, share := in, make([]elevator.Calls, len(in.Cars))
		other.Cars = nil
		for k, i := range perm {
			other.Cars = append(other.Cars, in.Cars[i])
			share[k] = out[i]
		}
		var fresh assigner.Assigner
		for k, f := range fresh.Park(other, share) {
			if f != park[perm[k]] {
				t.Fatalf("car %d goes to %d, and to %d in another order", perm[k], park[perm[k]], f)
			}
		}
		in.Presses = [elevator.MaxFloors]uint32{}
		for i, f := range used.Park(in, out) {
			if f != elevator.NoFloor {
				t.Fatalf("car %d goes to %d, and nobody has ever pressed anything", i, f)
			}
		}
	})
}

// TestParkEnds lets elevators go where they are to wait, floor by floor, in any
// order, each by what was to be known when it left the last floor: no elevator
// moves for ever.
func TestParkEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := assigner.Input{Config: course(rapid.IntRange(2, 9).Draw(t, "floors"))}
		floor := rapid.IntRange(0, in.Config.Floors-1)
		for f := range in.Config.Floors {
			in.Presses[f] = rapid.Uint32Max(20).Draw(t, "presses")
		}
		n := rapid.IntRange(1, 6).Draw(t, "cars")
		for i := range n {
			in.Cars = append(in.Cars, car(string(rune('1'+i)), parked(floor.Draw(t, "at"))))
			in.Cars[i].State.Parking = rapid.IntRange(0, 5).Draw(t, "parks") > 0
		}
		none := make([]elevator.Calls, n)
		var a assigner.Assigner
		legs := 0
		for {
			park := slices.Clone(a.Park(in, none))
			var can []int // go on
			for i := range in.Cars {
				if s := &in.Cars[i].State; s.Behaviour == elevator.Moving || park[i] != elevator.NoFloor {
					can = append(can, i)
				}
			}
			if len(can) == 0 {
				break
			}
			for _, i := range rapid.SliceOfNDistinct(rapid.SampledFrom(can), 1, len(can), rapid.ID).Draw(t, "who") {
				s := &in.Cars[i].State
				if s.Behaviour == elevator.Moving { // it arrives
					*s = parked(s.Floor + int(s.Direction))
				}
				switch {
				case park[i] > s.Floor:
					*s = parking(s.Floor, elevator.Up)
					legs++
				case park[i] != elevator.NoFloor && park[i] < s.Floor:
					*s = parking(s.Floor, elevator.Down)
					legs++
				}
			}
			if legs > n*in.Config.Floors {
				t.Fatalf("%d legs, and they still go", legs)
			}
		}
	})
}

// TestParkAnything: any input, no panic.
func TestParkAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawAnything(t)
		for i := range in.Presses {
			in.Presses[i] = ^uint32(0)
		}
		var a assigner.Assigner
		if got := a.Park(in, a.Assign(in)); len(got) != len(in.Cars) {
			t.Fatalf("%d cars, %d answers", len(in.Cars), len(got))
		}
	})
}

func TestParkDoesNotAllocate(t *testing.T) {
	in := scene(1, 8, 16, 0, 0)
	var a assigner.Assigner
	out := slices.Clone(a.Assign(in))
	a.Park(in, out)
	if n := testing.AllocsPerRun(10, func() { a.Park(in, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
