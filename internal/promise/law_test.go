package promise

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// TestAnyTrace feeds traces that make no sense, twice, with time passing in
// other steps: nothing panics, and what is found is the same, though it may be
// found in another order.
func TestAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{Workspaces: rapid.IntRange(1, 4).Draw(t, "workspaces"), Elevator: elevator.DefaultConfig()}
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		b, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Duration(0)
		for range rapid.IntRange(0, 150).Draw(t, "events") {
			pause := rapid.SampledFrom([]time.Duration{0, time.Millisecond, 30 * time.Millisecond, time.Second, time.Minute}).Draw(t, "pause")
			e := anyEvent(t, 5, 5) // some about what doesn't exist
			for range 4 {
				b.Advance(now + pause/4)
				now += pause / 4
			}
			e.At = now
			a.Observe(e)
			b.Observe(e)
			check(t, a)
		}
		now += time.Hour
		a.Finish(now)
		b.Finish(now)
		if diff := cmp.Diff(a.Violations(), b.Violations()); diff != "" {
			t.Fatalf("differs with more frequent calls of Advance:\n%s", diff)
		}
		for _, v := range a.Violations() {
			if v.Workspace < 0 || v.Workspace >= cfg.Workspaces {
				t.Fatalf("violation of nobody: %v", v)
			}
		}
	})
}

// check holds the sets against their meaning.
func check(t *rapid.T, c *Checker) {
	all := uint64(1)<<len(c.spaces) - 1
	running := c.set.alive &^ c.set.frozen
	if c.set.control&^running != 0 || c.set.leaders&^running != 0 || (c.set.alive|c.set.server|c.set.frozen)&^all != 0 {
		t.Fatalf("sets %+v", c.set)
	}
	var grouped uint64
	for w := range c.spaces {
		s := &c.spaces[w]
		if (s.group>>w&1 != 0) != (running>>w&1 != 0) || s.group&^running != 0 || s.group&^s.reach != 0 {
			t.Fatalf("workspace %d: group %b, reach %b, running %b", w, s.group, s.reach, running)
		}
		if c.set.leaders>>w&1 != 0 {
			if grouped&s.group != 0 {
				t.Fatalf("group %b overlaps", s.group)
			}
			grouped |= s.group
		}
	}
	if grouped != running {
		t.Fatalf("groups hold %b of %b", grouped, running)
	}
	for i := range c.calls {
		k := &c.calls[i]
		for w := range c.spaces {
			if k.owner >= 0 && k.owner != w {
				continue
			}
			l := c.lampAt(w, k.floor, k.button)
			if l.on != (k.lit>>w&1 != 0) {
				t.Fatalf("%v at %d: lit %b, workspace %d %v", k.button, k.floor, k.lit, w, l.on)
			}
		}
		if k.mem&^c.set.alive != 0 {
			t.Fatalf("%v at %d: the dead hold it, %b of %b", k.button, k.floor, k.mem, c.set.alive)
		}
		if (k.stale|k.staleDisk == 0) != (k.oldest == far) {
			t.Fatalf("%v at %d: stale %b, oldest %v", k.button, k.floor, k.stale, k.oldest)
		}
	}
	for f := range c.floors {
		for w := range c.spaces {
			s := &c.spaces[w]
			want := s.open && s.sensor == f && c.set.control>>w&1 != 0
			if c.floors[f].doors>>w&1 != 0 != want {
				t.Fatalf("floor %d: doors %b, workspace %d %v", f, c.floors[f].doors, w, want)
			}
		}
	}
}

func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Histogram
		d := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 1, 50).Draw(t, "durations")
		for i := range d {
			d[i] >>= rapid.IntRange(0, 40).Draw(t, "shift")
			h.Add(time.Duration(d[i]))
		}
		slices.Sort(d)
		got := h.Times()
		median := time.Duration(d[(len(d)-1)/2])
		if got.Count != len(d) || got.Worst != time.Duration(d[len(d)-1]) {
			t.Fatalf("%+v of %v", got, d)
		}
		if diff := (got.Median - median).Abs(); diff > median/25+time.Microsecond {
			t.Fatalf("median %v, want %v", got.Median, median)
		}
		p99 := time.Duration(d[(len(d)*99+99)/100-1])
		if diff := (got.P99 - p99).Abs(); diff > p99/25+time.Microsecond {
			t.Fatalf("99 of 100 within %v, want %v", got.P99, p99)
		}
		// Counted in two parts it is the same.
		var a, b Histogram
		for i, x := range d {
			if i%3 == 0 {
				a.Add(time.Duration(x))
			} else {
				b.Add(time.Duration(x))
			}
		}
		if a.Merge(&b); !a.Equal(h) {
			t.Fatalf("in parts %+v, want %+v", a.Times(), got)
		}
	})
}

func TestTimesOfNothing(t *testing.T) {
	var h Histogram
	if got := h.Times(); got != (Times{}) {
		t.Errorf("%+v", got)
	}
	h.Add(-time.Second)
	if got := h.Times(); got != (Times{Count: 1}) {
		t.Errorf("%+v", got)
	}
}

// day is a building with calls that are pressed, lit and served, for as many
// rounds as asked for, each of 12 events a workspace and 20 s.
func day(t testing.TB, workspaces, floors, rounds int, observe func(Event)) {
	t.Helper()
	at := 10 * time.Second
	for r := range rounds {
		w, f := r%workspaces, r%(floors-1)
		do := func(after time.Duration, w int, e Event) {
			e.At, e.Workspace = at+after, w
			observe(e)
		}
		lamps := func(after time.Duration, on bool) {
			for i := range workspaces {
				do(after, i, Event{Kind: ButtonLamp, Floor: f, Button: elevator.HallUp, On: on})
			}
		}
		do(0, w, Event{Kind: ButtonHeld, Floor: f, Button: elevator.HallUp, On: true})
		lamps(15*time.Millisecond, true)
		do(200*time.Millisecond, w, Event{Kind: ButtonHeld, Floor: f, Button: elevator.HallUp})
		for i := range workspaces {
			do(time.Second, i, Event{Kind: SensorChanged, Floor: elevator.NoFloor})
			do(2*time.Second, i, Event{Kind: SensorChanged, Floor: f})
			do(3*time.Second, i, Event{Kind: SensorChanged, Floor: elevator.NoFloor})
			do(4*time.Second, i, Event{Kind: SensorChanged, Floor: f})
		}
		do(6*time.Second, w, Event{Kind: DoorLamp, On: true})
		lamps(6015*time.Millisecond, false)
		do(9*time.Second, w, Event{Kind: DoorLamp})
		at += 20 * time.Second
	}
}

func building(t testing.TB, workspaces, floors int) *Checker {
	t.Helper()
	cfg := elevator.DefaultConfig()
	cfg.Floors = floors
	c, err := New(Config{Workspaces: workspaces, Elevator: cfg})
	if err != nil {
		t.Fatal(err)
	}
	for w := range workspaces {
		c.Observe(Event{Workspace: w, Kind: NodeRunning, On: true})
		c.Observe(Event{Workspace: w, Kind: SensorChanged})
	}
	return c
}

// TestNoAllocation: observing a day in which every promise is kept allocates
// nothing.
func TestNoAllocation(t *testing.T) {
	c := building(t, 3, 4)
	var events []Event
	day(t, 3, 4, 100, func(e Event) { events = append(events, e) })
	i := 0
	if n := testing.AllocsPerRun(len(events)-1, func() { c.Observe(events[i]); i++ }); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
	if v := c.Violations(); len(v) > 0 {
		t.Errorf("%v", v)
	}
	if s := c.Summary(); s.Served != 100 || s.Presses != 100 {
		t.Errorf("%+v", s)
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, size := range []struct {
		name               string
		workspaces, floors int
	}{{"3x4", 3, 4}, {"10x10", 10, 10}, {"64x128", 64, 128}} {
		b.Run(size.name, func(b *testing.B) {
			c := building(b, size.workspaces, size.floors)
			var events []Event
			day(b, size.workspaces, size.floors, 300, func(e Event) { events = append(events, e) })
			length := events[len(events)-1].At + 20*time.Second
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				e := events[i%len(events)]
				e.At += time.Duration(i/len(events)) * length
				c.Observe(e)
			}
			if v := c.Violations(); len(v) > 0 {
				b.Fatal(v[0])
			}
		})
	}
}

// BenchmarkFault is a cable that is pulled and put in again.
func BenchmarkFault(b *testing.B) {
	c := building(b, 3, 4)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Observe(Event{At: time.Duration(i) * time.Second, Workspace: 1, Kind: Link, Peer: 2, On: i%2 == 0})
	}
}
