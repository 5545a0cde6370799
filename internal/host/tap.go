package host

import (
	"net/netip"
	"time"

	"elevnet/internal/node"
)

// Tap is told all that a node lives through and decides, in order. Since a node
// is a deterministic machine, what a tap is told is enough to run it again.
//
// Its methods are called under the host's lock, one at a time, and before what
// was decided is carried out: so a datagram is known to its sender's tap before
// any other node can receive it. They must return at once, never wait, and not
// call the host. What they are given must not be altered, and only what is said
// to stay may be kept after they have returned.
type Tap interface {
	// Started is the first call.
	Started(TapStart)
	// Stepped is called after each step of the node.
	Stepped(*TapStep)
	// Dropped is called for each datagram that was received and not handed to
	// the node.
	Dropped(TapDrop)
	// Ended is the last call. It doesn't come if the process is killed.
	Ended(TapEnd)
}

// TapStart says what a node was started with. It may be kept.
type TapStart struct {
	// Node is the whole configuration, Boot, Second and KeyID included.
	Node node.Config
	// Saved is what the disk held.
	Saved [][]byte
	// Began is the time from which all others are counted.
	Began time.Time
	// Server is the address of the elevator server.
	Server string
}

// TapStep is one step of a node: an event, and what came out.
type TapStep struct {
	// At is the time that the step was given, since the start.
	At time.Duration
	// Event is what happened. Its Message, if any, is valid during the call
	// alone; the rest may be kept.
	Event node.Event
	// From and Received are the sender and the bytes of the datagram, without
	// its trailer, if that is the event. The bytes are valid during the call
	// alone.
	From     netip.AddrPort
	Received []byte
	// Actions is what the node wants done. Its Message, if any, is valid during
	// the call alone; the rest may be kept.
	Actions node.Actions
	// Sent is the encoding of that message, without a trailer, if there is one.
	// It is valid during the call alone.
	Sent []byte
	// Node is the node after the step, to be read during the call alone.
	Node *node.Node
	// Over is set if the node is ending: nothing is carried out any more.
	Over bool
}

// TapDrop is a datagram that didn't reach the node.
type TapDrop struct {
	At     time.Duration
	From   netip.AddrPort
	Reason string // as in [Observation.Dropped]
	Bytes  int    // its length, trailer included
}

// TapEnd says how a node ended.
type TapEnd struct {
	At time.Duration
	// Snapshot is the state at the end. It isn't stored if the node crashed or
	// has no disk.
	Snapshot []byte
	Crashed  bool
	// Err is what [Host.Run] returns.
	Err error
}

// Taps returns a tap that tells all the given ones, in their order; nil ones are
// left out. It is nil if there is none.
func Taps(list ...Tap) Tap {
	var all taps
	for _, t := range list {
		if t != nil {
			all = append(all, t)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

type taps []Tap

func (all taps) Started(s TapStart) {
	for _, t := range all {
		t.Started(s)
	}
}

func (all taps) Stepped(s *TapStep) {
	for _, t := range all {
		t.Stepped(s)
	}
}

func (all taps) Dropped(d TapDrop) {
	for _, t := range all {
		t.Dropped(d)
	}
}

func (all taps) Ended(e TapEnd) {
	for _, t := range all {
		t.Ended(e)
	}
}
