package fsm

import (
	"fmt"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// start is one state of an elevator and what it meets next.
type start struct {
	floors    int
	floor     int
	behaviour elevator.Behaviour
	direction elevator.Direction
	sensor    int // before and after the step
	next      int
	doorOver  bool // the door time ends with the step
	extended  bool
	motorLost bool
	starting  bool
	obstructs bool // obstruction before and after
	stopped   bool
	press     bool // the stop button, in the step
}

const t0 = time.Hour

func (s start) elevator() Elevator {
	cfg := elevator.DefaultConfig()
	cfg.Floors = s.floors
	e := New(cfg)
	e.floor, e.behaviour, e.direction, e.sensor = s.floor, s.behaviour, s.direction, s.sensor
	e.reasons = 0
	e.set(elevator.Starting, s.starting)
	e.set(elevator.MotorLost, s.motorLost)
	e.set(elevator.Stopped, s.stopped)
	e.set(elevator.Obstructed, s.obstructs && s.behaviour == elevator.DoorOpen)
	e.watchFrom, e.nudgeAt = t0-time.Second, t0+time.Second/2
	if s.stopped {
		e.watchFrom, e.nudgeAt = 0, 0 // long over
	}
	e.closeAt = t0 + time.Second
	if s.doorOver {
		e.closeAt = t0
	}
	e.extended = s.extended
	return e
}

func (s start) input(calls elevator.Calls) Input {
	return Input{
		Inputs: elevator.Inputs{Connected: true, Floor: s.next, Stop: s.press, Obstruction: s.obstructs},
		Calls:  calls,
	}
}

var bools = []bool{false, true}

// away is where a car goes whose sensor went dark: down, but not below the
// bottom floor.
func (s start) away() elevator.Direction {
	if s.floor == 0 {
		return elevator.Up
	}
	return elevator.Down
}

// forEachStart visits every state of an elevator of n floors, with everything
// that the sensor and the switches can show next.
func forEachStart(n int, visit func(start)) {
	for f := range n {
		for _, obstructs := range bools {
			for _, stopped := range bools {
				for _, press := range bools {
					s := start{floors: n, floor: f, sensor: f, obstructs: obstructs, stopped: stopped, press: press}
					for next := elevator.NoFloor; next < n; next++ {
						s.next = next
						visit(s) // idle
						for _, s.direction = range []elevator.Direction{elevator.Down, elevator.Stop, elevator.Up} {
							s.behaviour = elevator.DoorOpen
							for _, s.doorOver = range bools {
								for _, s.extended = range bools {
									visit(s)
								}
							}
							s.doorOver, s.extended = false, false
							if s.direction == elevator.Stop {
								continue
							}
							s.behaviour = elevator.Moving
							for _, s.motorLost = range bools {
								if to := f + int(s.direction); to >= 0 && to < n {
									visit(s) // on the departure floor's sensor
								}
								s.sensor = elevator.NoFloor
								visit(s)
								s.starting = s.direction == s.away()
								if s.starting {
									visit(s)
								}
								s.starting, s.sensor = false, f
							}
							s.motorLost = false
						}
						s.behaviour, s.direction = elevator.Idle, elevator.Stop
					}
				}
			}
		}
	}
}

// forEachMatrix visits every set of calls of a building of n floors.
func forEachMatrix(n int, visit func(elevator.Calls)) {
	type button struct {
		f int
		b elevator.Button
	}
	var buttons []button
	for f := range n {
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(n, f, b) {
				buttons = append(buttons, button{f, b})
			}
		}
	}
	for mask := range 1 << len(buttons) {
		var calls elevator.Calls
		for i, x := range buttons {
			calls.Put(x.f, x.b, mask>>i&1 != 0)
		}
		visit(calls)
	}
}

// prospect is the oracle's idea of a car at rest or on its way.
type prospect struct {
	behaviour elevator.Behaviour
	direction elevator.Direction
}

// asked reports whether somebody at floor f wants to go in direction d, and
// whether somebody wants the car further on in that direction, by looking at
// every button.
func asked(c elevator.Calls, n, f int, d elevator.Direction) (here, beyond bool) {
	for g := range n {
		for b := range elevator.Button(elevator.Buttons) {
			if !c.Has(g, b) {
				continue
			}
			if g == f && b != elevator.Cab && b.Direction() == d {
				here = true
			}
			if d == elevator.Up && g > f || d == elevator.Down && g < f {
				beyond = true
			}
		}
	}
	return here, beyond
}

// choices returns what the specification allows a car to do at floor f that
// came in direction d: more than one thing only from rest.
func choices(c elevator.Calls, n, f int, d elevator.Direction) []prospect {
	if d == elevator.Stop {
		ups, downs := choices(c, n, f, elevator.Up), choices(c, n, f, elevator.Down)
		upHere, _ := asked(c, n, f, elevator.Up)
		downHere, _ := asked(c, n, f, elevator.Down)
		if upHere && !downHere {
			return ups // who waits here comes before who is elsewhere
		}
		if downHere && !upHere {
			return downs
		}
		return append(ups, downs...)
	}
	cab := c.Has(f, elevator.Cab)
	for _, way := range []elevator.Direction{d, -d} {
		here, beyond := asked(c, n, f, way)
		if here || cab && beyond {
			return []prospect{{elevator.DoorOpen, way}}
		}
		if beyond {
			return []prospect{{elevator.Moving, way}}
		}
	}
	if cab {
		return []prospect{{elevator.DoorOpen, elevator.Stop}}
	}
	return []prospect{{elevator.Idle, elevator.Stop}}
}

// without takes away what a door at f that announces d serves.
func without(c elevator.Calls, f int, d elevator.Direction) elevator.Calls {
	c.Cab.Put(f, false)
	if d == elevator.Up {
		c.Up.Put(f, false)
	}
	if d == elevator.Down {
		c.Down.Put(f, false)
	}
	return c
}

// expected returns what the specification allows as the outcome of one step.
func expected(s start, c elevator.Calls) []prospect {
	same := []prospect{{s.behaviour, s.direction}}
	stopped := s.stopped != s.press
	resumes := s.stopped && s.press
	rest := prospect{elevator.Idle, elevator.Stop}
	arrived := s.next != elevator.NoFloor && s.next != s.sensor

	switch s.behaviour {
	case elevator.Moving:
		switch {
		case s.next == elevator.NoFloor:
			return same
		case arrived && s.starting && stopped:
			return []prospect{rest}
		case arrived && s.starting:
			return choices(c, s.floors, s.next, elevator.Stop)
		case stopped:
			return same
		case arrived, resumes && !s.motorLost:
			return choices(c, s.floors, s.next, s.direction)
		default:
			return same
		}
	case elevator.DoorOpen:
		hold := s.obstructs || stopped
		switch {
		case s.next == elevator.NoFloor: // dragged: look for a floor
			return []prospect{{elevator.Moving, s.away()}}
		case s.next != s.floor && s.obstructs:
			return []prospect{{elevator.DoorOpen, elevator.Stop}}
		case s.next != s.floor:
			return []prospect{rest}
		case hold:
			return same
		}
		announced := s.direction
		over := s.doorOver && !resumes
		fresh := c.Has(s.floor, elevator.Cab) // nothing was lit before the step
		if announced == elevator.Stop {
			elsewhere := without(c, s.floor, elevator.Stop)
			if elsewhere.Empty() {
				if over && (s.extended || !fresh) {
					return []prospect{rest}
				}
				return same
			}
			var out []prospect
			for _, p := range choices(elsewhere, s.floors, s.floor, elevator.Stop) {
				if p.behaviour == elevator.Moving && (!over || fresh) {
					p.behaviour = elevator.DoorOpen // announced, and not yet gone
				}
				out = append(out, p)
			}
			return out
		}
		here, _ := asked(c, s.floors, s.floor, announced)
		if fresh = fresh || here; !over || fresh && !s.extended {
			return same
		}
		return choices(without(c, s.floor, announced), s.floors, s.floor, announced)
	default:
		switch {
		case s.next == elevator.NoFloor:
			return []prospect{{elevator.Moving, s.away()}}
		case stopped:
			return []prospect{rest}
		default:
			return choices(c, s.floors, s.next, elevator.Stop)
		}
	}
}

// highest returns the floors of the highest building that is searched
// exhaustively. The race detector has nothing to find in a pure package and
// makes it ten times slower.
func highest() int {
	if testing.Short() || raceDetector {
		return 3
	}
	return 4
}

// TestEveryStep makes one step from every state, with every input and every set
// of calls of 2 and 3 floors (4 as well unless -short or -race), and holds the outcome
// against an oracle written from the specification.
func TestEveryStep(t *testing.T) {
	for n := 2; n <= highest(); n++ {
		t.Run(fmt.Sprintf("%d floors", n), func(t *testing.T) {
			t.Parallel()
			steps := 0
			forEachStart(n, func(s start) {
				first := s.elevator()
				forEachMatrix(n, func(c elevator.Calls) {
					steps++
					e, in := first, s.input(c)
					out := e.Step(in, t0)
					if why := s.objection(e, out, c); why != "" {
						t.Fatalf("%s\nstart %+v\ncalls %v\nstate %+v\noutput %+v", why, s, c, e.State(), out)
					}
					again := e
					if repeated := again.Step(in, t0); repeated != out || again != e {
						t.Fatalf("not idempotent\nstart %+v\ncalls %v\noutput %+v\nthen   %+v", s, c, out, repeated)
					}
				})
			})
			t.Logf("%d steps", steps)
		})
	}
}

// objection returns what the specification has against an outcome.
func (s start) objection(e Elevator, out Output, c elevator.Calls) string {
	got := e.State()
	allowed := expected(s, c)
	found := false
	for _, p := range allowed {
		found = found || p == prospect{got.Behaviour, got.Direction}
	}
	stopped := s.stopped != s.press
	reached := s.next != elevator.NoFloor && s.next != s.sensor
	starting := s.next == elevator.NoFloor && (s.starting || s.behaviour != elevator.Moving)
	switch {
	case !found:
		return fmt.Sprintf("allowed: %v", allowed)
	case s.next != elevator.NoFloor && got.Floor != s.next, s.next == elevator.NoFloor && got.Floor != s.floor:
		return "the floor is not what the sensor shows"
	case out.Indicator != got.Floor:
		return "E1: indicator"
	case out.Door != (got.Behaviour == elevator.DoorOpen):
		return "E1: the lamp is not the door"
	case out.Door && out.Motor != elevator.Stop:
		return "E1: door open with the motor on"
	case out.Door && s.next == elevator.NoFloor:
		return "E1: door open between floors"
	case s.behaviour == elevator.DoorOpen && s.next == s.floor && (stopped || s.obstructs) && !out.Door:
		return "E1, E6: door closed while held"
	case s.next == 0 && out.Motor == elevator.Down, s.next == s.floors-1 && out.Motor == elevator.Up:
		return "E2: out of the shaft"
	case out.StopLamp != stopped, (got.Unavailable&elevator.Stopped != 0) != stopped:
		return "E6: stopped"
	case stopped && out.Motor != elevator.Stop:
		return "E6: motor on"
	case !stopped && got.Behaviour == elevator.Moving && out.Motor != got.Direction:
		return "motor off while moving"
	case (got.Unavailable&elevator.Obstructed != 0) != (out.Door && s.obstructs):
		return "E3: obstructed"
	case (got.Unavailable&elevator.MotorLost != 0) != (s.motorLost && !reached):
		return "E4: motor lost"
	case (got.Unavailable&elevator.Starting != 0) != starting:
		return "E2: starting"
	case out.Deadline != 0 && out.Deadline <= t0:
		return "the deadline is not ahead"
	case stopped && (out.MotorNudge != 0 || out.Deadline != 0):
		return "E6: the motor is watched while stopped"
	case stopped && !out.Serving.Hall().Empty():
		return "E6: hall calls served while stopped"
	case !out.Door && !out.Serving.Empty():
		return "S4: serves with the door closed"
	}
	for f, b := range out.Serving.All() {
		if f != s.next || b != elevator.Cab && b.Direction() != got.Direction {
			return "S4: serves what it doesn't announce"
		}
	}
	return ""
}

// serviceBound is how long a healthy car of n floors may take to serve a set of
// calls: three times through the shaft, and a door time for every stop it can
// make, one of them lengthened.
func serviceBound(cfg elevator.Config, calls int) time.Duration {
	return 3*time.Duration(cfg.Floors)*(cfg.Travel+cfg.Pass) + time.Duration(calls+4)*cfg.Door
}

// TestEveryJourney starts in every state of a healthy elevator, with every set
// of calls of 2 to 4 floors, and runs the hoistway until nothing is left:
// each call is served within a bound, announced rightly, by an elevator that
// turns only when nobody is left the way it goes.
func TestEveryJourney(t *testing.T) {
	for n := 2; n <= highest(); n++ {
		t.Run(fmt.Sprintf("%d floors", n), func(t *testing.T) {
			t.Parallel()
			forEachStart(n, func(s start) {
				if s.stopped || s.press || s.obstructs || s.motorLost || s.next != s.sensor {
					return
				}
				forEachMatrix(n, func(c elevator.Calls) { journey(t, s, c) })
			})
		})
	}
}

func journey(t *testing.T, s start, c elevator.Calls) {
	cfg := elevator.DefaultConfig()
	cfg.Floors = s.floors
	cell := 2 * s.floor
	if s.sensor == elevator.NoFloor {
		if cell += int(s.direction); cell < 0 || cell > 2*(s.floors-1) {
			return
		}
	}
	w := &world{cfg: cfg, e: s.elevator(), h: newHoistway(cfg, cell), now: t0}
	w.in = s.input(c)
	w.state = w.e.State()
	w.out = Output{Door: s.behaviour == elevator.DoorOpen, Motor: elevator.Stop}
	if s.behaviour == elevator.Moving {
		w.h.write(s.direction, 0, true)
		w.out.Motor = s.direction
	}
	if w.out.Door {
		w.openedAt = t0 - cfg.Door + time.Second
		if s.doorOver {
			w.openedAt = t0 - cfg.Door
		}
		w.announcedAt = w.openedAt
	}
	was := s.direction
	w.stepped = func() {
		d := w.out.Motor
		if d == elevator.Stop {
			return
		}
		if _, beyond := asked(w.in.Calls, s.floors, w.state.Floor, was); was == -d && beyond && !s.starting {
			w.fail("E2: turns while somebody asks to go on")
		}
		was = d
	}
	w.settle()
	bound := t0 + serviceBound(cfg, c.Len())
	done := w.until(bound, func() bool {
		return w.in.Calls.Empty() && w.state.Behaviour == elevator.Idle
	})
	if w.err != nil {
		t.Fatalf("start %+v\ncalls %v\n%v", s, c, w.err)
	}
	if !done {
		t.Fatalf("start %+v\ncalls %v: not done after %v, left %v\nstate %+v\n%v", s, c, bound-t0, w.in.Calls, w.state, &w.h)
	}
}
