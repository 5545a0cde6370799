package hra

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// drawInput draws a building with all that the contract allows: calls that don't
// exist, several elevators at one floor, times of 0, a single floor or elevator.
func drawInput(t *rapid.T) *Input {
	times := rapid.OneOf(
		rapid.SampledFrom([]time.Duration{0, time.Millisecond, 2501 * time.Millisecond, 3 * time.Second, MaxTime}),
		rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms")) * time.Millisecond
		}))
	in := &Input{
		Config: Config{
			Travel: times.Draw(t, "travel"),
			Door:   times.Draw(t, "door"),
			Clear:  rapid.SampledFrom([]ClearRule{InDirection, All}).Draw(t, "clear"),
		},
		Floors: rapid.OneOf(rapid.IntRange(1, 9), rapid.SampledFrom([]int{40, 63, 64, 65, 130})).Draw(t, "floors"),
	}
	calls := func(name string) Floors {
		density := rapid.SampledFrom([]int{0, 1, 3, 10}).Draw(t, name+" in ten")
		var s Floors
		for f := range in.Floors {
			s.put(f, rapid.IntRange(0, 9).Draw(t, name) < density)
		}
		return s
	}
	in.Up, in.Down = calls("up"), calls("down")
	ids := rapid.SliceOfNDistinct(rapid.StringN(1, 3, -1), 1, 6, rapid.ID).Draw(t, "ids")
	for _, id := range ids {
		c := Car{
			ID:        id,
			Behaviour: rapid.SampledFrom([]elevator.Behaviour{elevator.Idle, elevator.DoorOpen, elevator.Moving}).Draw(t, "behaviour"),
			Floor:     rapid.IntRange(0, in.Floors-1).Draw(t, "floor"),
			Direction: rapid.SampledFrom([]elevator.Direction{elevator.Down, elevator.Stop, elevator.Up}).Draw(t, "direction"),
			Cab:       calls("cab"),
		}
		if c.leaves(in.Floors) {
			c.Direction = elevator.Stop
		}
		in.Cars = append(in.Cars, c)
	}
	return in
}

// byID returns the id of the taker of each call.
func byID(t interface{ Fatalf(string, ...any) }, in *Input, a Answer) [][2]string {
	if len(a.Up) != in.Floors || len(a.Down) != in.Floors {
		t.Fatalf("answer for %d and %d floors, not %d", len(a.Up), len(a.Down), in.Floors)
	}
	ids := make([][2]string, in.Floors)
	for f := range ids {
		for b, x := range [2]int32{a.Up[f], a.Down[f]} {
			if x != Nobody {
				ids[f][b] = in.Cars[x].ID
			}
		}
	}
	return ids
}

// TestLaws: every call is taken, by one elevator, and nothing else is; the answer
// is that of the naive simulation; it depends neither on the order of the
// elevators nor on what was assigned before, nor on floors that aren't there.
func TestLaws(t *testing.T) {
	var used Assigner
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		answer, err := Assign(in)
		if err != nil {
			t.Fatal(err)
		}
		have := byID(t, in, answer)
		for f, takers := range have {
			if (takers[0] != "") != in.Up.Has(f) || (takers[1] != "") != in.Down.Has(f) {
				t.Fatalf("floor %d: called %v %v, taken by %q", f, in.Up.Has(f), in.Down.Has(f), takers)
			}
		}
		if diff := cmp.Diff(assignNaively(in), have); diff != "" {
			t.Fatalf("naive -, have +\n%s", diff)
		}

		other := *in
		other.Cars = rapid.Permutation(in.Cars).Draw(t, "order")
		other.Up = append(slices.Clone(in.Up), 1, ^uint64(0))
		for f := in.Floors; f < len(in.Down)*64; f++ {
			other.Down = slices.Clone(in.Down)
			other.Down.put(f, true)
		}
		again, err := used.Assign(&other)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(have, byID(t, &other, again)); diff != "" {
			t.Fatalf("another order, memory used before: -, +\n%s", diff)
		}
	})
}

// TestManyElevators is far beyond any building, and more than a nodes' network
// remembers: the moves stay within their bound, and each call is taken.
func TestManyElevators(t *testing.T) {
	in := &Input{Config: DefaultConfig(), Floors: 200}
	for f := range in.Floors {
		in.Up.put(f, f%3 != 0)
		in.Down.put(f, f%2 == 0)
	}
	for i := range 1000 {
		c := Car{ID: "car " + strconv.Itoa(i), Floor: i * 7 % (in.Floors - 2), Behaviour: elevator.Behaviour(i % 3), Direction: elevator.Direction(i%2*2 - 1)}
		if c.leaves(in.Floors) {
			c.Direction = elevator.Up
		}
		for f := range in.Floors {
			c.Cab.put(f, (f+i)%5 == 0)
		}
		in.Cars = append(in.Cars, c)
	}
	answer, err := Assign(in)
	check(t, err)
	for f := range in.Floors {
		if (answer.Up[f] >= 0) != in.Up.Has(f) || (answer.Down[f] >= 0) != in.Down.Has(f) {
			t.Errorf("floor %d: taken by %d, %d", f, answer.Up[f], answer.Down[f])
		}
	}
}

// TestNoAllocations: in the steady state neither a decision nor a document needs
// memory.
func TestNoAllocations(t *testing.T) {
	cases := recordedCases(t, "cases-8-16*.gz")
	var a Assigner
	var d Decoder
	var out []byte
	all := func() {
		for i := range cases {
			r, err := d.Decode([]byte(cases[i].input))
			check(t, err)
			r.Input.Config = cases[i].cars.Config
			answer, err := a.Assign(&r.Input)
			check(t, err)
			out = AppendAnswer(out[:0], &r.Input, answer, true)
		}
	}
	texts := make([][]byte, len(cases))
	for i := range cases {
		texts[i] = []byte(cases[i].input)
	}
	all()
	if n := testing.AllocsPerRun(3, func() {
		for i := range cases {
			_, err := a.Assign(&cases[i].cars)
			check(t, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations in %d assignments", n, len(cases))
	}
	if n := testing.AllocsPerRun(3, func() {
		for _, text := range texts {
			_, err := d.Decode(text)
			check(t, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations to decode %d documents", n, len(cases))
	}
}

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		change func(*Input)
		want   string
	}{
		{func(in *Input) { in.Config.Travel = -1 }, "travel time must be 0 to"},
		{func(in *Input) { in.Config.Door = MaxTime + 1 }, "door time must be 0 to"},
		{func(in *Input) { in.Config.Clear = 2 }, "no clear rule 2"},
		{func(in *Input) { in.Floors = 0 }, "$.hallRequests: a building has 1 to"},
		{func(in *Input) { in.Floors = MaxFloors + 1 }, "$.hallRequests: a building has 1 to"},
		{func(in *Input) { in.Cars = nil }, "$.states: at least one elevator"},
		{func(in *Input) { in.Cars = make([]Car, MaxCars+1) }, "$.states: at most"},
		{func(in *Input) { in.Cars[1].ID = "" }, `$.states[""]: an elevator needs an id`},
		{func(in *Input) { in.Cars[1].ID = "b" }, `$.states["b"]: two elevators`},
		{func(in *Input) { in.Cars[0].Behaviour = 3 }, `$.states["b"].behaviour: `},
		{func(in *Input) { in.Cars[0].Direction = 2 }, `$.states["b"].direction: `},
		{func(in *Input) { in.Cars[0].Floor = -1 }, `$.states["b"].floor: must be 0 to 3, not -1`},
		{func(in *Input) { in.Cars[0].Floor = 4 }, `$.states["b"].floor: must be 0 to 3, not 4`},
		{func(in *Input) { in.Cars[0].Direction = elevator.Down }, `$.states["b"].direction: moves down from floor 0`},
	} {
		in := &Input{Config: DefaultConfig(), Floors: 4, Cars: []Car{{ID: "b", Behaviour: elevator.Moving}, {ID: "a"}}}
		check(t, in.Validate())
		tc.change(in)
		_, err := Assign(in)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
}

// document writes what the standard library writes of an input.
func document(t *rapid.T, in *Input, indent string) []byte {
	type state struct {
		Behaviour   string `json:"behaviour"`
		Floor       int    `json:"floor"`
		Direction   string `json:"direction"`
		CabRequests []bool `json:"cabRequests"`
	}
	var v struct {
		HallRequests [][2]bool        `json:"hallRequests"`
		States       map[string]state `json:"states"`
	}
	v.States = make(map[string]state)
	for f := range in.Floors {
		v.HallRequests = append(v.HallRequests, [2]bool{in.Up.Has(f), in.Down.Has(f)})
	}
	for _, c := range in.Cars {
		s := state{[...]string{"idle", "doorOpen", "moving"}[c.Behaviour], c.Floor, c.Direction.String(), make([]bool, in.Floors)}
		for f := range s.CabRequests {
			s.CabRequests[f] = c.Cab.Has(f)
		}
		v.States[c.ID] = s
	}
	text, err := json.MarshalIndent(v, "", indent)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDecodeInvertsEncode: what the standard library writes of an input is decoded
// to the same input, and the answer that is written is what the standard library
// reads.
func TestDecodeInvertsEncode(t *testing.T) {
	var d Decoder
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		r, err := d.Decode(document(t, in, rapid.SampledFrom([]string{"", " ", "\r\n\t"}).Draw(t, "indent")))
		if err != nil {
			t.Fatal(err)
		}
		r.Input.Config = in.Config
		slices.SortFunc(in.Cars, func(x, y Car) int { return strings.Compare(x.ID, y.ID) })
		if diff := cmp.Diff(*in, r.Input, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}

		cab := rapid.Bool().Draw(t, "cab")
		answer, err := Assign(in)
		if err != nil {
			t.Fatal(err)
		}
		line := AppendAnswer(nil, in, answer, cab)
		var have map[string][][]bool
		if err := json.Unmarshal(line, &have); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if diff := cmp.Diff(matrices(in, answer, cab), have); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}
	})
}
