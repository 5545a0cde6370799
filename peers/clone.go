package peers

import "slices"

// Clone returns a copy that shares nothing with t.
func (t *Table) Clone() *Table {
	c := *t
	c.peers = slices.Clone(t.peers)
	return &c
}
