// Package model checks the protocol by trying everything. It explores, breadth
// first, every order in which the production steps of package ledger, and with
// them of peers and worldview, can follow each other in a small building, and
// judges each step by what people see: buttons, lamps and doors.
//
// There is no model of the protocol here. Each step clones a real
// [ledger.Ledger] and lets it do what it does in a node; datagrams are composed,
// encoded and decoded by package worldview; disks hold real snapshots. What is
// modelled is the world around it, and it is as unkind as the bounds allow:
//
//   - A datagram that is sent now arrives now at any, all or none of the others.
//     Up to Saved of them are kept by the network and arrive later, any number
//     of times, at anybody, be it in a later life of either side.
//   - Any live peer is taken for dead whenever a node looks, and is live again
//     when it looks the next time. A peer is taken for silent, and patience for
//     over, at any time, for one call or for all.
//   - A commit begins and ends at any time. Up to Failures of them fail, with the
//     old or the new contents on the disk, or are slow.
//   - A node crashes at any time, up to Crashes of them; a commit under way then
//     leaves the old contents or the new. Up to Losses of these crashes take the
//     disk along. It starts again at any time, and joins at any time after its
//     first commit, whether it has heard anybody or not. Up to Back of the
//     restarts find a clock that stands below all that it has shown before.
//   - A door opens for a call that is lit there. That it has opened is recorded
//     later, or never, if the node crashes before.
//
// What is left out, since it only takes away knowledge or repeats it: times (the
// caller of a ledger decides by them, and here everything is decided in every
// way), the ages of calls, the status of elevators (a node that knows its own
// status knows more of its earlier lives), datagrams without echoes.
//
// # The search
//
// A state is a handful of numbers: ledgers, snapshots and datagrams are interned
// by their canonical bytes, and a step of a ledger is taken once and remembered.
// Sequence numbers of one life are replaced by what matters of their order, and
// states that are the same but for the names of nodes count as one. Visited states are
// kept as 64-bit fingerprints with that of the state before, from which the
// story of a violation is told anew. Two states have one fingerprint with a
// probability of 2^-64; for n states it happens anywhere with less than
// n²/2^65: 3·10^-8 for a million, 3·10^-4 for a hundred million.
//
// The package is pure. It is given a way to run workers side by side; they share
// nothing but what the last round has finished.
package model

import (
	"fmt"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// Options bound what is explored.
type Options struct {
	Name  string // of this set of bounds
	Nodes int    // 2 or 3
	// Hall and Cab are how often the hall button (on any panel) and the cab
	// button (of node A) are pressed.
	Hall, Cab int
	Crashes   int // in all
	Losses    int // how many of the crashes lose the disk
	Back      int // how many of the restarts find the clock set back
	Saved     int // how many datagrams the network keeps for later
	Failures  int // how many commits fail or are slow
	Diskless  int // how many nodes, the last ones, have no disk at all

	// Acquainted is that in the beginning everybody has heard everybody.
	Acquainted bool

	// Fair is that progress is checked from one of so many states; 0 is never.
	Fair uint64

	// MaxStates and MaxBytes end the search early; 0 is no limit. MaxBytes is
	// for what the search itself keeps; the process needs about half as much
	// again.
	MaxStates, MaxBytes uint64

	// Workers is how many there are; Run lets all of them do one task and
	// returns when the last has ended. Run may be nil: one after the other.
	Workers int
	Run     func(workers int, task func(worker int))
	// Progress is told now and then how far the search is; the search ends if
	// it returns false. It may be nil.
	Progress func(Result) bool

	rules  *rules // what tests break
	orders [][]int
}

// Result is what a search has found.
type Result struct {
	States      uint64 // different ones
	Transitions uint64 // steps taken, those that change nothing not counted
	Depth       int    // steps from the beginning to the deepest state
	Frontier    uint64 // states that are still to be looked at
	Ledgers     int    // different ones
	FairRuns    uint64
	Bytes       uint64 // kept by the search
	// Exhaustive: there is nothing left to be explored within the bounds.
	Exhaustive bool
	Stopped    string // why not
	// Violation is nil if all is well.
	Violation *Violation
}

// Violation is a broken property, and the shortest way to break it.
type Violation struct {
	Property Property
	Trace    []Step
}

const (
	maxNodes   = 3
	maxSaved   = 3
	maxStamps  = 6
	maxCrashes = 6
)

// The calls that are pressed: one at a hall, one in a car.
const (
	hall  = 0
	cab   = 1
	kinds = 2
)

// floors is the smallest building; the calls are those of its lower floor.
const floors = elevator.MinFloors

var (
	ids     = [maxNodes]elevator.ID{"A", "B", "C"}
	numbers = [kinds]int{worldview.Number(0, elevator.HallUp), worldview.Number(0, elevator.Cab)}
)

// with fills in what is left open.
func (o Options) with() Options {
	o.Nodes = min(max(o.Nodes, 2), maxNodes)
	o.Saved = min(o.Saved, maxSaved)
	o.Crashes = min(o.Crashes, maxCrashes)
	o.Workers = max(o.Workers, 1)
	if o.Run == nil {
		o.Run = func(workers int, task func(int)) {
			for i := range workers {
				task(i)
			}
		}
	}
	if o.rules == nil {
		o.rules = production()
	}
	o.orders = orders(&o)
	return o
}

// Bounds says in short what bounds the search.
func (o Options) Bounds() string {
	text := fmt.Sprintf("%d nodes", o.with().Nodes)
	for _, b := range [...]struct {
		n    int
		name string
	}{
		{o.Hall, "hall presses"}, {o.Cab, "cab presses"}, {o.Crashes, "crashes"}, {o.Losses, "disks lost"},
		{o.Back, "clocks back"}, {o.Saved, "late datagrams"}, {o.Failures, "disk failures"}, {o.Diskless, "without disk"},
	} {
		if b.n > 0 {
			text += fmt.Sprintf(", %d %s", b.n, b.name)
		}
	}
	if o.Acquainted {
		text += ", acquainted"
	}
	return text
}
