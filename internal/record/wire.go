package record

import (
	"encoding/binary"
	"errors"

	"elevnet/internal/elevator"
)

// errMalformed is returned for bytes that no recorder writes.
var errMalformed = errors.New("malformed")

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendBytes(b, v []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

func appendString(b []byte, v string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

// appendFloors appends a set of floors: its words, without the empty ones behind
// the last.
func appendFloors(b []byte, s elevator.FloorSet) []byte {
	n := len(s)
	for n > 0 && s[n-1] == 0 {
		n--
	}
	b = append(b, byte(n))
	for _, w := range s[:n] {
		b = binary.AppendUvarint(b, w)
	}
	return b
}

func appendCalls(b []byte, c elevator.Calls) []byte {
	return appendFloors(appendFloors(appendFloors(b, c.Up), c.Down), c.Cab)
}

// appendError appends the text of an error, which may be nil.
func appendError(b []byte, err error) []byte {
	if err == nil {
		return append(b, 0)
	}
	return appendString(append(b, 1), err.Error())
}

// reader takes bytes apart. After the first thing that can't be, it returns
// nothing but zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() {
	r.err, r.b = errMalformed, nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) bool() bool {
	v := r.byte()
	if v > 1 {
		r.fail()
	}
	return v == 1
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// below reads a number less than n.
func (r *reader) below(n uint64) uint64 {
	v := r.uvarint()
	if v >= n {
		r.fail()
		return 0
	}
	return v
}

// bytes reads bytes, which share their memory with what is read.
func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) string() string { return string(r.bytes()) }

func (r *reader) floors() (s elevator.FloorSet) {
	n := int(r.byte())
	if n > len(s) {
		r.fail()
		return s
	}
	for k := range n {
		s[k] = r.uvarint()
	}
	return s
}

func (r *reader) calls() (c elevator.Calls) {
	c.Up, c.Down, c.Cab = r.floors(), r.floors(), r.floors()
	return c
}

func (r *reader) error() error {
	if !r.bool() {
		return nil
	}
	return errors.New(r.string())
}
