package node

import (
	"time"
)

// confirm lights the lamps of the calls that are held by enough (rule 3).
func (n *Node) confirm() {
	if n.joined && n.open > 0 {
		n.led.Confirm(n.live, n.isLate)
	}
}

// late reports whether a call has waited for its lamp for longer than Patience.
func (n *Node) late(i, number int) bool {
	u := n.slots[i][number].unlit
	return u != never && n.now-u >= Patience
}

// lateAt returns when the first unlit call runs out of patience; never if there
// is none.
func (n *Node) lateAt() time.Duration {
	first := never
	for i := range n.slots {
		for number := range n.slots[i] {
			if u := n.slots[i][number].unlit; u != never && n.now-u < Patience {
				first = min(first, u+Patience)
			}
		}
	}
	return first
}

// age lets the open calls grow older, once a second.
func (n *Node) age() {
	if n.now < n.nextAge {
		return
	}
	open := false
	for i := range n.view.Len() {
		for number, c := range n.view.Node(i).Calls {
			if !c.Active() {
				continue
			}
			open = true
			if n.led.Age(i, number, uint16(min((n.now-n.slots[i][number].opened)/time.Second, 65535))) {
				n.settled = false
			}
		}
	}
	n.nextAge = never
	if open {
		n.nextAge = n.now.Truncate(time.Second) + time.Second
	}
}
