package promise

import (
	"math/bits"
	"time"
)

// observeFault takes in what happens to nodes, disks, servers and links.
func (c *Checker) observeFault(e Event) {
	w, bit := e.Workspace, uint64(1)<<e.Workspace
	s := &c.spaces[w]
	c.before()
	settle, touched := c.bounds.Settle, bit
	switch e.Kind {
	case NodeRunning:
		if e.On == (c.set.alive&bit != 0) {
			return
		}
		c.set.frozen &^= bit
		if e.On {
			c.set.alive |= bit
			settle = c.bounds.Join
			s.startedAt, s.panelAt = c.now, c.now+settle
			c.restore(w)
		} else {
			c.set.alive &^= bit
			c.goneAt = c.now
			c.forget(w)
			s.reason = "F2"
		}
	case NodeFrozen:
		if e.On == (c.set.frozen&bit != 0) || c.set.alive&bit == 0 {
			return
		}
		put(&c.set.frozen, bit, e.On)
		if e.On {
			s.reason = "F2"
		} else {
			s.panelAt = max(s.panelAt, c.now+settle)
		}
	case ServerReachable:
		if e.On == (c.set.server&bit != 0) {
			return
		}
		put(&c.set.server, bit, e.On)
		if e.On {
			settle = c.bounds.Reconnect
			s.panelAt = max(s.panelAt, c.now+settle)
		} else {
			s.reason = "E5"
		}
	case DiskLost:
		c.loseDisk(w)
		s.diskAt = c.now
		c.set.astray |= c.set.wrong & bit
	case DiskFault:
		put(&c.set.diskBad, bit, e.On)
		c.stray(w)
		s.diskAt = c.now
		settle = c.bounds.LampDisk
	case Link:
		if e.Peer < 0 || e.Peer >= len(c.spaces) || e.Peer == w {
			return
		}
		put(&c.links[w], 1<<e.Peer, e.On)
		if !e.On {
			c.goneAt = c.now
		}
		touched |= 1 << e.Peer
	}
	c.after(touched, settle)
}

// observeClock takes in that a clock is wrong.
func (c *Checker) observeClock(e Event) {
	if e.On {
		c.set.wrong |= 1 << e.Workspace
		c.stray(e.Workspace)
	}
}

// stray notes that the node of a workspace may have lost its way in time.
func (c *Checker) stray(w int) {
	if bit := uint64(1) << w; c.set.wrong&bit != 0 && (c.cfg.NoDisk || (c.set.wiped|c.set.diskBad)&bit != 0) {
		c.set.astray |= bit
	}
}

func put(set *uint64, bits uint64, on bool) {
	if on {
		*set |= bits
	} else {
		*set &^= bits
	}
}

func (c *Checker) observeLoss(percent int) {
	if percent == c.loss {
		return
	}
	c.before()
	if c.loss > 0 {
		c.lossyAt = c.now
	}
	c.loss = percent
	c.after(uint64(1)<<len(c.spaces)-1, c.agree())
}

// before concludes what can be concluded from how things were until now.
func (c *Checker) before() {
	c.spread()
	for i := range c.calls {
		c.clean(&c.calls[i])
	}
}

// after draws the consequences of a change that touched some workspaces and
// takes a while to be known.
func (c *Checker) after(touched uint64, settle time.Duration) {
	was := c.set.control
	c.set.control = c.set.alive &^ c.set.frozen & c.set.server
	for w := range c.spaces {
		if (was^c.set.control)>>w&1 != 0 {
			c.controlChanged(w, c.set.control>>w&1 != 0)
		}
		c.updateAble(w)
	}
	touched = c.regroup(touched)
	for m := touched; m != 0; m &= m - 1 {
		w := bits.TrailingZeros64(m)
		c.spaces[w].calmAt = max(c.spaces[w].calmAt, c.now+settle)
		c.relent(w)
	}
	for i := range c.calls {
		k := &c.calls[i]
		k.asked = far // measured only while nothing happens
		if k.stale == 0 {
			continue
		}
		for w := range c.spaces {
			if k.stale&c.spaces[w].reach != 0 {
				c.suspectAll(w, k)
			}
		}
	}
	c.compareAll(touched)
	c.wake(c.now) // all deadlines may have moved
}

// controlChanged notes that the node of a workspace can drive its elevator from
// now on, or can't.
func (c *Checker) controlChanged(w int, on bool) {
	s := &c.spaces[w]
	s.controlAt = c.now
	s.door.tainted = true
	s.stop.due, s.stop.runs = far, far
	if on {
		c.supposeHeld(w)
		c.doorServes(w)
		return
	}
	c.doorLeaves(w)
	c.drop(w)
}

// regroup finds out anew who is connected with whom. It returns the touched
// workspaces and all that anything could come to from one of them, before or now.
func (c *Checker) regroup(touched uint64) uint64 {
	for w := range c.spaces {
		if c.spaces[w].reach&touched != 0 {
			touched |= c.spaces[w].reach
		}
	}
	running := c.set.alive &^ c.set.frozen
	c.set.leaders = 0
	for w := range c.spaces {
		bit, s := uint64(1)<<w, &c.spaces[w]
		s.group, s.reach, s.leader = c.connected(w, running, true), c.connected(w, c.set.alive, false), w
		if s.group != 0 {
			s.leader = bits.TrailingZeros64(s.group)
		}
		if s.leader == w && running&bit != 0 {
			c.set.leaders |= bit
		}
	}
	for w := range c.spaces {
		if c.spaces[w].reach&touched != 0 {
			touched |= c.spaces[w].reach
		}
	}
	return touched
}

// connected returns all nodes of a set that are connected with w, through
// others, by links that work both ways or by any; nobody if w isn't of the set.
func (c *Checker) connected(w int, of uint64, bothWays bool) uint64 {
	if of>>w&1 == 0 {
		return 0
	}
	group, fresh := uint64(1)<<w, uint64(1)<<w
	most := c.bounds.MaxLoss
	if !bothWays {
		most = 99 // one in a hundred is enough for news
	}
	for fresh != 0 {
		i := bits.TrailingZeros64(fresh)
		fresh &^= 1 << i
		if c.loss > most {
			break
		}
		for j := range c.spaces {
			there, back := c.links[i]>>j&1 != 0, c.links[j]>>i&1 != 0
			if of&^group>>j&1 != 0 && (there && back || !bothWays && (there || back)) {
				group |= 1 << j
				fresh |= 1 << j
			}
		}
	}
	return group
}
