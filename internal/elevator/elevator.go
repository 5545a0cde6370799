// Package elevator is the vocabulary that every other package speaks: what an
// elevator, a button, a direction and a call are. It is a leaf: it imports
// nothing of ours and has no behaviour beyond naming, parsing and printing.
//
// Floors are numbered from 0. Times are [time.Duration]s, counted from the
// start of the process wherever a point in time is meant.
package elevator

import (
	"fmt"
	"time"
)

// MinFloors and MaxFloors bound the number of floors of a building.
const (
	MinFloors = 2
	MaxFloors = 128
)

// MaxNodes is the largest number of nodes that one building remembers,
// whether they are alive or not.
const MaxNodes = 64

// MaxIDLength is the longest id, in bytes.
const MaxIDLength = 32

// NoFloor is what the floor sensor shows between two floors.
const NoFloor = -1

// ID names one node, its panel and its elevator.
type ID string

// ParseID checks that s can be an id: 1 to [MaxIDLength] letters, digits, dots,
// dashes and underscores.
func ParseID(s string) (ID, error) {
	if s == "" {
		return "", fmt.Errorf("an id is needed, for example --id 1")
	}
	if len(s) > MaxIDLength {
		return "", fmt.Errorf("id %.40q is too long: at most %d characters", s, MaxIDLength)
	}
	for _, c := range []byte(s) {
		if !validIDByte(c) {
			return "", fmt.Errorf("id %q: only letters, digits, '.', '-' and '_' are allowed", s)
		}
	}
	return ID(s), nil
}

// ValidID reports whether b holds the bytes of an id, without allocating.
func ValidID(b []byte) bool {
	if len(b) == 0 || len(b) > MaxIDLength {
		return false
	}
	for _, c := range b {
		if !validIDByte(c) {
			return false
		}
	}
	return true
}

func validIDByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '.' || c == '-' || c == '_'
}

// Direction is a direction of travel, or the one that an open door announces.
// The values are those of the elevator-server protocol.
type Direction int8

// The directions.
const (
	Down Direction = -1
	Stop Direction = 0
	Up   Direction = 1
)

// Opposite returns the other direction; that of Stop is Stop.
func (d Direction) Opposite() Direction { return -d }

// Hall returns the hall button that asks for direction d. It is meaningful for
// Up and Down only.
func (d Direction) Hall() Button {
	if d == Down {
		return HallDown
	}
	return HallUp
}

func (d Direction) String() string {
	switch d {
	case Down:
		return "down"
	case Up:
		return "up"
	default:
		return "stop"
	}
}

// Button is a kind of call button. The values are those of the
// elevator-server protocol.
type Button uint8

// The buttons.
const (
	HallUp Button = iota
	HallDown
	Cab
	// Buttons is how many kinds of button there are.
	Buttons = 3
)

// Direction returns the direction that a hall button asks for, Stop for a cab
// button.
func (b Button) Direction() Direction {
	switch b {
	case HallUp:
		return Up
	case HallDown:
		return Down
	default:
		return Stop
	}
}

func (b Button) String() string {
	switch b {
	case HallUp:
		return "hall-up"
	case HallDown:
		return "hall-down"
	default:
		return "cab"
	}
}

// ButtonExists reports whether button b exists at floor f of a building of n
// floors: there is no hall-down at the bottom and no hall-up at the top.
func ButtonExists(n, f int, b Button) bool {
	switch {
	case f < 0 || f >= n:
		return false
	case b == HallUp:
		return f < n-1
	case b == HallDown:
		return f > 0
	default:
		return b == Cab
	}
}

// Behaviour is what an elevator is doing.
type Behaviour uint8

// The behaviours.
const (
	Idle Behaviour = iota
	DoorOpen
	Moving
	// Behaviours is how many behaviours there are.
	Behaviours = 3
)

func (b Behaviour) String() string {
	switch b {
	case Idle:
		return "idle"
	case DoorOpen:
		return "door-open"
	default:
		return "moving"
	}
}

// Reasons is a set of reasons why an elevator can't take hall calls. The empty
// set means that it is available.
type Reasons uint8

// The reasons.
const (
	// Starting: no floor sensor has been seen yet, so the position is unknown.
	Starting Reasons = 1 << iota
	// Obstructed: the door is held open by the obstruction switch.
	Obstructed
	// MotorLost: no floor sensor within the bounded time while the motor ran.
	MotorLost
	// ServerLost: the elevator server doesn't answer.
	ServerLost
	// Stopped: the stop button was pressed and waits to be pressed again.
	Stopped
	// AllReasons is the set of all of them.
	AllReasons Reasons = 1<<iota - 1
)

// Available reports whether no reason is set.
func (r Reasons) Available() bool { return r == 0 }

// Names returns the reasons as words, in a fixed order; nil when available.
func (r Reasons) Names() []string {
	var names []string
	for i, name := range [...]string{"starting", "obstructed", "motor-lost", "server-lost", "stopped"} {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// State is what the rest of the building knows of one elevator.
type State struct {
	// Floor is the last floor whose sensor was seen.
	Floor int
	// Direction is the direction of travel while moving, and the announced one
	// while the door is open; Stop when neither is decided.
	Direction Direction
	// Behaviour is what it does now.
	Behaviour Behaviour
	// Unavailable holds the reasons why it can't take hall calls.
	Unavailable Reasons
	// Parking: it has nothing to do, and waits where the next call is likely. If
	// it is Moving it is on its way there, and stops or turns at any floor.
	Parking bool
}

// Config is what all nodes of one building must agree on, and the timings that
// the state machine and the prediction share.
type Config struct {
	// Floors is the number of floors, MinFloors to MaxFloors.
	Floors int
	// Door is how long a door stays open at a stop.
	Door time.Duration
	// Travel is the time from leaving one floor's sensor to reaching the next.
	Travel time.Duration
	// Pass is the time that a passing car takes over one floor's sensor.
	Pass time.Duration
	// MotorTimeout is how long the motor may run without any change of the
	// floor sensor before it counts as lost.
	MotorTimeout time.Duration
}

// DefaultConfig returns the configuration of the course's elevators: 4 floors,
// 3 s door, 2 s between floors, 0.5 s past a sensor.
func DefaultConfig() Config {
	return Config{
		Floors:       4,
		Door:         3 * time.Second,
		Travel:       2 * time.Second,
		Pass:         500 * time.Millisecond,
		MotorTimeout: 4 * time.Second,
	}
}

// Validate returns an error that says which value is out of range.
func (c Config) Validate() error {
	switch {
	case c.Floors < MinFloors || c.Floors > MaxFloors:
		return fmt.Errorf("floors must be %d to %d, not %d", MinFloors, MaxFloors, c.Floors)
	case c.Door <= 0 || c.Door > time.Hour:
		return fmt.Errorf("the door time must be above 0 and at most an hour, not %v", c.Door)
	case c.Travel <= 0 || c.Travel > time.Hour:
		return fmt.Errorf("the travel time must be above 0 and at most an hour, not %v", c.Travel)
	case c.Pass < 0 || c.Pass > time.Hour:
		return fmt.Errorf("the time past a floor sensor must be 0 to an hour, not %v", c.Pass)
	case c.MotorTimeout <= c.Travel || c.MotorTimeout <= c.Pass:
		return fmt.Errorf("the motor time-out (%v) must be longer than the travel time (%v) and the time past a floor sensor (%v)", c.MotorTimeout, c.Travel, c.Pass)
	case c.MotorTimeout > 24*time.Hour:
		return fmt.Errorf("the motor time-out must be at most a day, not %v", c.MotorTimeout)
	}
	return nil
}
