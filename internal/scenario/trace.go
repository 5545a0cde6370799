package scenario

import (
	"encoding/binary"
	"math/bits"
	"time"

	"elevnet/internal/elevator"
)

// trace hashes all that a building does: every datagram and everything that an
// elevator server is made to show, with the times.
type trace uint64

func newTrace() trace { return 0xcbf29ce484222325 }

// Trace returns a hash of all that the building has done so far. Two runs with
// the same setup and the same commands have the same.
func (s *Stage) Trace() uint64 { return uint64(s.trace) }

func (t *trace) word(v uint64) {
	*t = trace(bits.RotateLeft64((uint64(*t)^v)*0x9e3779b97f4a7c15, 29))
}

func (t *trace) datagram(at time.Duration, i int, data []byte) {
	t.word(uint64(at))
	t.word(uint64(i)<<32 | uint64(len(data)))
	for ; len(data) >= 8; data = data[8:] {
		t.word(binary.LittleEndian.Uint64(data))
	}
	for _, b := range data {
		t.word(uint64(b))
	}
}

func (t *trace) outputs(at time.Duration, i int, o *elevator.Outputs) {
	t.word(uint64(at))
	t.word(uint64(i) | uint64(uint8(o.Motor))<<8 | uint64(o.MotorNudge)<<32)
	for _, f := range [...]*elevator.FloorSet{&o.Lamps.Up, &o.Lamps.Down, &o.Lamps.Cab} {
		for _, w := range f {
			t.word(w)
		}
	}
	flags := uint64(0)
	if o.Door {
		flags |= 1
	}
	if o.StopLamp {
		flags |= 2
	}
	t.word(flags | uint64(o.Indicator)<<8)
}
