package node

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/peers"
	"elevnet/worldview"
)

// strangers remembers what was said of nodes that don't fit, so that it is said
// once until they change.
type strangers struct {
	floors  map[elevator.ID]int
	timings map[elevator.ID]uint16
	full    bool
}

// receive takes in a datagram.
func (n *Node) receive(m *worldview.Message) {
	if m.Boot == n.cfg.Boot || !n.admit(m) {
		return
	}
	r := n.led.Receive(m, n.send.seq, n.now)
	n.grow()
	if r.Err != nil && !n.strange.full {
		n.strange.full = true
		n.notice(Notice{Kind: TooManyNodes, Peer: m.ID, Err: r.Err, Count: elevator.MaxNodes})
	}
	if r.Returned > 0 {
		n.notice(Notice{Kind: CallsReturned, Count: r.Returned})
	}
	if r.Status {
		n.settled = false
		if own := n.view.Node(n.me).Status; n.joined && own.Version != n.version {
			// An earlier life of mine is ahead of me: what I say would be ignored.
			n.led.LiveAbove(max(n.led.Life(), own.Life))
			n.publish()
		}
	}
	if r.Sender == n.me {
		n.duplicate(m, r.Verdict)
	}
}

// admit is rule 14, as far as it is about the sender's configuration.
func (n *Node) admit(m *worldview.Message) bool {
	if m.Building != n.building {
		return false
	}
	if m.Floors != n.cfg.Elevator.Floors {
		if n.strange.floors[m.ID] != m.Floors && len(n.strange.floors) < elevator.MaxNodes {
			note(&n.strange.floors, m.ID, m.Floors)
			n.notice(Notice{Kind: OtherFloors, Peer: m.ID, Count: m.Floors})
		}
		return false
	}
	if m.Timings != n.timings {
		if n.strange.timings[m.ID] != m.Timings && len(n.strange.timings) < elevator.MaxNodes {
			note(&n.strange.timings, m.ID, m.Timings)
			n.notice(Notice{Kind: OtherTimings, Peer: m.ID})
		}
	}
	return true
}

func note[V any](m *map[elevator.ID]V, id elevator.ID, v V) {
	if *m == nil {
		*m = make(map[elevator.ID]V)
	}
	(*m)[id] = v
}

// duplicate is rule 10: a datagram under my id from another process, which has
// echoed my nonce and so is running now.
func (n *Node) duplicate(m *worldview.Message, v peers.Verdict) {
	echo := m.Section(n.cfg.ID)
	if !v.Fresh || echo == nil || !echo.HasEcho || echo.Echo.Boot != n.cfg.Boot {
		return
	}
	if n.later(m) {
		n.notice(Notice{Kind: DuplicateEnds, Peer: m.ID})
		n.exit = fmt.Errorf("another node with id %q is running", n.cfg.ID)
		n.send.next = n.now // a last word, so that the other one knows as well
		return
	}
	if !n.duplicat {
		n.duplicat = true
		n.notice(Notice{Kind: DuplicateStays, Peer: m.ID})
	}
}

// later reports whether this process is the one that was started later than the
// sender. Both come to the same answer: they compare for how long each has been
// running, which no clock that is wrong can spoil and no life that was drawn
// since. What waited in between makes the sender look younger, never this node.
func (n *Node) later(m *worldview.Message) bool {
	if m.Joining == n.joined { // one of the two has only just begun to listen
		return !n.joined
	}
	older := n.now - time.Duration(m.Seq)*time.Microsecond
	if older > -Listen && older < Listen {
		return n.cfg.Boot > m.Boot
	}
	return older < 0
}

// updateLive notes who came and who went.
func (n *Node) updateLive() {
	live := n.tab.AllLive(n.now)
	live.Put(n.me, false)
	if live == n.live {
		return
	}
	for i := range (live &^ n.live).All() {
		n.notice(Notice{Kind: PeerFound, Peer: n.view.Node(i).ID})
	}
	for i := range (n.live &^ live).All() {
		n.notice(Notice{Kind: PeerLost, Peer: n.view.Node(i).ID})
	}
	if live == 0 && n.joined {
		n.notice(Notice{Kind: Alone})
	}
	n.live = live
	n.settled = false
	n.publish()
}
