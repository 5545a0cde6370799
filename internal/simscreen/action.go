package simscreen

import (
	"errors"
	"strings"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

// deed is what a key, or the mouse, does to an elevator.
type deed uint8

const (
	tap      deed = iota // a button is pressed and let go
	hold                 // a button is pressed, or let go if it was held
	tapStop              // the same for the stop button
	holdStop             //
	obstruction
	drive
	inBounds
	command // a line of the console
)

// action is a deed and what it is done to.
type action struct {
	deed   deed
	button elevator.Button
	floor  int
	way    elevator.Direction
	line   string
}

func pressOf(b elevator.Button, floor int, held bool) action {
	if held {
		return action{deed: hold, button: b, floor: floor}
	}
	return action{deed: tap, button: b, floor: floor}
}

func pressOfStop(held bool) action {
	if held {
		return action{deed: holdStop}
	}
	return action{deed: tapStop}
}

// perform does it and returns what there is to say about it. It returns
// elevserver.ErrQuit when told to quit.
func (a action) perform(s *elevserver.Server) (answer string, err error) {
	switch a.deed {
	case tap:
		return "", s.Tap(a.button, a.floor)
	case hold:
		if s.Snapshot().Buttons.Has(a.floor, a.button) {
			return "", s.Release(a.button, a.floor)
		}
		return "", s.Press(a.button, a.floor)
	case tapStop:
		s.TapStop()
	case holdStop:
		s.SetStop(!s.Snapshot().StopButton)
	case obstruction:
		s.SetObstruction(!s.Snapshot().Obstruction)
	case drive:
		s.Drive(a.way)
	case inBounds:
		if !s.MoveInBounds() {
			return "the car isn't out of bounds", nil
		}
	case command:
		answer, err := s.Obey(a.line)
		if err != nil && !errors.Is(err, elevserver.ErrQuit) {
			return err.Error(), nil
		}
		// One line of the screen is all there is.
		if first, _, more := strings.Cut(answer, "\n"); more {
			return strings.TrimSpace(first) + " … (elevnet sim --lines shows all of it)", err
		}
		return answer, err
	}
	return "", nil
}
