package fsm

import (
	"testing"
	"time"

	"elevnet/internal/elevator"

	"pgregory.net/rapid"
)

// TestRandomLife lives through presses, reassignments, hammered buttons and all
// faults of the elevator in any order. The world checks every step. Once the
// faults heal, every call is served within a bound.
func TestRandomLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := elevator.DefaultConfig()
		cfg.Floors = rapid.IntRange(2, 6).Draw(t, "floors")
		cells := rapid.IntRange(0, 2*(cfg.Floors-1))
		w := newWorld(cfg, cells.Draw(t, "cell"))
		calls := callsOf(cfg.Floors)
		pause := rapid.Custom(func(t *rapid.T) time.Duration {
			longest := rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond, time.Second, 5 * time.Second, 30 * time.Second}).Draw(t, "longest")
			return time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "pause"))
		})
		w.settle()
		t.Repeat(map[string]func(*rapid.T){
			"press":   func(t *rapid.T) { w.press(calls.Draw(t, "calls")) },
			"take":    func(t *rapid.T) { w.in.Calls = w.in.Calls.AndNot(calls.Draw(t, "calls").Hall()); w.settle() },
			"mash":    func(t *rapid.T) { w.mash(calls.Draw(t, "calls"), pause.Draw(t, "for")) },
			"wait":    func(t *rapid.T) { w.advance(pause.Draw(t, "wait")) },
			"wait on": func(t *rapid.T) { w.advance(pause.Draw(t, "wait")) },
			"record":  func(t *rapid.T) { w.slow = rapid.Bool().Draw(t, "slow"); w.settle() },
			"park":    func(t *rapid.T) { w.park(rapid.IntRange(-1, cfg.Floors).Draw(t, "floor")) },
			"stays":   func(*rapid.T) { w.in.Parks = false; w.settle() },
			"obstruct": func(t *rapid.T) {
				w.switchObstruction(!w.obstruction)
			},
			"blip": func(t *rapid.T) {
				w.switchObstruction(!w.obstruction)
				w.switchObstruction(!w.obstruction)
			},
			"stop":      func(t *rapid.T) { w.pressStop() },
			"stop held": func(t *rapid.T) { w.stopHeld = !w.stopHeld; w.settle() },
			"power off": func(t *rapid.T) { w.h.cut() },
			"power on":  func(t *rapid.T) { w.h.restore(rapid.Bool().Draw(t, "remembers")) },
			"drag":      func(t *rapid.T) { w.drag(cells.Draw(t, "to")) },
			"server": func(t *rapid.T) {
				if w.in.Connected {
					w.disconnect()
					return
				}
				if rapid.Bool().Draw(t, "elsewhere") {
					w.h.drag(cells.Draw(t, "to"))
				}
				w.connect()
			},
			"server blinks": func(t *rapid.T) { // too short to be seen as lost
				if w.in.Connected {
					w.h.write(elevator.Stop, w.h.nudges, true)
					w.h.drag(cells.Draw(t, "to"))
					w.connect()
				}
			},
			"": func(t *rapid.T) {
				if w.err != nil {
					t.Fatal(w.err)
				}
			},
		})

		w.slow = false
		w.h.restore(rapid.Bool().Draw(t, "remembers"))
		if !w.in.Connected {
			w.connect()
		}
		w.switchObstruction(false)
		w.stopHeld = false
		w.settle()
		if w.out.StopLamp {
			w.pressStop()
		}
		end := w.now + cfg.MotorTimeout + nudgePeriod + serviceBound(cfg, w.in.Calls.Len())
		done := w.until(end, func() bool { return w.in.Calls.Empty() && w.state.Behaviour == elevator.Idle })
		if w.err != nil {
			t.Fatal(w.err)
		}
		if !done || !w.state.Unavailable.Available() {
			t.Fatalf("not served after the faults healed: %v, %+v, %v", w.in.Calls, w.state, &w.h)
		}
	})
}

// callsOf draws a few buttons of a building of n floors.
func callsOf(n int) *rapid.Generator[elevator.Calls] {
	return rapid.Custom(func(t *rapid.T) (c elevator.Calls) {
		for range rapid.IntRange(1, 3).Draw(t, "buttons") {
			f := rapid.IntRange(0, n-1).Draw(t, "floor")
			b := elevator.Button(rapid.IntRange(0, elevator.Buttons-1).Draw(t, "button"))
			c.Put(f, b, elevator.ButtonExists(n, f, b))
		}
		return c
	})
}

// TestAnyInput feeds inputs that no elevator and no node would give. Nothing
// panics, a second step changes nothing, and the motor is never on with the
// door open.
func TestAnyInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := elevator.DefaultConfig()
		cfg.Floors = rapid.SampledFrom([]int{2, 4, elevator.MaxFloors}).Draw(t, "floors")
		e := New(cfg)
		var now time.Duration
		t.Repeat(map[string]func(*rapid.T){
			"step": func(t *rapid.T) {
				in := Input{Calls: callsOf(elevator.MaxFloors).Draw(t, "calls")}
				in.Parks = rapid.Bool().Draw(t, "parks")
				in.Park = rapid.OneOf(rapid.IntRange(-1, cfg.Floors), rapid.Int()).Draw(t, "park")
				in.Connected = rapid.IntRange(0, 9).Draw(t, "connected") > 0
				in.Link = uint32(rapid.IntRange(0, 2).Draw(t, "link"))
				in.Floor = rapid.OneOf(rapid.IntRange(-1, cfg.Floors), rapid.Int()).Draw(t, "floor")
				in.Stop = rapid.Bool().Draw(t, "stop")
				in.Obstruction = rapid.Bool().Draw(t, "obstruction")
				now += time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "pause"))
				out := e.Step(in, now)
				again := e
				if repeated := again.Step(in, now); repeated != out || again != e {
					t.Fatalf("not idempotent: %+v, then %+v", out, repeated)
				}
				switch {
				case out.Door && out.Motor != elevator.Stop:
					t.Fatalf("door open with the motor on: %+v", out)
				case in.Connected && out.Door && in.Floor != e.State().Floor:
					t.Fatalf("door open away from the floor: %+v", out)
				case in.Floor == 0 && out.Motor == elevator.Down, in.Floor == cfg.Floors-1 && out.Motor == elevator.Up:
					t.Fatalf("out of the shaft: %+v", out)
				case out.Deadline != 0 && out.Deadline <= now:
					t.Fatalf("deadline %v at %v", out.Deadline, now)
				case e.State().Floor < 0 || e.State().Floor >= cfg.Floors:
					t.Fatalf("no such floor: %+v", e.State())
				}
			},
		})
	})
}
