package worldview

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// someHears is a Local of which everything can be chosen.
type someHears struct {
	heard elevator.NodeSet
	seq   uint64
	held  bool
}

func (h *someHears) Echo(i int) (Echo, bool) {
	return Echo{Boot: uint64(i) + 1, Seq: h.seq + uint64(i)}, h.heard.Has(i)
}
func (h *someHears) Held(int, int) bool { return h.held }

// TestWhatIsRememberedChangesNothing: a composer, an encoder, a decoder and a
// worldview that remember what they did before come to the same as those that
// don't, whatever happens in between.
func TestWhatIsRememberedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.SampledFrom([]int{1, 3, 12}).Draw(t, "nodes")
		floors := rapid.SampledFrom([]int{2, 4, 12}).Draw(t, "floors")
		w := building(nodes, 2, floors, typical())
		local := &someHears{heard: 1<<nodes - 1}
		var remembers, forgets Composer
		var encoder Encoder
		var decoder Decoder
		known, plain := New(floors), New(floors)
		var copied Message
		var old [][]byte
		me, settled, h := 0, false, Header{Floors: floors, ID: names(nodes, 2)[0]}
		t.Repeat(map[string]func(*rapid.T){
			"nothing": func(*rapid.T) {},
			"echo":    func(*rapid.T) { local.seq++ },
			"heard":   func(t *rapid.T) { local.heard ^= 1 << rapid.IntRange(0, nodes-1).Draw(t, "i") },
			"held":    func(*rapid.T) { local.held = !local.held },
			"joining": func(*rapid.T) { h.Joining = !h.Joining },
			"settled": func(*rapid.T) { settled = !settled },
			"header":  func(t *rapid.T) { h.Boot, h.Seq = rapid.Uint64().Draw(t, "boot"), h.Seq+1 },
			"call": func(t *rapid.T) {
				i := rapid.IntRange(0, w.Len()-1).Draw(t, "i")
				number := rapid.SampledFrom(buttons(floors)).Draw(t, "number")
				c := w.Call(i, number)
				switch rapid.IntRange(0, 3).Draw(t, "how") {
				case 0:
					c = c.Press(testLife)
				case 1:
					c = c.Confirm(c.P)
				case 2:
					c = c.Serve()
				case 3:
					c = c.Aged(c.Age + 1)
				}
				w.SetCall(i, number, c)
				if rapid.Bool().Draw(t, "touch") {
					remembers.Touch(i, number)
					forgets.Touch(i, number)
				}
			},
			"status": func(t *rapid.T) {
				i := rapid.IntRange(0, w.Len()-1).Draw(t, "i")
				s := w.Node(i).Status
				s.Seq++
				s.State = drawState(t, floors)
				s.Links = elevator.NodeSet(rapid.Uint64Max(1<<w.Len()-1).Draw(t, "links"))
				w.SetStatus(i, s)
			},
			"node": func(t *rapid.T) { add(w, elevator.ID(rapid.StringMatching("[a-e]").Draw(t, "id"))) },
			"old datagram": func(t *rapid.T) {
				if len(old) == 0 {
					return
				}
				b := slices.Clone(rapid.SampledFrom(old).Draw(t, "datagram"))
				if rapid.Bool().Draw(t, "altered") {
					b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
				}
				same(t, &decoder, b)
			},
			"": func(t *rapid.T) {
				forgets.last.from = nil
				m := remembers.Compose(w, h, me, local, settled)
				b := encoder.Append(nil, m)
				var fresh Encoder
				want := forgets.Compose(w, h, me, local, settled)
				want.Forget()
				if wanted := fresh.Append(nil, want); !bytes.Equal(b, wanted) {
					t.Fatalf("sent\n%x\nwant\n%x", b, wanted)
				}
				if old = append(old, b); len(old) > 8 {
					old = old[1:]
				}
				got := same(t, &decoder, b)
				if got.CopyTo(&copied); !copied.Equal(*got) || copied.Content() != got.Content() {
					t.Fatal("a copy in the place of another differs")
				}
				status, err := known.Merge(got, nil)
				got.Forget()
				wantStatus, wantErr := plain.Merge(got, nil)
				if status != wantStatus || err != nil || wantErr != nil {
					t.Fatalf("merged: %v, %v, want %v, %v", status, err, wantStatus, wantErr)
				}
				if !known.Equal(plain) || known.Digest() != plain.Digest() {
					t.Fatal("what was merged differs")
				}
			},
		})
	})
}

// same decodes with a decoder that remembers and with one that doesn't.
func same(t *rapid.T, d *Decoder, b []byte) *Message {
	got, err := d.Decode(b)
	var fresh Decoder
	want, wantErr := fresh.Decode(b)
	switch {
	case (err == nil) != (wantErr == nil), err != nil && err.Error() != wantErr.Error():
		t.Fatalf("decoded with %v, want %v", err, wantErr)
	case err == nil && !got.Equal(*want):
		t.Fatalf("decoded\n%+v\nwant\n%+v", got, want)
	}
	if err != nil {
		return nil
	}
	var c Message
	got.CopyTo(&c)
	if !c.Equal(*got) || c.Content() != got.Content() {
		t.Fatal("a copy differs")
	}
	return &c
}

// TestContentTellsChanges: while nothing changes a message keeps its content,
// and a change gives it another one.
func TestContentTellsChanges(t *testing.T) {
	w := building(3, 1, 4, typical())
	local := &someHears{heard: 7}
	var c Composer
	var e Encoder
	var d Decoder
	h := from(w, 0)
	content := func() (composed, decoded Content) {
		h.Seq++
		local.seq++
		m := c.Compose(w, h, 0, local, false)
		got, err := d.Decode(e.Append(nil, m))
		if err != nil {
			t.Fatal(err)
		}
		return m.Content(), got.Content()
	}
	for _, change := range []func(){
		func() { w.SetCall(1, 0, w.Call(1, 0).Press(testLife+9)) },
		func() { s := w.Node(2).Status; s.Seq++; w.SetStatus(2, s) },
		func() { local.held = true },
		func() { local.heard = 3 },
	} {
		a, b := content()
		for range 3 {
			if x, y := content(); x != a || y != b || !x.Known() || !y.Known() {
				t.Errorf("nothing has changed: contents %v and %v after %v and %v", x, y, a, b)
			}
		}
		change()
		if x, y := content(); x == a || y == b {
			t.Errorf("a change isn't seen: contents %v and %v after %v and %v", x, y, a, b)
		}
	}
}

// TestManySenders: a decoder keeps no more than it has room for, and reads on.
func TestManySenders(t *testing.T) {
	var d Decoder
	var e Encoder
	for range 2 {
		for k, id := range names(3*elevator.MaxNodes, 4) {
			m := &Message{Header: Header{Floors: 4, ID: id, Seq: uint64(k)}}
			got, err := d.Decode(e.Append(nil, m))
			if err != nil || !got.Equal(*m) {
				t.Fatalf("%v, %v, want %v", got, err, m)
			}
		}
	}
	if len(d.all) > elevator.MaxNodes || len(d.senders) > elevator.MaxNodes {
		t.Errorf("%d senders are remembered", len(d.senders))
	}
}
