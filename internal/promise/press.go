package promise

import "time"

// press takes in a button that goes down.
func (c *Checker) press(w int, k *call, l *lamp) {
	if !l.exists || l.held != far {
		return
	}
	bit := uint64(1) << w
	c.sum.presses++
	c.suppose(w, k)
	if k.first == far || k.lit == 0 && c.now-k.first > c.bounds.LampDisk {
		k.first = c.now
	}
	l.held = c.now
	switch {
	case c.set.control&bit == 0, c.now-l.let < c.bounds.MinPress, l.due != far, l.on:
		// It can't be seen, or may not be, or is waited for, or needs no lamp.
		return
	}
	c.ask(w, l, false)
	if k.owner < 0 && k.lit&c.spaces[w].group == 0 && c.loss == 0 && c.calm(w) {
		k.asked = c.now
	}
}

// suppose notes that a node may see a press now, and those that hear of it.
func (c *Checker) suppose(w int, k *call) {
	c.clean(k)
	if k.stale|k.staleDisk == 0 {
		k.oldest = c.now
	}
	c.suspectAll(w, k)
	k.lastPress = c.now
}

// supposeHeld does so for all buttons that are held while a node gets control:
// it sees levels.
func (c *Checker) supposeHeld(w int) {
	for i := range c.calls {
		k := &c.calls[i]
		if (k.owner < 0 || k.owner == w) && c.lampAt(w, k.floor, k.button).held != far {
			c.suppose(w, k)
		}
	}
}

// ask begins to wait for a lamp.
func (c *Checker) ask(w int, l *lamp, again bool) {
	l.asked, l.again = c.now, again
	l.due = c.now + c.bounds.Lamp
	if again || c.loss > 0 || !c.calm(w) || c.set.diskBad != 0 {
		l.due = c.patient(w, l)
	}
	c.wake(l.due)
}

// patient returns until when a lamp is waited for while there are faults.
func (c *Checker) patient(w int, l *lamp) time.Duration {
	d := c.bounds.LampFault
	if c.set.diskBad != 0 || c.now < c.spaces[w].diskAt+c.bounds.LampDisk {
		d = c.bounds.LampDisk
	}
	return max(l.asked, c.spaces[w].panelAt) + d
}

// release takes in a button that is let go.
func (c *Checker) release(w int, l *lamp) {
	if !l.exists || l.held == far {
		return
	}
	if c.now-l.held >= c.bounds.MinPress {
		c.count(w, l)
	} else if l.due != far && l.asked >= l.held {
		l.due = far
	}
	l.held, l.let = far, c.now
}

// count notes a press that the node has seen for certain: held for long enough,
// let go for long enough before, with the node in control throughout.
func (c *Checker) count(w int, l *lamp) {
	if c.set.control>>w&1 != 0 && c.spaces[w].controlAt <= l.held && l.held-l.let >= c.bounds.MinPress {
		l.pressed = max(l.pressed, l.held)
	}
}

// again asks for the lamp once more, if it went off for a door that had closed
// before the last press at this panel, unless the node that saw it is gone.
func (c *Checker) again(w int, k *call, l *lamp, until time.Duration) {
	last := l.pressed
	if l.held != far && l.held-l.let >= c.bounds.MinPress && c.spaces[w].controlAt <= l.held {
		last = l.held
	}
	if last <= until || last < c.spaces[w].startedAt || l.due != far {
		return
	}
	c.ask(w, l, true)
	if k.first == far {
		k.first = last
	}
}

// answered ends the wait for a lamp that has gone on.
func (c *Checker) answered(w int, k *call, l *lamp) {
	k.missed = false
	if l.due != far {
		if !l.again {
			c.sum.lamp.Add(c.now - l.asked)
		}
		l.due = far
	}
	if k.asked == far {
		return
	}
	if panels := c.spaces[w].group & c.set.control; k.lit&panels == panels {
		c.sum.allLamps.Add(c.now - k.asked)
		k.asked = far
	}
}

// sweepPress judges S3.
func (c *Checker) sweepPress(w int, k *call, l *lamp) {
	if !c.passed(l.due) {
		return
	}
	due := l.due
	l.due = far
	if c.openUntil(k) >= l.asked {
		return // in front of an open door
	}
	k.missed = true
	if l.again {
		c.broken("S1", w, due, "%v at floor %d was pressed while its lamp was lit; the lamp went off at %v for a door that had closed before, and wasn't lit again", k.button, k.floor, l.asked)
		return
	}
	c.broken("S3", w, due, "%v at floor %d was pressed at %v, and its lamp is still dark %v later", k.button, k.floor, l.asked, due-l.asked)
}

// drop ends the waiting of a workspace that has lost control: what it had seen
// isn't known.
func (c *Checker) drop(w int) {
	for i := w * len(c.lamps) / len(c.spaces); i < (w+1)*len(c.lamps)/len(c.spaces); i++ {
		c.lamps[i].due = far
	}
}

// relent gives the waiting lamps of a workspace the time that faults allow.
func (c *Checker) relent(w int) {
	for i := w * len(c.lamps) / len(c.spaces); i < (w+1)*len(c.lamps)/len(c.spaces); i++ {
		if l := &c.lamps[i]; l.due != far {
			l.due = max(l.due, c.patient(w, l))
		}
	}
}
