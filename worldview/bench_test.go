package worldview

import (
	"fmt"
	"testing"
)

// buildings to measure: what the course has, and a large one.
var measured = []struct{ nodes, floors int }{{3, 4}, {8, 32}}

// sending holds what it takes to send and to receive, warmed up: every buffer
// has its final size.
type sending struct {
	w, other *Worldview
	composer Composer
	encoder  Encoder
	decoder  Decoder
	bytes    []byte
	message  *Message
}

func newSending(tb testing.TB, nodes, floors int) *sending {
	s := &sending{w: building(nodes, 1, floors, typical()), other: New(floors)}
	for range 50 {
		s.send()
		s.receive(tb)
		s.merge(tb)
	}
	if !s.other.Equal(s.w) {
		tb.Fatal("not everything has arrived")
	}
	return s
}

func (s *sending) send() {
	m := s.composer.Compose(s.w, Header{Floors: s.w.floors, ID: "0"}, 0, hears(0), false)
	s.bytes = s.encoder.Append(s.bytes[:0], m)
}

func (s *sending) receive(tb testing.TB) {
	m, err := s.decoder.Decode(s.bytes)
	if err != nil {
		tb.Fatal(err)
	}
	s.message = m
}

func (s *sending) merge(tb testing.TB) {
	if _, err := s.other.Merge(s.message, nil); err != nil {
		tb.Fatal(err)
	}
}

// TestNoAllocation: nothing is allocated to send and to
// receive, once everything has been heard of.
func TestNoAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for _, size := range measured {
		t.Run(fmt.Sprintf("%dx%d", size.nodes, size.floors), func(t *testing.T) {
			s := newSending(t, size.nodes, size.floors)
			for _, step := range []struct {
				name string
				do   func()
			}{
				{"Touch, Compose and Append", func() { s.composer.Touch(0, 0); s.send() }},
				{"Decode", func() { s.receive(t) }},
				{"Peek", func() { _, _ = s.decoder.Peek(s.bytes) }},
				{"Merge", func() { s.merge(t) }},
			} {
				if n := testing.AllocsPerRun(50, step.do); n != 0 {
					t.Errorf("%s: %v allocations", step.name, n)
				}
			}
		})
	}
}

func benchmark(b *testing.B, step func(s *sending)) {
	for _, size := range measured {
		b.Run(fmt.Sprintf("%dx%d", size.nodes, size.floors), func(b *testing.B) {
			s := newSending(b, size.nodes, size.floors)
			b.ReportAllocs()
			for b.Loop() {
				step(s)
			}
			b.ReportMetric(float64(len(s.bytes)), "bytes/datagram")
		})
	}
}

// BenchmarkEncode chooses what to send and encodes it.
func BenchmarkEncode(b *testing.B) { benchmark(b, (*sending).send) }

// BenchmarkDecode takes a datagram apart.
func BenchmarkDecode(b *testing.B) { benchmark(b, func(s *sending) { s.receive(b) }) }

// BenchmarkMerge merges a message that says nothing new.
func BenchmarkMerge(b *testing.B) { benchmark(b, func(s *sending) { s.merge(b) }) }
