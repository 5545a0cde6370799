package worldview

import (
	"hash/crc32"
	"slices"

	"elevnet/internal/elevator"
)

// Limit is the largest datagram, trailer included, that is ever sent. It stays
// below every usual MTU, so that IP never fragments it: ten fragments at 25 %
// loss arrive whole one time in eighteen.
const Limit = 1400

// TrailerRoom is kept free in every datagram for its checksum or authentication.
const TrailerRoom = 16

// Protocol is the version of the encoding. Another one can't be read.
const Protocol = 1

// Header is what stands at the front of every datagram.
type Header struct {
	Joining  bool
	Building uint32
	KeyID    uint32
	Floors   int
	Timings  uint16
	Boot     uint64
	Seq      uint64 // µs of the sender's monotone clock, below 2^48
	Count    uint16
	Loss     uint8 // per cent
	Digest   uint64
	ID       elevator.ID
}

// Echo is what a node last heard from another: proof, for that other, that its
// datagrams arrive.
type Echo struct {
	Boot uint64
	Seq  uint64
}

// Entry is one slot of one node in a message.
type Entry struct {
	Number int
	Call   Call
	// Held says, of an open call, that its P is as safe with the sender as the
	// sender can make it: on its disk, if it has one that works.
	Held bool
}

// Section is what a message says of one node.
type Section struct {
	ID        elevator.ID
	HasEcho   bool
	Echo      Echo
	HasStatus bool
	Status    Status
	Calls     []Entry
}

// Message is a datagram taken apart. Sections are sorted by id, and the calls
// within a section by number.
type Message struct {
	Header
	Sections []Section
	content  Content
}

// Content names what a message says, its header and its echoes aside: messages
// with the same content, unless it is the zero value, say the same. While
// nothing changes, nodes repeat themselves all the time; who has dealt with a
// content need not look at the message again. A message that is put together or
// altered by hand must not have one: see [Message.Forget].
type Content struct {
	by any // who named it
	n  uint64
}

// Known reports whether c isn't the zero value.
func (c Content) Known() bool { return c.n != 0 }

// Content returns the name of what m says. Only a [Composer] and a [Decoder]
// give one.
func (m *Message) Content() Content { return m.content }

// Forget takes the name of its content from m, which is then to be altered.
func (m *Message) Forget() { m.content = Content{} }

// Equal reports whether two messages say the same, header and echoes included.
func (m Message) Equal(o Message) bool {
	return m.Header == o.Header && slices.EqualFunc(m.Sections, o.Sections, func(a, b Section) bool {
		return a.ID == b.ID && a.HasEcho == b.HasEcho && a.Echo == b.Echo &&
			a.HasStatus == b.HasStatus && a.Status == b.Status && slices.Equal(a.Calls, b.Calls)
	})
}

// CopyTo makes dst a copy of m that shares nothing with it, in the memory of
// what dst was before.
func (m *Message) CopyTo(dst *Message) {
	dst.Header = m.Header
	if m.content.Known() && m.content == dst.content {
		for k := range m.Sections {
			dst.Sections[k].Echo = m.Sections[k].Echo
		}
		return
	}
	dst.content = m.content
	dst.Sections = dst.Sections[:0]
	for k := range m.Sections {
		from := &m.Sections[k]
		to := dst.grow(from.ID)
		calls := append(to.Calls, from.Calls...)
		*to = *from
		to.Calls = calls
	}
}

// Section returns what the message says of a node, nil if nothing.
func (m *Message) Section(id elevator.ID) *Section {
	for k := range m.Sections {
		if m.Sections[k].ID == id {
			return &m.Sections[k]
		}
	}
	return nil
}

// grow appends an empty section, keeping the memory of an earlier use.
func (m *Message) grow(id elevator.ID) *Section {
	n := len(m.Sections)
	if n < cap(m.Sections) {
		m.Sections = m.Sections[:n+1]
	} else {
		m.Sections = append(m.Sections, Section{})
	}
	s := &m.Sections[n]
	*s = Section{ID: id, Calls: s.Calls[:0]}
	return s
}

// HashBuilding returns the number by which datagrams name a building.
func HashBuilding(name string) uint32 {
	return crc32.Checksum([]byte(name), crc32.MakeTable(crc32.Castagnoli))
}

// HashTimings returns a hash of the timings that all nodes of a building should
// agree on.
func HashTimings(c elevator.Config) uint16 {
	h := uint64(0xcbf29ce484222325)
	for _, d := range [...]int64{int64(c.Door), int64(c.Travel), int64(c.Pass)} {
		h = (h ^ uint64(d)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return uint16(h ^ h>>48)
}
