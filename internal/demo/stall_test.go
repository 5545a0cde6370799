package demo

import (
	"testing"

	"elevnet/internal/promise"
)

// All nodes that run are told to have been frozen while this process wasn't run, and
// none that is frozen anyway is told to have been thawed.
func TestStall(t *testing.T) {
	t.Parallel()
	r := newRigOn(t, Memory, 3)
	b := r.building
	r.must(b.Freeze(1, true))
	now := b.now()
	b.stall(now-stalled, now)
	frozen := func(i int, on bool) func(Event) bool {
		return func(e Event) bool { return e.Kind == promise.NodeFrozen && e.Workspace == i && e.On == on }
	}
	r.await("the stall to be told", func(Snapshot) bool {
		return r.happened(frozen(0, false)) > 0 && r.happened(frozen(2, false)) > 0
	})
	if n := r.happened(frozen(1, false)); n != 0 {
		t.Errorf("a frozen node was thawed %d times", n)
	}
	if n, m := r.happened(frozen(0, true)), r.happened(frozen(1, true)); n == 0 || m != 1 {
		t.Errorf("frozen %d and %d times, want some and one", n, m)
	}
	r.must(b.Freeze(1, false))
	r.awaitSound(3)
	r.kept()
}
