package demo

import (
	"slices"
	"testing"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

// F2: a node that freezes with a call to serve doesn't keep others from serving
// it, and agrees again when it thaws; it can be killed in that state, too.
func TestFreeze(t *testing.T) {
	t.Parallel()
	for _, on := range []Network{UDP, Memory} {
		t.Run(on.String(), func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, on, 3)
			b := r.building
			for i := range 3 {
				r.must(b.Motor(i, false))
			}
			r.must(b.Press(0, 2, elevator.HallUp))
			server := -1
			r.await("somebody is to serve it", func(s Snapshot) bool {
				for i, w := range s.Workspaces {
					if w.Node.Serves.Has(2, elevator.HallUp) {
						server = i
					}
				}
				return server >= 0 && r.happened(lampsOn(2, elevator.HallUp)) == 3
			})
			r.must(b.Freeze(server, true))
			if s := b.Snapshot().Workspaces[server]; !s.Alive || !s.Frozen {
				t.Errorf("a frozen node: alive %v, frozen %v", s.Alive, s.Frozen)
			}
			for i := range 3 {
				r.must(b.Motor(i, true))
			}
			r.await("another one at floor 2", func(Snapshot) bool {
				by := r.opened(2)
				return len(by) > 0 && !slices.Contains(by, server)
			})
			r.must(b.Freeze(server, false))
			r.awaitSound(3)
			r.must(b.Freeze(server, true))
			r.must(b.Kill(server))
			if b.Freeze(server, false) == nil {
				t.Error("a dead node was thawed")
			}
			r.must(b.Restart(server, false))
			r.awaitSound(3)
			r.must(b.Freeze(server, true)) // and the building closes
			r.must(b.Freeze(server, false))
			r.kept()
		})
	}
}

// F3: A hears B hears C, but A does not hear C: news goes round the cut.
func TestLinkIsCut(t *testing.T) {
	t.Parallel()
	r := newRigOn(t, Memory, 3)
	b := r.building
	r.must(b.SetLink(2, 0, true))
	r.await("nodes 1 and 3 aren't linked any more", func(s Snapshot) bool {
		return !slices.Contains(s.Workspaces[0].Node.Live, "3") && !slices.Contains(s.Workspaces[2].Node.Live, "1") && len(s.Workspaces[1].Node.Live) == 2
	})
	r.must(b.Press(2, 1, elevator.HallUp))
	r.await("it is lit at node 1 as well", func(Snapshot) bool {
		return r.happened(func(e Event) bool { return lampsOn(1, elevator.HallUp)(e) && e.Workspace == 0 }) == 1
	})
	r.must(b.SetLink(2, 0, false))
	r.awaitSound(3)
	cut := r.happened(func(e Event) bool {
		return !e.Sound && e.Kind == promise.Link && e.Workspace == 2 && e.Peer == 0 && !e.On
	})
	if cut != 1 {
		t.Errorf("the judge was told %d times of the cut", cut)
	}
	r.kept()
}
