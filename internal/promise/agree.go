package promise

import (
	"math/bits"
	"time"
)

// compare notes since when the panels of a workspace's group show a hall call
// differently (S2).
func (c *Checker) compare(i, w int) {
	if c.calls[i].owner >= 0 || c.set.control>>w&1 == 0 {
		return
	}
	leader := c.spaces[w].leader
	since := &c.uneven[i*len(c.spaces)+leader]
	switch panels := c.spaces[leader].group & c.set.control; c.calls[i].lit & panels {
	case 0, panels:
		*since = far
	default:
		if *since == far {
			*since = c.now
			c.wake(c.now + c.agree())
		}
	}
}

// compareAll begins anew for the groups that have changed.
func (c *Checker) compareAll(touched uint64) {
	for i := range 2 * len(c.floors) {
		for w := range c.spaces {
			leads := c.set.leaders>>w&1 != 0
			if leads && c.spaces[w].group&touched == 0 {
				continue
			}
			c.uneven[i*len(c.spaces)+w] = far
			if m := c.spaces[w].group & c.set.control; leads && m != 0 {
				c.compare(i, bits.TrailingZeros64(m))
			}
		}
	}
}

// sweepUneven judges S2.
func (c *Checker) sweepUneven(i int) {
	k := &c.calls[i]
	for m := c.set.leaders; m != 0; m &= m - 1 {
		w := bits.TrailingZeros64(m)
		since := &c.uneven[i*len(c.spaces)+w]
		if *since == far {
			continue
		}
		due := c.evenBy(w, *since)
		if !c.passed(due) {
			continue
		}
		*since = far
		panels := c.spaces[w].group & c.set.control
		c.broken("S2", bits.TrailingZeros64(panels&^k.lit), due, "the lamp of %v at floor %d is dark here and lit at workspace %d, and both are connected", k.button, k.floor, bits.TrailingZeros64(panels&k.lit))
	}
}

func (c *Checker) evenBy(w int, since time.Duration) time.Duration {
	due := max(since, c.spaces[w].calmAt) + c.agree()
	if c.spaces[w].group&c.set.diskBad != 0 {
		due += c.bounds.LampDisk
	}
	return due
}
