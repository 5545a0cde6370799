package worldview

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"elevnet/internal/elevator"
)

const (
	magic         = "ELVN"
	snapshotMagic = "ELVS"

	flagJoining = 1

	hasEcho   = 1
	hasStatus = 2
	hasCalls  = 4

	hasGoal = 1 << 6

	formSameLife = 1
	formS        = 2
	formC        = 8
	formHeld     = 32
	formAge      = 64
)

// Encoder turns messages into bytes. It keeps scratch memory: in steady state
// it allocates nothing. The zero value is ready; it isn't safe for concurrent
// use.
//
// It remembers the last message: of one with the same content it writes the
// header and the echoes anew, and nothing else.
type Encoder struct {
	lives   []Life
	content Content
	body    []byte
	echoes  []int // where they begin in body
}

// Append appends the encoding of m, without a trailer.
func (e *Encoder) Append(dst []byte, m *Message) []byte {
	dst = append(dst, magic...)
	flags := byte(0)
	if m.Joining {
		flags |= flagJoining
	}
	dst = append(dst, Protocol, flags)
	dst = binary.BigEndian.AppendUint32(dst, m.Building)
	dst = binary.BigEndian.AppendUint32(dst, m.KeyID)
	dst = append(dst, byte(m.Floors))
	dst = binary.BigEndian.AppendUint16(dst, m.Timings)
	dst = binary.BigEndian.AppendUint64(dst, m.Boot)
	dst = append48(dst, m.Seq)
	dst = binary.BigEndian.AppendUint16(dst, m.Count)
	dst = append(dst, m.Loss)
	dst = binary.BigEndian.AppendUint64(dst, m.Digest)
	dst = appendID(dst, m.ID)
	if !m.content.Known() || m.content != e.content {
		e.body = e.appendBody(e.body[:0], m.Sections)
		e.content = m.content
		return append(dst, e.body...)
	}
	from := len(dst)
	dst = append(dst, e.body...)
	k := 0
	for _, at := range e.echoes {
		for !m.Sections[k].HasEcho {
			k++
		}
		appendEcho(dst[:from+at], m.Sections[k].Echo)
		k++
	}
	return dst
}

// echoSize is the size of an echo.
const echoSize = 8 + 6

func appendEcho(dst []byte, e Echo) []byte {
	return append48(binary.BigEndian.AppendUint64(dst, e.Boot), e.Seq)
}

func (e *Encoder) appendBody(dst []byte, sections []Section) []byte {
	front := len(dst)
	e.lives, e.echoes = e.lives[:0], e.echoes[:0]
	for k := range sections {
		if s := &sections[k]; s.HasStatus {
			e.lives = insertLife(e.lives, s.Status.Life)
		}
		calls := sections[k].Calls
		for j := range calls {
			l := calls[j].Call.P.Life()
			if j == 0 || l != calls[j-1].Call.P.Life() {
				e.lives = insertLife(e.lives, l)
			}
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.lives)))
	for _, l := range e.lives {
		dst = append48(dst, uint64(l))
	}
	dst = append(dst, byte(len(sections)))
	for k := range sections {
		dst = e.appendSection(dst, &sections[k], len(sections), front)
	}
	return dst
}

func (e *Encoder) appendSection(dst []byte, s *Section, sections, front int) []byte {
	dst = appendID(dst, s.ID)
	contents := byte(0)
	if s.HasEcho {
		contents |= hasEcho
	}
	if s.HasStatus {
		contents |= hasStatus
	}
	if len(s.Calls) > 0 {
		contents |= hasCalls
	}
	dst = append(dst, contents)
	if s.HasEcho {
		e.echoes = append(e.echoes, len(dst)-front)
		dst = appendEcho(dst, s.Echo)
	}
	if s.HasStatus {
		dst = e.appendLife(dst, s.Status.Life)
		dst = binary.AppendUvarint(dst, s.Status.Seq)
		dst = append(dst, byte(s.Status.Floor), s.Status.pack(), byte(s.Status.Unavailable))
		if s.Status.Goal != 0 {
			dst = append(dst, byte(s.Status.Goal))
		}
		for b := 0; b < sections; b += 8 {
			dst = append(dst, byte(s.Status.Links>>b))
		}
	}
	if len(s.Calls) > 0 {
		dst = binary.AppendUvarint(dst, uint64(len(s.Calls)-1))
		before := -1
		var life Life
		for k, c := range s.Calls {
			dst = binary.AppendUvarint(dst, uint64(c.Number-before-1))
			dst = e.appendCall(dst, c, k > 0 && c.Call.P.Life() == life)
			before, life = c.Number, c.Call.P.Life()
		}
	}
	return dst
}

func (e *Encoder) appendCall(dst []byte, entry Entry, sameLife bool) []byte {
	c := entry.Call
	form := formOfS(c)*formS | formOfC(c)*formC
	if sameLife {
		form |= formSameLife
	}
	if entry.Held && c.Active() {
		form |= formHeld
	}
	if c.Age > 0 {
		form |= formAge
	}
	dst = append(dst, form)
	if !sameLife {
		dst = e.appendLife(dst, c.P.Life())
	}
	dst = binary.AppendUvarint(dst, uint64(c.P.Count()))
	if formOfS(c) == sGiven {
		dst = binary.AppendUvarint(dst, uint64(c.P-c.S))
	}
	if formOfC(c) == cGiven {
		dst = binary.AppendUvarint(dst, uint64(c.P-c.C))
	}
	if c.Age > 0 {
		dst = binary.AppendUvarint(dst, uint64(c.Age))
	}
	return dst
}

const (
	sAsP = iota
	sNever
	sGiven
)

const (
	cAsP = iota
	cAsS
	cNever
	cGiven
)

func formOfS(c Call) byte {
	switch c.S {
	case c.P:
		return sAsP
	case 0:
		return sNever
	default:
		return sGiven
	}
}

func formOfC(c Call) byte {
	switch c.C {
	case c.P:
		return cAsP
	case c.S:
		return cAsS
	case 0:
		return cNever
	default:
		return cGiven
	}
}

func (e *Encoder) appendLife(dst []byte, l Life) []byte {
	at, _ := slices.BinarySearch(e.lives, l)
	return binary.AppendUvarint(dst, uint64(at))
}

func insertLife(lives []Life, l Life) []Life {
	if at, found := slices.BinarySearch(lives, l); !found {
		lives = slices.Insert(lives, at, l)
	}
	return lives
}

func append48(dst []byte, v uint64) []byte {
	return append(dst, byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

func appendID(dst []byte, id elevator.ID) []byte {
	dst = append(dst, byte(len(id)))
	return append(dst, id...)
}

func uvarintLen(v uint64) int {
	return (bits.Len64(v|1) + 6) / 7
}
