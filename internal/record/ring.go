package record

import (
	"fmt"
	"io"
	"sync"
	"time"

	"elevnet/internal/web"
)

// Ring is a recorder that keeps the last part of what it recorded in memory, to
// be written out when somebody asks for it.
type Ring struct {
	*Recorder
	memory *memory
}

// ringSegment is how long a segment of a ring is: what is written out begins at
// the beginning of one.
const ringSegment = 10 * time.Second

// NewRing returns a ring of Options.Limit bytes. It is to be closed.
func NewRing(opts Options) *Ring {
	if opts.Limit <= 0 {
		opts.Limit = DefaultLimit
	}
	m := &memory{limit: opts.Limit}
	return &Ring{newRecorder(opts, m), m}
}

// WriteTo writes what was recorded between two moments, as a file: from the last
// beginning of a segment before from on, some seconds earlier, so that it can be
// run again. Nothing was written if there is an error and n is 0.
func (r *Ring) WriteTo(w io.Writer, from, to time.Time) (n int64, err error) {
	r.flush()
	frames, left := r.memory.between(r.moment(from), r.moment(to))
	if len(frames) == 0 {
		return 0, fmt.Errorf("nothing was recorded at that time")
	}
	write := func(b []byte) {
		if err == nil {
			var k int
			k, err = w.Write(b)
			n += int64(k)
		}
	}
	write(fileHeader())
	if left.Segments > 0 {
		b, err := left.frame()
		if err != nil {
			return 0, err
		}
		write(b)
	}
	for _, f := range frames {
		write(f)
	}
	return n, err
}

// memory is where a ring's frames are.
type memory struct {
	limit int64

	mu     sync.Mutex
	frames []kept
	size   int64
	began  int64 // moment at which the last segment begins
	last   int64 // and the last frame ends
	gone   Missing
}

// kept is a frame in memory.
type kept struct {
	frameHead
	b []byte
}

func (m *memory) append(frame []byte, head frameHead) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if head.kind == frameFirst {
		m.began = head.first
	}
	m.last = head.last
	m.frames = append(m.frames, kept{head, frame})
	m.size += int64(len(frame))
	for m.size > m.limit {
		n := m.segments()[0]
		if n == len(m.frames) { // the present one alone is too long
			break
		}
		for _, f := range m.frames[:n] {
			m.size -= int64(len(f.b))
			m.gone.add(f.frameHead)
		}
		m.frames = append([]kept(nil), m.frames[n:]...)
	}
	return nil
}

// segments returns where each segment ends.
func (m *memory) segments() []int {
	var ends []int
	for k := range m.frames {
		if k > 0 && m.frames[k].kind == frameFirst {
			ends = append(ends, k)
		}
	}
	return append(ends, len(m.frames))
}

func (m *memory) next() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last-m.began >= int64(ringSegment)
}

func (m *memory) close() error { return nil }

// between returns the frames from the beginning of the segment that holds from
// to the frame that holds to, and says what is left out before them.
func (m *memory) between(from, to int64) (frames [][]byte, left Missing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left = m.gone
	begin := 0
	ends := m.segments()
	for _, end := range ends[:len(ends)-1] {
		if m.frames[end].first <= from {
			begin = end
		}
	}
	for _, f := range m.frames[:begin] {
		left.add(f.frameHead)
	}
	for _, f := range m.frames[begin:] {
		if f.first > to {
			break
		}
		frames = append(frames, f.b)
	}
	return frames, left
}

// Incidents returns what gives the page recordings of what has happened, with
// times that count from start.
func (r *Ring) Incidents(start time.Time) web.Incidents { return incidents{r, start} }

type incidents struct {
	ring  *Ring
	start time.Time
}

// Incident implements [web.Incidents].
func (i incidents) Incident(w io.Writer, from, to time.Duration) error {
	_, err := i.ring.WriteTo(w, i.start.Add(from), i.start.Add(to))
	return err
}

// Name implements [web.Incidents].
func (i incidents) Name() string {
	return "incident-" + time.Now().Format("20060102-150405") + Extension
}
