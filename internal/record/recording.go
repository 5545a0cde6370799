package record

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// Recording is a file that was recorded. It belongs to one goroutine.
type Recording struct {
	Name string
	// Missing says what was dropped before its beginning.
	Missing Missing
	// Unread is how many bytes at its end, or within, can't be read.
	Unread int64

	r      *io.SectionReader
	closer io.Closer
	frames []frameAt
	tracks map[trackKey]*Track
}

// frameAt is a frame and its place.
type frameAt struct {
	frameHead
	at int64
	// gap is set if something in front of it can't be read.
	gap bool
}

// Open opens a recording. It may be torn, or still be written to: what is whole
// at this moment is read.
func Open(path string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var r *Recording
		if r, err = NewRecording(path, f, info.Size()); err == nil {
			r.closer = f
			return r, nil
		}
	}
	return nil, errors.Join(err, f.Close())
}

// NewRecording reads a recording of so many bytes.
func NewRecording(name string, from io.ReaderAt, size int64) (*Recording, error) {
	r := &Recording{Name: name, r: io.NewSectionReader(from, 0, size), tracks: make(map[trackKey]*Track)}
	last := int64(headerSize)
	end, err := scan(r.r, func(h frameHead, at int64, frame []byte) error {
		if h.kind == frameDropped {
			if body, _, err := unpack(frame); err == nil {
				r.Missing.join(readMissing(body))
			}
		} else {
			r.frames = append(r.frames, frameAt{h, at, at != last})
		}
		r.Unread += at - last
		last = at + int64(h.size())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.Unread += size - end
	return r, nil
}

// Close closes the file.
func (r *Recording) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Size returns the size of the file in bytes.
func (r *Recording) Size() int64 { return r.r.Size() }

// Span returns the moments of the first and of the last record; both are 0 if
// there is none.
func (r *Recording) Span() (first, last int64) {
	for k, f := range r.frames {
		if k == 0 || f.first < first {
			first = f.first
		}
		last = max(last, f.last)
	}
	return first, last
}

// place is where a record stands: a frame, and its number in it.
type place struct{ frame, record int }

// Records returns all records, in the order in which they were recorded. Each is
// valid until the next.
func (r *Recording) Records() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		r.from(place{}, func(rec *Record, _ place) bool { return yield(rec) })
	}
}

// from hands on the records from a place on. Places within a segment are read
// from its beginning, for the names of its tracks.
func (r *Recording) from(p place, see func(*Record, place) bool) {
	begin := min(p.frame, len(r.frames))
	for begin > 0 && begin < len(r.frames) && r.frames[begin].kind != frameFirst {
		begin--
	}
	d := newDecoder(r.tracks)
	for k := begin; k < len(r.frames); k++ {
		if r.frames[k].gap && k >= p.frame && !see(&Record{Kind: Lost, Moment: r.frames[k].first}, place{k, -1}) {
			return
		}
		body, err := r.body(k)
		n, goOn := 0, true
		if err == nil {
			goOn, err = d.body(body, r.frames[k].kind, func(rec *Record) bool {
				n++
				if k < p.frame || k == p.frame && n <= p.record {
					return true
				}
				return see(rec, place{k, n - 1})
			})
		}
		if !goOn {
			return
		}
		if err != nil && k >= p.frame && !see(&Record{Kind: Lost, Moment: r.frames[k].last}, place{k, n}) {
			return
		}
	}
}

func (r *Recording) body(k int) ([]byte, error) {
	f := r.frames[k]
	b := make([]byte, f.size())
	if _, err := r.r.ReadAt(b, f.at); err != nil {
		return nil, err
	}
	body, _, err := unpack(b)
	return body, err
}

// together reads recordings from some places on, in step.
func together(all []*Recording, from []place, yield func(rec *Record, which int, at place) bool) {
	type source struct {
		which int
		next  func() (*Record, place, bool)
		rec   *Record
		at    place
	}
	var sources []*source
	for k, r := range all {
		begin := place{}
		if from != nil {
			begin = from[k]
		}
		next, stop := iter.Pull2(func(yield func(*Record, place) bool) { r.from(begin, yield) })
		defer stop()
		if rec, at, ok := next(); ok {
			sources = append(sources, &source{k, next, rec, at})
		}
	}
	for len(sources) > 0 {
		first := 0
		for k, s := range sources {
			if s.rec.Moment < sources[first].rec.Moment {
				first = k
			}
		}
		s := sources[first]
		if !yield(s.rec, s.which, s.at) {
			return
		}
		var ok bool
		if s.rec, s.at, ok = s.next(); !ok {
			sources = append(sources[:first], sources[first+1:]...)
		}
	}
}

// Together returns the records of several recordings, those of each in their
// order, and whichever is the earliest first. Each is valid until the next.
func Together(all []*Recording) iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		if len(all) == 1 { // no need to switch to and fro
			all[0].Records()(yield)
			return
		}
		together(all, nil, func(rec *Record, _ int, _ place) bool { return yield(rec) })
	}
}

// Remarks says, in lines for people, what is missing.
func (r *Recording) Remarks() []string {
	var lines []string
	if m := r.Missing; m.Segments > 0 {
		lines = append(lines, fmt.Sprintf("older parts were dropped: %s, %d kB, from %s on",
			counted(m.Segments, "segment", "segments"), m.Bytes>>10, clock(m.From.UnixNano())))
	}
	if r.Unread > 0 {
		lines = append(lines, fmt.Sprintf("%d bytes can't be read: torn or damaged", r.Unread))
	}
	return lines
}
