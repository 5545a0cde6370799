package host

import (
	"maps"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
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
	return h.observe()
}

// observe is Observe under the lock.
func (h *Host) observe() Observation {
	o := observe(h.node, h.out)
	o.Sent, o.Got, o.Dropped = h.sent, h.got, maps.Clone(h.drop)
	return o
}

// observe is what there is to see of a node but for its datagrams.
func observe(n *node.Node, out elevator.Outputs) Observation {
	o := Observation{View: n.Worldview().View(), Joined: n.Joined(), Serves: n.Serves(), Lamps: out.Lamps}
	for i := range n.Live().All() {
		o.Live = append(o.Live, n.Worldview().Node(i).ID)
	}
	return o
}

// Insight is what there is to see inside a node, call by call.
type Insight struct {
	Observation
	Me      elevator.ID
	Heard   []elevator.ID    // nodes that were heard in the last half second
	Outputs elevator.Outputs // what the elevator server is to show
	// Escalated are the hall calls that have waited for too long.
	Escalated elevator.Calls
	Calls     []node.KnownCall
}

// Inspect returns what is inside the node now: the calls that are open, and
// those for which also, if it isn't nil, says so. It must not call the host.
func (h *Host) Inspect(also func(owner elevator.ID, floor int, b elevator.Button) bool) Insight {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Insight{Observation: h.observe()}.of(h.node, h.out, also)
}

// InsightOf is the same of a node that is run by somebody else, with the outputs
// of its last step. Nothing is known of its datagrams.
func InsightOf(n *node.Node, out elevator.Outputs, also func(owner elevator.ID, floor int, b elevator.Button) bool) Insight {
	return Insight{Observation: observe(n, out)}.of(n, out, also)
}

func (x Insight) of(n *node.Node, out elevator.Outputs, also func(owner elevator.ID, floor int, b elevator.Button) bool) Insight {
	x.Me, x.Outputs, x.Escalated, x.Calls = n.Worldview().Node(n.Me()).ID, out, n.Escalated(), n.Known(also)
	for i := range n.Heard().All() {
		x.Heard = append(x.Heard, n.Worldview().Node(i).ID)
	}
	return x
}
