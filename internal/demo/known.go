package demo

import (
	"slices"
	"strings"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// known returns what a node is known to know of the calls that are open, and of
// those for which also says so, from what it has broadcast and what it was sent.
func (w *wire) known(index int, also func(elevator.ID, int, elevator.Button) bool) []node.KnownCall {
	w.mu.Lock()
	defer w.mu.Unlock()
	view := w.ends[index].view
	var list []node.KnownCall
	add := func(owner elevator.ID, number int, origins []int) {
		f, b := worldview.FloorButton(number)
		open := slices.ContainsFunc(origins, func(i int) bool { return view.Call(i, number).Active() })
		if open || also != nil && also(owner, f, b) {
			list = append(list, w.knownCall(index, owner, number, origins))
		}
	}
	order := view.Sorted()
	for number := range w.floors * elevator.Buttons {
		if _, b := worldview.FloorButton(number); b != elevator.Cab {
			add("", number, order)
		}
	}
	for _, i := range order {
		for f := range w.floors {
			add(view.Node(i).ID, worldview.Number(f, elevator.Cab), []int{i})
		}
	}
	return list
}

func (w *wire) knownCall(index int, owner elevator.ID, number int, origins []int) node.KnownCall {
	view := w.ends[index].view
	f, b := worldview.FloorButton(number)
	k := node.KnownCall{Floor: f, Button: b, Owner: owner}
	var holders uint64
	for _, i := range origins {
		c := view.Call(i, number)
		if c.P == 0 {
			continue
		}
		id := view.Node(i).ID
		k.Slots = append(k.Slots, node.KnownSlot{ID: id, Call: c})
		if !c.Active() {
			continue
		}
		held := uint64(0)
		for _, p := range w.holders(index, slotKey{id, number}, c.P) {
			held |= 1 << p
		}
		if holders == 0 {
			holders = held
		}
		holders &= held
	}
	if b != elevator.Cab {
		for car, calls := range w.ends[index].calls {
			if calls.Has(f, b) {
				k.Assigned = w.ends[index].cars[car]
			}
		}
	}
	for id, i := range w.index {
		if holders&(1<<i) != 0 {
			k.Holders = append(k.Holders, id)
		}
	}
	slices.SortFunc(k.Holders, func(a, b elevator.ID) int { return strings.Compare(string(a), string(b)) })
	return k
}
