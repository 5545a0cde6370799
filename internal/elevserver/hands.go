package elevserver

import (
	"fmt"
	"net"
	"time"

	"elevnet/internal/elevator"
)

// Press presses a button and keeps it down until [Server.Release]. A button
// that doesn't exist is an error, here and below.
func (s *Server) Press(b elevator.Button, floor int) error {
	return s.press(key{button: b, floor: floor}, 0)
}

// Release lets a button go.
func (s *Server) Release(b elevator.Button, floor int) error {
	return s.act(func(now time.Duration) error {
		return s.plant.release(now, key{button: b, floor: floor})
	})
}

// Tap presses a button and lets it go after the time in Options.Tap. It returns
// at once.
func (s *Server) Tap(b elevator.Button, floor int) error {
	return s.press(key{button: b, floor: floor}, s.plant.tap)
}

// Hold presses a button and lets it go after a time, which must be above 0. It
// returns at once. A button that is pressed again before that is let go when
// the last press says so.
func (s *Server) Hold(b elevator.Button, floor int, d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("a button can't be held for %v", d)
	}
	return s.press(key{button: b, floor: floor}, d)
}

// TapStop taps the stop button.
func (s *Server) TapStop() {
	_ = s.press(key{stop: true}, s.plant.tap) // there always is a stop button
}

// SetStop presses the stop button and keeps it down, or lets it go.
func (s *Server) SetStop(on bool) {
	k := key{stop: true}
	if on {
		_ = s.press(k, 0)
		return
	}
	_ = s.act(func(now time.Duration) error { return s.plant.release(now, k) })
}

func (s *Server) press(k key, d time.Duration) error {
	return s.act(func(now time.Duration) error { return s.plant.press(now, k, d) })
}

// SetObstruction turns the obstruction switch on or off.
func (s *Server) SetObstruction(on bool) {
	_ = s.act(func(now time.Duration) error {
		s.plant.setObstruction(now, on)
		return nil
	})
}

// SetMotorPower takes the power from the motor, or gives it back. Without
// power the car stands still whatever the motor is told.
func (s *Server) SetMotorPower(on bool) {
	_ = s.act(func(now time.Duration) error {
		s.plant.setPower(now, on)
		return nil
	})
}

// SetForgetMotor changes Options.ForgetMotor: whether the motor, when its power
// comes back, waits for a new command or does what it was last told.
func (s *Server) SetForgetMotor(forget bool) {
	_ = s.act(func(time.Duration) error {
		s.plant.forget = forget
		return nil
	})
}

// Place moves the car by hand to a position in floors, 0 to Floors-1: 1.5 is
// half-way between the floors 1 and 2. A motor that runs goes on from there,
// and a car that was out of bounds takes commands again.
func (s *Server) Place(position float64) error {
	return s.act(func(now time.Duration) error { return s.plant.place(now, position) })
}

// StickSensor breaks the floor sensor, which from now on shows a floor, or
// elevator.NoFloor, whatever the car does.
func (s *Server) StickSensor(floor int) error {
	return s.act(func(now time.Duration) error { return s.plant.stickSensor(now, floor) })
}

// FreeSensor repairs the floor sensor.
func (s *Server) FreeSensor() {
	_ = s.act(func(now time.Duration) error {
		s.plant.freeSensor(now)
		return nil
	})
}

// DropConnections closes the connections of all clients; they may connect
// again. When it returns no client counts any more and the motor has stopped.
func (s *Server) DropConnections() {
	s.mu.Lock()
	dropped := s.removeAll()
	s.mu.Unlock()
	closeAll(dropped)
}

// SetAccepting makes the server refuse new connections, as if it did not run,
// or accept them again on the same port; that fails if somebody else has taken
// the port meanwhile. Connections that exist stay: see [Server.DropConnections].
func (s *Server) SetAccepting(on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return net.ErrClosed
	case on && s.listener == nil:
		listener, err := net.Listen("tcp", s.addr.String())
		if err != nil {
			return fmt.Errorf("accept connections again: %w", err)
		}
		s.listen(listener)
	case !on && s.listener != nil:
		listener := s.listener
		s.listener = nil
		if err := listener.Close(); err != nil {
			return fmt.Errorf("refuse connections: %w", err)
		}
	default:
		return nil
	}
	s.report(Event{Kind: Accepting, On: on})
	return nil
}

// SetAnswering makes the server leave requests lying, as a server that hangs
// with its connections open does, or go on where it stopped. Connections are
// accepted all the same.
func (s *Server) SetAnswering(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answering == on {
		return
	}
	s.answering = on
	s.awaited()
	if on {
		close(s.answer)
	} else {
		s.answer = make(chan struct{})
	}
	s.report(Event{Kind: Answering, On: on})
}
