package hra

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// sizes are the sizes of the recorded cases.
var sizes = []string{"3-4", "3-9", "8-16", "16-40"}

// BenchmarkAssign runs through the recorded cases of each size, with the elevators
// in the order of their ids, as Decoder gives them: one assignment by the
// reference's method, and, side by side, one by package assigner.
func BenchmarkAssign(b *testing.B) {
	for _, size := range sizes {
		cases := recordedCases(b, "cases-"+size+"*.gz")
		for i := range cases {
			slices.SortFunc(cases[i].cars.Cars, func(x, y Car) int { return strings.Compare(x.ID, y.ID) })
		}
		b.Run("hra/"+size, func(b *testing.B) {
			var a Assigner
			for i := 0; b.Loop(); i++ {
				if _, err := a.Assign(&cases[i%len(cases)].cars); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("ours/"+size, func(b *testing.B) {
			inputs := make([]assigner.Input, len(cases))
			for i := range cases {
				inputs[i] = ofAssigner(&cases[i].cars)
			}
			var a assigner.Assigner
			for i := 0; b.Loop(); i++ {
				a.Assign(inputs[i%len(inputs)])
			}
		})
	}
}

// ofAssigner returns the same question as package assigner takes it.
func ofAssigner(in *Input) assigner.Input {
	o := assigner.Input{Config: elevator.Config{Floors: in.Floors, Door: in.Config.Door, Travel: in.Config.Travel, MotorTimeout: time.Minute}}
	for f := range in.Floors {
		if in.Up.Has(f) {
			o.Calls = append(o.Calls, assigner.HallCall{Floor: f, Button: elevator.HallUp})
		}
		if in.Down.Has(f) {
			o.Calls = append(o.Calls, assigner.HallCall{Floor: f, Button: elevator.HallDown})
		}
	}
	for _, c := range in.Cars {
		car := assigner.Car{ID: elevator.ID(c.ID), State: elevator.State{Floor: c.Floor, Direction: c.Direction, Behaviour: c.Behaviour}}
		copy(car.Cab[:], c.Cab)
		o.Cars = append(o.Cars, car)
	}
	return o
}

// BenchmarkDecode decodes the recorded inputs with Decoder and, side by side, with
// the standard library.
func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes {
		cases := recordedCases(b, "cases-"+size+"*.gz")
		texts := make([][]byte, len(cases))
		for i := range cases {
			texts[i] = []byte(cases[i].input)
		}
		b.Run("ours/"+size, func(b *testing.B) {
			var d Decoder
			for i := 0; b.Loop(); i++ {
				text := texts[i%len(texts)]
				b.SetBytes(int64(len(text)))
				if _, err := d.Decode(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("standard/"+size, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				text := texts[i%len(texts)]
				b.SetBytes(int64(len(text)))
				var v any
				check(b, json.Unmarshal(text, &v))
			}
		})
	}
}

// BenchmarkAnswer decodes, assigns and encodes, as the command does for a line.
func BenchmarkAnswer(b *testing.B) {
	for _, size := range sizes {
		cases := recordedCases(b, "cases-"+size+"*.gz")
		texts := make([][]byte, len(cases))
		for i := range cases {
			texts[i] = []byte(cases[i].input)
		}
		b.Run(size, func(b *testing.B) {
			var d Decoder
			var a Assigner
			var out []byte
			for i := 0; b.Loop(); i++ {
				r, err := d.Decode(texts[i%len(texts)])
				check(b, err)
				r.Input.Config = DefaultConfig()
				answer, err := a.Assign(&r.Input)
				check(b, err)
				out = AppendAnswer(out[:0], &r.Input, answer, false)
			}
		})
	}
}
