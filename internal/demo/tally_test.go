package demo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

func TestTally(t *testing.T) {
	sound := func(at, w int, on bool) Event {
		return Event{Event: promise.Event{At: msec(at), Workspace: w, On: on}, Sound: true}
	}
	see := func(at, w int, k promise.Kind, floor int, b elevator.Button, on bool) Event {
		return Event{Event: promise.Event{At: msec(at), Workspace: w, Kind: k, Floor: floor, Button: b, On: on}}
	}
	up, cab := elevator.HallUp, elevator.Cab
	press := func(at, w, f int, b elevator.Button) Event { return see(at, w, promise.ButtonHeld, f, b, true) }
	on := func(at, w, f int, b elevator.Button) Event { return see(at, w, promise.ButtonLamp, f, b, true) }
	off := func(at, w, f int, b elevator.Button) Event { return see(at, w, promise.ButtonLamp, f, b, false) }
	door := func(at, w, f int) []Event {
		return []Event{see(at, w, promise.SensorChanged, f, 0, false), see(at, w, promise.DoorLamp, 0, 0, true)}
	}
	well := []Event{sound(0, 0, true), sound(0, 1, true)}

	for name, c := range map[string]struct {
		events []Event
		want   Figures
	}{
		"a hall call": {
			append([]Event{press(10, 0, 2, up), on(15, 0, 2, up), on(18, 1, 2, up)}, append(door(1000, 1, 2), off(1010, 1, 2, up), off(1011, 0, 2, up))...),
			Figures{1, 1, 1, msec(8), msec(8), msec(8), msec(1000), msec(1000)},
		},
		"an impatient press is no other call": {
			[]Event{press(10, 0, 2, up), on(15, 0, 2, up), press(16, 1, 2, up), on(18, 1, 2, up)},
			Figures{Presses: 2, Lamps: 1, LampMedian: msec(8), Lamp99th: msec(8), LampWorst: msec(8)},
		},
		"a cab lamp is awaited at home alone": {
			append([]Event{press(10, 1, 0, cab), on(13, 1, 0, cab)}, append(door(50, 0, 0), off(60, 1, 0, cab))...),
			Figures{Presses: 1, Lamps: 1, LampMedian: msec(3), Lamp99th: msec(3), LampWorst: msec(3)},
		},
		"a lamp that goes off with its node is not served": {
			[]Event{press(10, 0, 2, up), on(15, 0, 2, up), on(16, 1, 2, up), sound(20, 0, false), off(30, 0, 2, up)},
			Figures{Presses: 1, Lamps: 1, LampMedian: msec(6), Lamp99th: msec(6), LampWorst: msec(6)},
		},
		"a panel that fails is not awaited": {
			[]Event{press(10, 0, 2, up), on(15, 0, 2, up), sound(20, 1, false)},
			Figures{Presses: 1, Lamps: 1, LampMedian: msec(5), Lamp99th: msec(5), LampWorst: msec(5)},
		},
		"a press on a panel that fails is not measured": {
			[]Event{press(10, 0, 2, up), sound(12, 0, false), on(15, 1, 2, up), on(900, 0, 2, up)},
			Figures{Presses: 1},
		},
		"a press that nobody heard is forgotten": {
			[]Event{sound(1, 0, false), press(10, 0, 2, up), press(500, 1, 2, up), on(504, 1, 2, up)},
			Figures{Presses: 2, Lamps: 1, LampMedian: msec(4), Lamp99th: msec(4), LampWorst: msec(4)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tally := newTally(2)
			for _, e := range append(well, c.events...) {
				tally.observe(e)
			}
			if diff := cmp.Diff(c.want, tally.figures()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPercentiles(t *testing.T) {
	tally := newTally(1)
	for i := range 200 {
		tally.lamps = append(tally.lamps, msec(200-i))
	}
	f := tally.figures()
	if f.LampMedian != msec(100) || f.Lamp99th != msec(198) || f.LampWorst != msec(200) {
		t.Errorf("of 1 to 200 ms: median %v, 99th percentile %v, worst %v", f.LampMedian, f.Lamp99th, f.LampWorst)
	}
}

func msec(n int) time.Duration { return time.Duration(n) * time.Millisecond }
