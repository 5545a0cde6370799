package promise

import (
	"math/bits"
	"time"

	"elevnet/internal/elevator"
)

// openUntil returns the last time at which a door was open that could serve a
// call: now, if one is.
func (c *Checker) openUntil(k *call) time.Duration {
	at := &c.floors[k.floor]
	if k.owner < 0 {
		if at.doors != 0 {
			return c.now
		}
		return at.until
	}
	return c.openUntilAt(k.owner, k.floor)
}

// openUntilAt returns the last time at which one elevator's door was open at a
// floor.
func (c *Checker) openUntilAt(w, floor int) time.Duration {
	if c.floors[floor].doors>>w&1 != 0 {
		return c.now
	}
	return c.until[w*len(c.floors)+floor]
}

// agree returns how long news may take in a settled network.
func (c *Checker) agree() time.Duration {
	if c.loss > 0 {
		return c.bounds.AgreeLoss
	}
	return c.bounds.Agree
}

func (c *Checker) lampOn(w int, k *call, l *lamp) {
	bit := uint64(1) << w
	l.on, l.late = true, false
	if c.set.control&bit == 0 {
		l.changed, k.changed = c.now, c.now
		k.lit |= bit
		return
	}
	if c.blinks(l) {
		l.suspect = far
	} else {
		c.checkGhost(w, k)
	}
	l.crossed, l.changed, k.changed = c.now-l.changed <= c.bounds.Jitter, c.now, c.now
	k.lit |= bit
	c.hold(w, k)
	c.answered(w, k, l)
	if c.spaces[w].ableSince != far {
		c.wake(c.now + c.bounds.Serve)
	}
}

// blinks reports whether a lamp that went off without a door, and comes on again
// just now, may do so. A node that lost its disk, and whose clock was ahead in an
// earlier life, presses with stamps below those of that life. When its peers hear
// of these, from somebody who was away, the lamp on their panels is off until they
// have heard it press again: the time of a datagram.
func (c *Checker) blinks(l *lamp) bool {
	return c.set.astray != 0 && l.suspect != far && !c.passed(l.suspect)
}

// lampOff judges S1: the lamp goes off for a door.
func (c *Checker) lampOff(w int, k *call, l *lamp) {
	bit := uint64(1) << w
	since := l.changed
	l.on, l.late = false, false
	l.changed, k.changed = c.now, c.now
	k.lit &^= bit
	switch until := c.openUntil(k); {
	case c.set.control&bit == 0:
		if k.servedBy(until) {
			k.owed &^= bit
		}
	case c.explained(w, k, until):
		c.seen(w, k, l, since)
		c.announce(w, k, since)
		c.discharge(w, k, l, until)
	case c.now < c.spaces[w].panelAt:
		// Its node hasn't learnt yet what it knew before: see sweepDark.
		c.wake(c.spaces[w].panelAt + c.agree())
	case c.set.astray&^c.set.control != 0, c.forgetful(k):
		// Only the node that pressed can say that the press was a later one, and
		// not if it has been started again.
		k.owed &^= bit
		k.mem &^= bit
		k.disk &^= bit
	default:
		l.suspect = c.now + c.bounds.Jitter
		if c.set.astray != 0 {
			l.suspect = c.now + c.agree() // see blinks
		}
		c.wake(l.suspect)
	}
}

// forgetful reports whether a call may have been pressed by a node that had
// forgotten a life that is ahead, and that has been started again since then.
func (c *Checker) forgetful(k *call) bool {
	for m := c.set.astray; m != 0; m &= m - 1 {
		if c.spaces[bits.TrailingZeros64(m)].startedAt > k.lastPress {
			return true
		}
	}
	return false
}

// seen judges a part of S3: whoever presses must have the time to see the lamp.
// A press in the moment of a service may cross the news of it.
func (c *Checker) seen(w int, k *call, l *lamp, since time.Duration) {
	if l.crossed {
		return
	}
	if w := &c.spaces[w]; c.loss > 0 || w.reach&^w.group != 0 || since < max(w.calmAt, w.panelAt+c.agree()) || c.set.diskBad != 0 || c.set.astray != 0 {
		return // another elevator may have served it before it had heard of the lamp
	}
	if lit := c.now - since; lit < c.bounds.Seen {
		c.broken("S3", w, c.now, "the lamp of %v at floor %d was lit for only %v", k.button, k.floor, lit)
	}
}

// explained reports whether a door that was last open at the given time can be
// why a lamp goes off now: it was open after the oldest press that may be meant,
// and what it did can't have been known for long. While the network is not calm
// it can, or where somebody is heard in one direction alone or hardly, or news of
// one that is gone are still under way: who was cut off learns late.
func (c *Checker) explained(w int, k *call, until time.Duration) bool {
	if k.oldest == far {
		return true // all that are connected have long known that it was served
	}
	s := &c.spaces[w]
	return k.servedBy(until) && (c.now <= max(until, s.calmAt)+c.agree() || s.reach&^s.group != 0 || c.lateNews())
}

// servedBy reports whether all presses that may be meant came before a time.
func (k *call) servedBy(until time.Duration) bool { return k.oldest == far || until >= k.oldest }

// discharge notes that a call was served, as the panel of w shows it.
func (c *Checker) discharge(w int, k *call, l *lamp, until time.Duration) {
	k.owed &= k.lit
	k.mem &= k.lit
	k.disk &= k.lit
	k.served = c.now
	k.asked = far
	if k.first != far {
		c.sum.served++
		c.sum.wait.Add(c.now - k.first)
		k.first = far
	}
	c.again(w, k, l, until)
}

// sweepSuspect ends the wait for a door that was told of late.
func (c *Checker) sweepSuspect(w int, k *call, l *lamp) {
	if !c.passed(l.suspect) {
		return
	}
	at := min(l.changed, l.suspect-c.bounds.Jitter)
	l.suspect = far
	if !l.on {
		k.owed &^= 1 << w
	}
	open := c.openUntil(k)
	name := "S1"
	if k.owner >= 0 && c.floors[k.floor].doors&^(1<<w) != 0 {
		name = "S5"
	}
	switch {
	case open == never:
		c.broken(name, w, at, "the lamp of %v at floor %d went off, and its door was never open there", k.button, k.floor)
	default:
		c.broken(name, w, at, "the lamp of %v at floor %d went off, and no door was open there for it: the last one until %v, the press at %v or later", k.button, k.floor, open, k.oldest)
	}
}

// doorOpens clears the suspicion of lamps that went off just before.
func (c *Checker) doorOpens(w, floor int) {
	for b := range elevator.Button(elevator.Buttons) {
		k := &c.calls[c.callIndex(w, floor, b)]
		for i := range c.spaces {
			if k.owner >= 0 && i != w {
				continue
			}
			if l := c.lampAt(i, floor, b); l.suspect != far && !c.passed(l.suspect) {
				l.suspect = far
				c.discharge(i, k, l, c.now)
			}
		}
	}
}

// sweepDark judges a lamp that is owed and dark.
func (c *Checker) sweepDark(w int, k *call, l *lamp) {
	bit := uint64(1) << w
	if k.mem&c.set.control&bit == 0 || l.suspect != far {
		return
	}
	patience := c.agree()
	if c.set.diskBad != 0 {
		patience += c.bounds.LampDisk
	}
	due := max(l.changed, c.spaces[w].panelAt, k.memAt) + patience
	if !c.passed(due) {
		return
	}
	k.owed &^= bit
	if c.forgetful(k) {
		// It has forgotten, once more, what it pressed below a life that it had
		// forgotten before: nobody can say which came later.
		k.mem &^= bit
		k.disk &^= bit
		return
	}
	name := "S1"
	switch {
	case k.owner >= 0:
		name = "R7"
	case c.spaces[w].group == bit:
		name = "F4"
	}
	c.broken(name, w, due, "the call %v at floor %d was lit and hasn't been served, and its lamp is dark though the node knows it", k.button, k.floor)
}

// sweepService judges the wait of a lamp on the panel of an elevator that can
// run: by F8 it comes if it is alone, by R8 it comes in the end if nobody else
// does.
func (c *Checker) sweepService(w int, k *call, l *lamp) {
	able := c.spaces[w].ableSince
	if able == far || l.late {
		return
	}
	due := max(l.changed, able, k.served) + c.bounds.Serve
	if !c.passed(due) {
		return
	}
	l.late = true
	c.broken(c.circumstance(w, due), w, due, "the lamp of %v at floor %d is lit since %v, this elevator can run since %v, and nobody came for %v", k.button, k.floor, l.changed, able, c.bounds.Serve)
}

// circumstance returns the requirement under which a call was due.
func (c *Checker) circumstance(w int, due time.Duration) string {
	s := &c.spaces[w]
	if s.ableSince+c.bounds.Serve == due && s.reason != "" {
		return s.reason
	}
	if s.group == 1<<w && len(c.spaces) > 1 {
		return "F8"
	}
	for m := s.group; m != 0; m &= m - 1 {
		if i := bits.TrailingZeros64(m); c.spaces[i].ableSince == far && c.spaces[i].reason != "" {
			return c.spaces[i].reason
		}
	}
	return "S1"
}
