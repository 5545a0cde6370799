package fsm

import (
	"time"

	"elevnet/internal/elevator"
)

// Input is all that an elevator acts on, as levels.
type Input struct {
	// Inputs is what the elevator server shows; Buttons are not used here.
	elevator.Inputs
	// Calls holds the calls that this elevator is to serve now: its lit cab
	// calls and the lit hall calls assigned to it. It may change at any time.
	// Buttons that don't exist in the building are ignored.
	Calls elevator.Calls
	// Parks is set if it may wait somewhere else than where its last call was.
	Parks bool
	// Park is the floor to go to now if there is no call, without opening the
	// door; elevator.NoFloor, or any other that isn't there, means to stay. It has
	// no meaning without Parks, and may change at any time.
	Park int
}

// Output is what an elevator wants, as levels. While the server is not
// connected only the state matters; the motor is then off and nothing is served.
type Output struct {
	// Motor is the direction of the motor. It is never on while Door is set;
	// when both change at once, the one that goes off must be written first.
	Motor elevator.Direction
	// MotorNudge counts up about once a second while the motor counts as lost.
	// A change means: write the motor command again, even if it's the same. A
	// motor that forgot its command when its power went starts again by that.
	MotorNudge uint32
	// Door is the door-open lamp, which is the door.
	Door bool
	// StopLamp is the lamp in the stop button.
	StopLamp bool
	// Indicator is the last floor seen, NoFloor before the first.
	Indicator int
	// Serving holds the calls that the open door serves now, lit or not: the
	// cab call of this floor and the hall call of the announced direction. It is
	// empty while the door is closed.
	Serving elevator.Calls
	// Deadline is the next time at which Step must be called even if nothing
	// changes; 0 for none. It is always later than the time of this step.
	Deadline time.Duration
}

// Elevator is the state machine of one elevator; the package documentation
// draws it. It is a plain value: a copy is a fork, and equal values behave
// alike. Use [New].
//
// Between two steps of a connected elevator these hold:
//
//   - Idle and DoorOpen only where the sensor shows floor;
//   - Starting and MotorLost only while Moving, Obstructed only while DoorOpen,
//     so none of them outlives its cause;
//   - direction is Up or Down while Moving, and never points out of the shaft at
//     an end floor;
//   - parking only while Idle, or while Moving from a floor at which there was no
//     call, and never with a call.
type Elevator struct {
	cfg    elevator.Config
	absent elevator.Calls // buttons that don't exist

	floor     int // last floor seen, NoFloor before the first
	direction elevator.Direction
	behaviour elevator.Behaviour
	reasons   elevator.Reasons
	parking   bool // idle or moving, without a call: see park

	// What the last connected input showed, to see changes by.
	link   uint32
	sensor int
	stop   bool

	// The door, meaningful while it is open.
	closeAt  time.Duration // its regular time is over
	extended bool          // this announcement has been lengthened
	hadCab   bool          // the calls that it serves, in the last step
	hadHall  bool
	closedAt time.Duration // when it was last closed with nothing to do, or -1

	// The motor, meaningful while moving.
	watchFrom time.Duration // last sign of life, or start
	nudgeAt   time.Duration // next nudge, while lost
	nudges    uint32
}

// New returns an elevator that has not heard from its server and doesn't know
// where it is. cfg must be valid.
func New(cfg elevator.Config) Elevator {
	e := Elevator{
		cfg:      cfg,
		floor:    elevator.NoFloor,
		sensor:   elevator.NoFloor,
		reasons:  elevator.Starting | elevator.ServerLost,
		closedAt: -1,
	}
	for f := range elevator.MaxFloors {
		for b := range elevator.Button(elevator.Buttons) {
			e.absent.Put(f, b, !elevator.ButtonExists(cfg.Floors, f, b))
		}
	}
	return e
}

// State returns what the rest of the building is to know of this elevator.
// Before the first floor is seen, Floor is 0 and the reason Starting is set.
func (e *Elevator) State() elevator.State {
	return elevator.State{
		Floor:       max(e.floor, 0),
		Direction:   e.direction,
		Behaviour:   e.behaviour,
		Unavailable: e.reasons,
		Parking:     e.parking,
	}
}

func (e *Elevator) is(r elevator.Reasons) bool { return e.reasons&r != 0 }

func (e *Elevator) set(r elevator.Reasons, on bool) {
	if on {
		e.reasons |= r
	} else {
		e.reasons &^= r
	}
}
