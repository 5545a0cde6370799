package systest

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// The figures of a building of three real processes. Each is one measurement,
// so run them with -benchtime 1x; what they are like is in the extra metrics.

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// report prints the median and the 99th percentile of some times.
func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(milliseconds(took[len(took)/2]), "ms-median")
	b.ReportMetric(milliseconds(took[len(took)*99/100]), "ms-p99")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkPressToAllLamps(b *testing.B) {
	for _, percent := range []int{0, 25, 50} {
		b.Run(fmt.Sprintf("loss=%d%%", percent), func(b *testing.B) {
			r := newRig(b, 3)
			for _, s := range r.stations {
				s.loss(percent)
			}
			time.Sleep(time.Second)
			for b.Loop() {
				report(b, r.presses(100, 20*time.Second))
			}
		})
	}
}

func BenchmarkFaultToTakeOver(b *testing.B) {
	kill := cut{"kill", (*station).kill, func(s *station) { s.start() }}
	for _, c := range append([]cut{kill}, cuts()...) {
		b.Run(strings.ReplaceAll(c.name, " ", "-"), func(b *testing.B) {
			r := newRig(b, 3)
			for b.Loop() {
				var took []time.Duration
				for k := range 5 {
					r.gather()
					who := r.callTo(r.stations[k%3])
					began := time.Now()
					c.cut(who)
					d, _ := r.takeOver(began, r.others(who))
					took = append(took, d)
					for _, s := range r.others(who) {
						r.until(30*time.Second, "served", s.lit(3, elevator.HallDown, false))
					}
					c.mend(who)
					r.settle()
					r.quiet()
				}
				report(b, took)
			}
		})
	}
}

// BenchmarkIdle measures what a node costs that has nothing to do: share of one
// core, and bytes sent, headers included. A bare Go program that is woken every
// 8 ms and does nothing is measured beside it: on a virtual machine most of the
// cost is in being woken.
func BenchmarkIdle(b *testing.B) {
	r := newRig(b, 3)
	time.Sleep(3 * time.Second)
	const during = 20 * time.Second
	for b.Loop() {
		ticker := exec.Command(os.Args[0], "-test.run", "^TestTicker$")
		ticker.Env = append(os.Environ(), tickerEnv+"="+during.String())
		if err := ticker.Start(); err != nil {
			b.Fatal(err)
		}
		cpu, sent := r.cpu(), r.sent()
		if err := ticker.Wait(); err != nil {
			b.Fatal(err)
		}
		nodes := float64(len(r.stations))
		share := func(d time.Duration) float64 { return 100 * d.Seconds() / during.Seconds() }
		own := share(r.cpu()-cpu) / nodes
		bare := share(ticker.ProcessState.SystemTime() + ticker.ProcessState.UserTime())
		b.ReportMetric(own, "%core/node")
		b.ReportMetric(bare, "%core/bare-ticker")
		b.ReportMetric(own/bare, "ratio")
		b.ReportMetric(float64(r.sent()-sent)/nodes/during.Seconds(), "B/s/node")
		b.ReportMetric(0, "ns/op")
	}
}

// tickerEnv says for how long TestTicker runs.
const tickerEnv = "ELEVNET_TICKER"

// TestTicker is the bare program of BenchmarkIdle.
func TestTicker(t *testing.T) {
	during, err := time.ParseDuration(os.Getenv(tickerEnv))
	if err != nil {
		t.Skip("only for BenchmarkIdle")
	}
	tick := time.NewTicker(8 * time.Millisecond)
	for end := time.After(during); ; {
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}

// cpu returns the processor time that all nodes have used.
func (r *rig) cpu() time.Duration {
	var ticks int
	for _, s := range r.stations {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.node.Process.Pid))
		if err != nil {
			r.t.Fatal(err)
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		ticks += user + system
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// sent returns the bytes that all nodes have sent over their cables.
func (r *rig) sent() int {
	total := 0
	for _, s := range r.stations {
		out, err := exec.Command("ip", "netns", "exec", s.ns, "cat", "/sys/class/net/eth0/statistics/tx_bytes").Output()
		if err != nil {
			r.t.Fatal(err)
		}
		n, _ := strconv.Atoi(strings.TrimSpace(string(out)))
		total += n
	}
	return total
}
