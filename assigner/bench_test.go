package assigner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// sizes are the buildings that are measured: cars × floors.
var sizes = [][2]int{{3, 4}, {3, 9}, {8, 16}, {16, 40}}

// scene returns an arbitrary moment of a building in which each hall button is
// lit with a chance of lit percent, and each cab button of cab percent.
func scene(seed uint64, cars, floors, lit, cab int) assigner.Input {
	r := rand.New(rand.NewPCG(seed, 1))
	in := assigner.Input{Config: elevator.DefaultConfig()}
	in.Config.Floors = floors
	for f := range floors {
		for _, b := range []elevator.Button{elevator.HallUp, elevator.HallDown} {
			if elevator.ButtonExists(floors, f, b) && r.IntN(100) < lit {
				in.Calls = append(in.Calls, assigner.HallCall{Floor: f, Button: b, Age: uint16(r.IntN(40))})
			}
		}
	}
	for i := range cars {
		c := assigner.Car{ID: elevator.ID(fmt.Sprintf("e%02d", i)), State: elevator.State{Floor: r.IntN(floors)}}
		for f := range floors {
			c.Cab.Put(f, r.IntN(100) < cab)
		}
		switch r.IntN(3) {
		case 0:
			c.State.Behaviour = elevator.Moving
			c.State.Direction = elevator.Up
			if c.State.Floor == floors-1 || c.State.Floor > 0 && r.IntN(2) == 0 {
				c.State.Direction = elevator.Down
			}
		case 1:
			c.State.Behaviour = elevator.DoorOpen
			c.State.Direction = elevator.Direction(r.IntN(3) - 1)
		}
		in.Cars = append(in.Cars, c)
	}
	return in
}

// BenchmarkDecision measures decisions at realistic moments, with three in ten hall
// buttons lit and one in ten cab buttons, and at busy ones, with all hall buttons lit,
// and reports the median and the 99th percentile.
func BenchmarkDecision(b *testing.B) {
	for _, size := range sizes {
		for _, load := range []struct {
			name     string
			lit, cab int
		}{{"usual", 30, 10}, {"all-lit", 100, 20}} {
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], load.name), func(b *testing.B) {
				var scenes []assigner.Input
				for seed := range uint64(100) {
					scenes = append(scenes, scene(seed, size[0], size[1], load.lit, load.cab))
				}
				var a assigner.Assigner
				for _, in := range scenes {
					a.Assign(in)
				}
				b.ReportAllocs()
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					t := time.Now()
					a.Assign(scenes[i%len(scenes)])
					took = append(took, time.Since(t))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
				b.ReportMetric(float64(took[(99*len(took)-1)/100].Nanoseconds()), "p99-ns")
			})
		}
	}
}

// BenchmarkPredict measures one prediction of a car that serves everything.
func BenchmarkPredict(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dfloors", size[1]), func(b *testing.B) {
			in := scene(1, 1, size[1], 100, 100)
			calls := everyCar(in)[0]
			var dst []assigner.Service
			b.ReportAllocs()
			for b.Loop() {
				dst = assigner.Predict(dst[:0], in.Config, in.Cars[0], calls)
			}
		})
	}
}
