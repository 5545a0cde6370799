package demo

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// Random presses are on buttons that exist, that nobody holds, on panels whose
// node takes part; and every one of those is pressed some time.
func TestRandomPressesArePossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes, floors := rapid.IntRange(1, 5).Draw(t, "nodes"), rapid.IntRange(2, 6).Draw(t, "floors")
		s := still(nodes, floors)
		free := make(map[callKey]bool)
		for i := range s.Workspaces {
			w := &s.Workspaces[i]
			w.Alive, w.Node.Joined = rapid.Bool().Draw(t, "alive"), rapid.Bool().Draw(t, "joined")
			for f := range floors {
				for b := range elevator.Button(elevator.Buttons) {
					held := elevator.ButtonExists(floors, f, b) && rapid.Bool().Draw(t, "held")
					w.Car.Buttons.Put(f, b, held)
					if elevator.ButtonExists(floors, f, b) && !held && w.Alive && w.Node.Joined {
						free[callKey{i, f, b}] = true
					}
				}
			}
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 20 {
			i, f, b, ok := choosePress(random, s.Snapshot)
			if ok && !free[callKey{i, f, b}] {
				t.Fatalf("pressed %v at floor %d of workspace %d", b, f, i)
			}
		}
	})
}

func TestRandomPressesReachEveryButton(t *testing.T) {
	s := still(2, 4)
	random := rand.New(rand.NewPCG(1, 1))
	seen := make(map[callKey]bool)
	for range 2000 {
		if i, f, b, ok := choosePress(random, s.Snapshot); ok {
			seen[callKey{i, f, b}] = true
		}
	}
	if want := 2 * (2*3 + 4); len(seen) != want {
		t.Errorf("%d buttons were pressed, want all %d", len(seen), want)
	}
}

// Random faults leave an elevator that can run, and those that destroy copies
// come alone.
func TestRandomFaultsAreBearable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 5).Draw(t, "nodes")
		now := time.Unix(1000, 0)
		c := &chaos{building: &Building{all: make([]*workspace, nodes)}, calm: now.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(t, "calm ms")) * time.Millisecond)}
		for range 6 {
			f, w := rapid.SampledFrom(faults).Draw(t, "fault"), rapid.IntRange(0, nodes-1).Draw(t, "workspace")
			if !c.allowed(f, w, now) {
				continue
			}
			c.now = append(c.now, ongoing{fault: f, workspace: w})
		}
		disabled := 0
		for _, o := range c.now {
			if o.disables {
				disabled++
			}
			switch {
			case o.alone && (len(c.now) > 1 || now.Sub(c.calm) < settleTime):
				t.Fatalf("a fault that must be alone, with %d others, %v after the last", len(c.now)-1, now.Sub(c.calm))
			case o.peers >= nodes:
				t.Fatalf("a fault that needs %d peers among %d nodes", o.peers, nodes)
			}
		}
		if len(c.now) > atOnce || disabled >= nodes && len(c.now) > 1 {
			t.Fatalf("%d faults at once, %d of %d elevators can't run", len(c.now), disabled, nodes)
		}
	})
}
