package trial

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/scenario"
)

// TestMinimize: what is left fails, and without any element of it nothing does.
func TestMinimize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]int, rapid.IntRange(1, 100).Draw(t, "length"))
		for i := range list {
			list[i] = i
		}
		need := rapid.SliceOfDistinct(rapid.IntRange(0, len(list)-1), rapid.ID).Draw(t, "needed")
		tries := 0
		got := minimize(list, func(some []int) bool {
			tries++
			for _, x := range need {
				if !slices.Contains(some, x) {
					return false
				}
			}
			return true
		})
		slices.Sort(need)
		if !slices.Equal(got, need) {
			t.Fatalf("left are %v, needed %v", got, need)
		}
		if limit := 4*len(list)*(len(need)+1) + 20; tries > limit {
			t.Fatalf("%d tries for %d of %d", tries, len(need), len(list))
		}
	})
}

// TestShrinkSynthetic shrinks a plan whose failure is known: a press above the
// ground and, at least a second later, the end of the process there.
func TestShrinkSynthetic(t *testing.T) {
	p := Generate(3, Profile{Nodes: Range{6, 6}, Floors: Range{6, 6}, Faults: All()})
	press := scenario.Command{Verb: scenario.Press, Who: 3, Floor: 3}
	kill := scenario.Command{Verb: scenario.Kill, Who: 3}
	last := p.Episodes[len(p.Episodes)-1]
	p.Episodes[len(p.Episodes)-1] = append(Episode{{At: 0, Do: press}}, append(last, Step{At: last.Length() + time.Minute, Do: kill})...)
	fails := func(p Plan) bool {
		for _, e := range p.Episodes {
			at, who := time.Duration(-1), 0
			for _, s := range e {
				switch c := s.Do; {
				case at < 0 && c.Verb == scenario.Press && c.Floor > 0 && c.Who > 0:
					at, who = s.At, c.Who
				case at >= 0 && c.Verb == scenario.Kill && c.Who == who && s.At >= at+time.Second:
					return true
				}
			}
		}
		return false
	}
	got, tries := Shrink(p, fails, 10_000)
	press.Who, press.Floor, kill.Who = 1, 1, 1
	for _, s := range got.Episodes[0] {
		if s.Do.Verb == scenario.Press {
			press.Button = s.Do.Button // any will do
		}
	}
	want := []Episode{{{At: 0, Do: press}, {At: time.Second, Do: kill}}}
	for _, e := range got.Episodes {
		for i := range e {
			e[i].Kind, e[i].Rides, e[i].To = 0, false, 0
		}
	}
	if diff := cmp.Diff(want, got.Episodes); diff != "" {
		t.Error(diff)
	}
	if got.Setup.Nodes != 2 || got.Setup.Elevator.Floors != 2 {
		t.Errorf("%v", got.Setup)
	}
	if tries >= 10_000 {
		t.Errorf("%d tries", tries)
	}
}

// TestShrinkGivesUp: within the tries that it has, and when nothing fails.
func TestShrinkGivesUp(t *testing.T) {
	p := Generate(3, Profile{Faults: All()})
	tries := 0
	got, used := Shrink(p, func(Plan) bool { tries++; return tries%3 == 1 }, 30)
	if tries != 30 || used != 30 || got.Steps() >= p.Steps() {
		t.Errorf("%d tries, %d used, %d of %d steps left", tries, used, got.Steps(), p.Steps())
	}
	same, used := Shrink(p, func(Plan) bool { return false }, 50)
	if used != 1 || !equal(same, p) {
		t.Errorf("%d used", used)
	}
}

func TestWithout(t *testing.T) {
	for _, c := range []struct {
		in   string
		out  int
		want string // "" if it goes with the workspace
	}{
		{"kill B", 1, ""},
		{"kill C", 1, "kill B"},
		{"kill A", 1, "kill A"},
		{"cut A>B", 1, ""},
		{"cut A>B", 0, ""},
		{"cut B>C", 0, "cut A>B"},
		{"loss 20%", 0, "loss 20%"},
		{"partition A|BC", 0, ""},
		{"partition A|BC", 1, "partition A|B"},
		{"partition AB|C(AA)", 0, "partition A|BZ"},
		{"start C as B", 1, ""},
		{"start C as B", 0, "start B as A"},
	} {
		x, err := scenario.Parse(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if without(&x, c.out) {
			got = x.String()
		}
		if got != c.want {
			t.Errorf("%s without workspace %d: %q, want %q", c.in, c.out, got, c.want)
		}
	}
}
