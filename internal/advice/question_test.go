package advice

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// drawInput draws what a node or the traffic simulator may ask about.
func drawInput(t *rapid.T) assigner.Input {
	floors := rapid.OneOf(rapid.IntRange(2, 9), rapid.SampledFrom([]int{40, 64, 65, elevator.MaxFloors})).Draw(t, "floors")
	millis := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(0, 10_000).Draw(t, name)) * time.Millisecond
	}
	in := assigner.Input{Config: elevator.Config{Floors: floors, Door: millis("door"), Travel: millis("travel"), Pass: millis("pass")}}
	lit := rapid.SampledFrom([]int{1, 4, 10}).Draw(t, "lit of ten")
	for f := range floors {
		in.Presses[f] = uint32(rapid.IntRange(0, 9).Draw(t, "presses"))
		for _, b := range []elevator.Button{elevator.HallUp, elevator.HallDown} {
			if elevator.ButtonExists(floors, f, b) && rapid.IntRange(0, 9).Draw(t, "call") < lit {
				in.Calls = append(in.Calls, assigner.HallCall{Floor: f, Button: b, Age: rapid.Uint16().Draw(t, "age")})
			}
		}
	}
	for k := range rapid.IntRange(1, 5).Draw(t, "cars") {
		c := assigner.Car{ID: elevator.ID(fmt.Sprintf("e%d", k)), State: elevator.State{
			Floor:     rapid.IntRange(0, floors-1).Draw(t, "floor"),
			Direction: rapid.SampledFrom([]elevator.Direction{elevator.Down, elevator.Stop, elevator.Up}).Draw(t, "direction"),
			Behaviour: rapid.SampledFrom([]elevator.Behaviour{elevator.Idle, elevator.DoorOpen, elevator.Moving}).Draw(t, "behaviour"),
		}}
		if to := c.State.Floor + int(c.State.Direction); to < 0 || to >= floors {
			c.State.Direction = elevator.Stop
		}
		for f := range floors {
			c.Cab.Put(f, rapid.IntRange(0, 9).Draw(t, "cab") == 0)
		}
		in.Cars = append(in.Cars, c)
	}
	return in
}

// TestQuestionTellsAll: whoever is asked what is written, and decides by our own
// policy, decides as it does without the question in between; so does the
// reference. This is why a program may take the place of our policy and be no
// worse off.
func TestQuestionTellsAll(t *testing.T) {
	var c Codec
	var d hra.Decoder
	var q Inquiry
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		var phase []time.Duration
		if rapid.Bool().Draw(t, "phase") {
			phase = make([]time.Duration, len(in.Cars))
		}
		line := c.Append(nil, &in, phase)
		r, err := d.Decode(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		q.Read(r)
		if len(q.Cars) != len(in.Cars) {
			t.Fatalf("%d of %d cars", len(q.Cars), len(in.Cars))
		}
		if diff := cmp.Diff(assigner.Assign(in), assigner.Assign(q.Input)); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}
		var here, there Reference
		want := here.Assign(in)
		if diff := cmp.Diff(want, there.Assign(q.Input)); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}

		// And the answer is read as it was given.
		r.Input.Config = hra.Config{Travel: r.Travel, Door: r.Door}
		answer, err := hra.Assign(&r.Input)
		if err != nil {
			t.Fatal(err)
		}
		have, err := c.Read(hra.AppendAnswer(nil, &r.Input, answer, true))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestQuestionOfAnything: states that can't be, as other nodes may send them, are
// asked about in words that the contract has.
func TestQuestionOfAnything(t *testing.T) {
	var c Codec
	var d hra.Decoder
	rapid.Check(t, func(t *rapid.T) {
		in := assigner.Input{Config: elevator.Config{
			Floors: rapid.IntRange(2, 6).Draw(t, "floors"),
			Door:   time.Duration(rapid.Int64Range(-1e9, 1e14).Draw(t, "door")),
			Travel: time.Duration(rapid.Int64Range(-1e9, 1e14).Draw(t, "travel")),
		}}
		for range rapid.IntRange(0, 4).Draw(t, "calls") {
			in.Calls = append(in.Calls, assigner.HallCall{
				Floor:  rapid.IntRange(-2, 9).Draw(t, "floor"),
				Button: elevator.Button(rapid.IntRange(0, 2).Draw(t, "button")),
			})
		}
		for k := range rapid.IntRange(1, 3).Draw(t, "cars") {
			in.Cars = append(in.Cars, assigner.Car{ID: elevator.ID(fmt.Sprint(k)), State: elevator.State{
				Floor:     rapid.IntRange(-3, 9).Draw(t, "at"),
				Direction: elevator.Direction(rapid.IntRange(-3, 3).Draw(t, "direction")),
				Behaviour: elevator.Behaviour(rapid.IntRange(0, 5).Draw(t, "behaviour")),
			}})
		}
		line := c.Append(nil, &in, nil)
		if _, err := d.Decode(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		calls := 0
		for _, x := range new(Reference).Assign(in) {
			calls += x.Len()
		}
		var existing elevator.Calls
		for _, call := range in.Calls {
			if call.Button != elevator.Cab && elevator.ButtonExists(in.Config.Floors, call.Floor, call.Button) {
				existing.Put(call.Floor, call.Button, true)
			}
		}
		if calls != existing.Len() {
			t.Fatalf("%d of %d calls", calls, existing.Len())
		}
	})
}

// TestQuestion shows a whole question.
func TestQuestion(t *testing.T) {
	in := assigner.Input{Config: elevator.DefaultConfig(), Calls: []assigner.HallCall{{Floor: 1, Button: elevator.HallDown, Age: 12}}}
	in.Config.Floors = 2
	in.Presses[1] = 3
	in.Cars = []assigner.Car{{ID: "a", State: elevator.State{Floor: 1, Direction: elevator.Down, Behaviour: elevator.DoorOpen}}}
	in.Cars[0].Cab.Put(0, true)
	const want = `{"hallRequests":[[false,false],[false,true]],"states":{"a":{"behaviour":"doorOpen","floor":1,"direction":"down","cabRequests":[true,false],"phase":700,"available":true}},"hallAges":[[0,0],[0,12000]],"hallPresses":[0,3],"travelDuration":2500,"doorOpenDuration":3000}`
	var c Codec
	have := c.Append(nil, &in, []time.Duration{700 * time.Millisecond})
	if string(have) != want || !json.Valid(have) {
		t.Errorf("have %s\nwant %s", have, want)
	}
	if have := string(c.Append(nil, &in, nil)); have != strings.Replace(want, `"phase":700,`, "", 1) {
		t.Error(have)
	}
	if _, err := c.Read([]byte(`{"a":[[false,false],[false,false]]}`)); err == nil {
		t.Error("a call that nobody takes")
	}
	// Nobody who is not available is asked about by a node, but a document may.
	r, err := new(hra.Decoder).Decode([]byte(strings.Replace(want, `"available":true`, `"available":false`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	var q Inquiry
	if q.Read(r); len(q.Input.Cars) != 0 {
		t.Error(q.Input.Cars)
	}
}
