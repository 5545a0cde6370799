package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// TestEqualWorldviewsDecideEqually is R4 among whole nodes with histories of their
// own: some were started again, cut off, or lost their disks, and the datagrams
// come in any order. Whenever two that hear each other hold the same worldview,
// they give the same calls to the same elevators.
func TestEqualWorldviewsDecideEqually(t *testing.T) {
	compared, calls := 0, 0
	most, least := 40, 1000
	if raceEnabled { // all is one goroutine
		most, least = 10, 100
	}
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.SampledFrom([]int{2, 3, 3, 4, 7}).Draw(t, "nodes")
		floors := rapid.SampledFrom([]int{2, 4, 9}).Draw(t, "floors")
		b, err := New(options(nodes, func(o *Options) {
			o.Elevator.Floors = floors
			o.Seed = rapid.Uint64Max(1<<32).Draw(t, "seed")
		}))
		if err != nil {
			t.Fatal(err)
		}
		b.Run(2 * time.Second)
		for range rapid.IntRange(5, most).Draw(t, "events") {
			w := b.all[rapid.IntRange(0, nodes-1).Draw(t, "who")]
			switch rapid.IntRange(0, 19).Draw(t, "what") {
			case 0:
				w.Kill()
			case 1, 2:
				if !w.Alive() && rapid.Bool().Draw(t, "without its disk") {
					w.LoseDisk()
				}
				if err := w.Start(); err != nil {
					t.Fatal(err)
				}
			case 3:
				b.Isolate(w.Index, true)
			case 4, 5:
				b.Mend()
			case 6:
				b.Loss(rapid.SampledFrom([]int{0, 20, 60}).Draw(t, "loss"))
			case 7:
				b.Reorder(30, 300*time.Millisecond)
			case 8:
				w.Obstruct(!w.Obstructed())
			default:
				f := rapid.IntRange(0, floors-1).Draw(t, "floor")
				button := elevator.Button(rapid.IntRange(0, 2).Draw(t, "button"))
				if elevator.ButtonExists(floors, f, button) {
					w.Tap(f, button)
				}
			}
			for range rapid.IntRange(1, 40).Draw(t, "for") {
				b.Run(7 * time.Millisecond)
				n, c := equalOnesAgree(t, b)
				compared, calls = compared+n, calls+c
			}
		}
	})
	if compared < least || calls < least {
		t.Errorf("only %d pairs were compared, with %d calls", compared, calls)
	}
	t.Logf("%d pairs compared, with %d calls", compared, calls)
}

// equalOnesAgree compares all pairs of nodes that hold the same.
func equalOnesAgree(t *rapid.T, b *Building) (pairs, calls int) {
	for i, x := range b.all {
		for _, y := range b.all[:i] {
			if !linked(x, y) || !x.node.Worldview().Equal(y.node.Worldview()) {
				continue
			}
			one, n := decision(x)
			other, _ := decision(y)
			if n == 0 {
				continue
			}
			pairs++
			calls += n
			if one != other {
				t.Fatalf("at %v nodes %s and %s hold the same, and decide\n%s\n%s\nlit %v and %v", b.Now(), x.ID, y.ID, one, other, x.Lamps().Hall(), y.Lamps().Hall())
			}
		}
	}
	return pairs, calls
}

// linked reports whether two nodes hear each other, and have been awake.
func linked(x, y *Workspace) bool {
	hears := func(a, b *Workspace) bool {
		i, ok := a.node.Worldview().Lookup(b.ID)
		return ok && a.node.Live().Has(i) && a.node.Joined()
	}
	return x.Alive() && y.Alive() && hears(x, y) && hears(y, x)
}

// decision is what a node thinks who takes which hall call, and how many these are:
// none where nobody can run, and each stands in for itself.
func decision(w *Workspace) (string, int) {
	var sb strings.Builder
	calls := 0
	v := w.node.Worldview()
	for id, c := range w.node.Assigned() {
		if i, ok := v.Lookup(id); !ok || !v.Node(i).Status.Unavailable.Available() {
			return "", 0
		}
		fmt.Fprintf(&sb, "%s: %v\n", id, c)
		calls += c.Len()
	}
	return sb.String(), calls
}
