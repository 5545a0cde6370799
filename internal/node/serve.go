package node

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// serve is rule 5: the open door serves the calls of the direction that it
// announces. It was opened by an earlier step, so that the record comes after
// the deed: a crash in between costs a visit, not a call. It returns whether
// anything was served.
func (n *Node) serve() bool {
	served := false
	for f, b := range n.servable().All() {
		number := worldview.Number(f, b)
		if n.now-n.litSince[number] < MinLit {
			continue // serveAt wakes the node for it
		}
		served = true
		n.led.Serve(number)
	}
	return served
}

// servable returns the lit calls that the door serves which is open now and was
// open at the end of the last step. A car that is held, by the obstruction or
// the stop button, still serves those for which it came, and leaves later ones
// to cars that can move.
func (n *Node) servable() elevator.Calls {
	if !n.in.Connected || n.shown.Empty() {
		return elevator.Calls{}
	}
	held := !n.car.State().Unavailable.Available()
	var s elevator.Calls
	for f, b := range n.shown.All() {
		if !n.lit.Has(f, b) || !n.carOut.Serving.Has(f, b) {
			continue
		}
		if held && b != elevator.Cab && n.litSince[worldview.Number(f, b)] > n.shownAt {
			continue
		}
		s.Put(f, b, true)
	}
	return s
}

// serveAt returns when the next call may be served, 0 if none waits for it.
func (n *Node) serveAt() time.Duration {
	var first time.Duration
	for f, b := range n.servable().All() {
		at := max(n.litSince[worldview.Number(f, b)]+MinLit, n.now)
		if first == 0 || at < first {
			first = at
		}
	}
	return first
}
