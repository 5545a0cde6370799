package ledger

import (
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

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
	// Late: the call has waited for its lamp for longer than a live peer or a
	// disk may take.
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

// Confirm makes promises of the calls that are held by enough, given the peers
// that are live and the calls that have waited for too long.
func (l *Ledger) Confirm(live elevator.NodeSet, late func(i, number int) bool) {
	for i := range l.view.Len() {
		for number, c := range l.view.Node(i).Calls {
			if c.P <= c.S || c.C == c.P {
				continue
			}
			h := l.holds(i, number, c, live)
			h.Late = late(i, number)
			if w := confirmable(h); w > c.C && w > c.S {
				l.set(i, number, c.Confirm(w))
			}
		}
	}
}

func (l *Ledger) holds(i, number int, c worldview.Call, live elevator.NodeSet) holding {
	h := holding{
		Call:    c,
		Durable: l.Durable(i, number),
		NoDisk:  l.disk != worldview.DiskWorks,
		ByAll:   c.P,
	}
	for p := range live.All() {
		a := l.ackOf(p, i, number)
		h.Peers++
		h.ByAll = min(h.ByAll, a.held)
		if a.seen > c.S && (h.BySome == 0 || a.seen < h.BySome) {
			h.BySome = a.seen
		}
	}
	return h
}

// Held reports whether the press of an open call is as safe with this node as it
// can make it. Where there is no disk that works, memory is as safe as it gets.
func (l *Ledger) Held(i, number int) bool {
	return l.disk != worldview.DiskWorks || l.Durable(i, number) >= l.view.Call(i, number).P
}
