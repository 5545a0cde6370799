package elevator

// Inputs is everything that an elevator server shows at one moment. All of it
// is levels: a press is the change from absent to present between two values.
type Inputs struct {
	// Connected is false while the elevator server can't be reached; the other
	// fields then hold nothing.
	Connected bool
	// Link counts the connections made so far. Outputs that were computed for
	// an earlier connection are not written to a later one.
	Link uint32
	// Floor is the floor sensor, or NoFloor between two floors.
	Floor int
	// Buttons holds the buttons that are held down.
	Buttons Calls
	// Stop is the stop button.
	Stop bool
	// Obstruction is the obstruction switch.
	Obstruction bool
}

// Outputs is everything that a node wants its elevator server to show. All of
// it is levels, so that it can be written again after a reconnect.
type Outputs struct {
	// Link is that of the Inputs from which these outputs were computed.
	Link uint32
	// Motor is the direction of the motor.
	Motor Direction
	// MotorNudge changes when the motor command must be written again though it
	// is the same: a motor that lost its power may have forgotten it.
	MotorNudge uint32
	// Door is the door-open lamp, which is the door.
	Door bool
	// StopLamp is the lamp in the stop button.
	StopLamp bool
	// Indicator is the floor indicator, or NoFloor to leave it as it is.
	Indicator int
	// Lamps holds the button lamps that are lit.
	Lamps Calls
}
