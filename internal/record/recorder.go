package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"elevnet/internal/host"
	"elevnet/internal/web"
)

const (
	// flushEvery is the time after which what was recorded is handed to the
	// system: a process that is killed loses no more.
	flushEvery = time.Second
	// flushAt is the size of a body that is handed on at once.
	flushAt = 256 << 10
	// maxQueued bounds what waits for a disk that hangs. Beyond it records are
	// counted and left out.
	maxQueued = 4 << 20
	// maxDrops is how many datagrams that were not taken are recorded one by one
	// in a frame, for each track; the rest are counted.
	maxDrops = 100
)

// Options say how to record.
type Options struct {
	// Limit bounds the file, or the memory of a ring, in bytes; DefaultLimit if 0.
	Limit int64
	// Program says what records, such as "elevnet 1.2.0".
	Program string
	// Warn is given lines for a person: older parts were dropped, the disk is
	// full. It is called by a goroutine of the recorder; nil for nothing.
	Warn func(string)

	queue int // for tests: instead of maxQueued
}

// DefaultLimit is the size that a recording grows to if nothing else is said.
const DefaultLimit = 64 << 20

// MinLimit is the least limit.
const MinLimit = 128 << 10

// sink is where frames go. It belongs to whoever holds Recorder.writing.
type sink interface {
	// append takes a frame, which it may keep. first says that it begins a
	// segment.
	append(frame []byte, head frameHead) error
	// next reports whether a new segment should begin.
	next() bool
	close() error
}

// Recorder records any number of nodes. Its methods may be called from any
// goroutine.
type Recorder struct {
	opts  Options
	epoch time.Time
	sink  sink

	quit chan struct{}
	wake chan struct{}
	done sync.WaitGroup

	writing sync.Mutex // held while a frame is made and written
	packer  packer
	spare   *body
	failed  error // of the last frame

	mu     sync.Mutex
	closed bool
	body   *body
	frame  int
	first  bool // body begins a segment
	number int  // of the segment
	taps   []*Tap
	tracks int
	lost   uint64
	state  []byte // scratch
}

// newRecorder returns a recorder that runs.
func newRecorder(opts Options, s sink) *Recorder {
	if opts.queue == 0 {
		opts.queue = maxQueued
	}
	r := &Recorder{
		opts:  opts,
		epoch: time.Now(),
		sink:  s,
		quit:  make(chan struct{}),
		wake:  make(chan struct{}, 1),
		spare: new(body),
		body:  new(body),
	}
	r.spare.reset()
	r.body.reset()
	r.segment()
	r.done.Go(r.run)
	return r
}

// run writes what was recorded, now and then.
func (r *Recorder) run() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-tick.C:
		case <-r.wake:
		}
		r.flush()
	}
}

// Close writes what is left. Taps may still be called, and record nothing.
func (r *Recorder) Close() error {
	r.mu.Lock()
	was := r.closed
	r.closed = true
	r.mu.Unlock()
	if was {
		return nil
	}
	close(r.quit)
	r.done.Wait()
	r.flush()
	r.writing.Lock()
	defer r.writing.Unlock()
	return errors.Join(r.failed, r.sink.close())
}

// Lost returns how many records were left out so far because the disk was too
// slow or failed.
func (r *Recorder) Lost() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// moment returns a time as it is recorded.
func (r *Recorder) moment(t time.Time) int64 { return r.epoch.UnixNano() + int64(t.Sub(r.epoch)) }

// flush writes what was recorded so far.
func (r *Recorder) flush() {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	full, first := r.body, r.first
	if full.empty() {
		r.mu.Unlock()
		return
	}
	r.body, r.first = r.spare, false
	r.frame++
	for _, t := range r.taps {
		t.flying, t.inFrame = t.inFrame, 0
	}
	if r.sink.next() {
		r.segment()
	}
	r.mu.Unlock()

	kind := byte(frameNext)
	if first {
		kind = frameFirst
	}
	frame, head, err := r.packer.pack(kind, full)
	if err == nil {
		err = r.sink.append(frame, head)
	}
	full.reset()
	r.spare = full
	r.wrote(err)
}

// wrote notes how the last frame fared.
func (r *Recorder) wrote(err error) {
	if err != nil {
		// What is missing now makes the rest useless for running it again: a new
		// segment has all that it takes.
		r.mu.Lock()
		for _, t := range r.taps {
			n := t.flying + t.inFrame
			t.missing += n
			r.lost += n
			t.inFrame = 0
		}
		r.segment()
		r.mu.Unlock()
	}
	switch {
	case err != nil && r.failed == nil:
		r.warn(fmt.Sprintf("the recording fails, and goes on when it can: %v", err))
	case err == nil && r.failed != nil:
		r.warn("the recording works again; some of it is missing")
	}
	r.failed = err
}

func (r *Recorder) warn(text string) {
	if r.opts.Warn != nil {
		r.opts.Warn(text)
	}
}

// segment makes what is recorded from now on readable by itself. r.mu is held,
// or nobody else has r yet.
func (r *Recorder) segment() {
	r.body.reset()
	r.first = true
	r.frame++
	r.number++
	b := r.body
	b.kind(kindSegment)
	b.string(r.opts.Program)
	b.uvarint(layout())
	b.uvarint(uint64(r.number))
}

// begin makes room for a record and reports whether there is any. r.mu is held.
func (r *Recorder) begin() bool {
	switch n := len(r.body.b); {
	case r.closed:
		return false
	case n > r.opts.queue:
		r.lost++
		return false
	case n > flushAt:
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// Happened records something that the nodes can't know, for the page: a fault,
// a caption, a scene. A nil recorder takes no note.
func (r *Recorder) Happened(at time.Time, h web.Happen) { r.note(at, noteHappen, h) }

// Seen records what somebody sees who stands beside the elevators: where the
// cars are and what is broken. What the nodes know needs not be in it. A nil
// recorder takes no note.
func (r *Recorder) Seen(at time.Time, f *web.Frame) { r.note(at, noteFrame, f) }

// The kinds of notes.
const (
	noteHappen = 1
	noteFrame  = 2
)

func (r *Recorder) note(at time.Time, kind byte, v any) {
	if r == nil {
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		return // a number that isn't one: nothing to be shown
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.begin() {
		return
	}
	b, moment := r.body, r.moment(at)
	b.at(moment)
	b.kind(Noted)
	b.varint(moment)
	b.b = append(b.b, kind)
	b.bytes(text)
}

// Tap records one life of a node; see [host.Tap].
type Tap struct {
	r       *Recorder
	number  int
	start   host.TapStart
	began   int64
	pen     pen
	named   int    // the segment that has named this track
	wanted  bool   // a state is to follow the next step
	missing uint64 // records that were left out since the last one
	inFrame uint64 // records in the present frame
	flying  uint64 // and in the one that is being written
	drops   int    // of datagrams in the present frame
	more    uint64 // that were only counted, and the last of them:
	last    host.TapDrop
	over    bool
}

// Tap returns a tap for one start of a node.
func (r *Recorder) Tap() *Tap { return &Tap{r: r} }

var _ host.Tap = (*Tap)(nil)

// Started implements [host.Tap].
func (t *Tap) Started(s host.TapStart) {
	r := t.r
	r.mu.Lock()
	defer r.mu.Unlock()
	t.number = r.tracks
	r.tracks++
	t.start, t.began = s, r.moment(s.Began)
	r.taps = append(r.taps, t)
	t.start.Saved = nil
	if !r.begin() {
		t.missing++
		return
	}
	r.body.at(t.began)
	t.track(s.Saved, true)
	t.wanted = false
}

// track names the track in the present segment. r.mu is held.
func (t *Tap) track(saved [][]byte, fresh bool) {
	b := t.r.body
	t.named, t.wanted = t.r.number, true
	b.kind(Started)
	b.uvarint(uint64(t.number))
	b.varint(t.began)
	b.config(t.start.Node)
	b.b = appendBool(b.b, fresh)
	if fresh {
		b.list(saved)
	}
}

// begin makes room for a record of this track. r.mu is held.
func (t *Tap) begin(at time.Duration) bool {
	if t.over {
		return false
	}
	b := t.r.body
	if t.pen.frame != t.r.frame {
		t.pen = pen{frame: t.r.frame}
		t.drops = 0
	}
	if !t.r.begin() {
		t.missing++
		return false
	}
	if t.named != t.r.number {
		t.track(nil, false)
	}
	if t.missing > 0 {
		b.kind(Lost)
		b.uvarint(uint64(t.number))
		b.uvarint(t.missing)
		t.missing = 0
		t.wanted = true
	}
	if t.more > 0 && t.drops == 0 {
		t.drop(t.last, t.more)
		t.more = 0
	}
	t.inFrame++
	b.at(t.began + int64(at))
	return true
}

// Stepped implements [host.Tap].
func (t *Tap) Stepped(s *host.TapStep) {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	if !t.begin(s.At) {
		return
	}
	t.r.body.step(t.number, &t.pen, s)
	if t.wanted && s.Node != nil {
		t.wanted = false
		b := t.r.body
		b.kind(kindState)
		b.uvarint(uint64(t.number))
		b.time(&t.pen, s.At)
		t.r.state = freeze(t.r.state[:0], s.Node)
		b.bytes(t.r.state)
	}
}

// Dropped implements [host.Tap].
func (t *Tap) Dropped(d host.TapDrop) {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	if t.pen.frame == t.r.frame && t.drops >= maxDrops {
		t.more++
		t.last = d
		return
	}
	if t.begin(d.At) {
		t.drop(d, 1)
	}
}

func (t *Tap) drop(d host.TapDrop, times uint64) {
	b := t.r.body
	t.drops++
	b.kind(Dropped)
	b.uvarint(uint64(t.number))
	b.time(&t.pen, d.At)
	b.string(d.Reason)
	b.address(d.From)
	b.uvarint(uint64(d.Bytes))
	b.uvarint(times)
}

// Ended implements [host.Tap].
func (t *Tap) Ended(e host.TapEnd) {
	r := t.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.begin(e.At) {
		b := r.body
		b.kind(Ended)
		b.uvarint(uint64(t.number))
		b.time(&t.pen, e.At)
		b.b = appendBool(b.b, e.Crashed)
		b.error(e.Err)
		b.bytes(e.Snapshot)
	}
	t.over = true
	for k, o := range r.taps {
		if o == t {
			r.taps = append(r.taps[:k], r.taps[k+1:]...)
			break
		}
	}
}
