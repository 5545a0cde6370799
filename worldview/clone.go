package worldview

import (
	"maps"
	"slices"
)

// Clone returns a copy that shares nothing with w.
func (w *Worldview) Clone() *Worldview {
	c := *w
	c.nodes = slices.Clone(w.nodes)
	for i := range c.nodes {
		c.nodes[i].Calls = slices.Clone(c.nodes[i].Calls)
	}
	c.order = slices.Clone(w.order)
	c.index = maps.Clone(w.index)
	return &c
}
