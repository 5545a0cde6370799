package demo

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// R4: what is known of a node from its datagrams alone is what the node knows
// itself: every call with its watermarks and holders, and who is to serve it.
func TestWhatDatagramsTell(t *testing.T) {
	t.Parallel()
	r := newRigOn(t, Memory, 3)
	b := r.building
	b.wire.set(func([]*wireEnd) {
		b.wire.reckon = func(view *worldview.Worldview, me int) ([]elevator.ID, []elevator.Calls) {
			return node.Reckon(b.cfg.Elevator, view, me)
		}
	})
	for i := range 3 {
		r.must(b.Motor(i, false)) // so that the calls stay
	}
	r.must(b.Press(0, 2, elevator.HallUp))
	r.must(b.Press(1, 1, elevator.HallDown))
	r.must(b.Press(1, 2, elevator.HallUp))
	r.must(b.Press(2, 0, elevator.Cab))
	diff := ""
	r.await("three calls, known alike", func(Snapshot) bool {
		diff = ""
		for i, w := range b.all {
			x, _ := w.inspect(nil)
			told := b.wire.known(i, nil)
			if len(x.Calls) != 3 {
				return false
			}
			for k := range x.Calls {
				if x.Calls[k].Owner == "" && x.Calls[k].Assigned == "" {
					return false
				}
			}
			diff += cmp.Diff(x.Calls, told, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Age" }, cmp.Ignore()))
		}
		return diff == ""
	})
	for i := range 3 {
		r.must(b.Motor(i, true))
	}
	r.kept()
}
