package worldview

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"elevnet/internal/elevator"
)

// ErrForeign is returned for bytes that are not a datagram of this protocol.
var ErrForeign = errors.New("not an elevnet datagram")

// VersionError is returned for a datagram of another version of the protocol.
type VersionError struct{ Version int }

func (e VersionError) Error() string {
	return fmt.Sprintf("protocol version %d instead of %d", e.Version, Protocol)
}

// MalformedError is returned for a datagram that claims to be of this version
// and isn't.
type MalformedError struct{ What string }

func (e MalformedError) Error() string { return "malformed datagram: " + e.What }

// Decoder takes datagrams apart. It keeps scratch memory: in steady state it
// allocates nothing. The zero value is ready; it isn't safe for concurrent use.
//
// It remembers the last datagram of each sender. One that says the same, as
// most do, need not be taken apart again: its echoes alone are read.
type Decoder struct {
	lives   []tableLife
	unused  int   // of lives
	echoes  []int // where they were in the body
	ids     map[elevator.ID]elevator.ID
	senders map[elevator.ID]*sender
	near    [nearby]*sender // the latest, by nearness(id)
	all     []*sender
	turn    int // of all, when it is full: the next to be forgotten
	named   uint64
}

// sender is what a decoder remembers of one.
type sender struct {
	id      elevator.ID
	body    []byte // behind the header; empty: nothing is remembered
	echoes  []int  // where they begin in body
	message Message
}

// tableLife is a life in the table of a datagram. A canonical datagram holds
// none that it doesn't refer to.
type tableLife struct {
	Life
	used bool
}

// maxInterned bounds the ids that a decoder remembers.
const maxInterned = 4 * elevator.MaxNodes

// Decode takes a datagram apart, its trailer removed. The message is valid
// until the next call. The errors are ErrForeign, VersionError and
// MalformedError; bytes of any kind never make it panic.
func (d *Decoder) Decode(b []byte) (*Message, error) {
	r := reader{b: b}
	var h Header
	d.readHeader(&r, &h)
	if r.err != nil {
		return nil, r.err
	}
	s := d.sender(h.ID)
	m := &s.message
	if h.Floors == m.Floors && s.says(r.b) {
		m.Header = h
		s.readEchoes(r.b)
		return m, nil
	}
	body := r.b
	s.body, s.echoes = s.body[:0], s.echoes[:0]
	m.Header = h
	d.readBody(&r, m, h.Floors)
	if r.err == nil && len(r.b) > 0 {
		r.fail("bytes left over")
	}
	if r.err != nil {
		return nil, r.err
	}
	s.body = append(s.body, body...)
	s.echoes = append(s.echoes, d.echoes...)
	d.named++
	m.content = Content{d, d.named}
	return m, nil
}

// sender returns what is remembered of a sender, in the place of another one if
// there are too many.
func (d *Decoder) sender(id elevator.ID) *sender {
	near := &d.near[nearness(id)]
	if *near != nil && (*near).id == id {
		return *near
	}
	if s, ok := d.senders[id]; ok {
		*near = s
		return s
	}
	if d.senders == nil {
		d.senders = make(map[elevator.ID]*sender)
	}
	var s *sender
	if len(d.all) < elevator.MaxNodes {
		s = new(sender)
		d.all = append(d.all, s)
	} else {
		s = d.all[d.turn]
		d.turn = (d.turn + 1) % len(d.all)
		delete(d.senders, s.id)
		s.body = s.body[:0]
	}
	s.id = id
	d.senders[id] = s
	*near = s
	return s
}

// says reports whether a body is the one remembered but for its echoes.
func (s *sender) says(body []byte) bool {
	if len(body) != len(s.body) || len(s.body) == 0 {
		return false
	}
	from := 0
	for _, at := range s.echoes {
		if string(body[from:at]) != string(s.body[from:at]) {
			return false
		}
		from = at + echoSize
	}
	return string(body[from:]) == string(s.body[from:])
}

// readEchoes takes the echoes of a body that is otherwise the one remembered.
func (s *sender) readEchoes(body []byte) {
	sections := s.message.Sections
	k := 0
	for _, at := range s.echoes {
		for !sections[k].HasEcho {
			k++
		}
		r := reader{b: body[at:]}
		sections[k].Echo = Echo{Boot: r.uint64(), Seq: r.uint48()}
		k++
	}
}

// Peek reads the header alone, of a datagram whose trailer may not have proved
// right: for saying whose it claims to be, and for nothing else.
func (d *Decoder) Peek(b []byte) (Header, error) {
	r := reader{b: b}
	var h Header
	d.readHeader(&r, &h)
	return h, r.err
}

func (d *Decoder) readHeader(r *reader, h *Header) {
	if m := r.bytes(4); m == nil || string(m) != magic {
		r.err = ErrForeign
		return
	}
	if v := r.byte(); r.err == nil && v != Protocol {
		r.err = VersionError{int(v)}
		return
	}
	flags := r.byte()
	if flags&^flagJoining != 0 {
		r.fail("unknown flags")
	}
	*h = Header{
		Joining:  flags&flagJoining != 0,
		Building: r.uint32(),
		KeyID:    r.uint32(),
		Floors:   int(r.byte()),
		Timings:  r.uint16(),
		Boot:     r.uint64(),
		Seq:      r.uint48(),
		Count:    r.uint16(),
		Loss:     r.byte(),
		Digest:   r.uint64(),
		ID:       d.readID(r),
	}
	switch {
	case r.err != nil:
	case h.Floors < elevator.MinFloors || h.Floors > elevator.MaxFloors:
		r.fail("number of floors")
	case h.Loss > 100:
		r.fail("loss above 100 per cent")
	}
}

func (d *Decoder) readBody(r *reader, m *Message, floors int) {
	size := len(r.b)
	m.Sections = m.Sections[:0]
	d.lives, d.echoes = d.lives[:0], d.echoes[:0]
	for n := r.uvarint(uint64(len(r.b)) / 6); n > 0 && r.err == nil; n-- {
		l := Life(r.uint48())
		if l > maxLife {
			r.fail("absurd stamp")
		}
		if k := len(d.lives); k > 0 && l <= d.lives[k-1].Life {
			r.fail("lives out of order")
		}
		d.lives = append(d.lives, tableLife{Life: l})
	}
	d.unused = len(d.lives)
	sections := int(r.byte())
	if sections > elevator.MaxNodes {
		r.fail("too many sections")
	}
	for k := range sections {
		if r.err != nil {
			return
		}
		id := d.readID(r)
		if r.err == nil && k > 0 && m.Sections[k-1].ID >= id {
			r.fail("sections out of order")
		}
		s := m.grow(id)
		d.readSection(r, s, floors, sections, size)
	}
	if r.err == nil && d.unused > 0 {
		r.fail("unused life")
	}
}

func (d *Decoder) readSection(r *reader, s *Section, floors, sections, size int) {
	contents := r.byte()
	if contents&^(hasEcho|hasStatus|hasCalls) != 0 {
		r.fail("unknown contents")
	}
	if contents&hasEcho != 0 {
		s.HasEcho = true
		d.echoes = append(d.echoes, size-len(r.b))
		s.Echo = Echo{Boot: r.uint64(), Seq: r.uint48()}
	}
	if contents&hasStatus != 0 {
		s.HasStatus = true
		s.Status = d.readStatus(r, floors, sections)
	}
	if contents&hasCalls == 0 {
		return
	}
	numbers := floors * elevator.Buttons
	n := int(r.uvarint(uint64(numbers-1))) + 1
	number := -1
	var life Life
	for k := 0; k < n && r.err == nil; k++ {
		number += int(r.uvarint(uint64(numbers))) + 1
		f, b := FloorButton(number)
		if !elevator.ButtonExists(floors, f, b) {
			r.fail("no such button")
			return
		}
		e := d.readCall(r, k == 0, life)
		e.Number = number
		life = e.Call.P.Life()
		s.Calls = append(s.Calls, e)
	}
}

func (d *Decoder) readStatus(r *reader, floors, sections int) Status {
	var s Status
	s.Life = d.readLife(r)
	s.Seq = r.uvarint(1<<63 - 1)
	s.Floor = int(r.byte())
	packed := r.byte()
	s.Behaviour = elevator.Behaviour(packed & 3)
	s.Direction = elevator.Direction(packed>>2&3) - 1
	s.Disk = Disk(packed &^ (parking | hasGoal) >> 4)
	s.Parking = packed&parking != 0
	s.Unavailable = elevator.Reasons(r.byte())
	if packed&hasGoal != 0 {
		if s.Goal = elevator.Goal(r.byte()); s.Goal == 0 {
			r.fail("no goal")
		}
	}
	for b := 0; b < sections; b += 8 {
		s.Links |= elevator.NodeSet(r.byte()) << b
	}
	switch {
	case r.err != nil:
	case s.Seq == 0, s.Floor >= floors, s.Behaviour >= elevator.Behaviours, s.Direction > elevator.Up,
		s.Disk > DiskFailed, !s.Goal.Exists(floors), s.Unavailable&^elevator.AllReasons != 0,
		sections < elevator.MaxNodes && s.Links>>sections != 0:
		r.fail("status out of range")
	}
	return s
}

func (d *Decoder) readCall(r *reader, first bool, before Life) Entry {
	form := r.byte()
	life := before
	if form&formSameLife == 0 {
		life = d.readLife(r)
		if r.err == nil && !first && life == before {
			r.fail("life repeated")
		}
	} else if first {
		r.fail("no life before the first call")
	}
	var c Call
	c.P = life.Start() + Stamp(r.uvarint(0xffff))
	s, cf := form/formS&3, form/formC&3
	switch s {
	case sAsP:
		c.S = c.P
	case sGiven:
		c.S = r.below(c.P)
	}
	switch cf {
	case cAsP:
		c.C = c.P
	case cAsS:
		c.C = c.S
	case cGiven:
		c.C = r.below(c.P)
	}
	if form&formAge != 0 {
		c.Age = uint16(r.uvarint(0xffff))
	}
	held := form&formHeld != 0
	switch {
	case r.err != nil:
	case form&0x80 != 0, s != formOfS(c), cf != formOfC(c), c.P == 0,
		(form&formAge != 0) != (c.Age != 0), held && !c.Active(), !c.valid():
		r.fail("call not in canonical form")
	}
	return Entry{Call: c, Held: held}
}

func (d *Decoder) readLife(r *reader) Life {
	k := int(r.uvarint(1 << 20))
	if k >= len(d.lives) {
		r.fail("no such life")
		return 0
	}
	l := &d.lives[k]
	if !l.used {
		l.used = true
		d.unused--
	}
	return l.Life
}

// readID reads an id without allocating when it has been seen before.
func (d *Decoder) readID(r *reader) elevator.ID {
	b := r.bytes(int(r.byte()))
	if r.err != nil {
		return ""
	}
	if len(b) > 0 {
		if s := d.near[nearness(b)]; s != nil && string(s.id) == string(b) {
			return s.id
		}
	}
	if !elevator.ValidID(b) {
		r.fail("not an id")
		return ""
	}
	if id, ok := d.ids[elevator.ID(b)]; ok {
		return id
	}
	if d.ids == nil || len(d.ids) >= maxInterned {
		d.ids = make(map[elevator.ID]elevator.ID)
	}
	id := elevator.ID(strings.Clone(string(b)))
	d.ids[id] = id
	return id
}

// reader reads from the front of b. After the first error it returns zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = MalformedError{what}
	}
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n > len(r.b) {
		r.fail("too short")
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint48() uint64 {
	if b := r.bytes(6); b != nil {
		return uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// uvarint reads a varint in its shortest form and at most limit.
func (r *reader) uvarint(limit uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 || v > limit {
		r.fail("varint")
		return 0
	}
	r.b = r.b[n:]
	return v
}

// below reads a watermark that is given as its distance below p.
func (r *reader) below(p Stamp) Stamp { return p - Stamp(r.uvarint(uint64(p))) }
