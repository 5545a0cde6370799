package traffic

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

const second = time.Second

// journal notes when each passenger boards and leaves, and all that is counted.
type journal struct {
	board, leave           map[int]time.Duration
	calls, changes, floors int
	fault                  string
}

func newJournal() *journal {
	return &journal{board: map[int]time.Duration{}, leave: map[int]time.Duration{}}
}

func (j *journal) boarded(who int, now time.Duration) {
	if _, twice := j.board[who]; twice {
		j.fault = fmt.Sprintf("passenger %d boards twice", who)
	}
	j.board[who] = now
}

func (j *journal) left(who int, now time.Duration) {
	if _, twice := j.leave[who]; twice {
		j.fault = fmt.Sprintf("passenger %d leaves twice", who)
	}
	j.leave[who] = now
}

func (j *journal) call(time.Duration)       { j.calls++ }
func (j *journal) reassigned(time.Duration) { j.changes++ }
func (j *journal) floor(time.Duration)      { j.floors++ }

// serveAll lets a building run until everybody who comes is where he wants to be.
func serveAll(s Scenario, coming []Passenger, policy Policy, l log) error {
	b, err := newBuilding(s, coming, policy, l)
	for err == nil && !b.people.allServed() {
		err = b.advance()
	}
	return err
}

// TestByHand follows one car and three floors: 2.5 s from floor to floor, 3 s at
// each stop.
func TestByHand(t *testing.T) {
	coming := []Passenger{
		{10 * second, 0, 2}, // The car is here. It leaves at 13 and is at 2 at 18.
		{14 * second, 1, 0}, // It passes at 15.5 on its way up, is back at 23.5 and at 0 at 29.
		{27 * second, 1, 2}, // It has just left, at 26.5. It leaves 0 at 32, is here at 34.5, at 2 at 40.
		{30 * second, 0, 1}, // The door is open, but has announced nothing yet: a call gives it 3 s more.
	}
	// The last one: at 29 the car opens at 0 for who wants to leave, announcing up
	// for the call at 1. So he boards at once, at 30.
	want := map[int][2]time.Duration{
		0: {10 * second, 18 * second},
		1: {23500 * time.Millisecond, 29 * second},
		2: {34500 * time.Millisecond, 40 * second},
		3: {30 * second, 34500 * time.Millisecond},
	}
	for _, p := range Policies() {
		if p.Name == "ours+park" {
			continue // the car would wait elsewhere: see TestPark
		}
		j := newJournal()
		if err := serveAll(Scenario{Cars: 1, Floors: 3, Intensity: 1}, coming, p.New(), j); err != nil {
			t.Fatal(err)
		}
		for who, times := range want {
			if got := [2]time.Duration{j.board[who], j.leave[who]}; got != times {
				t.Errorf("%s: passenger %d boards and leaves at %v, want %v", p.Name, who, got, times)
			}
		}
		if j.calls != 3 || j.changes != 0 || j.floors != 6 || j.fault != "" {
			t.Errorf("%s: %d calls, %d reassigned, %d floors %s", p.Name, j.calls, j.changes, j.floors, j.fault)
		}
	}
}

// TestAnnouncesLater: a door opened for a cab call alone announces nothing, and a
// call that comes then gets a full door time.
func TestAnnouncesLater(t *testing.T) {
	j := newJournal()
	coming := []Passenger{{10 * second, 0, 1}, {17 * second, 1, 2}}
	// At 1 at 15.5, announcing nothing. The second one boards at 17, the door closes
	// at 20.
	if err := serveAll(Scenario{Cars: 1, Floors: 3, Intensity: 1}, coming, every{}, j); err != nil {
		t.Fatal(err)
	}
	if j.board[1] != 17*second || j.leave[1] != 22500*time.Millisecond {
		t.Errorf("boards at %v and leaves at %v", j.board[1], j.leave[1])
	}
}

// TestMeasures computes the figures of a diary by hand.
func TestMeasures(t *testing.T) {
	coming := []Passenger{{At: 5 * second}, {At: 10 * second}, {At: 11 * second}, {At: 19 * second}, {At: 20 * second}}
	d := newDiary(coming, 10*second, 20*second)
	for who, wait := range []time.Duration{900, 2, 4, 90, 900} {
		d.boarded(who, coming[who].At+wait*second)
		d.left(who, coming[who].At+(wait+10)*second)
	}
	for _, at := range []time.Duration{9, 10, 15, 19, 20} {
		d.floor(at * second)
		d.call(at * second)
	}
	d.reassigned(9 * second)
	d.reassigned(10 * second)
	want := Measures{
		Passengers: 3, Wait: 32, Wait90: 90, WaitMax: 90, WaitSquare: (4 + 16 + 8100) / 3.0,
		Journey: 42, Over60: 1 / 3.0, Floors: 3 * 360, Reassigned: 1 / 3.0,
	}
	near := cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) < 1e-9 })
	if diff := cmp.Diff(want, d.measures(), near); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	empty := newDiary(nil, 10*second, 20*second)
	if m := empty.measures(); m.Passengers != 0 || !math.IsNaN(m.Wait) || !math.IsNaN(m.WaitMax) || !math.IsNaN(m.Reassigned) {
		t.Errorf("with nobody: %+v", m)
	}
}

// TestConservation runs any scenario under any policy, and looks at every moment:
// everybody boards once where he is, in a car that announces his direction, leaves
// once where he wants to be, none waits for less than nothing, no car holds more
// than it can, and no car moves with its door open.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Scenario{
			Cars:      rapid.IntRange(1, 5).Draw(t, "cars"),
			Floors:    rapid.IntRange(2, 12).Draw(t, "floors"),
			Pattern:   Pattern(rapid.IntRange(0, Patterns-1).Draw(t, "pattern")),
			Intensity: rapid.IntRange(50, 2000).Draw(t, "intensity"),
			Batch:     rapid.Bool().Draw(t, "batch"),
			Capacity:  rapid.IntRange(0, 4).Draw(t, "capacity"),
		}
		policy := rapid.SampledFrom(append(Policies(), Named{Name: "parks", New: func() Policy { return new(parks) }})).Draw(t, "policy")
		coming := Passengers(s, rapid.Uint64().Draw(t, "seed"), 5*time.Minute)
		j := newJournal()
		b, err := newBuilding(s, coming, policy.New(), j)
		if err != nil {
			t.Fatal(err)
		}
		for !b.people.allServed() {
			before := b.now
			if err := b.advance(); err != nil {
				t.Fatal(err)
			}
			if b.now < before {
				t.Fatalf("%s: after %v comes %v", policy.Name, before, b.now)
			}
			for i := range b.cars {
				c := &b.cars[i]
				if s.Capacity > 0 && c.riders.aboard > s.Capacity {
					t.Fatalf("at %v car %d holds %d people", b.now, i, c.riders.aboard)
				}
				if c.out.Door && (c.shaft.Moving() != elevator.Stop || c.shaft.Floor() != c.state.Floor) {
					t.Fatalf("at %v car %d moves with its door open", b.now, i)
				}
				if c.shaft.OutOfBounds() {
					t.Fatalf("at %v car %d runs into an end switch", b.now, i)
				}
				for f, who := range c.riders.to {
					for _, w := range who {
						if coming[w].To != f {
							t.Fatalf("at %v passenger %d rides to %d", b.now, w, f)
						}
						if !c.cab.Has(f) {
							t.Fatalf("at %v nobody has pressed %d", b.now, f)
						}
					}
				}
			}
		}
		if j.fault != "" {
			t.Fatal(j.fault)
		}
		fastest := b.cfg.Travel + b.cfg.Pass
		for who, p := range coming {
			board, leave := j.board[who], j.leave[who]
			floors := time.Duration(max(p.From-p.To, p.To-p.From))
			if board < p.At || leave < board+floors*fastest {
				t.Fatalf("%s: passenger %d comes at %v to go %d floors, boards at %v and leaves at %v", policy.Name, who, p.At, floors, board, leave)
			}
		}
		if !b.lit.Empty() {
			t.Fatalf("%v are lit for nobody", b.lit)
		}
	})
}

// TestCapacity: who doesn't fit presses again when the car is gone.
func TestCapacity(t *testing.T) {
	var coming []Passenger
	for range 5 {
		coming = append(coming, Passenger{10 * second, 0, 1})
	}
	for capacity, want := range map[int][]time.Duration{
		0: {10, 10, 10, 10, 10},
		2: {10, 10, 21, 21, 32}, // A round trip: 3 s, 2.5 s, 3 s, 2.5 s.
		5: {10, 10, 10, 10, 10},
	} {
		j := newJournal()
		if err := serveAll(Scenario{Cars: 1, Floors: 2, Intensity: 1, Capacity: capacity}, coming, every{}, j); err != nil {
			t.Fatal(err)
		}
		for who, at := range want {
			if j.board[who].Round(time.Millisecond) != at*second {
				t.Errorf("capacity %d: passenger %d boards at %v, want %v", capacity, who, j.board[who], at*second)
			}
		}
		if calls := (5 + max(capacity, 1) - 1) / max(capacity, 1); capacity > 0 && j.calls != calls {
			t.Errorf("capacity %d: %d calls, want %d", capacity, j.calls, calls)
		}
	}
}

// TestLosesItsCall: a car that loses its last call between two floors stops at the
// next one without opening its door.
func TestLosesItsCall(t *testing.T) {
	// Both cars are at 0 and go to floor 3, at 17.5. The second one is taken off at
	// 14, when somebody else comes; it's past floor 1, and stops at 2.
	withdraws := script(func(in *Input, out *Decision) {
		for _, c := range in.Calls {
			out.Calls[0].Put(c.Floor, c.Button, true)
			if in.Now < 14*second {
				out.Calls[1].Put(c.Floor, c.Button, true)
			}
		}
	})
	coming := []Passenger{{10 * second, 3, 0}, {14 * second, 3, 1}, {14 * second, 3, 2}, {14 * second, 2, 0}}
	b, err := newBuilding(Scenario{Cars: 2, Floors: 5, Intensity: 1}, coming, withdraws, newJournal())
	if err != nil {
		t.Fatal(err)
	}
	for b.now < 30*second {
		if err := b.advance(); err != nil {
			t.Fatal(err)
		}
		c := &b.cars[1]
		if c.out.Door {
			t.Fatalf("at %v it opens its door", b.now)
		}
		if at := 15 * second; b.now > at && (c.state != elevator.State{Floor: 2} || c.since != at) {
			t.Fatalf("at %v it is %+v since %v", b.now, c.state, c.since)
		}
	}
}

// script is a policy that is a function.
type script func(in *Input, out *Decision)

func (script) Ages() bool                        { return false }
func (script) Parks() bool                       { return false }
func (s script) Decide(in *Input, out *Decision) { s(in, out) }

// TestPark sends an idle car to wait at floor 4.
func TestPark(t *testing.T) {
	// Alone it sets out after 2 s and is there 10 s later.
	j := newJournal()
	drive := func(coming []Passenger, until time.Duration) *building {
		b, err := newBuilding(Scenario{Cars: 1, Floors: 6, Intensity: 1}, coming, new(parks), j)
		if err != nil {
			t.Fatal(err)
		}
		for b.next() <= until {
			if err := b.advance(); err != nil {
				t.Fatal(err)
			}
			if c := &b.cars[0]; c.out.Door && len(coming) == 0 {
				t.Fatalf("at %v it opens its door", b.now)
			}
		}
		return b
	}
	b := drive(nil, time.Hour)
	if c := &b.cars[0]; b.now != 12*second || c.state != (elevator.State{Floor: 4, Parking: true}) || j.floors != 4 {
		t.Errorf("at %v it is %+v, %d floors travelled", b.now, c.state, j.floors)
	}
	// Between 1 and 2 it gets a call from 0: it turns at 2, is at 0 at 12 s, leaves
	// at 15 s, and brings the passenger to 1. From there it goes to 4 at 22.5 s.
	j = newJournal()
	b = drive([]Passenger{{5 * second, 0, 1}}, time.Hour)
	if j.board[0] != 12*second || j.leave[0] != 17500*time.Millisecond {
		t.Errorf("boards at %v and leaves at %v", j.board[0], j.leave[0])
	}
	if c := &b.cars[0]; c.state != (elevator.State{Floor: 4, Parking: true}) || b.now.Round(time.Millisecond) != 30*second {
		t.Errorf("at %v it is %+v", b.now, c.state)
	}
}

// parks is every, and lets all cars wait at floor 4, or at the top.
type parks struct{ every }

func (*parks) Parks() bool { return true }

func (p *parks) Decide(in *Input, out *Decision) {
	p.every.Decide(in, out)
	for i := range out.Park {
		out.Park[i] = min(4, in.Config.Floors-1)
	}
}

// TestBadPolicies: a run says what a policy does wrong.
func TestBadPolicies(t *testing.T) {
	for want, policy := range map[string]script{
		"sends no car to":         func(*Input, *Decision) {},
		"which nobody called for": func(_ *Input, out *Decision) { out.Calls[0].Put(2, elevator.HallUp, true) },
		"parks car 1 at floor 99": func(_ *Input, out *Decision) { out.Park[0] = 99 },
		"parks car 1 at floor -2": func(_ *Input, out *Decision) { out.Park[0] = -2 },
		"sends no car to 0":       func(in *Input, out *Decision) { out.Calls[0].Put(0, elevator.Cab, true) },
	} {
		_, err := Run(Scenario{Cars: 2, Floors: 4, Intensity: 400}, 1, time.Minute, policy)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// TestInput: a policy is told the truth, ages in whole seconds and phases exactly.
func TestInput(t *testing.T) {
	coming := []Passenger{{10500 * time.Millisecond, 2, 0}, {13700 * time.Millisecond, 1, 0}}
	asked := 0
	policy := ticking(func(in *Input, out *Decision) {
		every{}.Decide(in, out)
		state, phase := in.Cars[0].State, in.Phase[0]
		switch in.Now {
		case 11 * second:
			asked++
			if len(in.Calls) != 1 || in.Calls[0].Age != 0 || in.Since[0] != 10500*time.Millisecond {
				t.Errorf("at %v: %+v", in.Now, in.Calls)
			}
			if state.Behaviour != elevator.Moving || state.Floor != 0 || phase != 500*time.Millisecond {
				t.Errorf("at %v: %+v for %v", in.Now, state, phase)
			}
		case 14 * second: // it passed floor 1 at 13 s
			asked++
			if len(in.Calls) != 2 || in.Calls[0].Age != 0 || in.Calls[1].Age != 3 {
				t.Errorf("at %v: %+v", in.Now, in.Calls)
			}
			if state.Behaviour != elevator.Moving || state.Floor != 1 || phase != second {
				t.Errorf("at %v: %+v for %v", in.Now, state, phase)
			}
		case 17 * second: // it came to floor 2 at 15.5 s
			asked++
			if len(in.Calls) != 1 || in.Calls[0].Age != 3 || state.Behaviour != elevator.DoorOpen ||
				state.Direction != elevator.Down || phase != 1500*time.Millisecond || !in.Cars[0].Cab.Has(0) {
				t.Errorf("at %v: %+v, %+v for %v", in.Now, in.Calls, in.Cars[0], phase)
			}
		}
	})
	if err := serveAll(Scenario{Cars: 1, Floors: 4, Intensity: 1}, coming, policy, newJournal()); err != nil {
		t.Fatal(err)
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

// ticking is a script that looks at ages.
type ticking script

func (ticking) Ages() bool                        { return true }
func (ticking) Parks() bool                       { return false }
func (s ticking) Decide(in *Input, out *Decision) { s(in, out) }

// TestDeterministic: equal runs are equal, and those of the policies that won't
// change any more are what they were when this was written, on any platform.
func TestDeterministic(t *testing.T) {
	s := Scenario{Cars: 3, Floors: 9, Pattern: Lunch, Intensity: 800, Batch: true, Capacity: 8}
	for _, p := range Policies() {
		var waits []Measures
		for range 2 {
			m, err := Run(s, 11, 20*time.Minute, p.New())
			if err != nil {
				t.Fatal(err)
			}
			waits = append(waits, m)
		}
		if waits[0] != waits[1] {
			t.Errorf("%s: %+v and %+v", p.Name, waits[0], waits[1])
		}
		m := waits[0]
		got := fmt.Sprintf("%d %.6g %.6g %.6g %.6g %.6g", m.Passengers, m.Wait, m.WaitSquare, m.Journey, m.Floors, m.Reassigned)
		want, pinned := map[string]string{
			"all": "384 10.7906 265.067 27.8398 2667 0",
			"hra": "384 8.96447 198.57 25.8472 2193 0.551724",
		}[p.Name]
		if pinned && got != want {
			t.Errorf("%s: %s, want %s", p.Name, got, want)
		}
	}
}
