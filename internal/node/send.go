package node

import (
	"time"

	"elevnet/worldview"
)

// How often a node sends when nothing changes.
const (
	// DefaultInterval is the time between two datagrams: half a second must hold
	// enough of them that one gets through each way at 80 % loss.
	DefaultInterval = 20 * time.Millisecond
	// MaxInterval is the longest: half a second must hold some.
	MaxInterval = 100 * time.Millisecond

	intervalNode = 5 * time.Millisecond // a node, when there are many
	// intervalIdle is the least interval of a node that has been calm for
	// calmAfter: nothing open, nothing changed, nothing lost. A computer pays
	// for every datagram by being woken.
	intervalIdle = 50 * time.Millisecond
	calmAfter    = time.Second
	// urgent is the interval while a lamp waits for its peers.
	urgent = 5 * time.Millisecond
	// lossy is the loss, in per cent, above which the interval is halved.
	lossy = 25
	// gap is the least time between two datagrams.
	gap = time.Millisecond
)

// sender decides when to send.
type sender struct {
	composer worldview.Composer
	seq      uint64 // of the newest datagram
	count    uint16
	last     time.Duration
	next     time.Duration
}

// at asks for a datagram at the given time at the latest.
func (s *sender) at(t time.Duration) {
	if s.count > 0 || s.seq > 0 {
		t = max(t, s.last+gap)
	}
	s.next = min(s.next, t)
}

// compose returns the datagram to send now, nil if it isn't time.
func (n *Node) compose() *worldview.Message {
	s := &n.send
	if n.now < s.next {
		return nil
	}
	in, reported := n.tab.Loss(n.now)
	s.seq = max(s.seq+1, uint64(n.now/time.Microsecond))
	s.count++
	s.last = n.now
	s.next = n.now + n.pause(max(in, reported))
	if n.exit != nil {
		s.next = never
	}
	digest := n.view.Digest()
	return s.composer.Compose(n.view, worldview.Header{
		Joining:  !n.joined,
		Building: n.building,
		KeyID:    n.cfg.KeyID,
		Floors:   n.cfg.Elevator.Floors,
		Timings:  n.timings,
		Boot:     n.cfg.Boot,
		Seq:      s.seq,
		Count:    s.count,
		Loss:     in,
		Digest:   digest,
		ID:       n.cfg.ID,
	}, n.me, local{n}, n.tab.Settled(digest, n.now))
}

// pause returns the time until the next datagram if nothing changes.
func (n *Node) pause(loss uint8) time.Duration {
	nodes := time.Duration(1 + n.live.Len())
	p := min(max(n.cfg.Interval, nodes*intervalNode), MaxInterval)
	switch {
	case loss >= lossy:
		p /= 2
	case loss == 0 && n.open == 0 && n.now-n.stirred > calmAfter:
		p = max(p, intervalIdle)
	}
	if n.firstLate != never {
		p = min(p, max(urgent, nodes*urgent/4))
	}
	return p
}

// local is what this node adds to the worldview in a datagram.
type local struct{ n *Node }

// Echo implements worldview.Local.
func (l local) Echo(i int) (worldview.Echo, bool) {
	boot, seq, ok := l.n.tab.Echo(i, l.n.now)
	return worldview.Echo{Boot: boot, Seq: seq}, ok
}

// Held implements worldview.Local.
func (l local) Held(i, number int) bool { return l.n.led.Held(i, number) }
