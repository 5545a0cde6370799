package fsm

import (
	"time"

	"elevnet/internal/elevator"
)

// nudgePeriod is how often the command is repeated to a motor that is lost.
const nudgePeriod = time.Second

// depart starts the motor, and the watch over it.
func (e *Elevator) depart(d elevator.Direction, now time.Duration) {
	e.behaviour, e.direction = elevator.Moving, d
	e.watchFrom = now
	e.parking = false
}

// watchMotor notices that a running motor brings no change of the floor sensor
// (E4), and nudges it. The reason goes when a floor is reached; see locate.
func (e *Elevator) watchMotor(now time.Duration) {
	if e.behaviour != elevator.Moving || e.is(elevator.Stopped) || now < e.motorDeadline() {
		return
	}
	e.set(elevator.MotorLost, true)
	e.nudges++
	e.nudgeAt = now + nudgePeriod
}

// motorDeadline returns when watchMotor has something to do.
func (e *Elevator) motorDeadline() time.Duration {
	if e.is(elevator.MotorLost) {
		return e.nudgeAt
	}
	return e.watchFrom + e.cfg.MotorTimeout
}
