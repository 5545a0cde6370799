package elevator

import (
	"iter"
	"math/bits"
)

// NodeSet is a set of nodes by their local number, 0 to MaxNodes-1. Local
// numbers are given in the order of first sight and so differ between
// processes: they never leave one.
type NodeSet uint64

// Has reports whether node i is in the set.
func (s NodeSet) Has(i int) bool { return i >= 0 && i < MaxNodes && s&(1<<i) != 0 }

// Put adds node i, or removes it when on is false.
func (s *NodeSet) Put(i int, on bool) {
	if on {
		*s |= 1 << i
	} else {
		*s &^= 1 << i
	}
}

// Len returns how many nodes are in the set.
func (s NodeSet) Len() int { return bits.OnesCount64(uint64(s)) }

// All yields the nodes in ascending order.
func (s NodeSet) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for w := s; w != 0; w &= w - 1 {
			if !yield(bits.TrailingZeros64(uint64(w))) {
				return
			}
		}
	}
}
