package node

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

// What a node tells of its calls follows them: from a press that it holds alone
// to the service.
func TestKnownFollowsTheCalls(t *testing.T) {
	r := setup(t, 2, nil)
	if known := r.n.Known(nil); len(known) > 0 {
		t.Errorf("before any press: %+v", known)
	}
	r.press(2, up)
	known := r.n.Known(nil)
	if len(known) != 1 || known[0].Floor != 2 || known[0].Button != up || known[0].Owner != "" ||
		!cmp.Equal(known[0].Holders, []elevator.ID{"1"}) || known[0].Assigned != "" ||
		len(known[0].Slots) != 1 || known[0].Slots[0].ID != "1" || known[0].Slots[0].Call != r.own(2, up) {
		t.Fatalf("a press that nobody else has heard of: %+v", known)
	}
	r.until(Patience, "lit", func() bool { return r.lit(2, up) })
	known = r.n.Known(nil)
	if !cmp.Equal(known[0].Holders, []elevator.ID{"1", "2", "3"}) || known[0].Assigned == "" {
		t.Errorf("a lit call: %+v", known)
	}
	r.press(0, cab)
	r.until(Patience, "cab lamp", func() bool { return r.lit(0, cab) })
	known = r.n.Known(nil)
	if len(known) != 2 || known[1].Owner != "1" || known[1].Button != cab || known[1].Assigned != "" {
		t.Errorf("with a cab call behind it: %+v", known)
	}

	// What is not open any more is told if it is asked for.
	r.n.led.Serve(0*elevator.Buttons + int(cab))
	if known = r.n.Known(nil); len(known) != 1 {
		t.Errorf("after the service: %+v", known)
	}
	known = r.n.Known(func(owner elevator.ID, f int, b elevator.Button) bool { return owner == "1" && f == 0 && b == cab })
	if len(known) != 2 || known[1].Slots[0].Active() || len(known[1].Holders) > 0 {
		t.Errorf("after the service, asked for: %+v", known)
	}
	if !r.n.Escalated().Empty() {
		t.Errorf("escalated: %v", r.n.Escalated())
	}
}

// A peer whose input is cut is heard and not live.
func TestHeardIsNotLive(t *testing.T) {
	r := setup(t, 2, nil)
	ids := func(s elevator.NodeSet) (list []elevator.ID) {
		for i := range s.All() {
			list = append(list, r.n.Worldview().Node(i).ID)
		}
		slices.Sort(list)
		return list
	}
	if got := ids(r.n.Heard()); !slices.Equal(got, []elevator.ID{"2", "3"}) {
		t.Errorf("heard are %v", got)
	}
	r.all[0].deaf, r.all[1].talks = true, false
	r.run(2 * Patience)
	if got := ids(r.n.Heard()); !slices.Equal(got, []elevator.ID{"2"}) || r.n.Live() != 0 {
		t.Errorf("with one deaf and one silent, heard are %v, and live %v", got, ids(r.n.Live()))
	}
}
