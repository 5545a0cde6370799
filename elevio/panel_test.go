package elevio

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

func lamps(floor int, b elevator.Button) elevator.Calls {
	var c elevator.Calls
	c.Put(floor, b, true)
	return c
}

func framesOf(b []byte) []elevproto.Frame {
	var fs []elevproto.Frame
	for ; len(b) > 0; b = b[elevproto.Size:] {
		fs = append(fs, elevproto.Frame(b))
	}
	return fs
}

func TestPanelWritesWhatDiffers(t *testing.T) {
	const noFloor = elevator.NoFloor
	type out = elevator.Outputs
	tests := []struct {
		name     string
		from, to out
		want     []elevproto.Frame
	}{
		{name: "nothing", from: out{Indicator: 1}, to: out{Indicator: 1}},
		{name: "another link alone", from: out{Link: 1}, to: out{Link: 2}},
		{
			name: "arrive and open: the motor stops before the door opens",
			from: out{Motor: elevator.Up, Indicator: 0, Lamps: lamps(1, elevator.Cab)},
			to:   out{Door: true, Indicator: 1},
			want: []elevproto.Frame{
				elevproto.Motor(elevator.Stop), elevproto.DoorLamp(true),
				elevproto.FloorIndicator(1), elevproto.ButtonLamp(elevator.Cab, 1, false),
			},
		},
		{
			name: "close and leave: the door closes before the motor starts",
			from: out{Door: true},
			to:   out{Motor: elevator.Down, StopLamp: true, Lamps: lamps(1, elevator.HallDown)},
			want: []elevproto.Frame{
				elevproto.DoorLamp(false), elevproto.StopLamp(true),
				elevproto.ButtonLamp(elevator.HallDown, 1, true), elevproto.Motor(elevator.Down),
			},
		},
		{name: "turn", from: out{Motor: elevator.Up}, to: out{Motor: elevator.Down},
			want: []elevproto.Frame{elevproto.Motor(elevator.Down)}},
		{name: "leave the indicator", from: out{Indicator: 1}, to: out{Indicator: noFloor}},
		{name: "floor that does not exist", from: out{Indicator: 1}, to: out{Indicator: 3}},
		{name: "lamps that do not exist", to: out{Lamps: lamps(0, elevator.HallDown).
			Or(lamps(2, elevator.HallUp)).Or(lamps(3, elevator.Cab))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p panel
			p.wrote(3, tt.from)
			if diff := cmp.Diff(tt.want, framesOf(p.appendChanges(nil, 3, tt.to))); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
		})
	}
}

// everything is what a new connection of two floors is told.
func everything(out elevator.Outputs) []elevproto.Frame {
	var fs []elevproto.Frame
	if out.Motor == elevator.Stop {
		fs = append(fs, elevproto.Motor(elevator.Stop))
	}
	fs = append(fs, elevproto.DoorLamp(out.Door), elevproto.StopLamp(out.StopLamp))
	if out.Indicator != elevator.NoFloor {
		fs = append(fs, elevproto.FloorIndicator(out.Indicator))
	}
	fs = append(fs,
		elevproto.ButtonLamp(elevator.HallUp, 0, out.Lamps.Has(0, elevator.HallUp)),
		elevproto.ButtonLamp(elevator.Cab, 0, out.Lamps.Has(0, elevator.Cab)),
		elevproto.ButtonLamp(elevator.HallDown, 1, out.Lamps.Has(1, elevator.HallDown)),
		elevproto.ButtonLamp(elevator.Cab, 1, out.Lamps.Has(1, elevator.Cab)))
	if out.Motor != elevator.Stop {
		fs = append(fs, elevproto.Motor(out.Motor))
	}
	return fs
}

func TestPanelWritesEverythingAtFirst(t *testing.T) {
	for _, out := range []elevator.Outputs{
		{},
		{Indicator: elevator.NoFloor},
		{Motor: elevator.Up, Indicator: 1, Lamps: lamps(1, elevator.Cab)},
		{Door: true, StopLamp: true},
	} {
		var p panel
		if diff := cmp.Diff(everything(out), framesOf(p.appendChanges(nil, 2, out))); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", out, diff)
		}
	}
}

// shownBy applies a frame to what a server shows.
func shownBy(shown *elevator.Outputs, f elevproto.Frame) {
	switch f.Op() {
	case elevproto.OpMotor:
		shown.Motor = f.Direction()
	case elevproto.OpDoorLamp:
		shown.Door = f.On()
	case elevproto.OpStopLamp:
		shown.StopLamp = f.On()
	case elevproto.OpFloorIndicator:
		shown.Indicator = f.Floor()
	case elevproto.OpButtonLamp:
		b, floor, _ := f.Button()
		shown.Lamps.Put(floor, b, f.On())
	}
}

// Whatever sequence of outputs is written, to a server that showed anything
// before, the server shows the last, and at no moment an open door with the
// motor running, unless it began so (SPEC E1).
func TestPanelLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(elevator.MinFloors, 5).Draw(t, "floors")
		draw := func(name string) elevator.Outputs {
			out := elevator.Outputs{
				StopLamp:  rapid.Bool().Draw(t, name+" stop lamp"),
				Indicator: rapid.IntRange(0, n-1).Draw(t, name+" indicator"),
				Door:      rapid.Bool().Draw(t, name+" door"),
			}
			if !out.Door {
				out.Motor = elevator.Direction(rapid.IntRange(-1, 1).Draw(t, name+" motor"))
			}
			for f := range n {
				for b := range elevator.Button(elevator.Buttons) {
					if elevator.ButtonExists(n, f, b) {
						out.Lamps.Put(f, b, rapid.Bool().Draw(t, name+" lamp"))
					}
				}
			}
			return out
		}
		shown := draw("server")
		var p panel
		for range rapid.IntRange(1, 4).Draw(t, "writes") {
			out := draw("write")
			for _, f := range framesOf(p.appendChanges(nil, n, out)) {
				shownBy(&shown, f)
				if shown.Door && shown.Motor != elevator.Stop {
					t.Fatalf("open door while moving after %v", f)
				}
			}
			p.wrote(n, out)
			if shown != out {
				t.Fatalf("the server shows %+v, not %+v", shown, out)
			}
			if again := p.appendChanges(nil, n, out); len(again) > 0 {
				t.Fatalf("%v written twice", framesOf(again))
			}
		}
	})
}
