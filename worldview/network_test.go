package worldview

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// speaker is a node of a network that carries what its composer chooses.
type speaker struct {
	w *Worldview
	c Composer
	h map[elevator.ID]uint64 // whom it has heard, and the digest that was said
}

// Echo implements Local.
func (s *speaker) Echo(i int) (Echo, bool) {
	digest, ok := s.h[s.w.Node(i).ID]
	return Echo{Boot: 1 + digest, Seq: 1}, ok
}

// Held implements Local.
func (*speaker) Held(int, int) bool { return true }

// settled says, as a node does, whether all that it hears hold the same.
func (s *speaker) settled() bool {
	for _, digest := range s.h {
		if digest != s.w.Digest() {
			return false
		}
	}
	return true
}

// TestComposedFragmentsConverge is R3 on the wire, in buildings of any size: each
// node says what its Composer chooses, a datagram is lost, repeated, or delivered
// much later, to some and not to others; and calls change meanwhile. Once
// nothing is lost any more all come to hold the same, in a number of rounds that
// the size of the building bounds.
func TestComposedFragmentsConverge(t *testing.T) {
	most := 0
	rapid.Check(t, func(t *rapid.T) {
		floors := rapid.SampledFrom([]int{2, 4, 9, 40, elevator.MaxFloors}).Draw(t, "floors")
		nodes := rapid.IntRange(2, 6).Draw(t, "nodes")
		if floors == elevator.MaxFloors {
			nodes = 2 // more say no more, and take long
		}
		length := rapid.SampledFrom([]int{1, 16, elevator.MaxIDLength}).Draw(t, "length of ids")
		numbers := buttons(floors)
		var all []*speaker
		for _, id := range rapid.Permutation(names(nodes, length)).Draw(t, "ids") {
			s := &speaker{w: New(floors), h: map[elevator.ID]uint64{}}
			add(s.w, id)
			all = append(all, s)
		}
		// touch changes the slot of any node, as its own node or a server would.
		touch := func(s *speaker, i, number int, what int) {
			c := s.w.Call(i, number)
			switch {
			case i == 0 && what < 6:
				c = c.Press(testLife)
			case what < 8:
				c = c.Confirm(c.P)
			case what < 9:
				c = c.Serve()
			default:
				c = c.Aged(c.Age + 1)
			}
			s.w.SetCall(i, number, c)
			s.c.Touch(i, number)
		}
		if rapid.Bool().Draw(t, "busy") {
			for _, s := range all {
				for k, number := range numbers {
					touch(s, 0, number, 0)
					if k%3 == 0 {
						touch(s, 0, number, 8)
					}
				}
			}
		}
		var kept [][]byte
		var e Encoder
		var d Decoder
		say := func(s *speaker) []byte {
			b := e.Append(nil, s.c.Compose(s.w, from(s.w, 0), 0, s, s.settled()))
			if len(b) > Limit-TrailerRoom {
				t.Fatalf("%d bytes", len(b))
			}
			kept = append(kept, b)
			return b
		}
		hear := func(s *speaker, b []byte) {
			m, err := d.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if m.ID == s.w.Node(0).ID {
				return
			}
			s.h[elevator.ID(string(m.ID))] = m.Digest
			if _, err := s.w.Merge(m, func(i, number int, _, _ Call) { s.c.Touch(i, number) }); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			s := all[rapid.IntRange(0, nodes-1).Draw(t, "node")]
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				touch(s, rapid.IntRange(0, s.w.Len()-1).Draw(t, "slot of"), rapid.SampledFrom(numbers).Draw(t, "button"), rapid.IntRange(0, 9).Draw(t, "change"))
			case 1:
				version := s.w.Node(0).Status.Seq + 1
				s.w.SetStatus(0, Status{
					Version: Version{testLife, version}, State: drawState(t, floors), Goal: drawGoal(t, floors),
					Links: elevator.NodeSet(rapid.Uint64Max(1<<s.w.Len()-1).Draw(t, "links")),
				})
			case 2:
				b := say(s)
				for _, o := range all {
					if rapid.Bool().Draw(t, "arrives") {
						hear(o, b)
					}
				}
			default:
				if len(kept) > 0 {
					hear(s, kept[rapid.IntRange(0, len(kept)-1).Draw(t, "late")])
				}
			}
		}
		// Now nothing is lost. A datagram carries a dozen closed calls at the
		// least, beside all else.
		bound := 20 + 2*nodes*nodes*len(numbers)/12
		rounds := 0
		for ; rounds <= bound && !agree(all); rounds++ {
			for _, s := range all {
				b := say(s)
				for _, o := range all {
					hear(o, b)
				}
			}
		}
		most = max(most, rounds)
		for _, s := range all[1:] {
			if diff := cmp.Diff(matters(all[0].w), matters(s.w)); diff != "" {
				t.Fatalf("after %d rounds %q and %q differ:\n%s", rounds, all[0].w.Node(0).ID, s.w.Node(0).ID, diff)
			}
			if all[0].w.Digest() != s.w.Digest() {
				t.Fatal("the digests differ")
			}
		}
	})
	t.Logf("at most %d rounds", most)
}

// matters is what is held, but for the C of a call that is closed: nothing
// depends on it, and where all else is the same it isn't sent any more.
func matters(w *Worldview) holding {
	h := held(w)
	for slot, c := range h.Calls {
		if !c.Active() {
			c.C = c.S
			h.Calls[slot] = c
		}
	}
	return h
}

// agree reports whether all hold the same.
func agree(all []*speaker) bool {
	first := fmt.Sprint(matters(all[0].w))
	for _, s := range all[1:] {
		if s.w.Digest() != all[0].w.Digest() || fmt.Sprint(matters(s.w)) != first {
			return false
		}
	}
	return true
}
