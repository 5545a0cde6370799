package worldview

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// drawHeld draws a worldview of any size, from the messages that make it.
func drawHeld(t *rapid.T, floors int) *Worldview {
	w := New(floors)
	for range rapid.IntRange(0, 3).Draw(t, "messages") {
		m := anyMessage().Filter(func(m *Message) bool { return len(m.Sections) < 10 }).Draw(t, "message")
		for k := range m.Sections {
			s := &m.Sections[k]
			s.HasStatus = false
			kept := s.Calls[:0]
			for _, e := range s.Calls {
				if f, b := FloorButton(e.Number); elevator.ButtonExists(floors, f, b) {
					kept = append(kept, e)
				}
			}
			s.Calls = kept
		}
		m.Floors = floors
		merge(t, w, m)
	}
	return w
}

// TestSaveRestore is R7 and F4: what was saved comes back, joined with what is
// there, and with the life of its writer.
func TestSaveRestore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floors := rapid.SampledFrom([]int{2, 4, 9, elevator.MaxFloors}).Draw(t, "floors")
		saved, have := drawHeld(t, floors), drawHeld(t, floors)
		life := anyLife().Draw(t, "writer")
		b := saved.AppendSnapshot([]byte("before"), life)
		if !bytes.HasPrefix(b, []byte("before")) {
			t.Fatal("AppendSnapshot doesn't append")
		}
		b = b[len("before"):]

		back := New(floors)
		if l, err := back.Restore(b); err != nil || l != life {
			t.Fatalf("life %x, %v, want %x", l, err, life)
		}
		if !back.Equal(saved) || back.Digest() != saved.Digest() {
			t.Fatal("what came back isn't what was saved")
		}
		if _, err := have.Restore(b); err != nil {
			t.Fatal(err)
		}
		for i := range saved.Len() {
			j, known := have.Lookup(saved.Node(i).ID)
			for number, c := range saved.Node(i).Calls {
				if c.P > 0 && (!known || !below(c, have.Call(j, number))) {
					t.Fatalf("%q %d: lost %+v", saved.Node(i).ID, number, c)
				}
			}
		}
	})
}

// checkRestore restores any bytes and checks what must hold of all: no panic, an
// error changes nothing, and what is accepted is what AppendSnapshot writes.
func checkRestore(t fataler, b []byte) bool {
	floors := 4
	if len(b) > 5 {
		floors = max(elevator.MinFloors, min(int(b[5]), elevator.MaxFloors))
	}
	w := New(floors)
	life, err := w.Restore(b)
	if err != nil {
		if w.Len() > 0 || w.Digest() != 0 {
			t.Fatalf("%v, and yet something was restored", err)
		}
		return false
	}
	if again := w.AppendSnapshot(nil, life); !bytes.Equal(again, b) {
		t.Fatalf("%x is written as\n%x", b, again)
	}
	for i := range w.Len() {
		for number, c := range w.Node(i).Calls {
			f, button := FloorButton(number)
			if !c.valid() || c.P > 0 && !elevator.ButtonExists(floors, f, button) {
				t.Fatalf("restored %+v at floor %d, %v", c, f, button)
			}
		}
	}
	return true
}

// FuzzRestore is F6: a file that is torn, or isn't ours.
func FuzzRestore(f *testing.F) {
	for _, w := range []*Worldview{
		New(4),
		building(3, 1, 4, typical()),
		building(2, 32, elevator.MaxFloors, random(1, func(_, number int) bool { return number%2 == 0 })),
	} {
		f.Add(w.AppendSnapshot(nil, testLife))
	}
	f.Add([]byte(snapshotMagic + "\x01\x04\x00\x00\x00\x00\x00\x00\xff\xff\x7f\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		checkRestore(t, b)
	})
}

// TestTornSnapshot is F6: cut anywhere, or with any byte changed, a file is
// refused or is a whole one of another worldview.
func TestTornSnapshot(t *testing.T) {
	b := building(3, 1, 4, typical()).AppendSnapshot(nil, testLife)
	if !checkRestore(t, b) {
		t.Fatal("the whole one is refused")
	}
	for n := range len(b) {
		if checkRestore(t, b[:n:n]) {
			t.Errorf("cut to %d of %d bytes it is accepted", n, len(b))
		}
	}
	for at, was := range b {
		for _, x := range wrong(was) {
			b[at] = x
			checkRestore(t, b)
		}
		b[at] = was
	}
}

// TestRestoreTakesLittle: a small file can't ask for much memory (F6).
func TestRestoreTakesLittle(t *testing.T) {
	b := building(1, 1, 2, typical()).AppendSnapshot(nil, 0)[:12]
	for _, body := range [][]byte{
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},      // lives
		{0, 64, 1, '1', 4, 0xff, 0x02},                                    // sections and calls
		{1, 0, 0, 0, 0, 0, 1, 64, 1, '1', 4, 0xfd, 0x02, 0, 0, 0, 1, 'x'}, // calls
	} {
		file := append(bytes.Clone(b), body...)
		file[5] = elevator.MaxFloors
		w := New(elevator.MaxFloors)
		const runs = 100
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			if _, err := w.Restore(file); err == nil {
				t.Fatal("accepted")
			}
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / runs; n > 16<<10 {
			t.Errorf("%x takes %d bytes", body, n)
		}
	}
}

// TestRestoreErrors: what is wrong with a file is said (F6, F7).
func TestRestoreErrors(t *testing.T) {
	w := building(3, 1, 4, typical())
	good := w.AppendSnapshot(nil, testLife)
	with := func(at int, x ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], x)
		return b
	}
	var e Encoder
	body := func(sections ...Section) []byte { return e.appendBody(bytes.Clone(good[:12]), sections) }
	entry := Entry{Number: 0, Call: Call{P: 3}}
	held := entry
	held.Held = true

	for _, tc := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "not a saved worldview"},
		{"a datagram", goldenBytes(t, goldenTypical), "not a saved worldview"},
		{"another version", with(4, 2), "saved worldview of version 2 instead of 1"},
		{"no such building", with(5, 0), "saved worldview with 0 floors"},
		{"other floors", with(5, 9), "the saved state is for 9 floors, not 4"},
		{"absurd life", with(6, 0xff), "saved worldview with an absurd life"},
		{"torn", good[:len(good)-1], "malformed saved worldview: varint"},
		{"torn in front", good[:8], "malformed saved worldview: too short"},
		{"too long", append(bytes.Clone(good), 0), "malformed saved worldview: bytes left over"},
		{"an echo", body(Section{ID: "1", HasEcho: true, Calls: []Entry{entry}}), "malformed saved worldview: more than calls"},
		{"a status", body(Section{ID: "1", HasStatus: true, Status: Status{Version: Version{1, 1}}, Calls: []Entry{entry}}),
			"malformed saved worldview: more than calls"},
		{"a node without calls", body(Section{ID: "1"}), "malformed saved worldview: more than calls"},
		{"a held call", body(Section{ID: "1", Calls: []Entry{held}}), "malformed saved worldview: more than calls"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := New(4)
			_, err := w.Restore(tc.file)
			if err == nil || err.Error() != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
			if w.Len() > 0 {
				t.Error("and yet something was restored")
			}
		})
	}
	if _, err := New(4).Restore(body(Section{ID: "1", Calls: []Entry{entry}})); err != nil {
		t.Errorf("a good one made by hand: %v", err)
	}
	var floors FloorsError
	if _, err := New(5).Restore(good); !errors.As(err, &floors) || floors != (FloorsError{Stored: 4, Wanted: 5}) {
		t.Errorf("other floors: %v", err)
	}
}
