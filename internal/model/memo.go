package model

// memo remembers what steps lead to: a hash table with open addressing.
type memo struct {
	slots []taken
	count int
}

type taken struct {
	key [2]uint64 // second is 0: free
	to  outcome
}

const takenBytes = 32

func newMemo() memo { return memo{slots: make([]taken, 1<<12)} }

func (m *memo) at(key [2]uint64) *taken {
	mask := uint64(len(m.slots) - 1)
	for at := mum(key[0]^k1, key[1]^k0) & mask; ; at = (at + 1) & mask {
		if t := &m.slots[at]; t.key == key || t.key[1] == 0 {
			return t
		}
	}
}

func (m *memo) find(key [2]uint64) (outcome, bool) {
	t := m.at(key)
	return t.to, t.key[1] != 0
}

func (m *memo) put(key [2]uint64, o outcome) {
	if m.count*3 >= len(m.slots)*2 {
		old := m.slots
		m.slots = make([]taken, 2*len(old))
		for _, t := range old {
			if t.key[1] != 0 {
				*m.at(t.key) = t
			}
		}
	}
	*m.at(key) = taken{key, o}
	m.count++
}

func (m *memo) bytes() uint64 { return uint64(len(m.slots)) * takenBytes }
