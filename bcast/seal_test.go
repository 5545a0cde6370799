package bcast

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var someKey = []byte("0123456789abcdef")

// What is on the wire must not change by accident: programs of different age
// share a network.
func TestSealGolden(t *testing.T) {
	tests := []struct{ name, key, payload, trailer string }{
		// The check value of CRC-32C, as catalogues of CRCs give it.
		{"crc", "", "123456789", "e3069283"},
		{"crc of nothing", "", "", "00000000"},
		// RFC 3720, appendix B.4: 32 bytes of zeroes.
		{"crc of zeroes", "", strings.Repeat("\x00", 32), "8a9136aa"},
		// RFC 4231, test cases 1, 2 and 6, cut to 16 bytes.
		{"hmac 1", strings.Repeat("\x0b", 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"},
		{"hmac 2", "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"},
		{"hmac 6", strings.Repeat("\xaa", 131), "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSealer([]byte(test.key))
			sealed := s.Seal([]byte(test.payload))
			if got := hex.EncodeToString(sealed[len(test.payload):]); got != test.trailer {
				t.Errorf("trailer %s, want %s", got, test.trailer)
			}
			if string(sealed[:len(test.payload)]) != test.payload {
				t.Errorf("the payload changed")
			}
		})
	}
}

func TestKeyID(t *testing.T) {
	if id := NewSealer(nil).KeyID(); id != 0 {
		t.Errorf("without a key: %08x", id)
	}
	if id := NewSealer([]byte{}).KeyID(); id != 0 {
		t.Errorf("with an empty key: %08x", id)
	}
	// By hand, and golden.
	mac := hmac.New(sha256.New, someKey)
	mac.Write([]byte("bcast key id, version 1"))
	digest := sha256.Sum256(mac.Sum(nil))
	id := NewSealer(someKey).KeyID()
	if want := binary.BigEndian.Uint32(digest[:4]); id != want || id != 0x30428e9c {
		t.Errorf("id %08x, want %08x", id, want)
	}
	if id == NewSealer([]byte("0123456789abcdeg")).KeyID() {
		t.Errorf("another key has the same id")
	}
	s := NewSealer(someKey)
	s.Seal([]byte("x"))
	if s.KeyID() != id {
		t.Errorf("the id changed by sealing")
	}
}

func sealers() map[string]*Sealer {
	return map[string]*Sealer{"crc": NewSealer(nil), "hmac": NewSealer(someKey)}
}

func TestSealAllSizes(t *testing.T) {
	random := rand.NewChaCha8([32]byte{2})
	for name, s := range sealers() {
		overhead := map[string]int{"crc": 4, "hmac": 16}[name]
		if s.Overhead() != overhead {
			t.Fatalf("%s: overhead %d", name, s.Overhead())
		}
		for size := range 1500 {
			b := make([]byte, size, size+overhead)
			random.Read(b)
			sealed := s.Seal(b)
			if len(sealed) != size+overhead {
				t.Fatalf("%s: %d bytes sealed to %d", name, size, len(sealed))
			}
			got, ok := s.Open(sealed)
			if !ok || !bytes.Equal(got, b) {
				t.Fatalf("%s: %d bytes do not open", name, size)
			}
			if cap(got) != len(got) {
				t.Fatalf("%s: appending to the payload would overwrite the trailer", name)
			}
			if _, ok := s.Open(sealed[:len(sealed)-1]); ok {
				t.Fatalf("%s: %d bytes open without the last", name, size)
			}
			if size < overhead {
				if _, ok := s.Open(b); ok && !(name == "crc" && size == 0) {
					t.Fatalf("%s: %d bytes without room for a trailer open", name, size)
				}
			}
		}
	}
}

// Any single wrong bit is found, and the other kind of trailer or key is.
func TestOpenRefuses(t *testing.T) {
	payload := []byte("a worldview or something else of some length")
	for name, s := range sealers() {
		sealed := s.Seal(bytes.Clone(payload))
		for bit := range 8 * len(sealed) {
			sealed[bit/8] ^= 1 << (bit % 8)
			if got, ok := s.Open(sealed); ok || got != nil {
				t.Errorf("%s: bit %d is wrong and it opens", name, bit)
			}
			sealed[bit/8] ^= 1 << (bit % 8)
		}
		others := map[string]*Sealer{"another key": NewSealer([]byte("fedcba9876543210"))}
		if name == "crc" {
			others["a key"] = NewSealer(someKey)
		} else {
			others["no key"] = NewSealer(nil)
		}
		for other, o := range others {
			if _, ok := o.Open(sealed); ok {
				t.Errorf("%s: opens with %s", name, other)
			}
		}
		if _, ok := s.Open(nil); ok {
			t.Errorf("%s: nothing opens", name)
		}
	}
}

// Sealers keep no trace of what they did before: order and repetition change
// nothing, and two with one key agree.
func TestSealIsAFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "key")
		a, b := NewSealer(key), NewSealer(bytes.Clone(key))
		if a.KeyID() != b.KeyID() || (a.KeyID() == 0) != (len(key) == 0) {
			t.Fatalf("ids %08x and %08x", a.KeyID(), b.KeyID())
		}
		for _, p := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 1, 5).Draw(t, "payloads") {
			sealed := a.Seal(bytes.Clone(p))
			a.Open(p)
			if got, ok := b.Open(sealed); !ok || !bytes.Equal(got, p) {
				t.Fatalf("%x does not open", sealed)
			}
			if again := a.Seal(bytes.Clone(p)); !bytes.Equal(again, sealed) {
				t.Fatalf("%x, then %x", sealed, again)
			}
		}
	})
}

func TestSealerDoesNotAllocate(t *testing.T) {
	for name, s := range sealers() {
		buf := make([]byte, 300, 400)
		if n := testing.AllocsPerRun(100, func() {
			sealed := s.Seal(buf)
			if _, ok := s.Open(sealed); !ok {
				t.Fatal("does not open")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Whatever comes, Open doesn't panic, and what it lets pass is exactly what
// Seal makes.
func FuzzOpen(f *testing.F) {
	for _, key := range [][]byte{nil, someKey} {
		for _, size := range []int{0, 1, 40} {
			f.Add(key, NewSealer(key).Seal(make([]byte, size)))
		}
	}
	f.Add([]byte("k"), []byte("short"))
	f.Add([]byte{}, bytes.Repeat([]byte{0xff}, 20))
	f.Fuzz(func(t *testing.T, key, b []byte) {
		s := NewSealer(key)
		before := bytes.Clone(b)
		payload, ok := s.Open(b)
		if !bytes.Equal(b, before) {
			t.Fatal("the datagram changed")
		}
		if !ok {
			if payload != nil {
				t.Fatal("refused, but something returned")
			}
			return
		}
		if sealed := s.Seal(bytes.Clone(payload)); !bytes.Equal(sealed, b) {
			t.Fatalf("%x opens, but sealing gives %x", b, sealed)
		}
		if len(key) == 0 && binary.BigEndian.Uint32(b[len(b)-4:]) != crc32.Checksum(payload, crc32.MakeTable(crc32.Castagnoli)) {
			t.Fatal("wrong checksum passed")
		}
	})
}
