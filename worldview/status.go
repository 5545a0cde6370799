package worldview

import (
	"cmp"
	"slices"

	"elevnet/internal/elevator"
)

// Disk says whether a node's promises survive its own crash.
type Disk uint8

// The conditions of a disk.
const (
	DiskWorks  Disk = iota
	DiskNone        // started without one
	DiskFailed      // it doesn't store at the moment
)

func (d Disk) String() string { return [...]string{"works", "none", "failed", "unknown"}[d%4] }

// Version orders what one node says of itself.
type Version struct {
	Life Life
	// Seq counts the changes within that life; 0 means that nothing is known.
	Seq uint64
}

// Compare returns -1, 0 or 1.
func (v Version) Compare(u Version) int {
	return cmp.Or(cmp.Compare(v.Life, u.Life), cmp.Compare(v.Seq, u.Seq))
}

// Status is what one node says of itself and its elevator.
type Status struct {
	Version
	elevator.State
	Disk Disk
	// Goal is the hall call that the elevator goes to next. Who assigns calls anew
	// leaves that one where it is, unless there is something to gain.
	Goal elevator.Goal
	// Links holds the nodes that it is linked with, both ways: it hears them
	// and they hear it. Within a Message the numbers are those of its sections,
	// and nodes without one are left out.
	Links elevator.NodeSet
}

// Known reports whether the node has ever said anything.
func (s Status) Known() bool { return s.Seq > 0 }

// join is the least upper bound. The later version wins. Between equal
// versions, which only a duplicate id can make, the contents decide, so that
// all nodes keep the same. The links of one version are gathered, since a
// datagram need not hold all of them.
func (s Status) join(t Status) Status {
	switch c := s.compare(t); {
	case c < 0:
		return t
	case c == 0:
		s.Links |= t.Links
	}
	return s
}

func (s Status) compare(t Status) int {
	return cmp.Or(s.Version.Compare(t.Version), cmp.Compare(s.Floor, t.Floor),
		cmp.Compare(s.pack(), t.pack()), cmp.Compare(s.Unavailable, t.Unavailable), cmp.Compare(s.Goal, t.Goal))
}

func (s Status) pack() byte {
	b := byte(s.Behaviour) | byte(s.Direction+1)<<2 | byte(s.Disk)<<4
	if s.Parking {
		b |= parking
	}
	if s.Goal != 0 {
		b |= hasGoal
	}
	return b
}

// parking is the bit of State.Parking in what pack returns.
const parking = 1 << 7

// ids returns the ids of a set of nodes, sorted.
func (w *Worldview) ids(s elevator.NodeSet) []elevator.ID {
	ids := make([]elevator.ID, 0, s.Len())
	for i := range s.All() {
		ids = append(ids, w.nodes[i].ID)
	}
	slices.Sort(ids)
	return ids
}

// covers reports whether w holds the same status as v of every elevator that v
// knows.
func (w *Worldview) covers(v *Worldview) bool {
	for k := range v.nodes {
		b := v.nodes[k].Status
		if !b.Known() {
			continue
		}
		i, ok := w.Lookup(v.nodes[k].ID)
		if !ok {
			return false
		}
		a := w.nodes[i].Status
		if a.compare(b) != 0 || !slices.Equal(w.ids(a.Links), v.ids(b.Links)) {
			return false
		}
	}
	return true
}
