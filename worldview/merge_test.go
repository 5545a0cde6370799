package worldview

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// holding is what a worldview holds, written down without local numbers.
type holding struct {
	Calls    map[string]Call
	Statuses map[elevator.ID]Status // Links cleared
	Links    map[elevator.ID]map[elevator.ID]bool
}

func newHolding() holding {
	return holding{map[string]Call{}, map[elevator.ID]Status{}, map[elevator.ID]map[elevator.ID]bool{}}
}

func held(w *Worldview) holding {
	h := newHolding()
	for i := range w.Len() {
		n := w.Node(i)
		for number, c := range n.Calls {
			if c != (Call{}) {
				h.Calls[fmt.Sprint(n.ID, " ", number)] = c
			}
		}
		if !n.Status.Known() {
			continue
		}
		s := n.Status
		links := map[elevator.ID]bool{}
		for j := range s.Links.All() {
			links[w.Node(j).ID] = true
		}
		s.Links = 0
		h.Statuses[n.ID], h.Links[n.ID] = s, links
	}
	return h
}

// learn is Merge as the specification words it.
func (h holding) learn(m *Message) {
	content := func(s Status) [4]int {
		return [4]int{s.Floor, min(int(s.Goal), 1)<<6 | int(s.Disk)<<4 | int(s.Direction+1)<<2 | int(s.Behaviour), int(s.Unavailable), int(s.Goal)}
	}
	for _, s := range m.Sections {
		for _, e := range s.Calls {
			slot := fmt.Sprint(s.ID, " ", e.Number)
			h.Calls[slot] = h.Calls[slot].Join(e.Call)
		}
		if !s.HasStatus {
			continue
		}
		links := map[elevator.ID]bool{}
		for j := range s.Status.Links.All() {
			links[m.Sections[j].ID] = true
		}
		theirs := s.Status
		theirs.Links = 0
		mine, known := h.Statuses[s.ID]
		order := theirs.Version.Compare(mine.Version)
		if order == 0 {
			a, b := content(theirs), content(mine)
			order = slices.Compare(a[:], b[:])
		}
		switch {
		case !known || order > 0:
			h.Statuses[s.ID], h.Links[s.ID] = theirs, links
		case order == 0:
			for id := range links {
				h.Links[s.ID][id] = true
			}
		}
	}
}

const lawFloors = 3

var lawIDs = []elevator.ID{"1", "10", "2", "b"}

// drawView draws a message about few nodes with few stamps and versions, so that
// messages contradict and overlap each other.
func drawView(t *rapid.T) *Message {
	m := &Message{Header: Header{Floors: lawFloors}}
	ids := rapid.SliceOfNDistinct(rapid.SampledFrom(lawIDs), 0, len(lawIDs), rapid.ID).Draw(t, "about")
	slices.Sort(ids)
	for _, id := range ids {
		s := Section{ID: id, HasStatus: rapid.Bool().Draw(t, "hasStatus")}
		if s.HasStatus {
			s.Status = Status{
				Version: Version{Life(rapid.IntRange(1, 2).Draw(t, "life")), rapid.Uint64Range(1, 2).Draw(t, "version")},
				State: elevator.State{
					Floor:     rapid.IntRange(0, 1).Draw(t, "floor"),
					Direction: elevator.Direction(rapid.Int8Range(-1, 1).Draw(t, "direction")),
				},
				Goal:  drawGoal(t, lawFloors),
				Links: elevator.NodeSet(rapid.Uint64Max(1<<len(ids)-1).Draw(t, "links")),
			}
		}
		for _, number := range drawNumbers(t, lawFloors) {
			s.Calls = append(s.Calls, Entry{Number: number, Call: fewCall(t)})
		}
		m.Sections = append(m.Sections, s)
	}
	return m
}

// fragments cuts a message into the smallest pieces that say the same: each
// call, status and link alone.
func fragments(m *Message) []*Message {
	var pieces []*Message
	piece := func(sections ...Section) {
		slices.SortFunc(sections, func(a, b Section) int { return strings.Compare(string(a.ID), string(b.ID)) })
		pieces = append(pieces, &Message{Header: m.Header, Sections: sections})
	}
	for _, s := range m.Sections {
		for _, e := range s.Calls {
			piece(Section{ID: s.ID, Calls: []Entry{e}})
		}
		if !s.HasStatus {
			continue
		}
		for j := range m.Sections {
			status := s.Status
			status.Links = 0
			other := m.Sections[j].ID
			switch {
			case !s.Status.Links.Has(j):
				piece(Section{ID: s.ID, HasStatus: true, Status: status})
			case other == s.ID:
				status.Links.Put(0, true)
				piece(Section{ID: s.ID, HasStatus: true, Status: status})
			case other < s.ID:
				status.Links.Put(0, true)
				piece(Section{ID: s.ID, HasStatus: true, Status: status}, Section{ID: other})
			default:
				status.Links.Put(1, true)
				piece(Section{ID: s.ID, HasStatus: true, Status: status}, Section{ID: other})
			}
		}
	}
	return pieces
}

// TestMergeConverges is R3 and F1: whatever the order in which nodes were learnt
// and in which messages arrive, whole or in pieces, once or more often, all end
// in the same worldview, digest and bytes; and it is the one that the plain
// wording of the rule gives.
func TestMergeConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := newHolding()
		var views []*Message
		for range rapid.IntRange(1, 5).Draw(t, "views") {
			views = append(views, drawView(t))
			want.learn(views[len(views)-1])
		}
		var first *Worldview
		for range 3 {
			w := New(lawFloors)
			for _, id := range rapid.Permutation(lawIDs).Draw(t, "learnt") {
				if rapid.Bool().Draw(t, "before") {
					add(w, id)
				}
			}
			var arrive []*Message
			for _, m := range views {
				pieces := []*Message{m}
				if rapid.Bool().Draw(t, "cut") {
					pieces = fragments(m)
				}
				arrive = append(arrive, pieces...)
				if again := rapid.IntRange(0, len(pieces)).Draw(t, "again"); again < len(pieces) {
					arrive = append(arrive, pieces[again])
				}
			}
			for _, k := range rapid.Permutation(indices(len(arrive))).Draw(t, "order") {
				merge(t, w, arrive[k])
			}
			if d := cmp.Diff(want, held(w)); d != "" {
				t.Fatalf("not what the messages say (-want +got):\n%s", d)
			}
			if first == nil {
				first = w
				continue
			}
			if !first.Equal(w) || !w.Equal(first) {
				t.Fatal("the worldviews are not Equal")
			}
			if first.Digest() != w.Digest() {
				t.Fatal("the digests differ")
			}
			if !bytes.Equal(first.AppendSnapshot(nil, 5), w.AppendSnapshot(nil, 5)) {
				t.Fatal("the snapshots differ")
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

type fataler interface{ Fatalf(string, ...any) }

// merge merges and checks what Merge reports against what it did.
func merge(t fataler, w *Worldview, m *Message) {
	before := held(w)
	grew := map[string]Call{}
	status, err := w.Merge(m, func(i, number int, b, a Call) {
		slot := fmt.Sprint(w.Node(i).ID, " ", number)
		if before.Calls[slot] != b || w.Call(i, number) != a || a == b || !below(b, a) {
			t.Fatalf("%s: told %+v became %+v", slot, b, a)
		}
		grew[slot] = a
	})
	if err != nil {
		t.Fatalf("merge: %v", err)
	}
	after := held(w)
	for slot, c := range after.Calls {
		if _, told := grew[slot]; told != (before.Calls[slot] != c) {
			t.Fatalf("%s: %+v became %+v, told: %v", slot, before.Calls[slot], c, told)
		}
	}
	changed := !cmp.Equal(before.Statuses, after.Statuses) || !cmp.Equal(before.Links, after.Links)
	if status != changed {
		t.Fatalf("a status changed: %v, told: %v", changed, status)
	}
}

// TestEqual: Equal is the equality of what is held, no more and no less.
func TestEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, w := New(lawFloors), New(lawFloors)
		for range rapid.IntRange(0, 2).Draw(t, "common") {
			m := drawView(t)
			merge(t, v, m)
			merge(t, w, m)
		}
		for range rapid.IntRange(0, 1).Draw(t, "more") {
			merge(t, w, drawView(t))
		}
		want := cmp.Equal(held(v), held(w))
		if v.Equal(w) != want || w.Equal(v) != want {
			t.Fatalf("Equal is %v, %v, want %v", v.Equal(w), w.Equal(v), want)
		}
		if v.Equal(New(lawFloors + 1)) {
			t.Fatal("equal to a building with other floors")
		}
	})
}

// TestDigest: the digest follows P and S alone, and each of them, of each slot
// of each node (docs/architecture.md).
func TestDigest(t *testing.T) {
	newView := func() *Worldview {
		w := New(4)
		add(w, "1")
		add(w, "2")
		return w
	}
	seen := map[uint64]string{}
	note := func(what string, w *Worldview) {
		t.Helper()
		if other, ok := seen[w.Digest()]; ok {
			t.Errorf("%s and %s have one digest", what, other)
		}
		seen[w.Digest()] = what
	}
	note("nothing", newView())
	for i := range 2 {
		for _, number := range buttons(4) {
			for _, c := range []Call{{P: 1}, {P: 2}, {P: 2, S: 1}, {P: 2, S: 2}} {
				w := newView()
				w.SetCall(i, number, c)
				note(fmt.Sprint(i, number, c), w)

				d := w.Digest()
				w.SetCall(i, number, c.Confirm(c.P).Aged(9))
				if w.Digest() != d {
					t.Errorf("the digest of %+v covers C or the age", c)
				}
			}
		}
	}
}

// TestStatusVersions is docs/protocol.md, state: the newer status wins; of equal
// versions the contents decide, and links are gathered.
func TestStatusVersions(t *testing.T) {
	at := func(floor int, v Version, links elevator.NodeSet) Status {
		return Status{Version: v, State: elevator.State{Floor: floor}, Links: links}
	}
	old, later, nextLife := Version{5, 8}, Version{5, 9}, Version{6, 1}
	for _, tc := range []struct {
		name       string
		a, b, want Status
	}{
		{"nothing known before", Status{}, at(1, old, 1), at(1, old, 1)},
		{"later in the same life", at(1, old, 3), at(2, later, 4), at(2, later, 4)},
		{"a later life, its count smaller", at(2, later, 1), at(0, nextLife, 0), at(0, nextLife, 0)},
		{"equal versions, other floors", at(1, old, 1), at(2, old, 2), at(2, old, 2)},
		{"equal versions, other goals", Status{Version: old, Links: 1}, Status{Version: old, Goal: 3, Links: 2}, Status{Version: old, Goal: 3, Links: 2}},
		{"equal but for the links", at(1, old, 1), at(1, old, 6), at(1, old, 7)},
		{"equal", at(1, old, 5), at(1, old, 5), at(1, old, 5)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.a.join(tc.b); got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
			if got := tc.b.join(tc.a); got != tc.want {
				t.Errorf("the other way round %+v, want %+v", got, tc.want)
			}
		})
	}
}

// TestLinksAreTranslated: links leave a process by id only (local numbers differ
// between processes).
func TestLinksAreTranslated(t *testing.T) {
	w := New(4)
	for _, id := range []elevator.ID{"d", "c", "b", "a"} {
		add(w, id)
	}
	m := &Message{Header: Header{Floors: 4}, Sections: []Section{
		{ID: "a"}, {ID: "c", HasStatus: true, Status: Status{Version: Version{1, 1}, Links: 1<<0 | 1<<2}}, {ID: "e"},
	}}
	merge(t, w, m)
	i, _ := w.Lookup("c")
	if got := w.ids(w.Node(i).Status.Links); !slices.Equal(got, []elevator.ID{"a", "e"}) {
		t.Errorf("linked with %q, want a and e", got)
	}
}

// TestMergeRefuses: another building's floors are merged not at all, and nodes
// beyond MaxNodes are left out without harm to the others (F7).
func TestMergeRefuses(t *testing.T) {
	call := []Entry{{Number: 0, Call: Call{P: 7}}}
	t.Run("other floors", func(t *testing.T) {
		w := New(4)
		_, err := w.Merge(&Message{Header: Header{Floors: 5}, Sections: []Section{{ID: "1", Calls: call}}}, nil)
		if err == nil || w.Len() != 0 {
			t.Errorf("error %v, %d nodes", err, w.Len())
		}
	})
	t.Run("too many nodes", func(t *testing.T) {
		w := New(4)
		for _, id := range names(elevator.MaxNodes-1, 2) {
			add(w, id)
		}
		status := Status{Version: Version{1, 1}, Links: 1<<0 | 1<<2 | 1<<3}
		_, err := w.Merge(&Message{Header: Header{Floors: 4}, Sections: []Section{
			{ID: "00", HasStatus: true, Status: status},
			{ID: "07", Calls: call},
			{ID: "8.first", Calls: call},
			{ID: "9.second", Calls: call},
		}}, nil)
		if err == nil || !strings.Contains(err.Error(), "9.second") {
			t.Errorf("error %v", err)
		}
		if _, ok := w.Lookup("9.second"); ok || w.Len() != elevator.MaxNodes {
			t.Errorf("%d nodes", w.Len())
		}
		for _, id := range []elevator.ID{"07", "8.first"} {
			if i, ok := w.Lookup(id); !ok || w.Call(i, 0) != call[0].Call {
				t.Errorf("the call of %q was not merged", id)
			}
		}
		i, _ := w.Lookup("00")
		if got := w.ids(w.Node(i).Status.Links); !slices.Equal(got, []elevator.ID{"00", "8.first"}) {
			t.Errorf("linked with %q", got)
		}
	})
}

// TestEveryOriginCounts is S1 and rule 5 over slots: a service ends the presses
// that the server has seen, and of the others none.
func TestEveryOriginCounts(t *testing.T) {
	const number = 3 // floor 1, up
	server, panel := New(4), New(4)
	for _, w := range []*Worldview{server, panel} {
		add(w, "panel")
		add(w, "server")
		w.SetCall(0, number, Call{P: 10, C: 10})
		w.SetCall(1, number, Call{P: 20, C: 20})
	}
	panel.SetCall(0, number, panel.Call(0, number).Press(0))
	for i := range 2 {
		server.SetCall(i, number, server.Call(i, number).Serve())
	}
	var c Composer
	merge(t, panel, c.Compose(server, Header{Floors: 4, ID: "server"}, 1, deaf{}, false))
	if p := panel.Call(0, number); p.Phase() != Unconfirmed {
		t.Errorf("the unseen press is %v", p.Phase())
	}
	if p := panel.Call(1, number); p.Phase() != None {
		t.Errorf("the served press is %v", p.Phase())
	}
}

// TestLit: the panel of a node shows every lit hall call, and of the cab calls
// its own (S2).
func TestLit(t *testing.T) {
	w := New(4)
	add(w, "1")
	add(w, "2")
	lit := Call{P: 5, C: 5}
	w.SetCall(0, Number(1, elevator.HallUp), lit)
	w.SetCall(1, Number(2, elevator.HallDown), lit)
	w.SetCall(0, Number(0, elevator.Cab), lit)
	w.SetCall(1, Number(3, elevator.Cab), lit)
	w.SetCall(0, Number(2, elevator.HallUp), Call{P: 5})
	w.SetCall(1, Number(1, elevator.HallDown), lit.Serve())
	for me, want := range []string{"0• 1↑ 2↓", "1↑ 2↓ 3•"} {
		if got := w.Lit(me).String(); got != want {
			t.Errorf("lit at node %d: %s, want %s", me, got, want)
		}
	}
}

// TestIDsAreCopied: a worldview keeps no memory of a datagram.
func TestIDsAreCopied(t *testing.T) {
	var d Decoder
	m, err := d.Decode(goldenBytes(t, goldenTypical))
	if err != nil {
		t.Fatal(err)
	}
	w := New(m.Floors)
	merge(t, w, m)
	want := held(w)
	if _, err := d.Decode(goldenBytes(t, goldenForms)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, held(w)); diff != "" {
		t.Errorf("the next datagram changed the worldview:\n%s", diff)
	}
}
