package worldview

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// from returns the header of the node with local number me.
func from(w *Worldview, me int) Header {
	return Header{Floors: w.Floors(), Digest: w.Digest(), ID: w.Node(me).ID}
}

// network carries messages through their encoding, and checks on the way that
// no datagram is too large, that it is canonical, and that it says nothing but
// what its sender holds.
type network struct {
	encoder Encoder
	decoder Decoder
	bytes   []byte
}

func (n *network) carry(t fataler, w *Worldview, m *Message) *Message {
	n.bytes = n.encoder.Append(n.bytes[:0], m)
	if len(n.bytes) > Limit-TrailerRoom {
		t.Fatalf("a datagram of %d bytes", len(n.bytes))
	}
	got, err := n.decoder.Decode(n.bytes)
	if err != nil {
		t.Fatalf("composed a datagram that can't be read: %v", err)
	}
	for _, s := range got.Sections {
		i, _ := w.Lookup(s.ID)
		for _, e := range s.Calls {
			if e.Call != w.Call(i, e.Number) {
				t.Fatalf("%q %d: sent %+v, holds %+v", s.ID, e.Number, e.Call, w.Call(i, e.Number))
			}
		}
		if !s.HasStatus {
			continue
		}
		if s.Status.compare(w.Node(i).Status) != 0 {
			t.Fatalf("%q: sent %+v, holds %+v", s.ID, s.Status, w.Node(i).Status)
		}
		for j := range s.Status.Links.All() {
			if k, _ := w.Lookup(got.Sections[j].ID); !w.Node(i).Status.Links.Has(k) {
				t.Fatalf("%q: sent a link with %q", s.ID, got.Sections[j].ID)
			}
		}
	}
	return got
}

// TestNeverTooLarge: no datagram exceeds its limit, however
// large the building, long the ids and far apart the stamps; and each can be
// merged alone.
func TestNeverTooLarge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 3, 8, 20, elevator.MaxNodes}).Draw(t, "nodes")
		length := rapid.SampledFrom([]int{2, 8, elevator.MaxIDLength}).Draw(t, "length")
		floors := rapid.SampledFrom([]int{2, 4, 32, elevator.MaxFloors}).Draw(t, "floors")
		opens := rapid.IntRange(0, 4).Draw(t, "quarters open")
		fill := random(rapid.Uint64().Draw(t, "seed"), func(i, number int) bool { return (i+number)%4 < opens })
		switch {
		case rapid.Bool().Draw(t, "small, each of another life"):
			fill = func(i, number int) Call { return Call{}.Press(testLife + Life(i<<9+number)).Serve() }
		case n*floors > 2000 || rapid.Bool().Draw(t, "the largest"):
			c := Call{P: maxLife.Start() + 0xffff, C: 2, S: 1, Age: 0xffff}
			fill = func(int, int) Call { return c }
		}
		w := building(n, length, floors, fill)
		me := rapid.IntRange(0, n-1).Draw(t, "me")
		var local Local = hears(me)
		if rapid.Bool().Draw(t, "deaf") {
			local = deaf{}
		}
		var c Composer
		var net network
		for range 5 {
			for range rapid.IntRange(0, 2*maxRecent).Draw(t, "touched") {
				f := rapid.IntRange(0, floors-1).Draw(t, "floor")
				c.Touch(rapid.IntRange(0, n-1).Draw(t, "node"), Number(f, elevator.Cab))
			}
			h := from(w, me)
			h.Joining = rapid.Bool().Draw(t, "joining")
			settled := rapid.Bool().Draw(t, "settled")
			m := net.carry(t, w, c.Compose(w, h, me, local, settled))
			merge(t, New(floors), m)
		}
	})
}

// TestNothingToSpare fills datagrams with what costs exactly as much as Composer
// reckons.
func TestNothingToSpare(t *testing.T) {
	// One call in each section, with a large number and a life of its own.
	sparse := New(elevator.MaxFloors)
	for k, id := range names(elevator.MaxNodes, elevator.MaxIDLength) {
		c := Call{}.Press(testLife + Life(k)).Serve()
		sparse.SetCall(add(sparse, id), Number(elevator.MaxFloors-1, elevator.Cab), c)
	}
	// Two lives by turns.
	turns := New(elevator.MaxFloors)
	add(turns, "1")
	for k, number := range buttons(elevator.MaxFloors) {
		turns.SetCall(0, number, Call{}.Press(testLife+Life(k%2)).Serve())
	}
	for _, w := range []*Worldview{sparse, turns} {
		var c Composer
		var net network
		for range 10 {
			net.carry(t, w, c.Compose(w, from(w, 0), 0, deaf{}, false))
		}
	}
}

// delivery counts the datagrams until a receiver holds everything that the
// sender does, echoes included. Nothing changes at the sender, but the given
// number of slots is touched before every datagram all the same.
func delivery(t fataler, w *Worldview, touches, atMost int) int {
	const me = 0
	var c Composer
	var net network
	got := New(w.Floors())
	echoed := map[elevator.ID]bool{}
	numbers := buttons(w.Floors())
	touched := 0
	for datagrams := 1; datagrams <= atMost; datagrams++ {
		for range touches {
			c.Touch(touched%w.Len(), numbers[touched/w.Len()%len(numbers)])
			touched = (touched + 1) % (2 * maxRecent) // always the same few
		}
		m := net.carry(t, w, c.Compose(w, from(w, me), me, hears(me), false))
		if _, err := got.Merge(m, nil); err != nil {
			t.Fatalf("merge: %v", err)
		}
		for _, s := range m.Sections {
			if s.HasEcho {
				if want, _ := hears(me).Echo(index(w, s.ID)); s.Echo != want {
					t.Fatalf("%q: echo %+v, want %+v", s.ID, s.Echo, want)
				}
				echoed[s.ID] = true
			}
		}
		if len(echoed) == w.Len()-1 && got.Digest() == w.Digest() && got.Equal(w) {
			return datagrams
		}
	}
	t.Fatalf("not delivered by %d datagrams: %d echoes of %d nodes, calls %v, statuses %v", atMost,
		len(echoed), w.Len(), got.Digest() == w.Digest(), got.covers(w))
	return 0
}

func index(w *Worldview, id elevator.ID) int {
	i, _ := w.Lookup(id)
	return i
}

// TestEverythingArrives is R1 in buildings that are too large for one datagram:
// every kind moves on by at least one item with each datagram, whatever the
// others want.
func TestEverythingArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		length := rapid.SampledFrom([]int{2, elevator.MaxIDLength}).Draw(t, "length")
		floors := rapid.IntRange(2, 12).Draw(t, "floors")
		opens := rapid.IntRange(0, 4).Draw(t, "quarters open")
		w := building(n, length, floors, random(rapid.Uint64().Draw(t, "seed"),
			func(i, number int) bool { return (i+number)%4 < opens }))
		touches := rapid.SampledFrom([]int{0, 1, maxRecent, 2 * maxRecent}).Draw(t, "touches")
		delivery(t, w, touches, 1+max(n*n, n*len(buttons(floors))))
	})
}

// TestDeliveryTimes bounds how many datagrams a building needs, with and
// without many changes all the time.
func TestDeliveryTimes(t *testing.T) {
	for _, tc := range []struct {
		nodes, length, floors int
		touches               int
		atMost                int
	}{
		{3, 1, 4, 0, 1},
		{3, 8, 4, 2 * maxRecent, 1},
		{8, 1, 32, 0, 10},
		{8, 1, 32, maxRecent, 20},
		{8, 1, 32, 2 * maxRecent, 20},
		{20, 10, 8, 0, 10},
		{40, 32, 4, 2 * maxRecent, 200},
		{elevator.MaxNodes, 2, 4, 0, 20},
		{elevator.MaxNodes, elevator.MaxIDLength, 2, 0, 400},
	} {
		t.Run(fmt.Sprintf("%dx%d ids of %d, %d touched", tc.nodes, tc.floors, tc.length, tc.touches), func(t *testing.T) {
			w := building(tc.nodes, tc.length, tc.floors, typical())
			t.Logf("%d datagrams", delivery(t, w, tc.touches, tc.atMost))
		})
	}
}

// TestWholeInEach is R1 where it matters most: three nodes and four floors fit
// into every datagram, whatever has been pressed.
func TestWholeInEach(t *testing.T) {
	w := building(3, 1, 4, typical())
	for me := range w.Len() {
		var c Composer
		var net network
		for k := range 3 {
			got := New(4)
			merge(t, got, net.carry(t, w, c.Compose(w, from(w, me), me, hears(me), true)))
			if !got.Equal(w) || got.Digest() != w.Digest() {
				t.Fatalf("datagram %d of node %d doesn't hold the whole worldview", k, me)
			}
			if len(net.bytes) >= 300 {
				t.Errorf("%d bytes", len(net.bytes))
			}
		}
		t.Logf("3×4, every button used: %d bytes", len(net.bytes))
	}
}

// TestJoiningSaysNothing: a node that listens only sends its header and what it
// hears, so that it neither deletes nor revives anything (R6).
func TestJoiningSaysNothing(t *testing.T) {
	w := building(3, 1, 4, typical())
	var c Composer
	var net network
	for number := range 5 {
		c.Touch(1, number)
	}
	h := from(w, 1)
	h.Joining = true
	m := net.carry(t, w, c.Compose(w, h, 1, hears(1), false))
	if len(m.Sections) != 3 {
		t.Errorf("%d sections", len(m.Sections))
	}
	for _, s := range m.Sections {
		if s.HasStatus || len(s.Calls) > 0 || s.HasEcho != (s.ID != w.Node(1).ID) {
			t.Errorf("says %+v", s)
		}
	}

	alone := New(4)
	add(alone, "1")
	probe := goldenMessages()[goldenJoining]
	m = c.Compose(alone, probe.Header, 0, deaf{}, false)
	if b := net.encoder.Append(nil, m); !bytes.Equal(b, goldenBytes(t, goldenJoining)) {
		t.Errorf("the first datagram of all is %x", b)
	}
}

// count returns how many open and closed calls a message holds.
func count(m *Message) (open, closed int) {
	for _, s := range m.Sections {
		for _, e := range s.Calls {
			if e.Call.Active() {
				open++
			} else {
				closed++
			}
		}
	}
	return open, closed
}

// TestSettled: a large building leaves the closed calls out once everybody holds
// the same, a small one never does (docs/architecture.md).
func TestSettled(t *testing.T) {
	for _, tc := range []struct {
		nodes, floors int
		settled       bool
		closed        bool
	}{
		{3, 4, false, true},
		{3, 4, true, true},
		{8, 32, false, true},
		{8, 32, true, false},
	} {
		w := building(tc.nodes, 1, tc.floors, typical())
		var c Composer
		var net network
		for range 5 {
			m := net.carry(t, w, c.Compose(w, from(w, 0), 0, hears(0), tc.settled))
			open, closed := count(m)
			if open == 0 || (closed > 0) != tc.closed {
				t.Errorf("%d×%d, settled %v: %d open, %d closed", tc.nodes, tc.floors, tc.settled, open, closed)
			}
		}
	}
}

// TestNewestOfMany: when more has changed than fits, the newest goes first.
func TestNewestOfMany(t *testing.T) {
	w := building(20, elevator.MaxIDLength, 64, random(1, func(int, int) bool { return false }))
	var c Composer
	var net network
	for i := range 20 {
		for _, floor := range []int{1, 2, 3} {
			c.Touch(i, Number(floor, elevator.Cab))
		}
	}
	m := net.carry(t, w, c.Compose(w, from(w, 0), 0, deaf{}, true))
	if s := m.Section(w.Node(19).ID); s == nil || len(s.Calls) != 3 {
		t.Error("the newest changes don't travel")
	}
	if s := m.Section(w.Node(1).ID); s != nil && len(s.Calls) > 0 {
		t.Error("the oldest changes have found room: this test shows nothing")
	}
	if len(c.recent) == 0 {
		t.Error("what found no room is no longer recent")
	}
}

// TestNewestFirst is S3 in a large building: what has just changed travels in
// the next datagram.
func TestNewestFirst(t *testing.T) {
	w := building(20, 16, 64, typical())
	numbers := buttons(64)
	var c Composer
	var net network
	for k := range 300 {
		i, number := k*7%w.Len(), numbers[k*31%len(numbers)]
		for back := range 4 {
			c.Touch((i+back)%w.Len(), number)
		}
		m := net.carry(t, w, c.Compose(w, from(w, 0), 0, hears(0), true))
		for back := range 4 {
			found := false
			id := w.Node((i + back) % w.Len()).ID
			for _, e := range m.Section(id).Calls {
				found = found || e.Number == number
			}
			if !found {
				t.Fatalf("datagram %d leaves out slot %d of %q, which has just changed", k, number, id)
			}
		}
		if len(c.recent) > 0 {
			t.Fatalf("still recent after they were sent: %v", c.recent)
		}
	}
}

// TestTouchedTooEarly: a slot that was never pressed has no form on the wire; to
// touch it must not spoil the datagram.
func TestTouchedTooEarly(t *testing.T) {
	w := New(4)
	add(w, "1")
	var c Composer
	var net network
	c.Touch(0, 0)
	if open, closed := count(net.carry(t, w, c.Compose(w, from(w, 0), 0, deaf{}, false))); open+closed > 0 {
		t.Errorf("%d calls", open+closed)
	}
}

// TestHeld: the flag is that of the sender, and of open calls only.
func TestHeld(t *testing.T) {
	w := building(3, 1, 4, typical())
	var c Composer
	var net network
	for _, local := range []Local{hears(0), deaf{}} {
		for _, s := range net.carry(t, w, c.Compose(w, from(w, 0), 0, local, false)).Sections {
			for _, e := range s.Calls {
				if e.Held != (e.Call.Active() && local.Held(0, 0)) {
					t.Errorf("%q %d: held %v, open %v", s.ID, e.Number, e.Held, e.Call.Active())
				}
			}
		}
	}
}

// TestRoomIsUsed: where there is more to say than fits, a datagram isn't left
// half empty by what Composer reckons.
func TestRoomIsUsed(t *testing.T) {
	for _, tc := range []struct{ nodes, length, floors int }{{8, 1, 128}, {8, 16, 64}, {64, 2, 16}} {
		w := building(tc.nodes, tc.length, tc.floors, typical())
		var c Composer
		var net network
		least, total := Limit, 0
		for range 20 {
			net.carry(t, w, c.Compose(w, from(w, 0), 0, hears(0), false))
			least = min(least, len(net.bytes))
			total += len(net.bytes)
		}
		t.Logf("%d×%d, ids of %d: %d bytes on average, %d at the least", tc.nodes, tc.floors, tc.length, total/20, least)
		if least < Limit/2 {
			t.Errorf("%d×%d: a datagram of %d bytes", tc.nodes, tc.floors, least)
		}
	}
}
