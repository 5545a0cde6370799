//go:build unix

package elevio

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// BenchmarkPress measures, for each kind of server, how late a press is seen
// and what an idle second of polling costs, for this package's driver and for
// the way of the course's driver, in one run, each against a server process of
// the same kind. It presses at least a hundred times whatever b.N is, so
// -benchtime 1x is enough.
//
//	ns/op            mean time from press to event, with this driver
//	p50-ms, p99-ms   of the same
//	cpu-%            of one core, of this process alone, nothing happening
//	course-…         the course driver's way
//	…-ratio          ours divided by the course's
func BenchmarkPress(b *testing.B) {
	for _, k := range serverKinds {
		b.Run(k.name, func(b *testing.B) {
			ours := measure(b, k, openOurs)
			course := measure(b, k, openCourse)
			mean := time.Duration(0)
			for _, d := range ours.latencies {
				mean += d
			}
			b.ReportMetric(float64(mean)/float64(len(ours.latencies)), "ns/op")
			for _, m := range []struct {
				prefix string
				r      result
			}{{"", ours}, {"course-", course}} {
				b.ReportMetric(m.r.quantile(0.50), m.prefix+"p50-ms")
				b.ReportMetric(m.r.quantile(0.99), m.prefix+"p99-ms")
				b.ReportMetric(m.r.cpu*100, m.prefix+"cpu-%")
			}
			b.ReportMetric(ours.quantile(0.50)/course.quantile(0.50), "p50-ratio")
			b.ReportMetric(ours.cpu/course.cpu, "cpu-ratio")
		})
	}
}

type result struct {
	latencies []time.Duration // sorted
	cpu       float64         // cores
}

func (r result) quantile(q float64) float64 {
	i := min(int(q*float64(len(r.latencies))), len(r.latencies)-1)
	return float64(r.latencies[i]) / float64(time.Millisecond)
}

// Each measurement: how long the client settles first, how long it idles, and
// how many presses at least.
const (
	settle   = time.Second
	idle     = 2 * time.Second
	fewest   = 100
	maxPause = 30 * time.Millisecond
)

// measure runs one client against a server of its own. open starts the client,
// which calls seen with the state of the stop button whenever it sees it
// change, and returns what ends it.
func measure(b *testing.B, k serverKind, open func(addr string, seen func(bool)) func()) result {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverEnv+"="+k.name)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	seen := make(chan bool, 16)
	stop := open(addr[:len(addr)-1], func(on bool) { seen <- on })
	defer stop()

	time.Sleep(settle)
	var r result
	cpu, start := cpuTime(b), time.Now()
	time.Sleep(idle)
	r.cpu = float64(cpuTime(b)-cpu) / float64(time.Since(start))

	b.ResetTimer()
	for i := range max(b.N, fewest) {
		time.Sleep(rand.N(maxPause))
		on := i%2 == 0
		pressed := time.Now()
		if _, err := in.Write([]byte{"01"[i%2^1]}); err != nil {
			b.Fatal(err)
		}
		for {
			select {
			case got := <-seen:
				if got != on {
					continue
				}
			case <-time.After(patience):
				b.Fatal("a press was never seen")
			}
			break
		}
		r.latencies = append(r.latencies, time.Since(pressed))
	}
	slices.Sort(r.latencies)
	return r
}

func cpuTime(b *testing.B) time.Duration {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

func openOurs(addr string, seen func(bool)) func() {
	d := Open(addr, Options{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		last := false
		for e := range d.Events() {
			if e.Stop != last {
				last = e.Stop
				seen(last)
			}
		}
	}()
	return func() { d.Close(); <-ended }
}

// openCourse polls as the course's driver does: four goroutines, for buttons,
// floor sensor, stop button and obstruction, each of which sleeps 20 ms and
// then asks, one question and its answer at a time, the buttons one by one at
// all floors and of all three kinds.
func openCourse(addr string, seen func(bool)) func() {
	const floors, pollRate = 4, 20 * time.Millisecond
	c, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	var ended atomic.Bool
	ask := func(f elevproto.Frame) elevproto.Frame {
		mu.Lock()
		defer mu.Unlock()
		if _, err := c.Write(f[:]); err != nil && !ended.Load() {
			panic(err)
		}
		var r elevproto.Frame
		if _, err := io.ReadFull(c, r[:]); err != nil && !ended.Load() {
			panic(err)
		}
		return r
	}
	var wg sync.WaitGroup
	every := func(poll func()) {
		wg.Go(func() {
			for !ended.Load() {
				time.Sleep(pollRate)
				poll()
			}
		})
	}
	every(func() {
		for f := range floors {
			for k := range elevator.Button(elevator.Buttons) {
				ask(elevproto.ReadButton(k, f))
			}
		}
	})
	every(func() { ask(elevproto.ReadFloorSensor()) })
	every(func() { ask(elevproto.ReadObstruction()) })
	last := false
	every(func() {
		if on := ask(elevproto.ReadStopButton()).On(); on != last && !ended.Load() {
			last = on
			seen(on)
		}
	})
	return func() { ended.Store(true); c.Close(); wg.Wait() }
}
