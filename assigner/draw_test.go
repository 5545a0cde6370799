package assigner_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

func drawConfig(t *rapid.T) elevator.Config {
	ms := func(most int, label string) time.Duration {
		return time.Duration(rapid.IntRange(1, most).Draw(t, label)) * time.Millisecond
	}
	c := elevator.Config{
		Floors: rapid.OneOf(rapid.IntRange(2, 10), rapid.IntRange(2, elevator.MaxFloors)).Draw(t, "floors"),
		Door:   ms(5000, "door"),
		Travel: ms(5000, "travel"),
		Pass:   ms(1000, "pass"),
	}
	c.MotorTimeout = 2 * c.Travel
	return c
}

// drawCalls draws existing calls of all kinds.
func drawCalls(t *rapid.T, floors int) elevator.Calls {
	var c elevator.Calls
	for range rapid.IntRange(0, 12).Draw(t, "calls") {
		f := rapid.IntRange(0, floors-1).Draw(t, "floor")
		b := elevator.Button(rapid.IntRange(0, 2).Draw(t, "button"))
		if elevator.ButtonExists(floors, f, b) {
			c.Put(f, b, true)
		}
	}
	return c
}

// drawState draws a state that a car can be in.
func drawState(t *rapid.T, floors int) elevator.State {
	s := elevator.State{
		Floor:     rapid.IntRange(0, floors-1).Draw(t, "at"),
		Behaviour: elevator.Behaviour(rapid.IntRange(0, 2).Draw(t, "behaviour")),
	}
	switch s.Behaviour {
	case elevator.DoorOpen:
		s.Direction = elevator.Direction(rapid.IntRange(-1, 1).Draw(t, "announces"))
	case elevator.Moving:
		s.Direction = elevator.Up
		if s.Floor == floors-1 || s.Floor > 0 && rapid.Bool().Draw(t, "down") {
			s.Direction = elevator.Down
		}
	}
	return s
}

// drawGoal draws one of the calls, or one that isn't there, or none.
func drawGoal(t *rapid.T, calls []assigner.HallCall) elevator.Goal {
	if k := rapid.IntRange(-3, len(calls)-1).Draw(t, "goes to"); k >= 0 {
		return elevator.GoalOf(calls[k].Floor, calls[k].Button)
	}
	return elevator.Goal(rapid.Uint8Max(9).Draw(t, "goal"))
}

// drawInput draws an input within its ranges, with distinct ids.
func drawInput(t *rapid.T) assigner.Input {
	in := assigner.Input{Config: drawConfig(t)}
	for f, b := range drawCalls(t, in.Config.Floors).Hall().All() {
		in.Calls = append(in.Calls, assigner.HallCall{
			Floor: f, Button: b, Age: rapid.OneOf(rapid.Uint16Max(60), rapid.Uint16()).Draw(t, "age"),
		})
	}
	for range rapid.IntRange(0, 4).Draw(t, "pressed") {
		in.Presses[rapid.IntRange(0, elevator.MaxFloors-1).Draw(t, "where")] = rapid.OneOf(rapid.Uint32Max(50), rapid.Uint32()).Draw(t, "presses")
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "cars") {
		in.Cars = append(in.Cars, assigner.Car{
			ID:    elevator.ID(fmt.Sprint("e", i)),
			State: drawState(t, in.Config.Floors),
			Cab:   drawCalls(t, in.Config.Floors).Cab,
			Goal:  drawGoal(t, in.Calls),
		})
	}
	return in
}

// drawAnything draws an input from which nothing can be expected.
func drawAnything(t *rapid.T) assigner.Input {
	n := rapid.IntRange(0, 500).Draw(t, "bytes")
	return decodeInput(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "input"))
}
