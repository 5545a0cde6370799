package node

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

var updateAssigned = flag.Bool("update-assigned", false, "write the hashes of the golden assignments again")

// TestGoldenAssignments: what nodes make of thousands of arbitrary worldviews is
// what the file says, whatever computer they run on (SPEC R4). Each worldview is
// learnt by two of the nodes in it, in other orders and after other lives; both
// come to the same. After a change of the policy write the file again:
//
//	go test ./internal/node -run TestGoldenAssignments -update-assigned
//
// and then see that the other platforms still agree: make test-386.
func TestGoldenAssignments(t *testing.T) {
	var sb strings.Builder
	for _, size := range []struct{ nodes, floors, worldviews int }{
		{1, 4, 300}, {2, 2, 500}, {3, 4, 1200}, {3, 9, 250}, {5, 7, 100}, {8, 16, 20}, {16, 40, 1},
	} {
		hash := sha256.New()
		r := rand.New(rand.NewPCG(uint64(size.nodes), uint64(size.floors)))
		calls := 0
		for k := range size.worldviews {
			m := arbitrary(r, size.nodes, size.floors)
			first := decide(t, m, r, r.IntN(size.nodes))
			second := decide(t, m, r, r.IntN(size.nodes))
			if first != second {
				t.Fatalf("%dx%d, worldview %d: two nodes decide\n%s\n%s", size.nodes, size.floors, k, first, second)
			}
			calls += strings.Count(first, "↑") + strings.Count(first, "↓")
			hash.Write([]byte(first))
		}
		fmt.Fprintf(&sb, "%dx%d: %d worldviews, %d calls, %x\n", size.nodes, size.floors, size.worldviews, calls, hash.Sum(nil))
	}
	file := filepath.Join("testdata", "assigned.golden")
	if *updateAssigned {
		if err := os.WriteFile(file, []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if have, want := sb.String(), strings.ReplaceAll(string(want), "\r\n", "\n"); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

// arbitrary returns a message with a whole worldview of nodes that are all linked.
// The first one is available.
func arbitrary(r *rand.Rand, nodes, floors int) *worldview.Message {
	life := worldview.NewLife(900, 1)
	m := &worldview.Message{Header: worldview.Header{Floors: floors}}
	share := 1 + r.IntN(4) // how many of the buttons are lit
	for i := range nodes {
		s := worldview.Section{ID: goldenID(i), HasStatus: true}
		s.Status = worldview.Status{
			Version: worldview.Version{Life: life, Seq: 1},
			Links:   elevator.NodeSet(1<<nodes - 1),
		}
		state := &s.Status.State
		state.Floor = r.IntN(floors)
		state.Behaviour = elevator.Behaviour(r.IntN(elevator.Behaviours))
		state.Direction = elevator.Direction(r.IntN(3) - 1)
		if to := state.Floor + int(state.Direction); state.Behaviour == elevator.Moving && (state.Direction == elevator.Stop || to < 0 || to >= floors) {
			state.Behaviour, state.Direction = elevator.Idle, elevator.Stop
		}
		if i > 0 && r.IntN(6) == 0 {
			state.Unavailable = elevator.Stopped
		}
		for f := range floors {
			for b := range elevator.Button(elevator.Buttons) {
				if !elevator.ButtonExists(floors, f, b) || r.IntN(6) >= share {
					continue
				}
				var c worldview.Call
				for range 1 + r.IntN(3) {
					c = c.Press(life)
				}
				c = c.Confirm(c.P)
				if r.IntN(3) == 0 {
					c = c.Serve()
				} else {
					c = c.Aged(uint16(r.IntN(100)))
				}
				s.Calls = append(s.Calls, worldview.Entry{Number: worldview.Number(f, b), Call: c})
			}
		}
		m.Sections = append(m.Sections, s)
	}
	return m
}

func goldenID(i int) elevator.ID { return elevator.ID(fmt.Sprintf("e%02d", i*7%nodesInGolden)) }

const nodesInGolden = 16 // 7 has an inverse: all ids are different, and not in order

// decide lets a node of the worldview learn it in parts, and then returns what it
// decides.
func decide(t *testing.T, m *worldview.Message, r *rand.Rand, who int) string {
	cfg := Config{ID: goldenID(who), Building: "b", Elevator: elevator.DefaultConfig(), Boot: 1, Second: 1000}
	cfg.Elevator.Floors = m.Floors
	n, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	pause := r.IntN(len(m.Sections))
	for k, i := range r.Perm(len(m.Sections)) {
		part := *m
		part.Sections = []worldview.Section{m.Sections[i]}
		part.Sections[0].Status.Links = 0
		part.Sections[0].HasStatus = false // it would be as new as the whole one
		if _, err := n.view.Merge(&part, nil); err != nil {
			t.Fatal(err)
		}
		if k == pause { // what it decided before must not matter
			n.policy.Assign(n.assignment(n.view.Lit(n.me).Hall()))
		}
	}
	if _, err := n.view.Merge(m, nil); err != nil {
		t.Fatal(err)
	}
	in := n.assignment(n.view.Lit(n.me).Hall())
	var sb strings.Builder
	for k, calls := range n.policy.Assign(in) {
		fmt.Fprintf(&sb, "%s: %v\n", in.Cars[k].ID, calls)
	}
	return sb.String()
}
