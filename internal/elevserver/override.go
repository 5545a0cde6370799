package elevserver

import (
	"errors"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// Drive tells the motor by hand what a client may tell it: the course's
// simulator has keys for that. The next command of a client replaces it. A car
// out of bounds, or without motor power, doesn't move for it.
func (s *Server) Drive(d elevator.Direction) {
	_ = s.act(func(now time.Duration) error {
		s.plant.advance(now)
		s.plant.moveCar(func() { s.plant.car.Command(now, d) })
		return nil
	})
}

// MoveInBounds puts a car that ran into an end switch back to the floor before
// it, with its motor stopped, and reports whether it was out of bounds.
func (s *Server) MoveInBounds() bool {
	moved := false
	_ = s.act(func(now time.Duration) error {
		p := s.plant
		p.advance(now)
		if moved = p.car.OutOfBounds(); !moved {
			return nil
		}
		end := 0.0
		if p.car.Position() > 0 {
			end = float64(p.car.Config().Floors - 1)
		}
		return p.place(now, end)
	})
	return moved
}

// Obey carries out one line of the [Console] and returns what it answers, if
// anything. The error is [ErrQuit] for quit, and otherwise says what is wrong
// with the line.
func (s *Server) Obey(line string) (answer string, err error) {
	words := strings.Fields(strings.ToLower(line))
	if len(words) == 0 {
		return "", nil
	}
	cmd, ok := findCommand(words[0])
	if !ok {
		return "", unknownCommand(words[0])
	}
	answer, err = cmd.run(s, words[1:])
	switch {
	case errors.Is(err, ErrQuit):
	case err != nil:
		err = cmd.explain(err)
	}
	return answer, err
}
