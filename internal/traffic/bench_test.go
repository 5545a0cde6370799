package traffic

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkRun measures half an hour of the busiest lunch, with its warm-up and
// cool-down, and how much faster than in reality it goes by.
func BenchmarkRun(b *testing.B) {
	const length = 30 * time.Minute
	for _, size := range [][2]int{{3, 4}, {3, 9}, {6, 16}} {
		for _, name := range []string{"all", "serve", "hra", "ours"} {
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], name), func(b *testing.B) {
				s := Scenario{Cars: size[0], Floors: size[1], Pattern: Lunch, Intensity: 800}
				policy, _ := PolicyNamed(name)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Run(s, 11, length, policy.New()); err != nil {
						b.Fatal(err)
					}
				}
				simulated := (WarmUp + length + CoolDown) * time.Duration(b.N)
				b.ReportMetric(simulated.Seconds()/b.Elapsed().Seconds(), "×real-time")
			})
		}
	}
}
