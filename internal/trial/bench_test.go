package trial

import (
	"testing"
	"time"
)

// BenchmarkTrial measures how much faster than real time buildings run with
// every fault, and without any.
func BenchmarkTrial(b *testing.B) {
	for _, c := range []struct {
		name    string
		profile Profile
	}{
		{"3nodes/faults", Profile{Nodes: Range{3, 3}, Floors: Range{4, 4}, Faults: All()}},
		{"3nodes/none", Profile{Nodes: Range{3, 3}, Floors: Range{4, 4}}},
		{"usual/faults", Profile{Faults: All()}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var simulated time.Duration
			seed := uint64(0)
			for b.Loop() {
				seed++
				r, err := Run(Generate(seed, c.profile), Options{})
				if err != nil {
					b.Fatal(err)
				}
				simulated += r.Simulated
			}
			b.ReportMetric(simulated.Seconds()/b.Elapsed().Seconds(), "×real")
		})
	}
}
