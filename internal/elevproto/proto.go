// Package elevproto is the protocol between a node and its elevator server, as
// the elevators and the simulator of the course TTK4145 speak it over TCP
// (SPEC U3). It names, builds and reads frames and does no I/O.
//
// A frame is always four bytes, in both directions. X is a byte without
// meaning: zero when written, ignored when read.
//
//	request                          bytes                       reply
//	reload configuration             0  X       X      X         none
//	motor direction                  1  dir     X      X         none
//	order button lamp                2  button  floor  on        none
//	floor indicator                  3  floor   X      X         none
//	door open lamp                   4  on      X      X         none
//	stop button lamp                 5  on      X      X         none
//	order button                     6  button  floor  X         6  pressed   X      X
//	floor sensor                     7  X       X      X         7  at floor  floor  X
//	stop button                      8  X       X      X         8  pressed   X      X
//	obstruction switch               9  X       X      X         9  active    X      X
//
// dir is 0 for stop, 1 for up and 255 (that is, -1) for down. button is 0 for
// hall-up, 1 for hall-down, 2 for cab. Flags are 0 or 1 when written; when
// read, anything but 0 is on. Floors are counted from 0, so a frame can name
// floors 0 to 255.
//
// A connection is a stream: frames may arrive split or several at once, and a
// reader must always read four bytes, however many reads that takes. Replies
// come in the order of the requests.
package elevproto

import (
	"fmt"

	"elevnet/internal/elevator"
)

// Port is the TCP port on which an elevator server listens.
const Port = 15657

// Size is the length of a frame in bytes.
const Size = 4

// Frame is one request or one reply.
type Frame [Size]byte

// The opcodes, each the first byte of a frame.
const (
	// OpReload makes a simulator read its configuration again.
	OpReload byte = 0
	// OpMotor sets the direction of the motor.
	OpMotor byte = 1
	// OpButtonLamp lights or puts out the lamp in a call button.
	OpButtonLamp byte = 2
	// OpFloorIndicator sets the floor that the indicator shows.
	OpFloorIndicator byte = 3
	// OpDoorLamp lights or puts out the door-open lamp.
	OpDoorLamp byte = 4
	// OpStopLamp lights or puts out the lamp in the stop button.
	OpStopLamp byte = 5
	// OpButton asks whether a call button is held down.
	OpButton byte = 6
	// OpFloorSensor asks which floor's sensor sees the car, if any.
	OpFloorSensor byte = 7
	// OpStopButton asks whether the stop button is held down.
	OpStopButton byte = 8
	// OpObstruction asks whether the obstruction switch is on.
	OpObstruction byte = 9
)

// down is the byte that stands for the direction down: -1 in two's complement.
const down byte = 0xff

// Reload makes a simulator read its configuration again; there is no reply.
func Reload() Frame { return Frame{OpReload} }

// Motor sets the motor's direction; there is no reply.
func Motor(d elevator.Direction) Frame {
	switch d {
	case elevator.Up:
		return Frame{OpMotor, 1}
	case elevator.Down:
		return Frame{OpMotor, down}
	default:
		return Frame{OpMotor, 0}
	}
}

// ButtonLamp lights the lamp of button b at a floor, 0 to 255, or puts it out;
// there is no reply.
func ButtonLamp(b elevator.Button, floor int, on bool) Frame {
	return Frame{OpButtonLamp, byte(b), byte(floor), flag(on)}
}

// FloorIndicator makes the floor indicator show a floor, 0 to 255; there is no
// reply.
func FloorIndicator(floor int) Frame { return Frame{OpFloorIndicator, byte(floor)} }

// DoorLamp lights the door-open lamp or puts it out; there is no reply.
func DoorLamp(on bool) Frame { return Frame{OpDoorLamp, flag(on)} }

// StopLamp lights the lamp in the stop button or puts it out; there is no
// reply.
func StopLamp(on bool) Frame { return Frame{OpStopLamp, flag(on)} }

// ReadButton asks whether button b at a floor, 0 to 255, is held down. The
// reply is [BoolReply] with [OpButton].
func ReadButton(b elevator.Button, floor int) Frame {
	return Frame{OpButton, byte(b), byte(floor)}
}

// ReadFloorSensor asks where the car is. The reply is [FloorReply].
func ReadFloorSensor() Frame { return Frame{OpFloorSensor} }

// ReadStopButton asks whether the stop button is held down. The reply is
// [BoolReply] with [OpStopButton].
func ReadStopButton() Frame { return Frame{OpStopButton} }

// ReadObstruction asks whether the obstruction switch is on. The reply is
// [BoolReply] with [OpObstruction].
func ReadObstruction() Frame { return Frame{OpObstruction} }

// BoolReply answers a request for a button or a switch; op is that of the
// request.
func BoolReply(op byte, on bool) Frame { return Frame{op, flag(on)} }

// FloorReply answers a request for the floor sensor: a floor, 0 to 255, or
// [elevator.NoFloor] between two floors.
func FloorReply(floor int) Frame {
	if floor == elevator.NoFloor {
		return Frame{OpFloorSensor}
	}
	return Frame{OpFloorSensor, 1, byte(floor)}
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// Op returns the opcode.
func (f Frame) Op() byte { return f[0] }

// HasReply reports whether the request f is answered by a frame.
func (f Frame) HasReply() bool { return f[0] >= OpButton && f[0] <= OpObstruction }

// Direction returns the direction that an [OpMotor] request sets. The byte is
// read as a signed number, and its sign counts, as in the course's simulator.
func (f Frame) Direction() elevator.Direction {
	switch d := int8(f[1]); {
	case d > 0:
		return elevator.Up
	case d < 0:
		return elevator.Down
	default:
		return elevator.Stop
	}
}

// Button returns the button that an [OpButtonLamp] or [OpButton] request
// means, and its floor, 0 to 255; ok is false if there is no such kind of
// button. Whether the building has such a floor is for the caller to judge.
func (f Frame) Button() (b elevator.Button, floor int, ok bool) {
	return elevator.Button(f[1]), int(f[2]), f[1] < elevator.Buttons
}

// Floor returns the floor, 0 to 255, that an [OpFloorIndicator] request shows.
func (f Frame) Floor() int { return int(f[1]) }

// On returns the flag of an [OpButtonLamp], [OpDoorLamp] or [OpStopLamp]
// request, and that of a reply.
func (f Frame) On() bool {
	if f[0] == OpButtonLamp {
		return f[3] != 0
	}
	return f[1] != 0
}

// Sensor returns the floor, 0 to 255, in a reply to [ReadFloorSensor], or
// [elevator.NoFloor].
func (f Frame) Sensor() int {
	if f[1] == 0 {
		return elevator.NoFloor
	}
	return int(f[2])
}

// opNames are the requests in words, by opcode.
var opNames = [...]string{
	OpReload:         "reload",
	OpMotor:          "motor",
	OpButtonLamp:     "button lamp",
	OpFloorIndicator: "floor indicator",
	OpDoorLamp:       "door lamp",
	OpStopLamp:       "stop lamp",
	OpButton:         "button",
	OpFloorSensor:    "floor sensor",
	OpStopButton:     "stop button",
	OpObstruction:    "obstruction",
}

// Known reports whether the opcode is one of the protocol's.
func (f Frame) Known() bool { return int(f[0]) < len(opNames) }

// String names the opcode and gives the bytes, for messages.
func (f Frame) String() string {
	name := "unknown"
	if f.Known() {
		name = opNames[f[0]]
	}
	return fmt.Sprintf("%s [%d %d %d %d]", name, f[0], f[1], f[2], f[3])
}
