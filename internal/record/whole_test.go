package record

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
)

// TestNothingIsForgotten lists the fields that are recorded. Whoever adds one to
// what goes into a node, or comes out, must record it too: else a recording can't
// be run again.
func TestNothingIsForgotten(t *testing.T) {
	for _, c := range []struct {
		value  any
		fields []string
		not    []string // follow from the rest, or decide nothing
	}{
		{node.Config{}, []string{"ID", "Building", "KeyID", "Elevator", "Boot", "Second", "Disk", "Interval", "Park", "Policy", "Advised"}, nil},
		{elevator.Config{}, []string{"Floors", "Door", "Travel", "Pass", "MotorTimeout"}, nil},
		{node.Event{}, []string{"Kind", "Inputs", "Message", "Generation", "Err", "Saved", "Question", "Assigned"}, nil},
		{node.Actions{}, []string{"Outputs", "Message", "Snapshot", "Generation", "Ask", "Notices", "Exit"}, []string{"Wake"}},
		{node.Notice{}, []string{"Kind", "Peer", "Count", "Reasons", "Err"}, nil},
		{node.Question{}, []string{"Number", "Input"}, nil},
		{assigner.Input{}, []string{"Calls", "Cars"}, []string{"Config", "Presses"}},
		{assigner.Car{}, []string{"ID", "State", "Cab", "Goal"}, nil},
		{assigner.HallCall{}, []string{"Floor", "Button", "Age"}, nil},
		{elevator.State{}, []string{"Floor", "Direction", "Behaviour", "Unavailable", "Parking"}, nil},
		{elevator.Inputs{}, []string{"Connected", "Link", "Floor", "Buttons", "Stop", "Obstruction"}, nil},
		{elevator.Outputs{}, []string{"Link", "Motor", "MotorNudge", "Door", "StopLamp", "Indicator", "Lamps"}, nil},
	} {
		typ := reflect.TypeOf(c.value)
		for k := range typ.NumField() {
			if name := typ.Field(k).Name; !slices.Contains(c.fields, name) && !slices.Contains(c.not, name) {
				t.Errorf("%v.%s isn't recorded", typ, name)
			}
		}
	}
}

// fill gives every field a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for k := range v.NumField() {
			fill(v.Field(k), n)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.String:
		v.SetString("s" + string(rune('a'+*n)))
	}
}

func TestConfigurationIsWhole(t *testing.T) {
	var c node.Config
	n := 0
	fill(reflect.ValueOf(&c).Elem(), &n)
	c.Elevator = elevator.DefaultConfig()
	ring := NewRing(Options{})
	defer ring.Close()
	began := time.Now()
	ring.Tap().Started(host.TapStart{Node: c, Saved: [][]byte{{1}, {}, {2, 3}}, Began: began})
	for rec := range written(t, ring).Records() {
		if rec.Kind != Started {
			continue
		}
		if rec.Track.Node != c || absolute(rec.Track.Began-began.UnixNano()) > int64(time.Millisecond) || !reflect.DeepEqual(rec.Saved, [][]byte{{1}, {}, {2, 3}}) {
			t.Errorf("recorded %+v, wanted %+v; saved %v", rec.Track.Node, c, rec.Saved)
		}
		return
	}
	t.Error("no start was recorded")
}

func absolute(n int64) int64 { return max(n, -n) }
