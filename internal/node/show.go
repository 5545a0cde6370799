package node

import (
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// KnownCall is what a node knows of one call, for people who look inside.
type KnownCall struct {
	Floor  int
	Button elevator.Button
	// Owner is the node to which a cab call belongs; "" for a hall call.
	Owner elevator.ID
	// Slots are the presses by origin, sorted by id: one for a cab call.
	Slots []KnownSlot
	// Holders are the nodes that are known to hold every open press of it, in
	// memory at the least, sorted; this node is one of them.
	Holders []elevator.ID
	// Assigned is the node that is to serve a lit hall call; "" for none.
	Assigned elevator.ID
}

// KnownSlot is one slot.
type KnownSlot struct {
	ID elevator.ID
	worldview.Call
}

// Known returns what the node knows of the calls that are open, and of those for
// which also says so; also may be nil. Hall calls come first, by floor, then cab
// calls by owner. It shares nothing with the node.
func (n *Node) Known(also func(owner elevator.ID, floor int, b elevator.Button) bool) []KnownCall {
	var list []KnownCall
	wanted := func(owner elevator.ID, f int, b elevator.Button, open bool) bool {
		return open || also != nil && also(owner, f, b)
	}
	order := n.view.Sorted()
	for f := range n.view.Floors() {
		for _, b := range [...]elevator.Button{elevator.HallUp, elevator.HallDown} {
			number, open := worldview.Number(f, b), false
			for _, i := range order {
				open = open || n.view.Call(i, number).Active()
			}
			if wanted("", f, b, open) {
				list = append(list, n.known("", f, b, order))
			}
		}
	}
	for _, i := range order {
		owner := n.view.Node(i).ID
		for f := range n.view.Floors() {
			if wanted(owner, f, elevator.Cab, n.view.Call(i, worldview.Number(f, elevator.Cab)).Active()) {
				list = append(list, n.known(owner, f, elevator.Cab, []int{i}))
			}
		}
	}
	return list
}

// known returns what the node knows of one call, which has slots of the given
// nodes.
func (n *Node) known(owner elevator.ID, f int, b elevator.Button, origins []int) KnownCall {
	k := KnownCall{Floor: f, Button: b, Owner: owner}
	number := worldview.Number(f, b)
	for _, i := range origins {
		if c := n.view.Call(i, number); c.P != 0 {
			k.Slots = append(k.Slots, KnownSlot{n.view.Node(i).ID, c})
		}
	}
	for _, p := range n.view.Sorted() {
		if n.holds(p, number, origins) {
			k.Holders = append(k.Holders, n.view.Node(p).ID)
		}
	}
	if b != elevator.Cab {
		for id, calls := range n.Assigned() {
			if calls.Has(f, b) && n.lit.Has(f, b) {
				k.Assigned = id
			}
		}
	}
	return k
}

// holds reports whether node p is known to hold every open press of a call. If
// none is open nobody holds it.
func (n *Node) holds(p, number int, origins []int) bool {
	any := false
	for _, i := range origins {
		c := n.view.Call(i, number)
		if !c.Active() {
			continue
		}
		any = true
		if seen, _ := n.led.Acked(p, i, number); p != n.me && seen < c.P {
			return false
		}
	}
	return any
}

// Heard returns the nodes that have been heard lately, be they live or not, by
// local number.
func (n *Node) Heard() elevator.NodeSet {
	var s elevator.NodeSet
	for i := range n.view.Len() {
		s.Put(i, i != n.me && n.tab.Heard(i, n.now))
	}
	return s
}

// Escalated returns the hall calls that have waited for too long, to which this
// elevator goes as well.
func (n *Node) Escalated() elevator.Calls { return n.escalated }
