package fsm

import (
	"testing"
	"time"

	"elevnet/internal/elevator"

	"github.com/google/go-cmp/cmp"
)

func TestNew(t *testing.T) {
	e := New(elevator.DefaultConfig())
	want := elevator.State{Unavailable: elevator.Starting | elevator.ServerLost}
	if diff := cmp.Diff(want, e.State()); diff != "" {
		t.Error(diff)
	}
	out := e.Step(Input{}, 0)
	if diff := cmp.Diff(Output{Indicator: elevator.NoFloor}, out); diff != "" {
		t.Error(diff)
	}
}

// TestFirstMoment starts at time 0 with a call lit: it's acted on at once.
func TestFirstMoment(t *testing.T) {
	e := New(elevator.DefaultConfig())
	in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 1}}
	in.Calls.Put(3, elevator.Cab, true)
	if out := e.Step(in, 0); out.Motor != elevator.Up {
		t.Errorf("%+v", out)
	}
}

// TestConnections counts a connection by its number or by a loss in between,
// and gives the open door its full time in each.
func TestConnections(t *testing.T) {
	for _, tc := range []struct {
		name  string
		lost  bool
		link  uint32
		until time.Duration
	}{
		{"the same", false, 1, 3 * time.Second},
		{"lost, same number", true, 1, 5 * time.Second},
		{"next number", false, 2, 5 * time.Second},
		{"lost, next number", true, 2, 5 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := New(elevator.DefaultConfig())
			in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 1}}
			in.Calls.Put(1, elevator.Cab, true)
			e.Step(in, 0)
			if tc.lost {
				e.Step(Input{Calls: in.Calls}, time.Second)
			}
			in.Link = tc.link
			if out := e.Step(in, 2*time.Second); !out.Door || out.Deadline != tc.until {
				t.Errorf("%+v, want it open until %v", out, tc.until)
			}
		})
	}
}

// TestFork steps a copy: the original knows nothing of it.
func TestFork(t *testing.T) {
	e := New(elevator.DefaultConfig())
	in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 1}}
	e.Step(in, time.Second)
	before, fork := e, e
	in.Calls.Put(3, elevator.Cab, true)
	if out := fork.Step(in, 2*time.Second); out.Motor != elevator.Up {
		t.Errorf("the fork doesn't go: %+v", out)
	}
	if e != before {
		t.Error("the original changed")
	}
}

// TestHammeredButtons hammers each set of buttons of one floor at 20 Hz for ten
// minutes, with a call waiting at another: it's served in the time of a few
// stops (E1, E2).
func TestHammeredButtons(t *testing.T) {
	cfg := elevator.DefaultConfig()
	for floor := range cfg.Floors {
		for set := 1; set < 1<<elevator.Buttons; set++ {
			for target := range cfg.Floors {
				for slow := range 2 {
					var hammered elevator.Calls
					for b := range elevator.Button(elevator.Buttons) {
						hammered.Put(floor, b, set>>b&1 != 0 && elevator.ButtonExists(cfg.Floors, floor, b))
					}
					if target == floor || hammered.Empty() {
						continue
					}
					w := newWorld(cfg, 2*floor)
					w.connect()
					w.slow = slow == 1
					w.mash(hammered, 10*time.Second)
					var waiting elevator.Calls
					waiting.Put(target, elevator.Cab, true)
					began, reached := w.now, false
					w.stepped = func() { reached = reached || w.out.Door && w.state.Floor == target }
					w.press(waiting)
					for !reached && w.now < began+10*time.Minute && w.err == nil {
						w.mash(hammered, 50*time.Millisecond)
					}
					if w.err != nil {
						t.Fatalf("%v hammered: %v", hammered, w.err)
					}
					// Two announcements, each lengthened once, then the way.
					if bound := 4*cfg.Door + 3*(cfg.Travel+cfg.Pass); w.now-began > bound {
						t.Errorf("%v hammered, call at %d: served after %v, want at most %v", hammered, target, w.now-began, bound)
					}
				}
			}
		}
	}
}

// TestForeignSensor checks floors that the building doesn't have: the car comes
// back into it.
func TestForeignSensor(t *testing.T) {
	for _, floor := range []int{4, 7, 1 << 40, -2, -1 << 40} {
		e := New(elevator.DefaultConfig())
		in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: floor}}
		out := e.Step(in, 0)
		if out.Motor != elevator.Down || e.State().Unavailable != elevator.Starting {
			t.Errorf("sensor %d at the start: %+v, %+v", floor, out, e.State())
		}
	}
	e := New(elevator.DefaultConfig())
	in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 2}}
	in.Calls.Put(3, elevator.Cab, true)
	e.Step(in, 0)
	in.Floor = 4
	if out := e.Step(in, time.Second); out.Motor != elevator.Down || e.State().Unavailable != elevator.Starting {
		t.Errorf("above the building: %+v, %+v", out, e.State())
	}
}

// TestAbsentButtons lights calls that no button of the building can make.
func TestAbsentButtons(t *testing.T) {
	e := New(elevator.DefaultConfig())
	in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 3}}
	in.Calls.Put(3, elevator.HallUp, true)
	in.Calls.Put(0, elevator.HallDown, true)
	in.Calls.Put(9, elevator.Cab, true)
	if out := e.Step(in, 0); out != (Output{Indicator: 3}) {
		t.Errorf("acts on calls that don't exist: %+v", out)
	}
}

// BenchmarkStep measures a step of a car that is on its way, and one that opens
// and closes the door.
func BenchmarkStep(b *testing.B) {
	for _, floors := range []int{4, elevator.MaxFloors} {
		cfg := elevator.DefaultConfig()
		cfg.Floors = floors
		in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 1}}
		b.Run(map[bool]string{true: "4 floors", false: "128 floors"}[floors == 4], func(b *testing.B) {
			b.Run("on the way", func(b *testing.B) {
				e, in := New(cfg), in
				in.Calls.Put(floors-1, elevator.Cab, true)
				b.ReportAllocs()
				for b.Loop() {
					e.Step(in, time.Second)
				}
			})
			b.Run("door", func(b *testing.B) {
				e, in := New(cfg), in
				in.Calls.Put(1, elevator.HallUp, true)
				in.Calls.Put(1, elevator.HallDown, true)
				var now time.Duration
				b.ReportAllocs()
				for b.Loop() {
					now += cfg.Door
					e.Step(in, now)
				}
			})
		})
	}
}

// TestStepAllocatesNothing holds a step to no allocation at all.
func TestStepAllocatesNothing(t *testing.T) {
	e := New(elevator.DefaultConfig())
	in := Input{Inputs: elevator.Inputs{Connected: true, Link: 1, Floor: 1}}
	in.Calls.Put(1, elevator.HallUp, true)
	in.Calls.Put(1, elevator.HallDown, true)
	var now time.Duration
	if n := testing.AllocsPerRun(100, func() { now += time.Second; e.Step(in, now) }); n != 0 {
		t.Errorf("%v allocations for each step", n)
	}
}
