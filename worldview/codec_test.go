package worldview

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// TestEncodeDecode: decoding what was encoded gives the same message, with
// encoders and decoders that have been used before.
func TestEncodeDecode(t *testing.T) {
	var e Encoder
	var d Decoder
	var b []byte
	rapid.Check(t, func(t *rapid.T) {
		m := anyMessage().Draw(t, "message")
		b = e.Append(b[:0], m)
		got, err := d.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-encoded +decoded):\n%s", diff)
		}
		h, err := d.Peek(b)
		if err != nil || h != m.Header {
			t.Fatalf("Peek: %+v, %v, want %+v", h, err, m.Header)
		}
		for k := range m.Sections {
			if m.Section(m.Sections[k].ID) != &m.Sections[k] {
				t.Fatal("Section finds another one")
			}
		}
	})
}

// checkDecode decodes any bytes and checks what must hold of all: no panic, an
// error of the three kinds, and of a good datagram that it is the one encoding
// of what it says and can be merged.
func checkDecode(t fataler, d *Decoder, e *Encoder, b []byte) (ok bool) {
	m, err := d.Decode(b)
	if err != nil {
		var version VersionError
		var malformed MalformedError
		if err != ErrForeign && !errors.As(err, &version) && !errors.As(err, &malformed) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if m != nil {
			t.Fatalf("a message and the error %v", err)
		}
		return false
	}
	if again := e.Append(nil, m); !bytes.Equal(again, b) {
		t.Fatalf("not canonical:\n%x is encoded as\n%x", b, again)
	}
	for _, s := range m.Sections {
		for _, c := range s.Calls {
			if !c.Call.valid() || c.Call.P == 0 {
				t.Fatalf("an invalid call: %+v", c)
			}
		}
	}
	return true
}

// FuzzDecode is F1: foreign and hostile bytes.
func FuzzDecode(f *testing.F) {
	var e Encoder
	for seed := range 8 {
		f.Add(e.Append(nil, anyMessage().Example(seed)))
	}
	for name := range goldenMessages() {
		f.Add(goldenBytes(f, name))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, b []byte) {
		if !checkDecode(t, &d, &e, b) {
			return
		}
		m, _ := d.Decode(b)
		w := New(m.Floors)
		merge(t, w, m)
		if changed, _ := w.Merge(m, func(i, number int, before, after Call) {
			t.Fatalf("merged again, a call changed: %+v to %+v", before, after)
		}); changed {
			t.Fatal("merged again, a status changed")
		}
	})
}

// wrong returns what a byte may be changed to: anything; under the race detector,
// which is slow, each bit.
func wrong(was byte) []byte {
	var all []byte
	for x := 1; x < 256; x++ {
		if !raceDetector || x&(x-1) == 0 {
			all = append(all, was^byte(x))
		}
	}
	return all
}

// TestEveryByteWrong is F1: each golden datagram with one byte changed, in every
// way, either fails or is another canonical datagram.
func TestEveryByteWrong(t *testing.T) {
	var d Decoder
	var e Encoder
	for name := range goldenMessages() {
		b := goldenBytes(t, name)
		good, bad := 0, 0
		for at, was := range b {
			for _, x := range wrong(was) {
				b[at] = x
				if checkDecode(t, &d, &e, b) {
					good++
				} else {
					bad++
				}
			}
			b[at] = was
		}
		if good == 0 || bad == 0 {
			t.Errorf("%s: %d changes make a datagram and %d don't", name, good, bad)
		}
	}
}

// TestTruncated is F1: a datagram that is cut or extended anywhere is refused.
func TestTruncated(t *testing.T) {
	var d Decoder
	for name := range goldenMessages() {
		b := goldenBytes(t, name)
		for n := range len(b) {
			_, err := d.Decode(b[:n:n])
			var malformed MalformedError
			if n < 4 && err != ErrForeign || n >= 4 && !errors.As(err, &malformed) {
				t.Errorf("%s cut to %d bytes: %v", name, n, err)
			}
		}
		if _, err := d.Decode(append(b, 0)); err == nil {
			t.Errorf("%s with a byte too many is accepted", name)
		}
	}
}

// TestOtherProtocols is F7: other programs and other versions are told apart.
func TestOtherProtocols(t *testing.T) {
	var d Decoder
	b := goldenBytes(t, goldenJoining)
	for _, foreign := range [][]byte{nil, []byte("peer-127.0.0.1-4711"), []byte(snapshotMagic + "\x01"), append([]byte{'e'}, b[1:]...)} {
		if _, err := d.Decode(foreign); err != ErrForeign {
			t.Errorf("%.20q: %v, want ErrForeign", foreign, err)
		}
		if _, err := d.Peek(foreign); err != ErrForeign {
			t.Errorf("Peek %.20q: %v, want ErrForeign", foreign, err)
		}
	}
	for _, version := range []byte{0, 2, 255} {
		b[4] = version
		want := VersionError{int(version)}
		if _, err := d.Decode(b); err != want {
			t.Errorf("version %d: %v, want %v", version, err, want)
		}
		if _, err := d.Decode(b[:5]); err != want {
			t.Errorf("version %d, no more: %v, want %v", version, err, want)
		}
	}
}

// TestPeekNeedsTheHeaderAlone: whose a datagram claims to be can be said although
// the rest is damaged.
func TestPeekNeedsTheHeaderAlone(t *testing.T) {
	var d Decoder
	b := goldenBytes(t, goldenTypical)
	for n := range len(b) {
		h, err := d.Peek(b[:n])
		if whole := n >= 42+1+1; whole != (err == nil) || whole && (h.ID != "1" || h.Floors != 4) {
			t.Errorf("of %d bytes: %+v, %v", n, h, err)
		}
	}
}

// datagram puts a datagram together by hand: a good header of four floors, and
// then the given parts: bytes, strings, and lives.
func datagram(parts ...any) []byte {
	b := bytes.Clone(goldenHeader)
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case string:
			b = append(b, byte(len(p)))
			b = append(b, p...)
		case Life:
			b = append48(b, uint64(p))
		case uint64:
			b = binary.AppendUvarint(b, p)
		default:
			panic("part")
		}
	}
	return b
}

var goldenHeader = func() []byte {
	var e Encoder
	b := e.Append(nil, &Message{Header: Header{Floors: 4, ID: "1"}})
	return b[:len(b)-2] // no lives, no sections
}()

// header returns a datagram of no sections with one byte changed.
func header(at int, x byte) []byte {
	b := datagram(0, 0)
	b[at] = x
	return b
}

// malformed holds a datagram, or several, for each reason to refuse one.
var malformed = map[string][][]byte{
	"unknown flags":           {header(5, 2), header(5, 0x81)},
	"number of floors":        {header(14, 0), header(14, 1), header(14, 129)},
	"loss above 100 per cent": {header(33, 101)},
	"not an id":               {header(42, 0), header(43, ' '), header(43, 0xff), datagram(0, 1, "", 0), datagram(0, 1, "a b", 0), datagram(0, 1, strings.Repeat("a", 33), 0)},
	"too short":               {goldenHeader[:30], datagram(0), datagram(0, 1, 5, 97), datagram(0, 1, "1", 1, 7)},
	"varint": {
		datagram(0x80, 0x00, 0), // not the shortest form
		datagram(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0), // beyond 64 bits
		datagram(uint64(1<<62), 0),                                                                      // more lives than bytes
		datagram(1, Life(1), 1, "1", 4, 12, 0, 0, 0, 1),                                                 // more calls than buttons
		datagram(1, Life(1), 1, "1", 4, 0, 0, 0, 0, uint64(0x10000)),                                    // count
		datagram(1, Life(1), 1, "1", 4, 0, 0, formAge|sNever*formS|cNever*formC, 0, 1, uint64(0x10000)), // age
		datagram(1, Life(1), 1, "1", 4, 0, 0, sGiven*formS, 0, 1, uint64(0x10002)),                      // S below 0
		datagram(1, Life(1), 1, "1", 2, 0, uint64(1<<63), 0, 4, 0, 0),                                   // version of a status
		datagram(1, Life(1), 1, "1", 4, 0, 0, 0, 0x80, 0x80, 0x80, 0x01, 1),                             // number of a life
	},
	"absurd stamp":          {datagram(1, maxLife+1, 1, "1", 4, 0, 0, 0, 0, 1), datagram(1, Life(1<<48-1), 0)},
	"lives out of order":    {datagram(2, Life(2), Life(1), 0), datagram(2, Life(2), Life(2), 0)},
	"too many sections":     {datagram(0, 65)},
	"sections out of order": {datagram(0, 2, "2", 0, "1", 0), datagram(0, 2, "1", 0, "1", 0)},
	"unused life":           {datagram(1, Life(1), 0), datagram(2, Life(1), Life(2), 1, "1", 4, 0, 0, 0, 1, 1)},
	"unknown contents":      {datagram(0, 1, "1", 8), datagram(0, 1, "1", 0x80)},
	"no such button": {
		datagram(1, Life(1), 1, "1", 4, 0, 1, 0, 0, 1),  // down at the bottom
		datagram(1, Life(1), 1, "1", 4, 0, 9, 0, 0, 1),  // up at the top
		datagram(1, Life(1), 1, "1", 4, 0, 12, 0, 0, 1), // above the top
	},
	"status out of range": {
		datagram(1, Life(1), 1, "1", 2, 0, 0, 0, 4, 0, 0),       // version 0
		datagram(1, Life(1), 1, "1", 2, 0, 1, 4, 4, 0, 0),       // floor
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 3|1<<2, 0, 0),  // behaviour
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 3<<2, 0, 0),    // direction
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 4|3<<4, 0, 0),  // disk
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 4, 0x20, 0),    // reasons
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 0x44, 0, 7, 0), // goal: up from the highest floor
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 0x44, 0, 8, 0), // goal: above it
		datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 4, 0, 2),       // linked with nobody
	},
	"no goal":                       {datagram(1, Life(1), 1, "1", 2, 0, 1, 0, 0x44, 0, 0, 0)}, // given, but none
	"no such life":                  {datagram(1, Life(1), 1, "1", 4, 0, 0, 0, 1, 1), datagram(0, 1, "1", 2, 0, 1, 0, 4, 0, 0)},
	"life repeated":                 {datagram(1, Life(1), 1, "1", 4, 1, 0, 0, 0, 1, 1, 0, 0, 1)},
	"no life before the first call": {datagram(1, Life(1), 1, "1", 4, 0, 0, formSameLife, 1)},
	"call not in canonical form": {
		datagram(1, Life(0), 1, "1", 4, 0, 0, 0, 0, 0),                                  // never pressed
		datagram(1, Life(1), 1, "1", 4, 0, 0, 0x80, 0, 1),                               // unknown bit
		datagram(1, Life(1), 1, "1", 4, 0, 0, 3*formS, 0, 1),                            // unknown form of S
		datagram(1, Life(1), 1, "1", 4, 0, 0, sGiven*formS, 0, 1, 0),                    // S = P, but given
		datagram(1, Life(0), 1, "1", 4, 0, 0, sGiven*formS, 0, 1, 1),                    // S = 0, but given
		datagram(1, Life(1), 1, "1", 4, 0, 0, cAsS*formC, 0, 1),                         // C = S = P
		datagram(1, Life(1), 1, "1", 4, 0, 0, sNever*formS|cNever*formC, 0, 1),          // C = S = 0
		datagram(1, Life(1), 1, "1", 4, 0, 0, cGiven*formC, 0, 1, 0),                    // C = P, but given
		datagram(1, Life(1), 1, "1", 4, 0, 0, sGiven*formS|cGiven*formC, 0, 3, 1, 1),    // C = S, but given
		datagram(1, Life(1), 1, "1", 4, 0, 0, formHeld, 0, 1),                           // closed, but held
		datagram(1, Life(1), 1, "1", 4, 0, 0, formAge, 0, 1, 5),                         // closed, with an age
		datagram(1, Life(1), 1, "1", 4, 0, 0, formAge|sNever*formS|cAsP*formC, 0, 1, 0), // age 0, but given
	},
	"bytes left over": {datagram(0, 0, 0)},
}

// TestMalformed is rule 14 of docs/protocol.md: every reason to refuse a datagram
// can be met, and no reason in the decoder is without an example here.
func TestMalformed(t *testing.T) {
	var d Decoder
	if _, err := d.Decode(datagram(0, 0)); err != nil {
		t.Fatalf("the datagram that the others are made from: %v", err)
	}
	if _, err := d.Decode(datagram(1, Life(1), 1, "1", 6, 0, 1, 0, 4, 0, 0, 0, 0, 0, 0, 1)); err != nil {
		t.Fatalf("a good one made by hand: %v", err)
	}
	for what, examples := range malformed {
		for _, b := range examples {
			if _, err := d.Decode(b); err != (MalformedError{what}) {
				t.Errorf("%x: %v, want %v", b[len(goldenHeader)*min(1, len(b)/len(goldenHeader)):], err, MalformedError{what})
			}
		}
	}
	source, err := os.ReadFile("decode.go")
	if err != nil {
		t.Fatal(err)
	}
	reasons := regexp.MustCompile(`fail\("([^"]*)"\)`).FindAllSubmatch(source, -1)
	if len(reasons) < len(malformed) {
		t.Errorf("%d reasons in decode.go, %d here", len(reasons), len(malformed))
	}
	for _, r := range reasons {
		if _, ok := malformed[string(r[1])]; !ok {
			t.Errorf("no example of %q", r[1])
		}
	}
}

// TestManyIDs: ids without end don't fill the memory of a decoder (F1).
func TestManyIDs(t *testing.T) {
	var d Decoder
	var e Encoder
	for _, id := range names(10*maxInterned, 8) {
		m, err := d.Decode(e.Append(nil, &Message{Header: Header{Floors: 4, ID: id}}))
		if err != nil || m.ID != id {
			t.Fatalf("%q: %+v, %v", id, m, err)
		}
		if len(d.ids) > maxInterned {
			t.Fatalf("%d ids remembered", len(d.ids))
		}
	}
}

// TestHashes: buildings and timings that differ have different hashes.
func TestHashes(t *testing.T) {
	if HashBuilding("lab") == HashBuilding("lab2") || HashBuilding("") != 0 {
		t.Error("HashBuilding")
	}
	c := elevator.DefaultConfig()
	seen := map[uint16]bool{HashTimings(c): true}
	for _, change := range []func(*elevator.Config){
		func(c *elevator.Config) { c.Door++ },
		func(c *elevator.Config) { c.Travel++ },
		func(c *elevator.Config) { c.Pass++ },
		func(c *elevator.Config) { c.Door, c.Travel = c.Travel, c.Door },
	} {
		d := c
		change(&d)
		if seen[HashTimings(d)] {
			t.Errorf("the timings %+v have the hash of others", d)
		}
		seen[HashTimings(d)] = true
	}
}
