package assigner_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

func TestPark(t *testing.T) {
	const none = elevator.NoFloor
	for name, tc := range map[string]struct {
		presses []uint32
		cars    []assigner.Car
		calls   []elevator.Calls
		want    []int
	}{
		"nothing is known: in the middle": {
			nil, []assigner.Car{car("1", idle(8))}, nil, []int{4},
		},
		"everybody comes at the entrance": {
			[]uint32{1000}, []assigner.Car{car("1", idle(8))}, nil, []int{0},
		},
		"most do": {
			[]uint32{90, 1, 1, 1, 1, 1, 1, 1, 1}, []assigner.Car{car("1", idle(8)), car("2", idle(3)), car("3", idle(3))}, nil, []int{5, 0, 0},
		},
		"at both ends": {
			[]uint32{100, 0, 0, 0, 0, 0, 0, 0, 100}, []assigner.Car{car("1", idle(5)), car("2", idle(4))}, nil, []int{8, 0},
		},
		"who has something to do isn't parked": {
			[]uint32{1000},
			[]assigner.Car{car("1", idle(8), 3), car("2", open(2, elevator.Stop)), car("3", idle(5)), car("4", moving(5, elevator.Up))},
			[]elevator.Calls{{}, {}, up(7), {}},
			[]int{none, none, none, 0},
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

// TestParkLaws: an elevator with something to do is not parked, every other one
// is, at a floor that exists; where they are to wait doesn't depend on where they
// are, so that it stays while they go there; the order of the elevators decides
// nothing; nor does what was asked before.
func TestParkLaws(t *testing.T) {
	var used assigner.Assigner
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		out := assigner.Assign(in)
		park := slices.Clone(used.Park(in, out))
		var floors []int
		for i, c := range in.Cars {
			busy := c.State.Behaviour == elevator.DoorOpen || !c.Cab.Empty() || !out[i].Empty()
			switch f := park[i]; {
			case busy != (f == elevator.NoFloor), !busy && (f < 0 || f >= in.Config.Floors):
				t.Fatalf("car %d parks at %d; busy: %v", i, f, busy)
			case !busy:
				floors = append(floors, f)
			}
		}
		slices.Sort(floors)

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
				t.Fatalf("car %d parks at %d, and at %d in another order", perm[k], park[perm[k]], f)
			}
		}

		moved := in
		moved.Cars = slices.Clone(in.Cars)
		for i, f := range park {
			if f != elevator.NoFloor {
				moved.Cars[i].State = idle(rapid.IntRange(0, in.Config.Floors-1).Draw(t, "elsewhere"))
			}
		}
		var again []int
		for _, f := range fresh.Park(moved, out) {
			if f != elevator.NoFloor {
				again = append(again, f)
			}
		}
		if slices.Sort(again); !slices.Equal(again, floors) {
			t.Fatalf("they wait at %v, and at %v from elsewhere", floors, again)
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
