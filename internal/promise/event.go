package promise

import (
	"time"

	"elevnet/internal/elevator"
)

// Kind is what an [Event] tells.
type Kind uint8

// The kinds. Each says which fields mean something besides At and Workspace.
//
// At the beginning no node runs, every elevator server is there, motors have
// power, doors are closed, lamps are dark, every workspace can send to every
// other, and where the cars are isn't known: tell the floor sensors first.
const (
	// ButtonHeld: Button at Floor was pressed (On) or let go.
	ButtonHeld Kind = iota
	// ButtonLamp: the lamp of Button at Floor went on or off.
	ButtonLamp
	// DoorLamp: the door, which is its lamp, opened (On) or closed.
	DoorLamp
	// MotorCommanded: the motor was told to go in Direction. Where door and motor
	// change at once, the order of the events is the order in which it was done.
	MotorCommanded
	// SensorChanged: the floor sensor shows Floor, or elevator.NoFloor.
	SensorChanged
	// Indicator: the floor indicator shows Floor. It isn't judged.
	Indicator
	// StopHeld: the stop button was pressed (On) or let go.
	StopHeld
	// StopLamp: the lamp of the stop button went on or off.
	StopLamp
	// Obstruction: the obstruction switch was turned on or off.
	Obstruction
	// MotorPower: the motor has power (On) or lost it.
	MotorPower
	// OutOfBounds: the car ran into the end switch beyond Floor.
	OutOfBounds
	// CarPlaced: the car was moved by hand.
	CarPlaced
	// SensorBroken: the floor sensor got stuck (On) or was repaired.
	SensorBroken
	// ServerReachable: the elevator server can be reached (On) or not.
	ServerReachable
	// NodeRunning: the node was started (On), or ended, in whatever way.
	NodeRunning
	// NodeFrozen: the process was frozen (On) or thawed.
	NodeFrozen
	// DiskLost: what the disk held is gone. Tell it between a kill and a start,
	// or at any time.
	DiskLost
	// DiskFault: the disk fails or hangs (On), or works again.
	DiskFault
	// ClockWrong: a wall clock was set to a wrong time (On), or to the right one.
	// With a disk that is lost later, lamps may blink: see Checker.blinks.
	ClockWrong
	// Link: datagrams from Workspace can reach Peer (On), or can't. A cut cable
	// is many of these.
	Link
	// Loss: Percent of all datagrams are lost. Workspace has no meaning.
	Loss
	kinds
)

// Event is one thing that was seen or done.
type Event struct {
	// At is when, counted from any beginning. An event that is earlier than the
	// one before counts as happening together with it.
	At        time.Duration
	Workspace int
	Kind      Kind
	Floor     int
	Button    elevator.Button
	Direction elevator.Direction
	On        bool
	Peer      int
	Percent   int
}
