package elevserver

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// MisuseKind is a way in which a client can break the rules of SPEC E1.
type MisuseKind uint8

// The kinds of misuse. Each is counted when it begins, once.
const (
	// DoorWhileMoving: the door was opened while the motor was told to run.
	DoorWhileMoving MisuseKind = iota
	// DoorBetweenFloors: the door was opened where there is no floor.
	DoorBetweenFloors
	// DoorClosedOnObstruction: the door was closed while the obstruction
	// switch was on.
	DoorClosedOnObstruction
	// MotorWithDoorOpen: the motor was started while the door was open.
	MotorWithDoorOpen
	// MisuseKinds is how many kinds there are.
	MisuseKinds = 4
)

func (m MisuseKind) String() string {
	switch m {
	case DoorWhileMoving:
		return "door opened while the motor runs"
	case DoorBetweenFloors:
		return "door opened between floors"
	case DoorClosedOnObstruction:
		return "door closed while obstructed"
	default:
		return "motor started with the door open"
	}
}

// Snapshot is all there is to see of a simulated elevator at one moment. It is
// a comparable value.
type Snapshot struct {
	// At is the moment.
	At time.Time
	// Floors is the number of floors.
	Floors int

	// Position is where the car is, in floors; 1.5 is half-way between 1 and 2.
	Position float64
	// Floor is the floor at which the car really is, or elevator.NoFloor.
	Floor int
	// Sensor is what clients are shown in its place.
	Sensor int
	// SensorStuck is set while Sensor shows the same whatever happens.
	SensorStuck bool
	// Motor is the motor command in force, Moving the direction in which the
	// car really moves.
	Motor, Moving elevator.Direction
	// Power is set while the motor has power.
	Power bool
	// OutOfBounds is set while the car stands on an end switch, and Overruns
	// counts how often it got there.
	OutOfBounds bool
	Overruns    int

	// Door is the door-open lamp, which is the door; StopLamp that in the stop
	// button; Indicator the floor indicator; Lamps the call lamps.
	Door, StopLamp bool
	Indicator      int
	Lamps          elevator.Calls

	// Buttons holds the call buttons that are held down.
	Buttons elevator.Calls
	// StopButton and Obstruction are set while the button is held down and the
	// switch is on.
	StopButton, Obstruction bool

	// Clients is the number of connections.
	Clients int
	// Accepting and Answering are off while connections are refused and
	// requests are left lying.
	Accepting, Answering bool

	// Misuse counts what clients did wrong.
	Misuse [MisuseKinds]int
	// BadFrames counts frames that mean nothing: unknown opcodes, buttons and
	// floors that don't exist.
	BadFrames int
	// Writes counts the frames that set something, whether or not it was set
	// already. A client that writes all the time says so here.
	Writes int
}

// String shows the elevator in one line.
func (s Snapshot) String() string {
	where := fmt.Sprintf("at floor %d", s.Floor)
	switch {
	case s.OutOfBounds:
		where = "out of bounds"
	case s.Floor == elevator.NoFloor:
		where = fmt.Sprintf("at %.2f", s.Position)
	}
	line := fmt.Sprintf("car %s, motor %v, door %s, indicator %d", where, s.Motor, doorWord(s.Door), s.Indicator)
	for _, part := range [...]struct {
		show bool
		text string
	}{
		{!s.Power, "no motor power"},
		{s.SensorStuck, "sensor stuck"},
		{s.Obstruction, "obstructed"},
		{s.StopLamp, "stop lamp on"},
		{s.StopButton, "stop button held"},
		{!s.Lamps.Empty(), "lamps " + s.Lamps.String()},
		{!s.Buttons.Empty(), "held " + s.Buttons.String()},
		{!s.Accepting, "refusing connections"},
		{!s.Answering, "not answering"},
		{s.Overruns > 0, fmt.Sprintf("%d overruns", s.Overruns)},
		{s.BadFrames > 0, fmt.Sprintf("%d bad frames", s.BadFrames)},
	} {
		if part.show {
			line += ", " + part.text
		}
	}
	for m, n := range s.Misuse {
		if n > 0 {
			line += fmt.Sprintf(", %v: %d", MisuseKind(m), n)
		}
	}
	return fmt.Sprintf("%s, clients %d", line, s.Clients)
}

func doorWord(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}
