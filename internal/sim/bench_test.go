package sim

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// BenchmarkBuilding measures how much faster than real time a building runs, at
// rest and with passengers.
func BenchmarkBuilding(b *testing.B) {
	for _, c := range []struct {
		name  string
		nodes int
		every time.Duration // between two presses
	}{
		{"3nodes/idle", 3, 0},
		{"3nodes/busy", 3, 4 * time.Second},
		{"10nodes/busy", 10, 4 * time.Second},
	} {
		b.Run(c.name, func(b *testing.B) {
			x := building(b, c.nodes, nil)
			x.OnNotice = nil
			x.Run(5 * time.Second)
			began := x.Now()
			next := x.Now()
			press := 0
			for b.Loop() {
				if c.every > 0 && x.Now() >= next {
					next += c.every
					press++
					x.Workspaces()[press%c.nodes].Tap(press*7%4, elevator.Button(press%elevator.Buttons))
				}
				x.Run(time.Second)
			}
			b.ReportMetric((x.Now()-began).Seconds()/b.Elapsed().Seconds(), "×real")
		})
	}
}
