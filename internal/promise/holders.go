package promise

import (
	"math/bits"
	"time"

	"elevnet/internal/elevator"
)

// calm reports whether all that happened to a workspace's group has settled.
func (c *Checker) calm(w int) bool { return c.now >= c.spaces[w].calmAt }

// hold notes who holds a call for certain that has just been lit by w: w, and
// in a calm network without faults all that are connected to it, on their disks
// as well, since the lamp waits for them.
func (c *Checker) hold(w int, k *call) {
	bit, group := uint64(1)<<w, c.spaces[w].group
	k.owed |= bit
	holders := bit
	if c.loss == 0 && c.calm(w) && group&c.set.diskBad == 0 {
		holders |= group
		if !c.cfg.NoDisk {
			k.disk |= group &^ c.set.wiped
		}
		if k.owner < 0 {
			k.owed |= group & c.set.control
		}
	}
	if k.mem|holders != k.mem {
		k.mem |= holders
		k.memAt = c.now
	}
	c.wake(c.now + c.agree())
}

// spread notes what nodes have learnt from those that they have been connected
// with for long enough, and what has reached their disks.
func (c *Checker) spread() {
	for m := c.set.leaders; m != 0; m &= m - 1 {
		if at := c.spaces[bits.TrailingZeros64(m)].calmAt + c.agree(); at >= c.now {
			c.wake(at)
		}
	}
	for i := range c.calls {
		k := &c.calls[i]
		if k.mem == 0 {
			continue
		}
		c.store(k)
		if c.now <= k.memAt+c.agree() {
			c.wake(k.memAt + c.agree())
			continue
		}
		before := k.mem
		for m := c.set.leaders; m != 0; m &= m - 1 {
			s := &c.spaces[bits.TrailingZeros64(m)]
			if before&s.group != 0 && c.now > s.calmAt+c.agree() {
				k.mem |= s.group
			}
		}
		if k.mem != before {
			k.memAt = c.now
			c.wake(c.now + c.agree())
		}
	}
}

// store notes on whose disks a call is.
func (c *Checker) store(k *call) {
	if c.cfg.NoDisk {
		return
	}
	for m := k.mem &^ (k.disk | c.set.wiped | c.set.diskBad | c.set.frozen); m != 0; m &= m - 1 {
		w := bits.TrailingZeros64(m)
		if at := max(k.memAt, c.spaces[w].diskAt) + c.bounds.Durable; c.now > at {
			k.disk |= 1 << w
		}
	}
}

// forget notes that a node has lost its memory.
func (c *Checker) forget(w int) {
	bit := uint64(1) << w
	for i := range c.calls {
		k := &c.calls[i]
		k.mem &^= bit
		k.sure(bit, 0) // but see restore
		c.void(k)
	}
}

// loseDisk notes that what a disk held is gone.
func (c *Checker) loseDisk(w int) {
	bit := uint64(1) << w
	if c.set.alive&bit != 0 {
		c.set.wiped |= bit
	}
	for i := range c.calls {
		k := &c.calls[i]
		k.disk &^= bit
		k.sure(0, bit)
		c.void(k)
	}
}

// void cancels a debt of which nobody is certain to know any more.
func (c *Checker) void(k *call) {
	if k.mem|k.disk == 0 {
		k.owed = 0
	}
}

// restore notes that a node was started with what its disk holds.
func (c *Checker) restore(w int) {
	bit := uint64(1) << w
	c.set.wiped &^= bit
	for i := range c.calls {
		k := &c.calls[i]
		if k.disk&bit != 0 {
			k.mem |= bit
			k.memAt = c.now
		}
		if k.staleDisk&bit != 0 {
			k.stale |= bit
		}
	}
}

// settled reports whether a group has been calm for so long that whatever one of
// it holds is lit.
func (c *Checker) settled(w int) bool { return c.now > c.spaces[w].calmAt+c.agree() }

// clean notes which groups can't hold an unserved press: those that are settled
// and show it on none of their panels, unless it may still come from outside, by
// ways that work in one direction or hardly. It must be called before anything
// changes.
func (c *Checker) clean(k *call) {
	if k.stale|k.staleDisk == 0 || k.missed || c.lateNews() || c.now <= k.changed+c.agree() || c.now <= k.lastPress+c.bounds.LampDisk {
		return
	}
	for m := c.set.leaders; m != 0; m &= m - 1 {
		w := bits.TrailingZeros64(m)
		group := c.spaces[w].group
		panels := group & c.set.control
		if k.owner >= 0 {
			panels &= 1 << k.owner
		}
		if k.stale&^group&c.spaces[w].reach != 0 {
			continue
		}
		if panels != 0 && k.lit&panels == 0 && c.settled(w) {
			k.sure(group, c.soundDisks(group))
			// Where the panel can't be seen, it is as dark as the others. Where
			// it can, what it owes is for sweepDark to judge.
			done := group &^ (k.owed & panels)
			k.owed &^= done
			k.mem &^= done
			k.disk &^= done
		}
	}
}

// lateNews reports whether something may still be under way from a node that has
// ended, or was cut off: in a network that isn't well, or wasn't, up to ten seconds
// and a little.
func (c *Checker) lateNews() bool {
	const flight = 11 * time.Second
	return c.goneAt != never && c.now-c.goneAt <= flight && (c.loss > 0 || c.lossyAt != never && c.now-c.lossyAt <= flight)
}

// soundDisks returns those of some nodes whose disks have worked for long.
func (c *Checker) soundDisks(nodes uint64) uint64 {
	sound := nodes &^ c.set.diskBad
	for m := sound; m != 0; m &= m - 1 {
		if w := bits.TrailingZeros64(m); c.now <= c.spaces[w].diskAt+c.bounds.LampDisk {
			sound &^= 1 << w
		}
	}
	return sound
}

// suspectAll notes that a node may hold a press, and all that it reaches.
func (c *Checker) suspectAll(w int, k *call) {
	k.stale |= 1<<w | c.spaces[w].reach
	if !c.cfg.NoDisk {
		k.staleDisk |= k.stale
	}
}

// sure notes that some nodes, and the disks of some, don't hold an unserved
// press.
func (k *call) sure(nodes, disks uint64) {
	k.stale &^= nodes
	k.staleDisk &^= disks
	if k.stale|k.staleDisk == 0 {
		k.oldest = far
	}
}

// checkGhost judges R6 and S5: a lamp goes on for a press.
func (c *Checker) checkGhost(w int, k *call) {
	c.clean(k)
	if k.stale>>w&1 != 0 {
		return
	}
	if k.oldest == far {
		k.oldest = c.now
	}
	c.suspectAll(w, k)
	if k.owner >= 0 {
		for i := range c.spaces {
			if l := c.lampAt(i, k.floor, elevator.Cab); i != w && l.exists && (l.on || l.held != far || c.now-l.pressed <= time.Second) {
				c.broken("S5", w, c.now, "the cab lamp at floor %d went on for a button of workspace %d", k.floor, i)
				return
			}
		}
	}
	c.broken("R6", w, c.now, "the lamp of %v at floor %d went on, and nobody has pressed it since it was served", k.button, k.floor)
}
