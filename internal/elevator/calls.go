package elevator

import (
	"iter"
	"math/bits"
	"strconv"
	"strings"
)

// FloorSet is a set of floors, 0 to MaxFloors-1. The zero value is empty; it is
// a comparable value and copies by assignment.
type FloorSet [MaxFloors / 64]uint64

// Has reports whether floor f is in the set; floors outside the range never are.
func (s FloorSet) Has(f int) bool {
	return f >= 0 && f < MaxFloors && s[f/64]&(1<<(f%64)) != 0
}

// Put adds floor f, or removes it when on is false. f must be in range.
func (s *FloorSet) Put(f int, on bool) {
	if on {
		s[f/64] |= 1 << (f % 64)
	} else {
		s[f/64] &^= 1 << (f % 64)
	}
}

// Or returns the union.
func (s FloorSet) Or(t FloorSet) FloorSet {
	for i := range s {
		s[i] |= t[i]
	}
	return s
}

// And returns the floors that are in both.
func (s FloorSet) And(t FloorSet) FloorSet {
	for i := range s {
		s[i] &= t[i]
	}
	return s
}

// AndNot returns the floors of s that are not in t.
func (s FloorSet) AndNot(t FloorSet) FloorSet {
	for i := range s {
		s[i] &^= t[i]
	}
	return s
}

// Empty reports whether no floor is in the set.
func (s FloorSet) Empty() bool { return s == FloorSet{} }

// Len returns how many floors are in the set.
func (s FloorSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// AnyAbove reports whether a floor above f is in the set.
func (s FloorSet) AnyAbove(f int) bool {
	if f >= MaxFloors-1 {
		return false
	}
	f = max(f+1, 0)
	if s[f/64]>>(f%64) != 0 {
		return true
	}
	for i := f/64 + 1; i < len(s); i++ {
		if s[i] != 0 {
			return true
		}
	}
	return false
}

// AnyBelow reports whether a floor below f is in the set.
func (s FloorSet) AnyBelow(f int) bool {
	if f <= 0 {
		return false
	}
	f = min(f, MaxFloors)
	for i := range f / 64 {
		if s[i] != 0 {
			return true
		}
	}
	return f%64 != 0 && s[f/64]&(1<<(f%64)-1) != 0
}

// Calls is a set of calls, or of pressed buttons, or of lit lamps: one bit per
// floor and button. It is a comparable value and copies by assignment.
type Calls struct {
	Up, Down, Cab FloorSet
}

func (c *Calls) set(b Button) *FloorSet {
	switch b {
	case HallUp:
		return &c.Up
	case HallDown:
		return &c.Down
	default:
		return &c.Cab
	}
}

// Has reports whether the call at floor f, button b is in the set.
func (c Calls) Has(f int, b Button) bool { return c.set(b).Has(f) }

// Put adds the call at floor f, button b, or removes it when on is false.
func (c *Calls) Put(f int, b Button, on bool) { c.set(b).Put(f, on) }

// Or returns the union.
func (c Calls) Or(d Calls) Calls {
	return Calls{c.Up.Or(d.Up), c.Down.Or(d.Down), c.Cab.Or(d.Cab)}
}

// AndNot returns the calls of c that are not in d.
func (c Calls) AndNot(d Calls) Calls {
	return Calls{c.Up.AndNot(d.Up), c.Down.AndNot(d.Down), c.Cab.AndNot(d.Cab)}
}

// Floors returns the floors at which there is any call.
func (c Calls) Floors() FloorSet { return c.Up.Or(c.Down).Or(c.Cab) }

// Hall returns the hall calls alone.
func (c Calls) Hall() Calls { return Calls{Up: c.Up, Down: c.Down} }

// Empty reports whether there is no call.
func (c Calls) Empty() bool { return c == Calls{} }

// Len returns the number of calls.
func (c Calls) Len() int { return c.Up.Len() + c.Down.Len() + c.Cab.Len() }

// All yields the calls by floor, then by button.
func (c Calls) All() iter.Seq2[int, Button] {
	return func(yield func(int, Button) bool) {
		for i, w := range c.Floors() {
			for ; w != 0; w &= w - 1 {
				f := i*64 + bits.TrailingZeros64(w)
				for b := range Button(Buttons) {
					if c.Has(f, b) && !yield(f, b) {
						return
					}
				}
			}
		}
	}
}

// String lists the calls as in "1↑ 2↓ 3•", • being a cab call.
func (c Calls) String() string {
	var sb strings.Builder
	for f, b := range c.All() {
		if sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		sb.WriteString(strconv.Itoa(f))
		sb.WriteString([...]string{"↑", "↓", "•"}[b])
	}
	return sb.String()
}
