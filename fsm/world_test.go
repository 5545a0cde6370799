package fsm

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// world joins one elevator to a hoistway and to a node that lights calls and
// records them as served, and checks every step.
type world struct {
	cfg elevator.Config
	e   Elevator
	h   hoistway
	now time.Duration

	in Input // in.Calls holds the lit calls
	// The switches on the panel, seen while connected.
	obstruction, stopHeld bool

	out   Output
	state elevator.State

	// slow keeps the node from recording what is served, as on a full disk.
	slow bool
	// served is told of each call that is recorded.
	served func(floor int, b elevator.Button)
	// stepped is told of each step.
	stepped func()

	openedAt    time.Duration
	announcedAt time.Duration // or when what held the door last let go
	err         error         // the first violation
}

func newWorld(cfg elevator.Config, cell int) *world {
	w := &world{cfg: cfg, e: New(cfg), h: newHoistway(cfg, cell)}
	w.out = Output{Indicator: elevator.NoFloor}
	w.state = w.e.State()
	w.in.Floor, w.in.Park = elevator.NoFloor, elevator.NoFloor
	return w
}

// connect brings the elevator server up.
func (w *world) connect() {
	w.in.Connected = true
	w.in.Link++
	w.settle()
}

// press lights calls; real ones only.
func (w *world) press(calls elevator.Calls) {
	w.in.Calls = w.in.Calls.Or(calls)
	w.settle()
}

// park lets the elevator wait at a floor; elevator.NoFloor where it is.
func (w *world) park(floor int) {
	w.in.Parks, w.in.Park = true, floor
	w.settle()
}

// mash presses at 20 Hz.
func (w *world) mash(calls elevator.Calls, d time.Duration) {
	for end := w.now + d; w.now < end && w.err == nil; {
		w.press(calls)
		w.advance(50 * time.Millisecond)
	}
}

// pressStop presses the stop button and lets it go.
func (w *world) pressStop() {
	w.stopHeld = true
	w.settle()
	w.stopHeld = false
	w.settle()
}

// switchObstruction turns the obstruction switch.
func (w *world) switchObstruction(on bool) {
	w.obstruction = on
	w.settle()
}

// drag moves the car by hand.
func (w *world) drag(cell int) {
	w.h.drag(cell)
	w.settle()
}

// disconnect takes it down; its motor stops.
func (w *world) disconnect() {
	w.in.Inputs = elevator.Inputs{Link: w.in.Link}
	w.h.write(elevator.Stop, w.h.nudges, true)
	w.settle()
}

// settle steps until the node has recorded what is served.
func (w *world) settle() {
	for {
		w.step()
		if w.slow || !w.out.Door {
			return
		}
		recorded := false
		for f, b := range w.in.Calls.All() {
			if w.out.Serving.Has(f, b) {
				w.in.Calls.Put(f, b, false)
				recorded = true
				if w.served != nil {
					w.served(f, b)
				}
			}
		}
		if !recorded {
			return
		}
	}
}

// step steps the elevator once, writes its outputs and checks them.
func (w *world) step() {
	fresh := w.in.Connected && !w.connectedBefore()
	if w.in.Connected {
		w.in.Floor = w.h.sensor()
		w.in.Obstruction, w.in.Stop = w.obstruction, w.stopHeld
	}
	was, before := w.out, w.state
	w.out = w.e.Step(w.in, w.now)
	w.state = w.e.State()
	if w.in.Connected {
		w.h.write(w.out.Motor, w.out.MotorNudge, fresh)
	}
	w.check(was, before, fresh)
	if w.stepped != nil {
		w.stepped()
	}
}

func (w *world) connectedBefore() bool {
	return w.state.Unavailable&elevator.ServerLost == 0
}

// advance lets d pass.
func (w *world) advance(d time.Duration) { w.until(w.now+d, func() bool { return false }) }

// until lets time pass until done holds, a check fails or the time has come; it
// reports done.
func (w *world) until(end time.Duration, done func() bool) bool {
	for !done() && w.err == nil {
		next, any := w.out.Deadline, w.out.Deadline != 0
		if d, moves := w.h.next(); moves && (!any || w.now+d < next) {
			next, any = w.now+d, true
		}
		if !any || next > end {
			w.h.run(end - w.now)
			w.now = end
			break
		}
		w.h.run(next - w.now)
		w.now = next
		w.settle()
	}
	return done()
}

func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("at %v: %s\ninput  %+v\noutput %+v\nstate  %+v\ncar    %v",
			w.now, fmt.Sprintf(format, args...), w.in, w.out, w.state, &w.h)
	}
}

// check holds one step against the specification, seen from outside.
func (w *world) check(was Output, before elevator.State, fresh bool) {
	in, out, s := w.in, w.out, w.state

	again := w.e
	if repeated := again.Step(in, w.now); repeated != out || again != w.e {
		w.fail("not idempotent: a second step returns %+v", repeated)
	}
	if w.h.crashed {
		w.fail("E2: ran past an end floor")
	}
	if (s.Unavailable&elevator.ServerLost != 0) != !in.Connected {
		w.fail("E5: server lost is %v", s.Unavailable.Names())
	}
	if out.StopLamp != (s.Unavailable&elevator.Stopped != 0) {
		w.fail("E6: the stop lamp doesn't show it")
	}
	if out.Deadline != 0 && out.Deadline <= w.now {
		w.fail("the deadline is not ahead")
	}
	if s.Floor < 0 || s.Floor >= w.cfg.Floors {
		w.fail("no such floor")
	}
	if !in.Connected {
		if out.Motor != elevator.Stop || !out.Serving.Empty() || out.Deadline != 0 {
			w.fail("acts without a server")
		}
		return
	}

	// E1: the door.
	if out.Door && out.Motor != elevator.Stop {
		w.fail("E1: door lamp lit while the motor runs")
	}
	if out.Door && (in.Floor == elevator.NoFloor || in.Floor != s.Floor) {
		w.fail("E1: door lamp lit away from a floor")
	}
	if out.Door && !was.Door {
		w.openedAt = w.now
	}
	moved := fresh || in.Floor != before.Floor
	if was.Door && !out.Door && !moved {
		if in.Obstruction {
			w.fail("E1: door closed on the obstruction")
		}
		if w.now-w.openedAt < w.cfg.Door {
			w.fail("E1: door open for %v only", w.now-w.openedAt)
		}
	}
	if out.Door != (s.Behaviour == elevator.DoorOpen) {
		w.fail("E1: the door lamp is not the door")
	}

	// No call holds the door: one door time, lengthened once.
	held := in.Obstruction || before.Unavailable&elevator.Obstructed != 0 || out.StopLamp || was.StopLamp
	if !was.Door || fresh || moved || held || before.Direction != s.Direction {
		w.announcedAt = w.now
	}
	if out.Door && w.now-w.announcedAt > 2*w.cfg.Door {
		w.fail("E1: door open for %v", w.now-w.announcedAt)
	}

	// E2: the ends of the shaft.
	if in.Floor == 0 && out.Motor == elevator.Down || in.Floor == w.cfg.Floors-1 && out.Motor == elevator.Up {
		w.fail("E2: motor runs out of the shaft")
	}

	// E2: without a call the car doesn't leave its floor, unless it parks, is free
	// to and waits elsewhere; and parking it opens no door.
	waits := in.Parks && in.Park >= 0 && in.Park < w.cfg.Floors && in.Park != s.Floor
	if before.Behaviour == elevator.Idle && s.Behaviour == elevator.Moving && in.Floor != elevator.NoFloor &&
		in.Calls.Empty() && (!waits || in.Obstruction || !s.Unavailable.Available() || !s.Parking) {
		w.fail("E2: leaves its floor for nothing")
	}
	if out.Door && !was.Door && in.Calls.Empty() && !in.Obstruction {
		w.fail("E2: opens its door for nothing")
	}
	if s.Parking && (!in.Parks || !in.Calls.Empty() || out.Door) {
		w.fail("says that it parks")
	}
	if s.Behaviour == elevator.Idle && waits && in.Calls.Empty() && !in.Obstruction && s.Unavailable.Available() && out.Deadline == 0 {
		w.fail("doesn't park")
	}

	// E3, E4, E6: reasons belong to their causes.
	stopped := s.Unavailable&elevator.Stopped != 0
	if (s.Unavailable&elevator.Obstructed != 0) != (out.Door && in.Obstruction) {
		w.fail("E3: obstructed is %v", s.Unavailable.Names())
	}
	if s.Unavailable&(elevator.Starting|elevator.MotorLost) != 0 && s.Behaviour != elevator.Moving {
		w.fail("E4: %v while %v", s.Unavailable.Names(), s.Behaviour)
	}
	if s.Unavailable&elevator.MotorLost != 0 && before.Unavailable&elevator.MotorLost != 0 &&
		in.Floor != elevator.NoFloor && in.Floor != before.Floor {
		w.fail("E4: a floor was reached and the motor still counts as lost")
	}
	if s.Unavailable&elevator.MotorLost != 0 && !stopped && (out.Deadline == 0 || out.Deadline > w.now+nudgePeriod) {
		w.fail("E4: the lost motor is not nudged")
	}
	if stopped && out.Motor != elevator.Stop {
		w.fail("E6: motor runs while stopped")
	}
	if stopped && (out.Deadline != 0 || out.MotorNudge != was.MotorNudge ||
		s.Unavailable&^before.Unavailable&elevator.MotorLost != 0) {
		w.fail("E6: the motor is watched while stopped")
	}
	if stopped && !out.Serving.Hall().Empty() {
		w.fail("E6: hall calls served while stopped")
	}
	if in.Obstruction && !out.Serving.Hall().Empty() && (out.Deadline == 0 || out.Deadline > w.now+w.cfg.Door) {
		w.fail("E3: hall calls served without end while obstructed")
	}
	if stopped && was.Door && !out.Door && !moved {
		w.fail("E6: door closed while stopped")
	}
	if running := s.Behaviour == elevator.Moving && !stopped; running != (out.Motor != elevator.Stop) ||
		running && out.Motor != s.Direction {
		w.fail("motor %v while %v %v", out.Motor, s.Behaviour, s.Direction)
	}
	if s.Behaviour == elevator.Idle && s.Direction != elevator.Stop {
		w.fail("idle with a direction")
	}
	if s.Behaviour == elevator.Idle && !stopped && !in.Calls.Empty() && out.Deadline == 0 {
		w.fail("idle although there are calls")
	}
	if s.Behaviour == elevator.DoorOpen && !stopped && !in.Obstruction && out.Deadline == 0 {
		w.fail("nothing will close the door")
	}

	// S4: one stop serves one direction.
	for f, b := range out.Serving.All() {
		if !out.Door || f != in.Floor || b != elevator.Cab && b.Direction() != s.Direction {
			w.fail("S4: serves (%d, %v)", f, b)
		}
	}
	if out.Door && !out.Serving.Has(in.Floor, elevator.Cab) {
		w.fail("S4: an open door doesn't serve the cab call")
	}
	if out.Door && s.Direction != elevator.Stop && !stopped && !in.Obstruction &&
		!out.Serving.Has(in.Floor, s.Direction.Hall()) {
		w.fail("S4: an open door doesn't serve what it announces")
	}
}
