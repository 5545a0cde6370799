package node

import (
	"elevnet/internal/elevator"
)

// NoticeKind says what a notice is about.
type NoticeKind uint8

// The notices.
const (
	// Joined: listening has ended; Count other nodes are heard.
	Joined NoticeKind = iota
	// Restored: Count open calls came back from the disk.
	Restored
	// SavedUnreadable: something on the disk is whole but makes no sense; Err.
	SavedUnreadable
	// PeerFound and PeerLost: Peer is linked, or no longer.
	PeerFound
	PeerLost
	// Alone: the last peer was lost.
	Alone
	// CallsReturned: Count open cab calls of this node came back from peers.
	CallsReturned
	// DuplicateStays: Peer has this node's id; it was started later and ends.
	DuplicateStays
	// DuplicateEnds: Peer has this node's id, and this node was started later.
	DuplicateEnds
	// OtherFloors: Peer has Count floors; its datagrams are dropped.
	OtherFloors
	// OtherTimings: Peer has other door or travel times.
	OtherTimings
	// TooManyNodes: Peer can't be taken in.
	TooManyNodes
	// DiskFailed and DiskWorks: what the disk does has changed; Err.
	DiskFailed
	DiskWorks
	// ServerLost and ServerFound: the elevator server.
	ServerLost
	ServerFound
	// Unavailable and Available: this elevator can't take hall calls, or can
	// again; Reasons.
	Unavailable
	Available
	// Escalated: Count hall calls have waited too long; every elevator goes.
	Escalated
)

// Notice is something that a person should know.
type Notice struct {
	Kind    NoticeKind
	Peer    elevator.ID
	Count   int
	Reasons elevator.Reasons
	Err     error
}

func (n *Node) notice(x Notice) { n.notices = append(n.notices, x) }
