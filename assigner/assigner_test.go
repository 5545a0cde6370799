package assigner_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

func car(id string, s elevator.State, cabs ...int) assigner.Car {
	c := assigner.Car{ID: elevator.ID(id), State: s}
	for _, f := range cabs {
		c.Cab.Put(f, true)
	}
	return c
}

// goes lets a car say that it goes to a call.
func goes(c assigner.Car, call elevator.Calls) assigner.Car {
	for f, b := range call.All() {
		c.Goal = elevator.GoalOf(f, b)
	}
	return c
}

func hall(cs elevator.Calls) []assigner.HallCall {
	var list []assigner.HallCall
	for f, b := range cs.All() {
		list = append(list, assigner.HallCall{Floor: f, Button: b})
	}
	return list
}

func TestAssign(t *testing.T) {
	old := func(f int, b elevator.Button, age uint16) assigner.HallCall {
		return assigner.HallCall{Floor: f, Button: b, Age: age}
	}
	late := []assigner.Car{car("1", moving(0, elevator.Up), 1, 2, 3, 4, 5, 6, 7), car("2", idle(0), 1)}
	for name, tc := range map[string]struct {
		floors int
		calls  []assigner.HallCall
		cars   []assigner.Car
		want   []elevator.Calls
	}{
		"no call":                        {4, nil, []assigner.Car{car("1", idle(0))}, []elevator.Calls{{}}},
		"no car":                         {4, hall(up(0)), nil, nil},
		"one car takes everything":       {4, hall(calls(up(0), down(3))), []assigner.Car{car("1", idle(0))}, []elevator.Calls{calls(up(0), down(3))}},
		"the nearest idle":               {9, hall(up(7)), []assigner.Car{car("1", idle(0)), car("2", idle(6)), car("3", idle(3))}, []elevator.Calls{{}, up(7), {}}},
		"equally near: smaller id":       {9, hall(up(4)), []assigner.Car{car("2", idle(3)), car("1", idle(5))}, []elevator.Calls{{}, up(4)}},
		"as near, and says that it goes": {9, hall(up(4)), []assigner.Car{car("1", idle(3)), goes(car("2", idle(3)), up(4))}, []elevator.Calls{{}, up(4)}},
		"much nearer than who goes":      {9, hall(up(4)), []assigner.Car{car("1", idle(4)), goes(car("2", idle(0)), up(4))}, []elevator.Calls{up(4), {}}},
		"both say that they go":          {9, hall(up(4)), []assigner.Car{goes(car("1", idle(0)), up(4)), goes(car("2", idle(3)), up(4))}, []elevator.Calls{{}, up(4)}},
		"who goes isn't there":           {9, hall(up(4)), []assigner.Car{car("1", idle(5)), goes(car("2", idle(0)), up(5))}, []elevator.Calls{up(4), {}}},
		"already on its way there":       {9, hall(up(4)), []assigner.Car{car("1", idle(1)), car("2", moving(1, elevator.Up))}, []elevator.Calls{{}, up(4)}},
		"on its way somewhere else":      {9, hall(up(4)), []assigner.Car{car("1", moving(4, elevator.Down), 0), car("2", idle(8))}, []elevator.Calls{{}, up(4)}},
		"the door is open there":         {9, hall(up(4)), []assigner.Car{car("1", idle(5)), car("2", open(4, elevator.Up), 8)}, []elevator.Calls{{}, up(4)}},
		"open, but it goes up":           {9, hall(down(4)), []assigner.Car{car("1", idle(5)), car("2", open(4, elevator.Up), 5, 6, 7, 8)}, []elevator.Calls{down(4), {}}},
		"rather idle than busy":          {9, hall(up(4)), []assigner.Car{car("1", idle(3), 0, 1, 2, 3), car("2", idle(5))}, []elevator.Calls{{}, up(4)}},
		"two calls, two cars":            {9, hall(calls(up(0), down(8))), []assigner.Car{car("1", idle(7)), car("2", idle(1))}, []elevator.Calls{down(8), up(0)}},
		// These two have just passed each other; each must not run after what the
		// other is nearer to, for ever.
		"passed each other": {
			12,
			[]assigner.HallCall{old(7, elevator.HallUp, 36), old(7, elevator.HallDown, 36), old(9, elevator.HallUp, 36), old(10, elevator.HallDown, 36)},
			[]assigner.Car{car("1", idle(0)), car("2", moving(8, elevator.Down)), car("3", moving(7, elevator.Up))},
			[]elevator.Calls{{}, calls(up(7), up(9)), calls(down(7), down(10))},
		},
		"what lies on one way": {9, hall(calls(up(5), up(6))), []assigner.Car{car("1", idle(0)), car("2", moving(3, elevator.Up), 8)}, []elevator.Calls{{}, calls(up(5), up(6))}},
		"its cab call is there": {
			9, hall(down(7)),
			[]assigner.Car{car("1", idle(6)), car("2", moving(3, elevator.Up), 7)},
			[]elevator.Calls{down(7), {}},
		},
		"a new call can wait for a stop": {
			9, []assigner.HallCall{old(8, elevator.HallDown, 0), old(0, elevator.HallUp, 0)}, late, []elevator.Calls{{}, calls(up(0), down(8))},
		},
		"an old one can't": {
			9, []assigner.HallCall{old(8, elevator.HallDown, 600), old(0, elevator.HallUp, 0)}, late, []elevator.Calls{up(0), down(8)},
		},
		"of one call given twice the older counts": {
			9, []assigner.HallCall{old(8, elevator.HallDown, 3), old(0, elevator.HallUp, 0), old(8, elevator.HallDown, 600), old(8, elevator.HallDown, 0)}, late, []elevator.Calls{up(0), down(8)},
		},
		"what does not exist": {
			4,
			[]assigner.HallCall{{Floor: 4, Button: elevator.HallDown}, {Floor: -1}, {Floor: 3, Button: elevator.HallUp}, {Floor: 0, Button: elevator.HallDown}, {Floor: 1, Button: elevator.Cab}, {Floor: 1, Button: 77}, {Floor: 1}},
			[]assigner.Car{car("1", idle(-7)), car("2", moving(99, elevator.Up))},
			[]elevator.Calls{up(1), {}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := assigner.Input{Config: course(tc.floors), Calls: tc.calls, Cars: tc.cars}
			if got := assigner.Assign(in); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// checkAssignment checks that out has each existing call of in once, and nothing
// else.
func checkAssignment(t interface{ Fatalf(string, ...any) }, in assigner.Input, out []elevator.Calls) {
	if len(out) != len(in.Cars) {
		t.Fatalf("%d cars, %d answers", len(in.Cars), len(out))
	}
	if len(out) == 0 {
		return
	}
	var want, got elevator.Calls
	for _, c := range in.Calls {
		if c.Button != elevator.Cab && elevator.ButtonExists(min(in.Config.Floors, elevator.MaxFloors), c.Floor, c.Button) {
			want.Put(c.Floor, c.Button, true)
		}
	}
	n := 0
	for _, c := range out {
		n += c.Len()
		got = got.Or(c)
	}
	if got != want || n != want.Len() {
		t.Fatalf("the calls are %v; assigned: %v", want, out)
	}
}

// TestEachCallOnce checks that every call has exactly one car, also if it's given
// twice, and that the books are right after all moves of the search.
func TestEachCallOnce(t *testing.T) {
	var a assigner.Assigner
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		if rapid.Bool().Draw(t, "all lit") {
			in = scene(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "cars"), rapid.IntRange(2, 10).Draw(t, "floors"), 100, 10)
		}
		if rapid.Bool().Draw(t, "twice") {
			in.Calls = append(in.Calls, in.Calls...)
		}
		checkAssignment(t, in, a.Assign(in))
		if err := a.Consistent(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestNonexistentButtons checks that calls whose buttons don't exist change
// nothing, neither in an assignment nor in a prediction.
func TestNonexistentButtons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := assigner.Assign(in)
		n := in.Config.Floors
		bad := calls(up(n-1), down(0))
		if n < elevator.MaxFloors {
			bad = calls(bad, up(n), down(n), cab(n), cab(elevator.MaxFloors-1))
		}
		for i := range in.Cars {
			c := &in.Cars[i]
			p := assigner.Predict(nil, in.Config, *c, want[i])
			c.Cab = c.Cab.Or(bad.Cab)
			if q := assigner.Predict(nil, in.Config, *c, want[i].Or(bad)); !slices.Equal(p, q) {
				t.Fatalf("predicted %v, and %v with %v", p, q, bad)
			}
		}
		in.Calls = append(in.Calls, hall(bad.Hall())...)
		if got := assigner.Assign(in); !slices.Equal(got, want) {
			t.Fatalf("assigned %v, and %v with %v", want, got, bad)
		}
	})
}

func TestAnyInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawAnything(t)
		checkAssignment(t, in, assigner.Assign(in))
	})
}

// TestOrderDoesNotMatter checks that the order of the cars and of the calls
// decides nothing (SPEC R4), with ids given twice as well.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		twice := rapid.Bool().Draw(t, "one id twice")
		if twice && len(in.Cars) > 1 {
			last := len(in.Cars) - 1
			in.Cars[1].ID = in.Cars[0].ID
			in.Cars[last] = in.Cars[0]
			in.Cars[last].Cab.Put(rapid.IntRange(0, in.Config.Floors-1).Draw(t, "cab"), rapid.Bool().Draw(t, "lit"))
		}
		want := assigner.Assign(in)
		perm := rapid.Permutation(seq(len(in.Cars))).Draw(t, "cars")
		other := assigner.Input{Config: in.Config, Presses: in.Presses, Calls: rapid.Permutation(in.Calls).Draw(t, "calls")}
		for _, i := range perm {
			other.Cars = append(other.Cars, in.Cars[i])
		}
		got := assigner.Assign(other)
		for to, from := range perm {
			// Equal cars can't be told apart: any of their shares will do.
			same := false
			for i := range in.Cars {
				same = same || in.Cars[i] == in.Cars[from] && want[i] == got[to]
			}
			if !same {
				t.Fatalf("car %d: %v, and %v in another order", from, want[from], got[to])
			}
		}
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// TestNoMemory checks that what an Assigner did before changes nothing, and that
// neither does the input.
func TestNoMemory(t *testing.T) {
	var used assigner.Assigner // throughout all histories
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(t, "history") {
			in := drawInput(t)
			before := assigner.Input{Config: in.Config, Presses: in.Presses, Calls: slices.Clone(in.Calls), Cars: slices.Clone(in.Cars)}
			got, want := used.Assign(in), assigner.Assign(in)
			if !slices.Equal(got, want) {
				t.Fatalf("used: %v, fresh: %v", got, want)
			}
			if !slices.Equal(in.Calls, before.Calls) || !slices.Equal(in.Cars, before.Cars) {
				t.Fatalf("the input was changed")
			}
		}
	})
}

func TestNoAllocation(t *testing.T) {
	in := scene(1, 8, 16, 100, 20)
	var a assigner.Assigner
	a.Assign(in)
	if n := testing.AllocsPerRun(10, func() { a.Assign(in) }); n != 0 {
		t.Errorf("%v allocations for a decision in steady state", n)
	}
}

// TestNearOptimum compares the search with all possible assignments: with few
// calls, where all are compared but for the positions in the end, and with more.
func TestNearOptimum(t *testing.T) {
	for _, tc := range []struct {
		calls, scenes int
		within        float64
	}{{5, 40, 1.01}, {8, 6, 1.08}} {
		var found, best, worst float64
		for seed := range uint64(tc.scenes) {
			in := scene(seed, 3, 6, 100, 20)
			r := rand.New(rand.NewPCG(seed, 2))
			r.Shuffle(len(in.Calls), func(i, j int) { in.Calls[i], in.Calls[j] = in.Calls[j], in.Calls[i] })
			in.Calls = in.Calls[:tc.calls]
			in.Presses[r.IntN(6)] = 10
			f := assigner.Cost(in, assigner.Assign(in))
			b := optimum(in)
			if f < b {
				t.Fatalf("scene %d: %v is better than the best, %v", seed, f, b)
			}
			found += float64(f)
			best += float64(b)
			worst = max(worst, float64(f)/float64(b))
		}
		t.Logf("%d calls: %.2f %% above the optimum on average, %.1f %% at the worst", tc.calls, 100*(found/best-1), 100*(worst-1))
		if found > tc.within*best {
			t.Errorf("%d calls: %.2f %% above the optimum", tc.calls, 100*(found/best-1))
		}
	}
}

// optimum tries every assignment.
func optimum(in assigner.Input) int64 {
	share := make([]elevator.Calls, len(in.Cars))
	best := int64(-1)
	var try func(i int)
	try = func(i int) {
		if i == len(in.Calls) {
			if c := assigner.Cost(in, share); best < 0 || c < best {
				best = c
			}
			return
		}
		c := in.Calls[i]
		for j := range share {
			share[j].Put(c.Floor, c.Button, true)
			try(i + 1)
			share[j].Put(c.Floor, c.Button, false)
		}
	}
	try(0)
	return best
}
