package model

import (
	"sync"
	"testing"

	"elevnet/internal/elevator"
	"elevnet/internal/ledger"
	"elevnet/worldview"
)

// side runs workers side by side.
func side(workers int, task func(int)) {
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { task(i) })
	}
	wg.Wait()
}

func TestNothingIsBrokenWithinSmallBounds(t *testing.T) {
	for _, o := range []Options{
		{Name: "press", Nodes: 2, Hall: 1},
		{Name: "late, both restarted", Nodes: 2, Crashes: 2, Saved: 1, Acquainted: true},
	} {
		t.Run(o.Name, func(t *testing.T) {
			o.Fair, o.Workers, o.Run = 32, 2, side
			r := Check(o)
			if v := r.Violation; v != nil {
				t.Fatalf("%s\n%v", v.Property, v.Trace)
			}
			if !r.Exhaustive || r.States < 1000 || r.FairRuns == 0 {
				t.Errorf("not explored: %+v", r)
			}
		})
	}
}

func TestBeginningOfLargerBounds(t *testing.T) {
	for _, o := range Preset("default") {
		t.Run(o.Name, func(t *testing.T) {
			o.MaxStates, o.Fair, o.Workers, o.Run = 1000, 64, 2, side
			if v := Check(o).Violation; v != nil {
				t.Fatalf("%s\n%v", v.Property, v.Trace)
			}
		})
	}
}

// TestBrokenRulesAreNoticed breaks one rule each. Systematic mutants of the
// source are elsewhere.
func TestBrokenRulesAreNoticed(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		bend func(r *rules)
		want Property
	}{
		{"a lamp without its disk", Options{Nodes: 2, Hall: 1}, func(r *rules) {
			r.confirm = func(l *ledger.Ledger, live elevator.NodeSet, late func(int, int) bool) {
				l.SetDisk(worldview.DiskFailed)
				l.Confirm(live, late)
				l.SetDisk(worldview.DiskWorks)
			}
		}, Unbacked},
		{"a lamp without the peers", Options{Nodes: 2, Hall: 1, Acquainted: true}, func(r *rules) {
			r.confirm = func(l *ledger.Ledger, _ elevator.NodeSet, late func(int, int) bool) { l.Confirm(0, late) }
		}, Unacknowledged},
		{"serves more than was seen", Options{Nodes: 2, Hall: 2}, func(r *rules) {
			r.serve = func(l *ledger.Ledger, number int) {
				l.Serve(number)
				for i := range l.View().Len() {
					if c := l.View().Call(i, number); c.P > 0 {
						c.P, c.S = c.P+1, c.P+1
						l.View().SetCall(i, number, c)
					}
				}
			}
		}, Foreign},
		{"a press on a lit lamp doesn't count", Options{Nodes: 2, Hall: 2}, func(r *rules) {
			r.press = func(l *ledger.Ledger, number int) {
				if !l.View().Call(l.Me(), number).Lit() {
					l.Press(number)
				}
			}
		}, Twice},
		{"a press uses the stamp of the one before", Options{Nodes: 2, Hall: 2}, func(r *rules) {
			r.press = func(l *ledger.Ledger, number int) {
				c := l.View().Call(l.Me(), number)
				c.P = l.Life().Start() + 1
				l.View().SetCall(l.Me(), number, c)
			}
		}, Twice},
		{"lives don't grow, and the disk isn't read", Options{Nodes: 2, Hall: 2, Crashes: 1, Acquainted: true}, func(r *rules) {
			r.open = func(cfg ledger.Config, _ [][]byte) (*ledger.Ledger, error) {
				cfg.Second, cfg.Boot = 1, 1
				return ledger.Open(cfg, nil), nil
			}
			r.boots[1] = 1
		}, Twice},
		{"lamps are never lit", Options{Nodes: 2, Hall: 1, Fair: 1}, func(r *rules) {
			r.confirm = func(*ledger.Ledger, elevator.NodeSet, func(int, int) bool) {}
		}, Stuck},
		{"a step panics", Options{Nodes: 2, Hall: 1}, func(r *rules) {
			r.serve = func(*ledger.Ledger, int) { panic("broken") }
		}, Panic},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.rules = production()
			c.bend(c.o.rules)
			c.o.MaxStates = 50_000
			r := Check(c.o)
			if r.Violation == nil {
				t.Fatalf("not noticed: %+v", r)
			}
			if r.Violation.Property != c.want {
				t.Errorf("%s, want %s", r.Violation.Property.Name(), c.want.Name())
			}
			for i, s := range r.Violation.Trace {
				t.Logf("%d. %s", i+1, s)
			}
			if len(r.Violation.Trace) == 0 {
				t.Error("no story")
			}
		})
	}
}

// TestWorkersFindTheSame: neither the number of workers nor the names of nodes
// change what there is.
func TestWorkersFindTheSame(t *testing.T) {
	o := Options{Nodes: 2, Hall: 1}
	one := Check(o)
	for workers := 2; workers <= 2; workers++ {
		o.Workers, o.Run = workers, side
		if r := Check(o); r.States != one.States || r.Transitions != one.Transitions || r.Depth != one.Depth {
			t.Errorf("%d workers: %d states, %d transitions, depth %d; one: %d, %d, %d", workers,
				r.States, r.Transitions, r.Depth, one.States, one.Transitions, one.Depth)
		}
	}
}

func TestLimits(t *testing.T) {
	o := Options{Nodes: 2, Hall: 2, Crashes: 1}
	o.MaxStates = 2000
	if r := Check(o); r.Exhaustive || r.Stopped == "" || r.States < 2000 {
		t.Errorf("states: %+v", r)
	}
	o.MaxStates, o.MaxBytes = 0, 1<<21
	if r := Check(o); r.Exhaustive || r.Stopped == "" {
		t.Errorf("memory: %+v", r)
	}
	o.MaxBytes = 0
	o.Progress = func(Result) bool { return false }
	if r := Check(o); r.Exhaustive || r.Stopped == "" {
		t.Errorf("interrupted: %+v", r)
	}
}

func TestPropertiesHaveNames(t *testing.T) {
	seen := make(map[string]bool)
	for p := none; p < properties; p++ {
		if p.Name() == "" || p.String() == "" || seen[p.Name()] {
			t.Errorf("property %d: %q, %q", p, p.Name(), p)
		}
		seen[p.Name()] = true
	}
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		if len(Preset(name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if Preset("other") != nil {
		t.Error("an unknown name has a preset")
	}
}
