package promise

import (
	"math/bits"
	"time"
)

// quiet is since when nothing has happened that an elevator could wait for, or
// that its node would first have to find out.
type quiet struct {
	lit   int           // calls with a lit lamp on any panel
	litAt time.Duration // when their number last changed
	// at is when a button was last pressed, or a fault began or ended.
	at time.Duration
}

// disturb notes what begins the quiet anew.
func (q *quiet) disturb(e Event) {
	switch e.Kind {
	case ButtonLamp, DoorLamp, MotorCommanded, SensorChanged, Indicator, StopLamp:
	default:
		q.at = e.At
	}
}

// count notes that a call was lit before a change of a lamp, and is after it.
func (q *quiet) count(before, after bool, now time.Duration) {
	switch {
	case before == after:
		return
	case after:
		q.lit++
	default:
		q.lit--
	}
	q.litAt = now
}

// sweepSole judges the wait of the only call that is lit in the whole building,
// on the panel of an elevator that can run, while nothing else happens: it need
// not wait for its turn, nor be taken by all because it waits for long (R8). An
// elevator that can't run, or a node that can't be reached, may be counted on no
// longer than it takes to find out.
func (c *Checker) sweepSole(w int, k *call, l *lamp) {
	s := &c.spaces[w]
	if c.quiet.lit != 1 || k.owner >= 0 || s.ableSince == far || l.late || c.loss > 0 || c.set.diskBad != 0 || c.set.astray != 0 {
		return
	}
	due := max(c.quiet.at, c.quiet.litAt, s.ableSince, s.calmAt, s.panelAt) + c.bounds.Sole
	due += time.Duration(bits.OnesCount64(s.reach&^c.ableOf(s.group))) * c.cfg.Elevator.MotorTimeout
	if !c.passed(due) {
		return
	}
	l.late = true
	c.broken(c.circumstance(w, due), w, due, "the lamp of %v at floor %d is the only one that is lit, since %v, this elevator can run since %v, and nobody came for it", k.button, k.floor, l.changed, s.ableSince)
}

// ableOf returns those of some workspaces whose elevator can run.
func (c *Checker) ableOf(set uint64) uint64 {
	able := uint64(0)
	for m := set; m != 0; m &= m - 1 {
		if w := bits.TrailingZeros64(m); c.spaces[w].ableSince != far {
			able |= 1 << w
		}
	}
	return able
}
