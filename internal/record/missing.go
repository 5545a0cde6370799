package record

import (
	"time"
)

// Missing is what stood before the first segment that is left.
type Missing struct {
	Segments int
	Bytes    int64     // as stored
	From     time.Time // when the first of it was recorded
}

// add notes that a frame is left out.
func (m *Missing) add(h frameHead) {
	if from := time.Unix(0, h.first); m.From.IsZero() || from.Before(m.From) {
		m.From = from
	}
	m.Bytes += int64(h.size())
	if h.kind == frameFirst {
		m.Segments++
	}
}

// join adds what was missing already.
func (m *Missing) join(o Missing) {
	if o.Segments == 0 {
		return
	}
	m.Segments += o.Segments
	m.Bytes += o.Bytes
	if m.From.IsZero() || o.From.Before(m.From) {
		m.From = o.From
	}
}

// frame returns a frame that says it.
func (m Missing) frame() ([]byte, error) {
	var b body
	b.at(m.From.UnixNano())
	b.kind(kindDropped)
	b.uvarint(uint64(m.Bytes))
	b.uvarint(uint64(m.Segments))
	b.varint(m.From.UnixNano())
	var p packer
	frame, _, err := p.pack(frameDropped, &b)
	return frame, err
}

func fileHeader() []byte { return append([]byte(magic), Version) }
