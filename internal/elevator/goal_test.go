package elevator

import "testing"

// TestGoal goes through all hall buttons there can be, and all goals.
func TestGoal(t *testing.T) {
	seen := map[Goal]bool{0: true}
	for f := range MaxFloors {
		for _, b := range []Button{HallUp, HallDown} {
			if !ButtonExists(MaxFloors, f, b) {
				continue
			}
			g := GoalOf(f, b)
			if seen[g] {
				t.Errorf("%d %v has the goal of another call, %d", f, b, g)
			}
			seen[g] = true
			if floor, button, ok := g.Call(); floor != f || button != b || !ok {
				t.Errorf("GoalOf(%d, %v) is %d %v %v", f, b, floor, button, ok)
			}
			for _, n := range []int{f, f + 1, f + 2} {
				if got := g.Exists(n); got != ButtonExists(n, f, b) {
					t.Errorf("of %d floors, %d %v exists: %v", n, f, b, got)
				}
			}
		}
	}
	if _, _, ok := Goal(0).Call(); ok || !Goal(0).Exists(MinFloors) {
		t.Error("the zero value is not none")
	}
	if Goal(255).Exists(MaxFloors) {
		t.Error("up from the highest floor exists")
	}
}
