package elevproto

import (
	"testing"

	"elevnet/internal/elevator"
)

// TestGolden holds every constructor against the bytes of the course's
// protocol.
func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name  string
		got   Frame
		want  [4]byte
		reply bool
	}{
		{"reload", Reload(), [4]byte{0, 0, 0, 0}, false},
		{"motor up", Motor(elevator.Up), [4]byte{1, 1, 0, 0}, false},
		{"motor stop", Motor(elevator.Stop), [4]byte{1, 0, 0, 0}, false},
		{"motor down", Motor(elevator.Down), [4]byte{1, 255, 0, 0}, false},
		{"hall-up lamp on", ButtonLamp(elevator.HallUp, 0, true), [4]byte{2, 0, 0, 1}, false},
		{"hall-down lamp off", ButtonLamp(elevator.HallDown, 3, false), [4]byte{2, 1, 3, 0}, false},
		{"cab lamp on", ButtonLamp(elevator.Cab, 127, true), [4]byte{2, 2, 127, 1}, false},
		{"indicator", FloorIndicator(2), [4]byte{3, 2, 0, 0}, false},
		{"door on", DoorLamp(true), [4]byte{4, 1, 0, 0}, false},
		{"door off", DoorLamp(false), [4]byte{4, 0, 0, 0}, false},
		{"stop lamp on", StopLamp(true), [4]byte{5, 1, 0, 0}, false},
		{"stop lamp off", StopLamp(false), [4]byte{5, 0, 0, 0}, false},
		{"read hall-up", ReadButton(elevator.HallUp, 1), [4]byte{6, 0, 1, 0}, true},
		{"read hall-down", ReadButton(elevator.HallDown, 2), [4]byte{6, 1, 2, 0}, true},
		{"read cab", ReadButton(elevator.Cab, 3), [4]byte{6, 2, 3, 0}, true},
		{"read sensor", ReadFloorSensor(), [4]byte{7, 0, 0, 0}, true},
		{"read stop", ReadStopButton(), [4]byte{8, 0, 0, 0}, true},
		{"read obstruction", ReadObstruction(), [4]byte{9, 0, 0, 0}, true},
	} {
		if tt.got != Frame(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, [4]byte(tt.got), tt.want)
		}
		if tt.got.HasReply() != tt.reply || !tt.got.Known() || tt.got.Op() != tt.want[0] {
			t.Errorf("%s: HasReply %v, Known %v, Op %d", tt.name, tt.got.HasReply(), tt.got.Known(), tt.got.Op())
		}
	}
	for _, tt := range []struct {
		name string
		got  Frame
		want [4]byte
	}{
		{"button held", BoolReply(OpButton, true), [4]byte{6, 1, 0, 0}},
		{"button free", BoolReply(OpButton, false), [4]byte{6, 0, 0, 0}},
		{"at floor 0", FloorReply(0), [4]byte{7, 1, 0, 0}},
		{"at floor 3", FloorReply(3), [4]byte{7, 1, 3, 0}},
		{"between floors", FloorReply(elevator.NoFloor), [4]byte{7, 0, 0, 0}},
		{"stop held", BoolReply(OpStopButton, true), [4]byte{8, 1, 0, 0}},
		{"obstructed", BoolReply(OpObstruction, true), [4]byte{9, 1, 0, 0}},
	} {
		if tt.got != Frame(tt.want) {
			t.Errorf("reply %s: got %v, want %v", tt.name, [4]byte(tt.got), tt.want)
		}
	}
}

// TestParseUndoesBuild checks that what a constructor put in comes out, for
// every value that a building can have.
func TestParseUndoesBuild(t *testing.T) {
	for _, d := range []elevator.Direction{elevator.Down, elevator.Stop, elevator.Up} {
		if got := Motor(d).Direction(); got != d {
			t.Errorf("Motor(%v).Direction() = %v", d, got)
		}
	}
	for floor := range elevator.MaxFloors {
		for b := range elevator.Button(elevator.Buttons) {
			for _, on := range []bool{false, true} {
				f := ButtonLamp(b, floor, on)
				gb, gf, ok := f.Button()
				if gb != b || gf != floor || !ok || f.On() != on {
					t.Fatalf("%v gives %v %d %v %v", f, gb, gf, ok, f.On())
				}
			}
			if gb, gf, ok := ReadButton(b, floor).Button(); gb != b || gf != floor || !ok {
				t.Fatalf("ReadButton(%v, %d) gives %v %d %v", b, floor, gb, gf, ok)
			}
		}
		if got := FloorIndicator(floor).Floor(); got != floor {
			t.Fatalf("FloorIndicator(%d).Floor() = %d", floor, got)
		}
		if got := FloorReply(floor).Sensor(); got != floor {
			t.Fatalf("FloorReply(%d).Sensor() = %d", floor, got)
		}
	}
	if got := FloorReply(elevator.NoFloor).Sensor(); got != elevator.NoFloor {
		t.Errorf("FloorReply(NoFloor).Sensor() = %d", got)
	}
	for _, on := range []bool{false, true} {
		for _, f := range []Frame{DoorLamp(on), StopLamp(on), BoolReply(OpButton, on), BoolReply(OpStopButton, on), BoolReply(OpObstruction, on)} {
			if f.On() != on {
				t.Errorf("%v.On() = %v", f, f.On())
			}
		}
	}
}

// TestForeignBytes checks that odd bytes are read as the course's simulator
// reads them.
func TestForeignBytes(t *testing.T) {
	for raw, want := range map[byte]elevator.Direction{
		0: elevator.Stop, 1: elevator.Up, 2: elevator.Up, 127: elevator.Up,
		128: elevator.Down, 254: elevator.Down, 255: elevator.Down,
	} {
		if got := (Frame{OpMotor, raw, 9, 9}).Direction(); got != want {
			t.Errorf("motor byte %d is %v, want %v", raw, got, want)
		}
	}
	if _, _, ok := (Frame{OpButton, 3, 0, 0}).Button(); ok {
		t.Error("there is no fourth kind of button")
	}
	if !(Frame{OpDoorLamp, 7, 0, 0}).On() || !(Frame{OpButtonLamp, 0, 0, 200}).On() {
		t.Error("any flag but 0 is on")
	}
	for op := range 256 {
		f := Frame{byte(op)}
		if f.Known() != (op <= 9) || f.HasReply() != (op >= 6 && op <= 9) {
			t.Errorf("opcode %d: Known %v, HasReply %v", op, f.Known(), f.HasReply())
		}
	}
	if got := (Frame{OpMotor, 255}).String(); got != "motor [1 255 0 0]" {
		t.Errorf("String() = %q", got)
	}
	if got := (Frame{77, 1, 2, 3}).String(); got != "unknown [77 1 2 3]" {
		t.Errorf("String() = %q", got)
	}
}
