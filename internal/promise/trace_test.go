package promise

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// anyEvent draws an event in which only the fields that its kind uses are set.
func anyEvent(t *rapid.T, workspaces, floors int) Event {
	e := Event{
		At:        time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "at")),
		Workspace: rapid.IntRange(0, workspaces-1).Draw(t, "workspace"),
		Kind:      Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")),
	}
	f := forms[e.Kind]
	if f.button {
		e.Button = elevator.Button(rapid.IntRange(0, elevator.Buttons-1).Draw(t, "button"))
		e.Floor = rapid.IntRange(0, floors-1).Draw(t, "floor")
	}
	if f.floor {
		e.Floor = rapid.IntRange(elevator.NoFloor, floors-1).Draw(t, "floor")
	}
	if f.motor {
		e.Direction = elevator.Direction(rapid.IntRange(-1, 1).Draw(t, "direction"))
	}
	if f.peer {
		e.Peer = rapid.IntRange(0, workspaces-1).Draw(t, "peer")
	}
	if f.percent {
		e.Percent = rapid.IntRange(0, 100).Draw(t, "percent")
	}
	if f.on != "" {
		e.On = rapid.Bool().Draw(t, "on")
	}
	return e
}

func TestStringAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent(t, 64, 128)
		got, err := Parse("\n# comment\n  " + e.String() + "  # why\n")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Event{e}, got); diff != "" {
			t.Fatalf("%s\n%s", e, diff)
		}
	})
}

func TestEventString(t *testing.T) {
	for _, tc := range []struct {
		event Event
		want  string
	}{
		{Event{At: 1500 * time.Millisecond, Kind: ButtonHeld, Floor: 2, Button: elevator.HallUp, On: true}, "1.5s 0 button hall-up 2 pressed"},
		{Event{At: 4 * time.Second, Workspace: 1, Kind: SensorChanged, Floor: elevator.NoFloor}, "4s 1 sensor -"},
		{Event{At: 5 * time.Second, Kind: Link, Peer: 2}, "5s 0 link 2 off"},
		{Event{Kind: MotorCommanded, Direction: elevator.Down}, "0s 0 motor down"},
		{Event{Kind: Loss, Percent: 25}, "0s 0 loss 25"},
		{Event{Kind: CarPlaced}, "0s 0 placed"},
		{Event{Kind: kinds}, "0s 0 kind-21"},
	} {
		if got := tc.event.String(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestParseSaysWhere(t *testing.T) {
	for trace, want := range map[string]string{
		"1s 0":                       "line 1",
		"\n1x 0 door open":           "line 2",
		"1s a door open":             "a",
		"1s 0 dor open":              `"dor"`,
		"1s 0 door ajar":             `"ajar"`,
		"1s 0 door":                  `"open"`,
		"1s 0 door open open":        "too much",
		"1s 0 button up 2 pressed":   `"up"`,
		"1s 0 button cab x pressed":  "x",
		"1s 0 motor sideways":        "sideways",
		"1s 0 link x on":             "x",
		"1s 0 loss much":             "much",
		"1s 0 lamp hall-up 1 bright": "bright",
	} {
		_, err := Parse(trace)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", trace, err, want)
		}
	}
}

// FuzzParse: whatever can be read is written as it was read.
func FuzzParse(f *testing.F) {
	f.Add(ready + lit + served)
	f.Add("1s 0 link 2 off\n5s 0 loss 80\n1h1m 63 sensor -")
	f.Fuzz(func(t *testing.T, trace string) {
		events, err := Parse(trace)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, e := range events {
			b.WriteString(e.String() + "\n")
		}
		again, err := Parse(b.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(events, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
