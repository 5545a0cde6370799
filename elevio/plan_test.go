package elevio

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// replies is what a server that shows in answers to one poll.
func replies(p *plan, in elevator.Inputs) []byte {
	var b []byte
	for _, f := range framesOf(p.requests) {
		r := replyTo(in, f)
		b = append(b, r[:]...)
	}
	return b
}

func drawInputs(t *rapid.T, n int) elevator.Inputs {
	in := elevator.Inputs{
		Floor:       rapid.IntRange(elevator.NoFloor, n-1).Draw(t, "floor"),
		Stop:        rapid.Bool().Draw(t, "stop"),
		Obstruction: rapid.Bool().Draw(t, "obstruction"),
	}
	for f := range n {
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(n, f, b) {
				in.Buttons.Put(f, b, rapid.Bool().Draw(t, "button"))
			}
		}
	}
	return in
}

// A poll shows all inputs, whatever was known before.
func TestPlanReadsAllInputs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{elevator.MinFloors, 3, 4, 9, elevator.MaxFloors}).Draw(t, "floors")
		p := newPlan(n)
		want, got := drawInputs(t, n), drawInputs(t, n)
		if err := p.decode(replies(p, want), &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestPlanAsksForEveryInputOnce(t *testing.T) {
	seen := map[elevproto.Frame]bool{}
	for _, f := range framesOf(newPlan(4).requests) {
		if seen[f] || !f.HasReply() {
			t.Errorf("%v asked twice, or not a question", f)
		}
		seen[f] = true
	}
	if len(seen) != 13 {
		t.Errorf("%d requests, want 13: %v", len(seen), seen)
	}
}

func TestDecodeJudgesReplies(t *testing.T) {
	p := newPlan(4)
	tests := []struct {
		name  string
		frame int // which reply is replaced
		with  elevproto.Frame
		want  string // part of the error, empty for none
	}{
		{"another opcode", 0, elevproto.Frame{elevproto.OpStopButton}, "reply 08 00 00 00 to a request for the obstruction switch"},
		{"an opcode that is none", 3, elevproto.Frame{'H', 'T', 'T', 'P'}, "reply 48 54 54 50 to a request for button hall-up at floor 0"},
		{"floor out of range", 1, elevproto.FloorReply(4), "floors 0 to 3 only"},
		{"floor far out of range", 1, elevproto.FloorReply(255), "floors 0 to 3 only"},
		{"highest floor", 1, elevproto.FloorReply(3), ""},
		{"floor named between floors", 1, elevproto.Frame{elevproto.OpFloorSensor, 0, 9}, ""},
		{"a flag that is neither 0 nor 1", 2, elevproto.Frame{elevproto.OpStopButton, 255}, ""},
		{"bytes without meaning", 4, elevproto.Frame{elevproto.OpButton, 1, 9, 9}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := replies(p, elevator.Inputs{})
			copy(b[tt.frame*elevproto.Size:], tt.with[:])
			var in elevator.Inputs
			err := p.decode(b, &in)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error %v", err)
			case tt.want != "" && (!errors.Is(err, ErrNonsense) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one that contains %q", err, tt.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	p := newPlan(4)
	var in elevator.Inputs
	in.Floor = elevator.NoFloor
	f.Add(4, replies(p, in))
	in = elevator.Inputs{Floor: 3, Stop: true, Obstruction: true, Buttons: lamps(2, elevator.Cab)}
	f.Add(4, replies(p, in))
	f.Add(2, replies(p, in))
	f.Add(4, []byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add(128, []byte{9, 1, 0, 0, 7, 1, 200, 0})
	f.Add(4, []byte{9, 0, 0, 0, 7})
	f.Fuzz(func(t *testing.T, floors int, b []byte) {
		floors = Options{Floors: floors}.withDefaults().Floors
		p := newPlan(floors)
		var got elevator.Inputs
		if err := p.decode(b, &got); err != nil {
			if !errors.Is(err, ErrNonsense) {
				t.Fatalf("error %v does not say nonsense", err)
			}
			return
		}
		if got.Floor < elevator.NoFloor || got.Floor >= floors {
			t.Fatalf("floor %d of %d", got.Floor, floors)
		}
		for f, k := range got.Buttons.All() {
			if !elevator.ButtonExists(floors, f, k) {
				t.Fatalf("button %v at floor %d of %d pressed", k, f, floors)
			}
		}
		if len(b) < len(p.requests) {
			return
		}
		// What was understood is what a server that shows it would have sent.
		var again elevator.Inputs
		if err := p.decode(replies(p, got), &again); err != nil || again != got {
			t.Fatalf("%+v read back as %+v, error %v", got, again, err)
		}
	})
}
