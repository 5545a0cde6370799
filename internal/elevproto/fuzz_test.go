package elevproto

import (
	"testing"

	"elevnet/internal/elevator"
)

// FuzzFrame: whatever four bytes come, what is read of them, built again, is read
// as the same.
func FuzzFrame(f *testing.F) {
	f.Add(byte(2), byte(1), byte(3), byte(1))
	f.Fuzz(func(t *testing.T, op, b1, b2, b3 byte) {
		in := Frame{op, b1, b2, b3}
		if in.Known() != (op <= OpObstruction) || in.HasReply() && !in.Known() || in.String() == "" {
			t.Fatalf("%v: known %v, reply %v", in, in.Known(), in.HasReply())
		}
		b, floor, ok := in.Button()
		if ok != (b1 < elevator.Buttons) || floor < 0 || floor > 255 {
			t.Fatalf("%v: button %v at %d, %v", in, b, floor, ok)
		}
		var out Frame // what in says, in its one proper form
		same := false
		switch op {
		case OpMotor:
			out = Motor(in.Direction())
			same = out.Direction() == in.Direction()
		case OpButtonLamp:
			if !ok {
				return
			}
			out = ButtonLamp(b, floor, in.On())
			ob, of, _ := out.Button()
			same = ob == b && of == floor && out.On() == in.On()
		case OpFloorIndicator:
			out = FloorIndicator(in.Floor())
			same = out.Floor() == in.Floor()
		case OpDoorLamp:
			out = DoorLamp(in.On())
			same = out.On() == in.On()
		case OpStopLamp:
			out = StopLamp(in.On())
			same = out.On() == in.On()
		case OpFloorSensor: // as a reply
			out = FloorReply(in.Sensor())
			same = out.Sensor() == in.Sensor() && in.Sensor() >= elevator.NoFloor && in.Sensor() <= 255
		case OpButton, OpStopButton, OpObstruction: // as a reply
			out = BoolReply(op, in.On())
			same = out.On() == in.On()
		default:
			return
		}
		if !same || out.Op() != op {
			t.Fatalf("%v is built again as %v", in, out)
		}
	})
}
