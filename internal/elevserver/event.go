package elevserver

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// Kind is what an [Event] reports.
type Kind uint8

// The kinds. Each says which fields of the event, besides At and Position,
// mean something.
const (
	// SensorChanged: the floor sensor now shows Floor, or elevator.NoFloor.
	SensorChanged Kind = iota
	// MotorCommanded: the motor was told to go in Direction.
	MotorCommanded
	// MotorPower: the motor lost its power or got it back (On). Direction is
	// the command in force then.
	MotorPower
	// OutOfBounds: the car ran into the end switch beyond Floor.
	OutOfBounds
	// CarPlaced: the car was moved by hand, to Position.
	CarPlaced
	// SensorBroken: the sensor got stuck at Floor (On) or was repaired.
	SensorBroken
	// ButtonLamp: the lamp of Button at Floor went on or off.
	ButtonLamp
	// Indicator: the floor indicator shows Floor.
	Indicator
	// DoorLamp: the door-open lamp, which is the door, went on or off.
	DoorLamp
	// StopLamp: the lamp in the stop button went on or off.
	StopLamp
	// ButtonHeld: Button at Floor was pressed or let go.
	ButtonHeld
	// StopHeld: the stop button was pressed or let go.
	StopHeld
	// Obstruction: the obstruction switch was turned on or off.
	Obstruction
	// ClientChanged: a client, at Address, came (On) or went; Count remain.
	ClientChanged
	// Accepting: connections are accepted from now on, or refused.
	Accepting
	// Answering: requests are handled from now on, or left lying.
	Answering
	// MisuseSeen: a client did something that Misuse names.
	MisuseSeen
	// EventsLost: this subscriber was too slow, and Count events were dropped
	// here.
	EventsLost
)

// Event is one change of a simulated elevator.
type Event struct {
	// At is when it happened.
	At time.Time
	// Kind says what it was.
	Kind Kind
	// Position is where the car was, in floors.
	Position float64

	Floor     int
	Button    elevator.Button
	Direction elevator.Direction
	On        bool
	Count     int
	Address   string
	Misuse    MisuseKind
}

// String says in a few words what happened, without the time.
func (e Event) String() string {
	switch e.Kind {
	case SensorChanged:
		if e.Floor == elevator.NoFloor {
			return "car between floors"
		}
		return fmt.Sprintf("car at floor %d", e.Floor)
	case MotorCommanded:
		return "motor " + e.Direction.String()
	case MotorPower:
		if !e.On {
			return "motor power lost"
		}
		return "motor power back, motor " + e.Direction.String()
	case OutOfBounds:
		return fmt.Sprintf("OUT OF BOUNDS: the car ran into the end switch beyond floor %d (place it to go on)", e.Floor)
	case CarPlaced:
		return fmt.Sprintf("car placed at %.2f", e.Position)
	case SensorBroken:
		switch {
		case !e.On:
			return "floor sensor repaired"
		case e.Floor == elevator.NoFloor:
			return "floor sensor stuck between floors"
		default:
			return fmt.Sprintf("floor sensor stuck at floor %d", e.Floor)
		}
	case ButtonLamp:
		return fmt.Sprintf("lamp %v %d %s", e.Button, e.Floor, onOff(e.On))
	case Indicator:
		return fmt.Sprintf("indicator %d", e.Floor)
	case DoorLamp:
		if e.On {
			return "door open"
		}
		return "door closed"
	case StopLamp:
		return "stop lamp " + onOff(e.On)
	case ButtonHeld:
		return fmt.Sprintf("button %v %d %s", e.Button, e.Floor, pressed(e.On))
	case StopHeld:
		return "stop button " + pressed(e.On)
	case Obstruction:
		return "obstruction " + onOff(e.On)
	case ClientChanged:
		if e.On {
			return fmt.Sprintf("client %s connected (%d now)", e.Address, e.Count)
		}
		return fmt.Sprintf("client %s gone (%d left)", e.Address, e.Count)
	case Accepting:
		if e.On {
			return "accepting connections"
		}
		return "refusing connections"
	case Answering:
		if e.On {
			return "answering requests"
		}
		return "not answering requests"
	case MisuseSeen:
		return "MISUSE: " + e.Misuse.String()
	default:
		return fmt.Sprintf("%d events lost: the reader is too slow", e.Count)
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func pressed(on bool) string {
	if on {
		return "pressed"
	}
	return "let go"
}
