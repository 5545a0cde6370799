package node

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// acknowledge notes what a live life of peer i shows that it holds.
func (n *Node) acknowledge(i int, m *worldview.Message) {
	for len(n.acks) <= i {
		n.acks = append(n.acks, nil)
	}
	for k := range m.Sections {
		s := &m.Sections[k]
		if len(s.Calls) == 0 {
			continue
		}
		origin, ok := n.view.Lookup(s.ID)
		if !ok {
			continue
		}
		for len(n.acks[i]) <= origin {
			n.acks[i] = append(n.acks[i], make([]ack, n.cfg.Elevator.Floors*elevator.Buttons))
		}
		for _, e := range s.Calls {
			a := &n.acks[i][origin][e.Number]
			before := *a
			a.seen = max(a.seen, e.Call.P)
			if e.Held {
				a.held = max(a.held, e.Call.P)
			}
			if *a != before {
				n.settled = false
			}
		}
	}
}

// forget drops what peer i's former life held.
func (n *Node) forget(i int) {
	if i < len(n.acks) {
		for origin := range n.acks[i] {
			clear(n.acks[i][origin])
		}
	}
	n.settled = false
}

func (n *Node) ackOf(i, origin, number int) ack {
	if i < len(n.acks) && origin < len(n.acks[i]) {
		return n.acks[i][origin][number]
	}
	return ack{}
}

// holding is what one node knows of how safely an open call is held.
type holding struct {
	Call worldview.Call
	// Durable is the newest press that this node's disk holds.
	Durable worldview.Stamp
	// NoDisk: this node can't store anything now.
	NoDisk bool
	// Peers is how many peers are live.
	Peers int
	// ByAll is the newest press that every one of them is known to hold as
	// safely as it can. BySome is the same for those that are known to hold the
	// call in memory at the least; 0 if none is.
	ByAll, BySome worldview.Stamp
	// Late: the call has waited for its lamp for longer than Patience.
	Late bool
}

// confirmable is rule 3: up to which press a call is a promise that can be
// kept. 0 means none yet.
func confirmable(h holding) worldview.Stamp {
	own := h.Durable
	if h.NoDisk {
		own = h.Call.P
	}
	w := min(own, h.Call.P)
	if h.Peers > 0 {
		w = min(w, h.ByAll)
	}
	if w > h.Call.S || !h.Late {
		return w
	}
	// Some peer is silent, or a disk is slow. Another holder is enough, and so
	// is a disk.
	return max(w, min(h.BySome, h.Call.P), min(own, h.Call.P))
}

// confirm lights the lamps of the calls that are held by enough.
func (n *Node) confirm() {
	if !n.joined {
		return
	}
	for i := range n.view.Len() {
		for number, c := range n.view.Node(i).Calls {
			if !c.Active() || c.C == c.P {
				continue
			}
			if w := confirmable(n.holds(i, number, c)); w > c.C && w > c.S {
				n.set(i, number, c.Confirm(w))
			}
		}
	}
}

func (n *Node) holds(i, number int, c worldview.Call) holding {
	s := &n.slots[i][number]
	h := holding{
		Call:    c,
		Durable: s.durable,
		NoDisk:  n.diskState() != worldview.DiskWorks,
		Late:    s.unlit != never && n.now-s.unlit >= Patience,
		ByAll:   c.P,
	}
	for p := range n.live.All() {
		a := n.ackOf(p, i, number)
		h.Peers++
		h.ByAll = min(h.ByAll, a.held)
		if a.seen > c.S && (h.BySome == 0 || a.seen < h.BySome) {
			h.BySome = a.seen
		}
	}
	return h
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
			aged := c.Aged(uint16(min((n.now-n.slots[i][number].opened)/time.Second, 65535)))
			if aged != c {
				n.view.SetCall(i, number, aged)
				n.settled = false
			}
		}
	}
	n.nextAge = never
	if open {
		n.nextAge = n.now.Truncate(time.Second) + time.Second
	}
}
