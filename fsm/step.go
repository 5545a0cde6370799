package fsm

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/requests"
)

// Step takes in what changed and returns what the elevator server shall show.
// Call it at every change of the input and at the deadline that the last step
// returned; more often does no harm. now is the time since the process started
// and must not decrease. A second step with the same input and time changes
// nothing and returns the same.
func (e *Elevator) Step(in Input, now time.Duration) Output {
	if !in.Connected {
		e.set(elevator.ServerLost, true)
		return e.output(moment{now: now, park: elevator.NoFloor})
	}
	seen := moment{
		now:         now,
		calls:       in.Calls.AndNot(e.absent),
		park:        e.place(in),
		obstruction: in.Obstruction,
		fresh:       e.connect(in.Link),
		released:    e.stopButton(in.Stop),
	}
	e.sense(in.Floor, seen)
	if e.behaviour == elevator.Idle {
		e.leaveIdle(seen)
	}
	e.runDoor(seen)
	e.watchMotor(now)
	e.noteParking(in.Parks, seen)
	return e.output(seen)
}

// moment is what the parts of one step share.
type moment struct {
	now         time.Duration
	calls       elevator.Calls
	park        int // where to wait, NoFloor to stay
	obstruction bool
	fresh       bool // the first step of a connection
	released    bool // the stop button was pressed for the second time
}

// connect notes that the server is there and reports whether this is the first
// step of a connection.
func (e *Elevator) connect(link uint32) bool {
	fresh := e.is(elevator.ServerLost) || link != e.link
	e.set(elevator.ServerLost, false)
	e.link = link
	return fresh
}

// act carries out a choice made at the floor where the car is.
func (e *Elevator) act(d elevator.Direction, b elevator.Behaviour, m moment) {
	switch b {
	case elevator.DoorOpen:
		e.open(d, m)
	case elevator.Moving:
		e.depart(d, m.now)
	default:
		e.behaviour, e.direction = elevator.Idle, elevator.Stop
	}
}

// leaveIdle sets out for a call, or opens for one. A door that was closed in
// this same moment is left closed, so that its closing is seen before it opens
// again: each stop is a stop of its own.
func (e *Elevator) leaveIdle(m moment) {
	if e.is(elevator.Stopped) || m.now == e.closedAt {
		return
	}
	if e.mayPark(m) {
		e.park(m)
		return
	}
	d, b := requests.Choose(m.calls, e.floor, elevator.Stop)
	e.act(d, b, m)
}

func (e *Elevator) output(m moment) Output {
	out := Output{
		MotorNudge: e.nudges,
		Door:       e.behaviour == elevator.DoorOpen,
		StopLamp:   e.is(elevator.Stopped),
		Indicator:  e.floor,
	}
	if e.is(elevator.ServerLost) {
		return out
	}
	stopped := e.is(elevator.Stopped)
	switch e.behaviour {
	case elevator.Moving:
		if !stopped {
			out.Motor = e.direction
			out.Deadline = e.motorDeadline()
		}
	case elevator.DoorOpen:
		out.Serving = e.serving(m.now)
		if !stopped && m.now < e.closeAt {
			out.Deadline = e.closeAt
		}
	default:
		if !stopped && !m.calls.Empty() || e.mayPark(m) {
			out.Deadline = m.now + 1 // closed in this moment: see leaveIdle
		}
	}
	return out
}
