package web

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// servedFor is for how long a call that was served stays in a view.
const servedFor = 5 * time.Second

// Viewer makes the views of one node, of what [host.Host.Inspect] tells. It
// remembers which calls were open a moment ago. The zero value is ready; it
// belongs to one goroutine at a time.
type Viewer struct {
	open map[callKey]Ms // when it was last seen open
	now  Ms
}

// callKey names a call.
type callKey struct {
	owner  elevator.ID
	floor  int
	button elevator.Button
}

// Also says of which calls that aren't open any more a view at time t tells.
func (v *Viewer) Also(t Ms) func(owner elevator.ID, floor int, b elevator.Button) bool {
	v.now = t
	for k, at := range v.open {
		if (t - at).Duration() > servedFor {
			delete(v.open, k)
		}
	}
	return func(owner elevator.ID, floor int, b elevator.Button) bool {
		_, ok := v.open[callKey{owner, floor, b}]
		return ok
	}
}

// View returns the view that is made of the calls that a node knows, of those
// that it had to tell as Also said.
func (v *Viewer) View(digest worldview.DigestValue, calls []node.KnownCall) *View {
	if v.open == nil {
		v.open = make(map[callKey]Ms)
	}
	text, _ := digest.MarshalText() // never fails
	view := &View{Digest: string(text), Calls: make([]Call, 0, len(calls))}
	for _, k := range calls {
		c := callOf(k)
		if c.Phase == PhasePressed || c.Phase == PhaseLit {
			v.open[callKey{k.Owner, k.Floor, k.Button}] = v.now
		}
		view.Calls = append(view.Calls, c)
	}
	return view
}

// callOf returns a call as the page has it.
func callOf(k node.KnownCall) Call {
	c := Call{
		Button: ButtonName(k.Button), Floor: k.Floor, Owner: k.Owner, Phase: PhaseNone,
		Slots: make([]Slot, 0, len(k.Slots)), Holders: ids(k.Holders), Assigned: k.Assigned,
	}
	rank := map[string]int{PhaseServed: 1, PhasePressed: 2, PhaseLit: 3}
	for _, s := range k.Slots {
		c.Slots = append(c.Slots, Slot{ID: s.ID, P: StampText(s.P), C: StampText(s.C), S: StampText(s.S)})
		if p := PhaseOf(s.Call); rank[p] > rank[c.Phase] {
			c.Phase = p
		}
		if s.Active() {
			c.Age = max(c.Age, int(s.Age))
		}
	}
	return c
}

// PhaseOf returns the phase of one slot as the page has it.
func PhaseOf(c worldview.Call) string {
	switch {
	case c.Lit():
		return PhaseLit
	case c.Active():
		return PhasePressed
	case c.P != 0:
		return PhaseServed
	}
	return PhaseNone
}

// StampText returns a stamp as the page has it: "life.count", or "" for never.
func StampText(s worldview.Stamp) string {
	if s == 0 {
		return ""
	}
	return fmt.Sprintf("%x.%d", uint64(s.Life()), s.Count())
}

// ids returns a list that is never nil: the page has no null where a list is
// meant.
func ids(list []elevator.ID) []elevator.ID {
	if list == nil {
		return []elevator.ID{}
	}
	return list
}

// DiskText returns the condition of a disk as the page has it.
func DiskText(d worldview.Disk) string {
	switch d {
	case worldview.DiskWorks:
		return DiskOK
	case worldview.DiskNone:
		return DiskNone
	}
	return DiskFailing
}

// lit reports whether a slot is a promise.
func lit(s node.KnownSlot) bool { return s.Lit() }
