package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// BenchmarkBuilding measures how much faster than real time a building runs on
// one core: at rest, with passengers, and with passengers and faults.
func BenchmarkBuilding(b *testing.B) {
	for _, c := range []struct {
		name   string
		nodes  int
		every  time.Duration // between two presses
		faults bool
	}{
		{"3nodes/idle", 3, 0, false},
		{"3nodes/busy", 3, 4 * time.Second, false},
		{"3nodes/busy with faults", 3, 4 * time.Second, true},
		{"8nodes/busy", 8, 4 * time.Second, false},
		{"10nodes/busy", 10, 4 * time.Second, false},
		{"10nodes/busy with faults", 10, 4 * time.Second, true},
		{"32nodes/busy", 32, 4 * time.Second, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			x := building(b, c.nodes, nil)
			x.OnNotice = nil
			x.Run(5 * time.Second)
			r := rand.New(rand.NewPCG(1, 1))
			began := x.Now()
			next := x.Now()
			press := 0
			for b.Loop() {
				if c.every > 0 && x.Now() >= next {
					next += c.every
					press++
					x.Workspaces()[press%c.nodes].Tap(press*7%4, elevator.Button(press%elevator.Buttons))
				}
				if c.faults && r.IntN(10) == 0 {
					passing(b, x, r)
				}
				x.Run(time.Second)
			}
			b.ReportMetric((x.Now()-began).Seconds()/b.Elapsed().Seconds(), "×real")
		})
	}
}

// passing begins one of the usual faults, which ends by itself.
func passing(b *testing.B, x *Building, r *rand.Rand) {
	w := x.all[r.IntN(len(x.all))]
	later := func(do func()) { x.After(time.Duration(1+r.IntN(8))*time.Second, do) }
	switch r.IntN(8) {
	case 0:
		x.Loss(25)
		later(func() { x.Loss(0) })
	case 1:
		x.Bursts(Bursts{time.Second, 200 * time.Millisecond, 0, 100})
		later(func() { x.Bursts(Bursts{}) })
	case 2:
		x.Duplicate(10)
		x.Corrupt(5)
		x.Replay(2)
		later(func() { x.Duplicate(0); x.Corrupt(0); x.Replay(0) })
	case 3:
		x.Isolate(w.Index, true)
		later(func() { x.Isolate(w.Index, false) })
	case 4:
		w.Kill()
		later(func() {
			if err := w.Start(); err != nil {
				b.Error(err)
			}
		})
	case 5:
		w.Freeze()
		later(w.Thaw)
	case 6:
		w.Obstruct(true)
		later(func() { w.Obstruct(false) })
	case 7:
		w.Motor(false, true)
		later(func() { w.Motor(true, true) })
	}
}
