package model

import "elevnet/worldview"

// judge says what a step at node i has broken.
func (w *worker) judge(i int, s, t *state) Property {
	if s.node[i].led == t.node[i].led {
		return none
	}
	var before [maxNodes][kinds]worldview.Call
	if s.node[i].up() {
		before = w.led(s.node[i].led).calls
	}
	after := &w.led(t.node[i].led).calls
	for o := range w.opts.Nodes {
		for k := range kinds {
			if a, b := before[o][k], after[o][k]; a != b {
				if broken := w.judgeSlot(t, i, o, k, a, b, s.node[i].up()); broken != none {
					return broken
				}
			}
		}
	}
	return none
}

// judgeSlot says what is wrong about a slot of node o that was a and is b at node
// i.
func (w *worker) judgeSlot(t *state, i, o, k int, a, b worldview.Call, ran bool) Property {
	switch {
	case b.S > b.P || b.C > b.P:
		return Order
	case b.P < a.P || b.S < a.S || b.C < a.C && a.C > b.S:
		return Shrunk
	case ran && !a.Active() && b.Active() && a.P == b.P:
		return Ghost
	}
	issued := b.P == 0
	for j := range t.press {
		p := &t.press[j]
		if !p.is(o, k) {
			continue
		}
		stamp := worldview.Stamp(p.stamp)
		issued = issued || stamp == b.P
		if p.has(served) || i != o && b.P > stamp && w.blinks(t, p) {
			continue
		}
		switch {
		case a.Lit() && !b.Lit() && a.C >= stamp && (p.has(above) || a.P == stamp):
			// C covers a press whose stamp is below an earlier one only where it
			// is the newest.
			return LampOff
		case p.has(moved):
		case p.has(above) && b.S >= stamp, a.P == stamp && a.Active() && !b.Active():
			return Lost
		}
	}
	if !issued {
		return Foreign
	}
	return none
}

// blinks reports whether a press may go dark on other panels when a stamp of a
// former life of its node, above its own, comes there. That is what
// docs/protocol.md doesn't promise: a node whose disk is lost, or that has none,
// and whose clock goes back once, repeats such presses when it hears of that life
// (rule 7), and until then its peers don't know better. It shows them itself all
// the time, and when all faults end they are served: neither is given up here.
func (w *worker) blinks(t *state, p *press) bool {
	o := int(p.origin)
	return !p.has(above) && (w.diskless(o) || t.node[o].has(forgot))
}

// judgeLight says what is wrong about the lamps that node i has lit. full: it
// has taken all for live that it could.
func (w *worker) judgeLight(i int, live, late uint8, full bool, s, t *state) Property {
	if broken := w.judge(i, s, t); broken != none {
		return broken
	}
	before, e := w.led(s.node[i].led), w.led(t.node[i].led)
	// Has it heard of every crash of those in whom it can trust?
	aware := true
	for p := range w.opts.Nodes {
		if p != i && e.heard[p] != 0 && e.heard[p] >= t.node[i].since[p] && (!t.node[p].up() || t.node[p].life != e.heard[p]) {
			aware = false
		}
	}
	for o := range w.opts.Nodes {
		for k := range kinds {
			c := e.calls[o][k]
			if !c.Lit() || c.C == before.calls[o][k].C {
				continue
			}
			if late&(1<<(o*kinds+k)) == 0 && full && !w.acknowledged(i, o, k, live, c.C, t) {
				return Unacknowledged
			}
			disks, nodes, _ := w.holders(t, o, k, c.C)
			backed := disks > 0 || nodes > 1
			if !backed && aware && e.disk == worldview.DiskWorks {
				return Unbacked
			}
			if !backed {
				continue
			}
			for j := range t.press {
				if p := &t.press[j]; p.is(o, k) && worldview.Stamp(p.stamp) <= c.C {
					p.flags |= promise
				}
			}
		}
	}
	return none
}

// acknowledged reports whether all of the given peers hold a press as safely as
// they can, as far as they run in the life that node i knows, and node i's disk,
// if it works.
func (w *worker) acknowledged(i, o, k int, live uint8, stamp worldview.Stamp, t *state) bool {
	e := w.led(t.node[i].led)
	for p := range w.opts.Nodes {
		n := &t.node[p]
		if live&(1<<p) == 0 || !n.up() || n.life != e.heard[p] {
			continue
		}
		if w.led(n.led).calls[o][k].P < stamp {
			return false
		}
		// Whose disk fails holds it in memory as safely as it can, and has said so
		// when the disk works again.
		if w.opts.Failures == 0 && !w.onDisk(n, o, k, stamp) {
			return false
		}
	}
	return w.onDisk(&t.node[i], o, k, stamp)
}

// onDisk reports whether the disk of a node that runs holds a press, if it works.
func (w *worker) onDisk(n *nodeState, o, k int, stamp worldview.Stamp) bool {
	return w.led(n.led).disk != worldview.DiskWorks || n.disk != 0 && w.disk(n.disk).calls[o][k].P >= stamp
}

// holders counts the disks, the memories, and the nodes with either, that hold a
// press.
func (w *worker) holders(t *state, o, k int, stamp worldview.Stamp) (disks, memories, both int) {
	for p := range w.opts.Nodes {
		n := &t.node[p]
		disk := n.disk != 0 && w.disk(n.disk).calls[o][k].P >= stamp
		memory := n.up() && w.led(n.led).calls[o][k].P >= stamp
		if disk {
			disks++
		}
		if memory {
			memories++
		}
		if disk || memory {
			both++
		}
	}
	return disks, memories, both
}

// judgeCrash says what the first fault of all has broken.
func (w *worker) judgeCrash(i int, lost bool, s, t *state) Property {
	if int(s.left.crashes) < w.opts.Crashes || int(s.left.failures) < w.opts.Failures {
		return none
	}
	for j := range s.press {
		p := &s.press[j]
		if !p.open() || !p.has(promise) || p.has(moved) {
			continue
		}
		stamp := worldview.Stamp(p.stamp)
		_, _, before := w.holders(s, int(p.origin), int(p.kind), stamp)
		_, _, after := w.holders(t, int(p.origin), int(p.kind), stamp)
		if after == 0 && (!lost || before > 1) {
			return Broken
		}
	}
	return none
}
