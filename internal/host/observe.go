package host

import (
	"maps"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// Observation is what a screen shows of one node. It shares nothing with it.
type Observation struct {
	View   worldview.View
	Joined bool
	Live   []elevator.ID  // linked peers
	Serves elevator.Calls // what this elevator is to serve
	Lamps  elevator.Calls
	Sent   Traffic
	Got    Traffic
	// Dropped counts the datagrams that were not taken, by reason. Own ones don't
	// count; "repeated" are copies, which come where there are several ways.
	Dropped map[string]uint64
}

// Observe returns what the node knows now.
func (h *Host) Observe() Observation {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := Observation{
		View:    h.node.Worldview().View(),
		Joined:  h.node.Joined(),
		Serves:  h.node.Serves(),
		Lamps:   h.out.Lamps,
		Sent:    h.sent,
		Got:     h.got,
		Dropped: maps.Clone(h.drop),
	}
	for i := range h.node.Live().All() {
		o.Live = append(o.Live, h.node.Worldview().Node(i).ID)
	}
	return o
}
