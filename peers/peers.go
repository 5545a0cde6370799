// Package peers knows who is alive and who hears whom, from what was received
// and when. It is pure: no sockets, no clock.
//
// Having been heard is not enough to be live. A peer whose input is cut is
// heard for ever and acknowledges nothing; were it counted, every lamp of the
// building would stay dark. So a peer is live when it has lately *echoed*
// something that this node sent lately: both directions work, or did half a
// second ago.
//
// Sequence numbers are the sender's monotone clock in microseconds, strictly
// growing. An echoed sequence number is therefore also the time at which it was
// sent, and no table of what was sent when is needed.
//
// Each start of a process draws a nonce, its boot. What was said under another
// boot than the present one, of either side, acknowledges nothing: that is the
// defence against datagrams that were delayed or recorded, and against a peer
// that came back without its memory (protocol rule 8).
package peers

import (
	"time"

	"elevnet/internal/elevator"
)

// DefaultTimeout is for how long an echo proves that a peer is live.
const DefaultTimeout = 500 * time.Millisecond

// Table is what one node knows of its peers' lives, by local number. It is
// volatile.
type Table struct {
	boot    uint64
	timeout time.Duration
	peers   []peer
}

type peer struct {
	boot    uint64 // 0: never heard
	seq     uint64
	heard   time.Duration // when its newest datagram arrived
	sent    uint64        // my newest sequence number then
	echoed  uint64        // the newest of my sequence numbers that it has echoed
	joining bool
	digest  uint64
	loss    uint8 // what it reported
	in      lossMeter
}

// NewTable returns an empty table for a node with the given nonce.
func NewTable(boot uint64, timeout time.Duration) *Table {
	return &Table{boot: boot, timeout: timeout}
}

// Datagram is what the table needs of a received datagram.
type Datagram struct {
	Boot, Seq uint64
	Count     uint16
	Joining   bool
	Digest    uint64
	Loss      uint8
	// EchoBoot and EchoSeq are what the sender last heard from this node; zero
	// if it has heard nothing lately.
	EchoBoot, EchoSeq uint64
}

// Verdict says what a received datagram proves.
type Verdict struct {
	// Fresh: it is newer than all before it from this life of the peer. If not,
	// it is late, repeated or replayed; it can be merged, and proves nothing.
	Fresh bool
	// Acknowledges: what it shows is held by the peer now.
	Acknowledges bool
	// NewLife: the peer has been started again; what its former life held is
	// forgotten.
	NewLife bool
}

// Receive notes a datagram from node i that arrived at the time now. sent is
// the newest sequence number that this node has sent: an echo of a later one is
// a lie.
func (t *Table) Receive(i int, d Datagram, sent uint64, now time.Duration) Verdict {
	for i >= len(t.peers) {
		t.peers = append(t.peers, peer{})
	}
	p := &t.peers[i]
	echo := d.EchoSeq
	if d.EchoBoot != t.boot || echo > sent {
		echo = 0
	}
	var v Verdict
	switch {
	case d.Boot == 0:
		return v
	case p.boot == 0:
		*p = peer{boot: d.Boot}
		v.NewLife = true
	case p.boot != d.Boot:
		// A datagram of an earlier life may still be under way when the later
		// one has begun. The later life is the one that echoes what I sent after
		// I had heard the other: an earlier one had ended by then. A peer that
		// hears nothing of me proves nothing, but may be replaced once it has
		// fallen silent.
		if echo <= p.sent && (echo != 0 || p.echoed != 0 || now-p.heard <= t.timeout) {
			return v
		}
		*p = peer{boot: d.Boot}
		v.NewLife = true
	case d.Seq <= p.seq:
		return v
	}
	p.in.note(d.Count, now)
	p.seq, p.heard, p.sent, p.joining, p.digest, p.loss = d.Seq, now, sent, d.Joining, d.Digest, d.Loss
	p.echoed = max(p.echoed, echo)
	v.Fresh = true
	v.Acknowledges = echo != 0 && !d.Joining
	return v
}

// Live reports whether node i is live at the time now.
func (t *Table) Live(i int, now time.Duration) bool {
	if i >= len(t.peers) {
		return false
	}
	p := &t.peers[i]
	return p.echoed != 0 && !p.joining && now-sentAt(p.echoed) <= t.timeout
}

// AllLive returns the live peers.
func (t *Table) AllLive(now time.Duration) elevator.NodeSet {
	var s elevator.NodeSet
	for i := range t.peers {
		if t.Live(i, now) {
			s.Put(i, true)
		}
	}
	return s
}

// Expires returns when the first of the live peers will cease to be live unless
// it is heard again; 0 if there is none.
func (t *Table) Expires(now time.Duration) time.Duration {
	var first time.Duration
	for i := range t.peers {
		if t.Live(i, now) {
			if at := sentAt(t.peers[i].echoed) + t.timeout + 1; first == 0 || at < first {
				first = at
			}
		}
	}
	return first
}

// Echo returns what to echo to node i: the newest that was heard from it, false
// if that was too long ago.
func (t *Table) Echo(i int, now time.Duration) (boot, seq uint64, ok bool) {
	if !t.Heard(i, now) {
		return 0, 0, false
	}
	return t.peers[i].boot, t.peers[i].seq, true
}

// Heard reports whether node i has been heard lately, be it live or not.
func (t *Table) Heard(i int, now time.Duration) bool {
	return i < len(t.peers) && t.peers[i].boot != 0 && now-t.peers[i].heard <= t.timeout
}

// Boot returns the nonce of node i's present life, 0 if it was never heard.
func (t *Table) Boot(i int) uint64 {
	if i >= len(t.peers) {
		return 0
	}
	return t.peers[i].boot
}

// Settled reports whether every node that is being heard, joining ones
// included, holds the calls that have this digest.
func (t *Table) Settled(digest uint64, now time.Duration) bool {
	for i := range t.peers {
		if t.Heard(i, now) && t.peers[i].digest != digest {
			return false
		}
	}
	return true
}

// Loss returns the worst loss, in per cent, of datagrams from live peers to
// this node, and the worst that live peers report of theirs.
func (t *Table) Loss(now time.Duration) (in, reported uint8) {
	for i := range t.peers {
		if t.Live(i, now) {
			in = max(in, t.peers[i].in.loss)
			reported = max(reported, t.peers[i].loss)
		}
	}
	return in, reported
}

// sentAt returns when this node sent what has the given sequence number.
func sentAt(seq uint64) time.Duration { return time.Duration(seq) * time.Microsecond }
