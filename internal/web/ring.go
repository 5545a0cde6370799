package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"
)

// Bounds of what is remembered. What is remembered is kept packed: one moment is
// much like the one before.
const (
	// ringBytes is how many packed bytes are kept.
	ringBytes = 32 << 20
	// ringSpan is how long they are kept.
	ringSpan = Ms(30 * 60 * 1000)
	// chunkBytes and chunkSpan are when a chunk is packed.
	chunkBytes = 256 << 10
	chunkSpan  = Ms(4000)
)

// entryKind says what an entry of a ring is.
type entryKind byte

const (
	frameEntry entryKind = iota
	happenEntry
)

// entryHead is the size of what stands in front of an entry's JSON: kind, time,
// length.
const entryHead = 1 + 8 + 4

// ring remembers what has happened lately, in bounded memory.
type ring struct {
	bytes int // bound of the packed bytes
	span  Ms  // and of the time

	mu     sync.Mutex
	chunks []chunk // oldest first
	packed int     // bytes of all
	open   []byte  // entries not packed yet
	last   chunk   // what is known of those
	pack   *flate.Writer
}

// chunk is some entries, packed.
type chunk struct {
	from, to Ms
	frames   bool // it has one at the least
	data     []byte
}

func newRing(bytes int, span Ms) *ring { return &ring{bytes: bytes, span: span} }

// add remembers one entry, in JSON.
func (r *ring) add(kind entryKind, t Ms, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) == 0 {
		r.last = chunk{from: t, to: t}
	}
	r.last.from, r.last.to = min(r.last.from, t), max(r.last.to, t)
	r.last.frames = r.last.frames || kind == frameEntry
	r.open = append(r.open, byte(kind))
	r.open = binary.BigEndian.AppendUint64(r.open, math.Float64bits(float64(t)))
	r.open = binary.BigEndian.AppendUint32(r.open, uint32(len(data)))
	r.open = append(r.open, data...)
	if len(r.open) >= chunkBytes || r.last.to-r.last.from >= chunkSpan {
		r.seal()
	}
}

// seal packs what is open, and forgets what is too old or too much. r.mu is held.
func (r *ring) seal() {
	var b bytes.Buffer
	if r.pack == nil {
		r.pack, _ = flate.NewWriter(&b, flate.BestSpeed) // the level is a valid one
	} else {
		r.pack.Reset(&b)
	}
	_, err := r.pack.Write(r.open)
	if err == nil {
		err = r.pack.Close()
	}
	c := r.last
	c.data = bytes.Clone(b.Bytes()) // no more than is needed
	r.open = r.open[:0]
	if cap(r.open) > 4*chunkBytes {
		r.open = nil // after one that was very large
	}
	if err != nil {
		return // a buffer in memory has none
	}
	r.chunks = append(r.chunks, c)
	r.packed += len(c.data)
	drop := 0
	for drop < len(r.chunks)-1 && (r.packed > r.bytes || c.to-r.chunks[drop].to > r.span) {
		r.packed -= len(r.chunks[drop].data)
		r.chunks[drop].data = nil
		drop++
	}
	r.chunks = append(r.chunks[:0], r.chunks[drop:]...)
	clear(r.chunks[len(r.chunks):cap(r.chunks)])
}

// since returns from when on everything is remembered.
func (r *ring) since() (Ms, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.chunks) > 0:
		return r.chunks[0].from, true
	case len(r.open) > 0:
		return r.last.from, true
	}
	return 0, false
}

// view returns the chunks of a time, and one with a frame before them if there
// is one, so that the state at its beginning is known. What it returns doesn't
// change any more.
func (r *ring) view(from, to Ms) []chunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.chunks
	if len(r.open) > 0 {
		all = append(all[:len(all):len(all)], chunk{from: r.last.from, to: r.last.to, frames: r.last.frames, data: nil})
	}
	first := len(all)
	for i, c := range all {
		if c.to >= from {
			first = i
			break
		}
	}
	before := first - 1
	for before >= 0 && !all[before].frames {
		before--
	}
	var list []chunk
	if before >= 0 {
		list = append(list, all[before])
	}
	for _, c := range all[first:] {
		if c.from <= to {
			list = append(list, c)
		}
	}
	for i := range list {
		if list[i].data == nil {
			list[i].data = pack(r.open)
		}
	}
	return list
}

// pack packs in a way of its own: without state.
func pack(b []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestSpeed)
	_, _ = w.Write(b) // into memory
	_ = w.Close()
	return out.Bytes()
}

// each calls f with the entries of a chunk, until it returns false. What it is
// given is valid during the call alone.
func (c chunk) each(f func(kind entryKind, t Ms, data []byte) bool) error {
	in := flate.NewReader(bytes.NewReader(c.data))
	defer in.Close()
	var head [entryHead]byte
	var data []byte
	for {
		switch _, err := io.ReadFull(in, head[:]); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return fmt.Errorf("unpack the history: %w", err)
		}
		n := binary.BigEndian.Uint32(head[9:])
		if uint32(cap(data)) < n {
			data = make([]byte, n)
		}
		data = data[:n]
		if _, err := io.ReadFull(in, data); err != nil {
			return fmt.Errorf("unpack the history: %w", err)
		}
		if !f(entryKind(head[0]), Ms(math.Float64frombits(binary.BigEndian.Uint64(head[1:]))), data) {
			return nil
		}
	}
}
