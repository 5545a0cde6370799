package fsm

import "elevnet/internal/elevator"

// stopButton takes in the stop button. Every press, the first one that a server
// shows included, stops the elevator or lets it carry on (E6); it reports
// whether this step is the one that lets it carry on.
//
// A stopped car keeps what it was doing: the motor is off, an open door stays
// open, a closed one closed, and the sensor is still followed. When it carries
// on, a moving car decides again if it is at a floor and else goes on in its
// direction.
func (e *Elevator) stopButton(held bool) (released bool) {
	pressed := held && !e.stop
	e.stop = held
	if !pressed {
		return false
	}
	released = e.is(elevator.Stopped)
	e.set(elevator.Stopped, !released)
	return released
}
