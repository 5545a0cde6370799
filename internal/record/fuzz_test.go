package record

import (
	"bytes"
	"io"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
)

// seeds are bodies of frames that a recorder made.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	ring := NewRing(Options{})
	defer ring.Close()
	l := newLab(f, 21, 2, 4, func(elevator.ID) host.Tap { return ring.Tap() })
	for range 3 {
		l.run(60 * time.Millisecond)
		ring.flush()
	}
	l.run(700 * time.Millisecond)
	l.close()
	var b bytes.Buffer
	if _, err := ring.WriteTo(&b, time.Unix(0, 0), time.Unix(1<<32, 0)); err != nil {
		f.Fatal(err)
	}
	return [][]byte{b.Bytes()}
}

// FuzzRecording reads any bytes as a file: never a panic, and what is read is fed
// to everything that shows it.
func FuzzRecording(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
		f.Add(s[:len(s)/2])
	}
	f.Add(fileHeader())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewRecording("fuzz", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		if r.Unread < 0 || r.Unread > int64(len(b)) {
			t.Fatalf("%d bytes of %d are unread", r.Unread, len(b))
		}
		feedAll(r)
	})
}

// FuzzBody reads any bytes as the body of a frame with a good checksum.
func FuzzBody(f *testing.F) {
	for _, s := range seeds(f) {
		r, err := NewRecording("seed", bytes.NewReader(s), int64(len(s)))
		if err != nil {
			f.Fatal(err)
		}
		for k := range r.frames {
			body, err := r.body(k)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<20 {
			return
		}
		var p packer
		frame, _, err := p.pack(frameFirst, &body{b: raw, first: 1, last: 2})
		if err != nil {
			t.Fatal(err)
		}
		file := append(fileHeader(), frame...)
		r, err := NewRecording("fuzz", bytes.NewReader(file), int64(len(file)))
		if err != nil || len(r.frames) != 1 {
			t.Fatalf("%d frames: %v", len(r.frames), err)
		}
		feedAll(r)
	})
}

// feedAll runs a recording again, and tells its story.
func feedAll(r *Recording) {
	var x Rerun
	l := NewLines(io.Discard, Start([]*Recording{r}), true)
	n := 0
	for rec := range r.Records() {
		x.Feed(rec)
		l.Feed(rec)
		if n++; n > 20_000 {
			return
		}
	}
	x.Print(io.Discard, 0)
}
