package fsm

import (
	"testing"
	"time"

	"elevnet/internal/elevator"

	"pgregory.net/rapid"
)

// observer holds an elevator against SPEC E1 to E6 from outside: it sees buttons,
// sensors, switches and what the outputs are, and nothing of the state. It knows
// the specification and no more, and is as dumb as can be.
type observer struct {
	w           *world
	motorSince  time.Duration // the motor has run without any sign of the sensor
	motor       elevator.Direction
	sensor      int
	connected   bool
	link        uint32
	lost        bool
	stopHeld    bool
	stopped     bool
	heading     elevator.Direction       // last direction travelled or announced; Stop at rest
	waiting     map[[2]int]time.Duration // since when the car has been bound to serve it
	disturbedAt time.Duration
}

func observe(w *world) {
	o := &observer{w: w, sensor: elevator.NoFloor, waiting: map[[2]int]time.Duration{}}
	w.stepped = o.step
}

func (o *observer) step() {
	w := o.w
	in, out := w.in, w.out

	// E6: every press of the stop button, and nothing else, stops or lets go.
	if in.Connected {
		if in.Stop && !o.stopHeld {
			o.stopped = !o.stopped
		}
		o.stopHeld = in.Stop
	}
	if out.StopLamp != o.stopped {
		w.fail("E6: after so many presses stopped should be %v", o.stopped)
	}

	// E4: the motor counts as lost exactly when it has run for its time-out
	// without any change of the sensor, and until a floor is reached.
	change := in.Connected && (in.Floor != o.sensor || !o.connected || in.Link != o.link)
	if change || out.Motor == elevator.Stop || out.Motor != o.motor {
		o.motorSince = w.now
	}
	if change && in.Floor != elevator.NoFloor {
		o.lost = false
	}
	overdue := in.Connected && out.Motor != elevator.Stop && w.now-o.motorSince >= w.cfg.MotorTimeout
	o.lost = o.lost || overdue
	lost := w.state.Unavailable&elevator.MotorLost != 0
	if overdue && !lost {
		w.fail("E4: no sign of the car for %v, and the motor isn't lost", w.now-o.motorSince)
	}
	if lost && !o.lost {
		w.fail("E4: the motor is lost after %v", w.now-o.motorSince)
	}

	// E2: it turns only where nobody asks to go on.
	d := out.Motor
	if d == elevator.Stop && !out.Serving.Hall().Empty() {
		if d = elevator.Down; !out.Serving.Up.Empty() {
			d = elevator.Up
		}
	}
	calls := in.Calls
	if out.Door { // what it stands for is being served
		calls = calls.AndNot(out.Serving)
	}
	if d == -o.heading && d != elevator.Stop && w.state.Unavailable&elevator.Starting == 0 && in.Floor != elevator.NoFloor {
		if _, beyond := asked(calls, w.cfg.Floors, in.Floor, o.heading); beyond {
			w.fail("E2: turns from %v to %v at floor %d, and %v are beyond", o.heading, d, in.Floor, calls)
		}
	}
	switch {
	case w.state.Unavailable&elevator.Starting != 0:
		o.heading = elevator.Stop // it looks for a floor, for nobody
	case out.Door && w.state.Direction == elevator.Stop:
		o.heading = elevator.Stop // it has announced that it goes nowhere
	case d != elevator.Stop:
		o.heading = d
	case !out.Door && out.Motor == elevator.Stop && !o.stopped && in.Connected:
		o.heading = elevator.Stop // it rests
	}

	// S4, S1: a call that the car has been given is served within a bound, as
	// long as nothing disturbs the car.
	if o.stopped || in.Obstruction || !in.Connected || lost || w.slow ||
		w.state.Unavailable&elevator.Starting != 0 || !w.h.power || !w.h.obeys {
		o.disturbedAt = w.now
	}
	bound := fairBound(w.cfg)
	for f := range w.cfg.Floors {
		for b := range elevator.Button(elevator.Buttons) {
			key := [2]int{f, int(b)}
			since, waits := o.waiting[key]
			switch has := in.Calls.Has(f, b); {
			case !has:
				delete(o.waiting, key)
			case !waits:
				o.waiting[key] = w.now
			case w.now-max(since, o.disturbedAt) > bound:
				w.fail("S1: %v at floor %d waits for %v", b, f, w.now-max(since, o.disturbedAt))
			}
		}
	}
	o.motor, o.sensor, o.connected, o.link = out.Motor, in.Floor, in.Connected, in.Link
	if !in.Connected {
		o.sensor = elevator.NoFloor
	}
}

// fairBound is how long any call may wait whatever is pressed meanwhile: to one
// end, to the other and back, with the longest stop for each direction at every
// floor.
func fairBound(cfg elevator.Config) time.Duration {
	return 3 * time.Duration(cfg.Floors) * (cfg.Travel + cfg.Pass + 4*cfg.Door)
}

// TestObserved lets an elevator live through everything at once under the eyes of
// an observer: presses and mashed buttons, calls that are taken away, the
// obstruction, the stop button, power that comes and goes, the server as well.
func TestObserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := elevator.DefaultConfig()
		cfg.Floors = rapid.IntRange(2, 6).Draw(t, "floors")
		w := newWorld(cfg, rapid.IntRange(0, 2*(cfg.Floors-1)).Draw(t, "cell"))
		observe(w)
		calls := callsOf(cfg.Floors)
		pause := func(t *rapid.T) time.Duration {
			return time.Duration(rapid.SampledFrom([]int{1, 50, 700, 2500, 9000, 40000}).Draw(t, "ms")) * time.Millisecond
		}
		w.settle()
		w.connect()
		t.Repeat(map[string]func(*rapid.T){
			"press":    func(t *rapid.T) { w.press(calls.Draw(t, "calls")) },
			"press on": func(t *rapid.T) { w.press(calls.Draw(t, "calls")); w.advance(pause(t)) },
			"mash":     func(t *rapid.T) { w.mash(calls.Draw(t, "calls"), pause(t)) },
			"take":     func(t *rapid.T) { w.in.Calls = w.in.Calls.AndNot(calls.Draw(t, "calls").Hall()); w.settle() },
			"wait":     func(t *rapid.T) { w.advance(pause(t)) },
			"obstruct": func(t *rapid.T) { w.switchObstruction(!w.obstruction) },
			"stop":     func(t *rapid.T) { w.pressStop() },
			"power": func(t *rapid.T) {
				if w.h.power {
					w.h.cut()
				} else {
					w.h.restore(rapid.Bool().Draw(t, "remembers"))
				}
			},
			"server": func(t *rapid.T) {
				if w.in.Connected {
					w.disconnect()
				} else {
					w.connect()
				}
			},
			"": func(t *rapid.T) {
				if w.err != nil {
					t.Fatal(w.err)
				}
			},
		})
	})
}

// TestNobodyStarves: whatever buttons are hammered elsewhere, one call is served
// within a bound.
func TestNobodyStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := elevator.DefaultConfig()
		cfg.Floors = rapid.IntRange(2, 6).Draw(t, "floors")
		w := newWorld(cfg, 2*rapid.IntRange(0, cfg.Floors-1).Draw(t, "floor"))
		w.settle()
		w.connect()
		f := rapid.IntRange(0, cfg.Floors-1).Draw(t, "at")
		b := elevator.Button(rapid.IntRange(0, elevator.Buttons-1).Draw(t, "button"))
		if !elevator.ButtonExists(cfg.Floors, f, b) {
			b = elevator.Cab
		}
		w.advance(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
		var one elevator.Calls
		one.Put(f, b, true)
		done := false
		w.served = func(g int, c elevator.Button) { done = done || g == f && c == b }
		w.press(one)
		mashed := callsOf(cfg.Floors).Draw(t, "mashed").AndNot(one)
		for began := w.now; !done; {
			if w.now-began > fairBound(cfg) {
				t.Fatalf("%v at floor %d waits for %v while %v is hammered", b, f, w.now-began, mashed)
			}
			w.press(mashed)
			w.advance(50 * time.Millisecond)
			if w.err != nil {
				t.Fatal(w.err)
			}
		}
	})
}

// TestStepsBetween: steps between what happens and the deadlines change nothing,
// so that it doesn't matter how often a node looks.
func TestStepsBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := elevator.DefaultConfig()
		cfg.Floors = rapid.IntRange(2, 5).Draw(t, "floors")
		w := newWorld(cfg, rapid.IntRange(0, 2*(cfg.Floors-1)).Draw(t, "cell"))
		eager, last := w.e, w.now
		var before Input
		w.stepped = func() {
			if w.now > last+1 {
				for range rapid.IntRange(0, 2).Draw(t, "between") {
					last += time.Duration(rapid.Int64Range(1, int64(w.now-last-1)).Draw(t, "ns"))
					if was, is := eager, eager.Step(before, last); is.Door != (was.behaviour == elevator.DoorOpen) && before.Connected {
						t.Fatalf("at %v a step before the deadline moves the door", last)
					}
					if w.now <= last+1 {
						break
					}
				}
			}
			if out := eager.Step(w.in, w.now); out != w.out || eager != w.e {
				t.Fatalf("at %v, stepped more often it is\n%+v\n%+v\nelse\n%+v\n%+v", w.now, out, eager, w.out, w.e)
			}
			before, last = w.in, w.now
		}
		calls := callsOf(cfg.Floors)
		w.settle()
		w.connect()
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1, 2:
				w.press(calls.Draw(t, "calls"))
			case 3:
				w.switchObstruction(!w.obstruction)
			case 4:
				w.pressStop()
			case 5:
				w.h.cut()
			}
			w.advance(time.Duration(rapid.SampledFrom([]int{1, 700, 2500, 9000}).Draw(t, "ms")) * time.Millisecond)
		}
		if w.err != nil {
			t.Fatal(w.err)
		}
	})
}
