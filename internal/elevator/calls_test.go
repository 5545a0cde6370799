package elevator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestFloorSet compares a floor set with a map.
func TestFloorSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set, other FloorSet
		model, otherModel := map[int]bool{}, map[int]bool{}
		floor := rapid.OneOf(rapid.IntRange(0, MaxFloors-1), rapid.SampledFrom([]int{0, 62, 63, 64, 65, 126, 127}))
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				f, on := floor.Draw(t, "floor"), rapid.IntRange(0, 2).Draw(t, "on") > 0
				if rapid.Bool().Draw(t, "other") {
					other.Put(f, on)
					otherModel[f] = on
				} else {
					set.Put(f, on)
					model[f] = on
				}
			},
			"": func(t *rapid.T) {
				n := 0
				or, less := set.Or(other), set.AndNot(other)
				for f := -70; f < MaxFloors+70; f++ {
					in, inOther := model[f], otherModel[f]
					if set.Has(f) != in || or.Has(f) != (in || inOther) || less.Has(f) != (in && !inOther) {
						t.Fatalf("floor %d", f)
					}
					if in {
						n++
					}
					above, below := false, false
					for g, on := range model {
						above = above || on && g > f
						below = below || on && g < f
					}
					if set.AnyAbove(f) != above || set.AnyBelow(f) != below {
						t.Fatalf("any above %d: %v, want %v; below: %v, want %v", f, set.AnyAbove(f), above, set.AnyBelow(f), below)
					}
				}
				if set.Len() != n || set.Empty() != (n == 0) {
					t.Fatalf("%d floors, want %d", set.Len(), n)
				}
			},
		})
	})
}

// TestCalls compares a set of calls with a map, and its order with (floor,
// button).
func TestCalls(t *testing.T) {
	type call struct {
		f int
		b Button
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (c Calls, model map[call]bool) {
			model = map[call]bool{}
			for range rapid.IntRange(0, 12).Draw(t, name) {
				x := call{rapid.IntRange(0, MaxFloors-1).Draw(t, "floor"), Button(rapid.IntRange(0, Buttons-1).Draw(t, "button"))}
				on := rapid.IntRange(0, 3).Draw(t, "on") > 0
				c.Put(x.f, x.b, on)
				model[x] = on
			}
			return c, model
		}
		c, cm := draw("c")
		d, dm := draw("d")
		n, floors := 0, 0
		var listed, want []call
		for f := range MaxFloors {
			any := false
			for b := range Button(Buttons) {
				x := call{f, b}
				switch {
				case c.Has(f, b) != cm[x],
					c.Or(d).Has(f, b) != (cm[x] || dm[x]),
					c.AndNot(d).Has(f, b) != (cm[x] && !dm[x]),
					c.Hall().Has(f, b) != (cm[x] && b != Cab):
					t.Fatalf("(%d, %v) in %v, %v", f, b, c, d)
				}
				if cm[x] {
					n++
					any = true
					want = append(want, x)
				}
			}
			if any {
				floors++
			}
			if c.Floors().Has(f) != any {
				t.Fatalf("floor %d", f)
			}
		}
		if c.Len() != n || c.Empty() != (n == 0) || c.Floors().Len() != floors {
			t.Fatalf("%v has %d calls at %d floors", c, n, floors)
		}
		for f, b := range c.All() {
			listed = append(listed, call{f, b})
		}
		if diff := cmp.Diff(want, listed, cmp.AllowUnexported(call{})); diff != "" {
			t.Fatal(diff)
		}
		for range c.All() {
			break // must not go on
		}
	})
}

func TestCallsString(t *testing.T) {
	var c Calls
	if c.String() != "" {
		t.Errorf("no calls: %q", c.String())
	}
	c.Put(12, Cab, true)
	c.Put(1, HallDown, true)
	c.Put(1, HallUp, true)
	if got := c.String(); got != "1↑ 1↓ 12•" {
		t.Errorf("%q", got)
	}
}
