package model

// visited is a set of fingerprints, each with that of the state before it.
type visited struct {
	slots []link
	count int
}

type link struct{ fp, parent uint64 }

const linkBytes = 16

func newVisited() *visited { return &visited{slots: make([]link, 1<<12)} }

// add reports whether fp is new.
func (v *visited) add(fp, parent uint64) bool {
	if v.count*4 >= len(v.slots)*3 {
		v.grow()
	}
	at := v.find(fp)
	if v.slots[at].fp == fp {
		return false
	}
	v.slots[at] = link{fp, parent}
	v.count++
	return true
}

// find returns where fp is, or would be.
func (v *visited) find(fp uint64) int {
	mask := uint64(len(v.slots) - 1)
	at := (fp * k0) >> 20 & mask
	for v.slots[at].fp != 0 && v.slots[at].fp != fp {
		at = (at + 1) & mask
	}
	return int(at)
}

func (v *visited) grow() {
	old := v.slots
	v.slots = make([]link, 2*len(old))
	for _, l := range old {
		if l.fp != 0 {
			v.slots[v.find(l.fp)] = l
		}
	}
}

// parent returns the fingerprint of the state before.
func (v *visited) parent(fp uint64) uint64 { return v.slots[v.find(fp)].parent }

func (v *visited) bytes() uint64 { return uint64(len(v.slots)) * linkBytes }
