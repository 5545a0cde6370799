package record

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

func noTap(elevator.ID) host.Tap { return nil }

func TestEveryTypeOfTheStateIsKnown(t *testing.T) {
	if layout() == 0 {
		t.Error("no layout")
	}
}

// twin is a node that was thawed and lives through the same as the one from
// which it was copied.
type twin struct {
	n   *node.Node
	dec worldview.Decoder
	enc worldview.Encoder
}

func TestThawedNodeDecidesTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := newLab(t, rapid.Uint64().Draw(r, "seed"), rapid.IntRange(1, 4).Draw(r, "nodes"), rapid.SampledFrom([]int{2, 4, 9}).Draw(r, "floors"), noTap)
		l.run(time.Duration(rapid.IntRange(0, 2_500).Draw(r, "ms")) * time.Millisecond)
		var subject *labNode
		for _, n := range l.nodes {
			if n.node != nil {
				subject = n
			}
		}
		if subject == nil {
			return
		}
		state := freeze(nil, subject.node)
		if again := freeze(nil, subject.node); !bytes.Equal(state, again) {
			t.Fatal("the same node is frozen in two ways")
		}
		n, err := thaw(subject.cfg, state)
		if err != nil {
			t.Fatal(err)
		}
		if again := freeze(nil, n); !bytes.Equal(state, again) {
			t.Fatal("a node that was thawed is frozen in another way")
		}
		steps := 0
		check := &twin{n: n}
		subject.tap = check.tap(t, &steps)
		l.run(time.Second)
		if steps == 0 && subject.node != nil {
			t.Fatal("nothing was compared")
		}
	})
}

// tapFunc is a tap that looks at steps.
type tapFunc func(*host.TapStep)

func (tapFunc) Started(host.TapStart)     {}
func (f tapFunc) Stepped(s *host.TapStep) { f(s) }
func (tapFunc) Dropped(host.TapDrop)      {}
func (tapFunc) Ended(host.TapEnd)         {}

func (w *twin) tap(t *testing.T, steps *int) host.Tap {
	return tapFunc(func(s *host.TapStep) {
		*steps++
		ev := s.Event
		if ev.Kind == node.Datagram {
			m, err := w.dec.Decode(s.Received)
			if err != nil {
				t.Fatal(err)
			}
			ev.Message = m
		}
		a := w.n.Step(ev, s.At)
		var sent []byte
		if a.Message != nil {
			sent = w.enc.Append(nil, a.Message)
		}
		if !bytes.Equal(sent, s.Sent) || a.Outputs != s.Actions.Outputs || !bytes.Equal(a.Snapshot, s.Actions.Snapshot) || a.Wake != s.Actions.Wake || a.Generation != s.Actions.Generation {
			t.Fatalf("step %d at %v: the thawed node decides otherwise", *steps, s.At)
		}
	})
}

func TestThawRefusesNonsense(t *testing.T) {
	l := newLab(t, 3, 3, 4, noTap)
	l.quiet = true // nobody dies
	l.nodes[1].hold.Put(2, elevator.HallUp, true)
	l.run(5 * time.Second)
	n := l.nodes[0]
	state := freeze(nil, n.node)
	for k := 0; k < len(state); k += 5 {
		if _, err := thaw(n.cfg, state[:k]); err == nil {
			t.Fatalf("%d of %d bytes are a whole state", k, len(state))
		}
	}
	rapid.Check(t, func(r *rapid.T) { // never a panic, never much memory
		b := bytes.Clone(state)
		for range rapid.IntRange(1, 10).Draw(r, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(r, "at")] ^= byte(rapid.IntRange(1, 255).Draw(r, "by"))
		}
		thaw(n.cfg, b)
	})
}

func BenchmarkFreeze(b *testing.B) {
	for _, c := range []struct {
		name          string
		nodes, floors int
	}{{"3x4", 3, 4}, {"16x16", 16, 16}} {
		b.Run(c.name, func(b *testing.B) {
			l := newLab(b, 1, c.nodes, c.floors, noTap)
			l.quiet = true
			l.run(3 * time.Second)
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = freeze(buf[:0], l.nodes[0].node)
			}
			b.ReportMetric(float64(len(buf)), "bytes")
		})
	}
}
