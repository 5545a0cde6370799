package assigner_test

import (
	"encoding/binary"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// source reads numbers from bytes; there are always more, which are 0.
type source []byte

func (s *source) byte() byte {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

func (s *source) word() uint64 {
	var b [8]byte
	*s = (*s)[copy(b[:], *s):]
	return binary.LittleEndian.Uint64(b[:])
}

// number returns mostly small numbers, and the wildest ones.
func (s *source) number() int64 {
	if b := s.byte(); b < 250 {
		return int64(b) - 5
	}
	return int64(s.word())
}

// decodeInput makes an input of any bytes; every input can be had.
func decodeInput(data []byte) assigner.Input {
	s := source(data)
	in := assigner.Input{Config: elevator.Config{
		Floors: int(s.number()),
		Door:   time.Duration(s.number()) * 10 * time.Millisecond,
		Travel: time.Duration(s.number()) * 10 * time.Millisecond,
		Pass:   time.Duration(s.number()) * 10 * time.Millisecond,
	}}
	cars := s.byte() % 20
	for range cars {
		c := assigner.Car{ID: elevator.ID([]byte{'a' + s.byte()%8})}
		c.State.Floor = int(s.number())
		what := s.byte()
		c.State.Behaviour = elevator.Behaviour(what & 3)
		c.State.Direction = elevator.Direction(int8(what) >> 4)
		if what&4 != 0 {
			c.State.Direction = elevator.Direction(what>>3&1)*2 - 1
		}
		c.Goal = elevator.Goal(s.byte())
		if what&8 != 0 {
			for i := range c.Cab {
				c.Cab[i] = s.word()
			}
		}
		in.Cars = append(in.Cars, c)
	}
	for len(s) > 0 && len(in.Calls) < 300 {
		what := s.byte()
		c := assigner.HallCall{Floor: int(s.number()), Button: elevator.Button(what & 1), Age: uint16(what)}
		if what > 250 {
			c.Button = elevator.Button(what)
			c.Age = uint16(s.word())
		}
		in.Calls = append(in.Calls, c)
	}
	return in
}

// FuzzAssign assigns and predicts with any input: no panic, no endless loop, and
// what every assignment must be.
func FuzzAssign(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{9, 255, 205, 55, 3, 0, 5, 0, 1, 6, 6, 2, 7, 1, 10, 6, 20, 7, 30, 8})
	f.Add([]byte{133, 5, 5, 5, 1, 0, 132, 14, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 255, 255, 255, 255})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 127, 254, 1, 0, 0, 0, 0, 0, 0, 128, 19, 0, 0, 4, 1, 1, 12})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := decodeInput(data)
		out := assigner.Assign(in)
		checkAssignment(t, in, out)
		for i, c := range in.Cars {
			got := assigner.Predict(nil, in.Config, c, out[i])
			if most := out[i].Len() + c.Cab.Len(); len(got) > most {
				t.Fatalf("%d calls, %d services", most, len(got))
			}
		}
		assigner.Overdue(in)
	})
}
