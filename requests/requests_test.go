package requests

import (
	"testing"

	"elevnet/internal/elevator"
)

const (
	up   = elevator.Up
	down = elevator.Down
	none = elevator.Stop

	idle   = elevator.Idle
	open   = elevator.DoorOpen
	moving = elevator.Moving
)

func calls(list ...call) (c elevator.Calls) {
	for _, x := range list {
		c.Put(x.floor, x.button, true)
	}
	return c
}

func hallUp(f int) call   { return call{f, elevator.HallUp} }
func hallDown(f int) call { return call{f, elevator.HallDown} }
func cab(f int) call      { return call{f, elevator.Cab} }

func TestChoose(t *testing.T) {
	for _, tc := range []struct {
		name  string
		calls elevator.Calls
		floor int
		was   elevator.Direction
		way   elevator.Direction
		does  elevator.Behaviour
	}{
		{"nothing to do", calls(), 1, up, none, idle},
		{"E2: goes on up before it turns", calls(cab(0), hallDown(3)), 1, up, up, moving},
		{"E2: goes on down before it turns", calls(cab(0), hallDown(3)), 1, down, down, moving},
		{"turns when nothing is left that way", calls(cab(0)), 2, up, down, moving},
		{"S4: serves the direction of travel first", calls(hallUp(1), hallDown(1)), 1, down, down, open},
		{"S4: passes nobody who goes its way", calls(hallUp(1), cab(3)), 1, up, up, open},
		{"S4: not the other way while somebody asks to go on", calls(hallDown(1), cab(3)), 1, up, up, moving},
		{"S4: the other way when nobody does", calls(hallDown(1), cab(0)), 1, up, down, open},
		{"a cab call announces where the car goes on to", calls(cab(1), cab(3)), 1, up, up, open},
		{"a cab call announces the turn", calls(cab(1), cab(0)), 1, up, down, open},
		{"a cab call alone announces nothing", calls(cab(1)), 1, up, none, open},
		{"a cab call and a hall call of the other direction", calls(cab(1), hallDown(1)), 1, up, down, open},
		{"from rest: who waits here", calls(hallDown(1), cab(3)), 1, none, down, open},
		{"from rest: up before down", calls(cab(0), cab(2)), 1, none, up, moving},
		{"from rest: both wait, all else is below", calls(hallUp(1), hallDown(1), cab(0)), 1, none, down, open},
		{"top floor", calls(hallDown(3)), 3, up, down, open},
		{"bottom floor", calls(hallUp(0)), 0, down, up, open},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if way, does := Choose(tc.calls, tc.floor, tc.was); way != tc.way || does != tc.does {
				t.Errorf("Choose(%v, %d, %v) = %v %v, want %v %v", tc.calls, tc.floor, tc.was, way, does, tc.way, tc.does)
			}
		})
	}
}

func TestShouldStop(t *testing.T) {
	for _, tc := range []struct {
		name  string
		calls elevator.Calls
		floor int
		going elevator.Direction
		want  bool
	}{
		{"passes a floor without a call", calls(cab(3)), 1, up, false},
		{"stops for a cab call", calls(cab(1), cab(3)), 1, up, true},
		{"stops for who goes the same way", calls(hallUp(1), cab(3)), 1, up, true},
		{"passes who goes the other way", calls(hallDown(1), cab(3)), 1, up, false},
		{"stops for who goes the other way when it turns here", calls(hallDown(1), cab(0)), 1, up, true},
		{"lost its last call", calls(), 1, up, true},
		{"never passes the top", calls(), 3, up, true},
		{"never passes the bottom", calls(cab(3)), 0, down, true},
		{"runs on from the bottom", calls(cab(3)), 0, up, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := ShouldStop(tc.calls, 4, tc.floor, tc.going); got != tc.want {
				t.Errorf("ShouldStop(%v, 4, %d, %v) = %v", tc.calls, tc.floor, tc.going, got)
			}
		})
	}
}

// TestBigBuilding checks the rules across the words of a floor set.
func TestBigBuilding(t *testing.T) {
	last := elevator.MaxFloors - 1
	if way, does := Choose(calls(cab(last)), 0, none); way != up || does != moving {
		t.Errorf("from 0 to %d: %v %v", last, way, does)
	}
	if way, does := Choose(calls(cab(0)), last, up); way != down || does != moving {
		t.Errorf("from %d to 0: %v %v", last, way, does)
	}
	for _, f := range []int{62, 63, 64, 65} {
		c := calls(cab(f))
		if !Beyond(c, f-1, up) || Beyond(c, f, up) || !Beyond(c, f+1, down) || Beyond(c, f, down) {
			t.Errorf("Beyond is wrong around floor %d", f)
		}
	}
}
