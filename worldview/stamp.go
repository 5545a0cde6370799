package worldview

import "time"

// Stamp orders everything that happens to one call: [life 48 bits][count 16].
// Stamps compare as integers; 0 means never.
type Stamp uint64

// Life identifies one life of a node, from the start of a process to its end:
// [boot second 32 bits][random 16 bits]. A later life of the same node is
// greater than all its earlier ones.
type Life uint64

// MaxSecond is the last boot second that is believed (July 2097). Anything
// later is absurd: it would leave no room for later lives.
const MaxSecond = 0xf000_0000

const maxLife = Life(MaxSecond)<<16 | 0xffff

// NewLife makes a life from a boot second, cut to the believable range, and 16
// random bits.
func NewLife(second uint32, random uint16) Life {
	return Life(min(second, MaxSecond))<<16 | Life(random)
}

// Second returns the boot second.
func (l Life) Second() uint32 { return uint32(l >> 16) }

// Start returns the stamp just below the first one of this life.
func (l Life) Start() Stamp { return Stamp(l) << 16 }

// Time returns the boot second as a point in time.
func (l Life) Time() time.Time { return time.Unix(int64(l.Second()), 0).UTC() }

// Life returns the life in which the stamp was issued.
func (s Stamp) Life() Life { return Life(s >> 16) }

// Count returns the number of the stamp within its life.
func (s Stamp) Count() uint16 { return uint16(s) }
