package cli

import (
	"testing"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// TestElevatorText: what an elevator does, as watch shows it.
func TestElevatorText(t *testing.T) {
	for want, s := range map[string]elevator.State{
		"idle":           {Parking: true},
		"moving up":      {Behaviour: elevator.Moving, Direction: elevator.Up},
		"parking down":   {Behaviour: elevator.Moving, Direction: elevator.Down, Parking: true},
		"door-open":      {Behaviour: elevator.DoorOpen},
		"door-open down": {Behaviour: elevator.DoorOpen, Direction: elevator.Down},
	} {
		w := worldview.New(4)
		i, _ := w.Add("1")
		w.SetStatus(i, worldview.Status{Version: worldview.Version{Life: 1, Seq: 1}, State: s})
		if got := elevatorText(w.View().Nodes[0]); got != want {
			t.Errorf("%+v is shown as %q, want %q", s, got, want)
		}
	}
}
