package ledger

import (
	"slices"

	"elevnet/worldview"
)

// Clone returns a copy that shares nothing with l. changed is told of every slot
// of the copy that grows; it may be nil.
func (l *Ledger) Clone(changed worldview.Change) *Ledger {
	c := *l
	c.view, c.tab, c.changed = l.view.Clone(), l.tab.Clone(), changed
	c.acked = slices.Clone(l.acked)
	c.issued = slices.Clone(l.issued)
	c.held = make([][]held, len(l.held))
	for i := range l.held {
		c.held[i] = slices.Clone(l.held[i])
	}
	c.acks = make([][]ack, len(l.acks))
	for i := range l.acks {
		c.acks[i] = slices.Clone(l.acks[i])
	}
	return &c
}
