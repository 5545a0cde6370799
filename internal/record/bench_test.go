package record

import (
	"math/rand/v2"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/worldview"
)

// minute lets a building live for a minute of virtual time; in a busy one a
// button is pressed somewhere every second.
func minute(l *lab, busy bool, random *rand.Rand, each func()) {
	for range 60 {
		if n := l.nodes[random.IntN(len(l.nodes))]; busy && n.node != nil {
			floors := n.cfg.Elevator.Floors
			if f, b := random.IntN(floors), elevator.Button(random.IntN(elevator.Buttons)); elevator.ButtonExists(floors, f, b) {
				n.hold.Put(f, b, true)
			}
		}
		l.run(300 * time.Millisecond)
		for _, n := range l.nodes {
			n.hold = elevator.Calls{}
		}
		l.run(700 * time.Millisecond)
		each()
	}
}

// BenchmarkRecord is a minute of three nodes and four floors. The difference of on
// and off is what recording costs.
func BenchmarkRecord(b *testing.B) {
	for _, busy := range []bool{false, true} {
		name := map[bool]string{false: "idle", true: "busy"}[busy]
		for _, on := range []bool{false, true} {
			b.Run(name+map[bool]string{false: "/off", true: "/on"}[on], func(b *testing.B) {
				ring := NewRing(Options{Limit: 1 << 30})
				defer ring.Close()
				steps := 0
				l := newLab(b, 1, 3, 4, func(elevator.ID) host.Tap {
					if on {
						return counter{ring.Tap(), &steps}
					}
					return nil
				})
				l.quiet = true
				l.run(3 * time.Second)
				ring.flush()
				random := rand.New(rand.NewPCG(1, 2))
				before := ring.memory.held()
				steps = 0
				used := processor()
				for b.Loop() {
					minute(l, busy, random, ring.flush)
				}
				b.ReportMetric(float64((processor()-used).Microseconds())/1000/float64(b.N), "cpu-ms/min")
				if on {
					b.ReportMetric(float64(ring.memory.held()-before)/float64(b.N), "B/min")
					b.ReportMetric(float64(steps)/float64(b.N), "steps/min")
				}
			})
		}
	}
}

type counter struct {
	host.Tap
	steps *int
}

func (c counter) Stepped(s *host.TapStep) {
	*c.steps++
	c.Tap.Stepped(s)
}

// BenchmarkStepped is what a node waits for under its lock at each step.
func BenchmarkStepped(b *testing.B) {
	ring := NewRing(Options{Limit: 1 << 20})
	defer ring.Close()
	var steps []*host.TapStep
	l := newLab(b, 1, 3, 4, func(elevator.ID) host.Tap {
		return tapFunc(func(s *host.TapStep) {
			c := *s
			if m := s.Event.Message; m != nil {
				c.Event.Message = new(worldview.Message)
				m.CopyTo(c.Event.Message)
			}
			if m := s.Actions.Message; m != nil {
				c.Actions.Message = new(worldview.Message)
				m.CopyTo(c.Actions.Message)
			}
			c.Node = nil
			steps = append(steps, &c)
		})
	})
	l.run(30 * time.Second)
	tap := ring.Tap()
	tap.Started(host.TapStart{Node: l.nodes[0].cfg, Began: time.Now()})
	b.ReportAllocs()
	k := 0
	for b.Loop() {
		tap.Stepped(steps[k%len(steps)])
		k++
	}
	b.ReportMetric(float64(ring.Lost())/float64(b.N), "lost/op")
}

// BenchmarkRerun is how fast a recording is run again.
func BenchmarkRerun(b *testing.B) {
	_, rec := recorded(b, 1, 3, 60*time.Second)
	var steps uint64
	for b.Loop() {
		steps = rerun(rec).Verdict().Compared
	}
	b.ReportMetric(float64(steps)*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
