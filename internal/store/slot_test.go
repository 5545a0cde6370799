package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// image returns the bytes of a file with these two payloads; a generation of 0
// is a blank slot.
func image(slotSize int, generations [2]uint64, payloads [2]string) []byte {
	file := make([]byte, 2*slotSize)
	for i := range 2 {
		encodeSlot(file[i*slotSize:][:slotSize], i, generations[i], []byte(payloads[i]))
	}
	return file
}

// The bytes of a header never change as long as its version doesn't.
func TestGoldenHeader(t *testing.T) {
	buf := bytes.Repeat([]byte{0xaa}, 8192)
	b := encodeSlot(buf, 1, 0x0102030405060708, []byte("hall-up 2"))
	want := strings.Join([]string{
		"656c6576736c6f74", // magic
		"77244af5d6fee870ce3e8576465e7d40710ba0929c27e76bee42ceeba3ac19fc", // SHA-256 of all that follows
		"0100", "0100", "00200000", "0807060504030201", "09000000", "00000000",
		"68616c6c2d75702032",
	}, "")
	if diff := cmp.Diff(want, hex.EncodeToString(b[:64+9])); diff != "" {
		t.Error(diff)
	}
	if len(b) != 4096 || !bytes.Equal(b[64+9:], make([]byte, 4096-64-9)) {
		t.Errorf("%d bytes to write, want 4096, the rest of them zeros", len(b))
	}
	if buf[4096] != 0xaa {
		t.Error("bytes beyond were touched")
	}
}

func TestSlotSizes(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 1984, 1985, 4032, 4033, 1 << 20, MaxPayload/2 + 1, MaxPayload} {
		size := slotSizeFor(n)
		if size%block != 0 || size < headerSize+n || size > maxSlotSize {
			t.Errorf("slotSizeFor(%d) = %d", n, size)
		}
		payload := bytes.Repeat([]byte{7}, n)
		file := make([]byte, 2*size)
		encodeSlot(file[:size], 0, 1, payload)
		encodeSlot(file[size:], 1, 0, nil)
		valid, bad := readSlots(bytes.NewReader(file), int64(len(file)))
		if len(bad) != 0 || len(valid) != 2 || !bytes.Equal(valid[0].payload, payload) {
			t.Errorf("%d bytes: %d valid slots, %v", n, len(valid), bad)
		}
	}
}

func TestDamagedSlots(t *testing.T) {
	const size = 4096
	// seal makes the checksum of slot i right again.
	seal := func(file []byte, i int) {
		s := file[i*size:]
		n := min(binary.LittleEndian.Uint32(s[offLength:]), size-headerSize)
		sum := sha256.Sum256(s[offVersion : headerSize+n])
		copy(s[offSum:], sum[:])
	}
	tests := []struct {
		name   string
		damage func(file []byte) []byte
		valid  []string
		bad    []string
	}{
		{"none", func(f []byte) []byte { return f }, []string{"old", "new"}, nil},
		{"empty file", func(f []byte) []byte { return nil }, nil, []string{"too short", "too short"}},
		{"a few bytes", func(f []byte) []byte { return f[:63] }, nil, []string{"too short", "too short"}},
		{"second half gone", func(f []byte) []byte { return f[:size] }, []string{"old"}, []string{"too short"}},
		{"second payload cut", func(f []byte) []byte { return f[:size+65] }, []string{"old"}, []string{"too short"}},
		{"longer", func(f []byte) []byte { return append(f, make([]byte, 3*size)...) }, []string{"old", "new"}, nil},
		{"zeros", func(f []byte) []byte { return make([]byte, 2*size) }, nil, []string{"mark", "mark"}},
		{"first wiped", func(f []byte) []byte { clear(f[:512]); return f }, []string{"new"}, []string{"mark"}},
		{"second wiped", func(f []byte) []byte { clear(f[size:]); return f }, []string{"old"}, []string{"mark"}},
		{"payload bit", func(f []byte) []byte { f[size+66] ^= 4; return f }, []string{"old"}, []string{"checksum"}},
		{"huge length", func(f []byte) []byte {
			binary.LittleEndian.PutUint32(f[offLength:], 1<<32-1)
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"length"}},
		{"length over the slot", func(f []byte) []byte {
			binary.LittleEndian.PutUint32(f[offLength:], size-headerSize+1)
			return f
		}, []string{"new"}, []string{"length"}},
		{"odd slot size", func(f []byte) []byte {
			binary.LittleEndian.PutUint32(f[offSlotSize:], 4095)
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"slot size"}},
		{"later version", func(f []byte) []byte {
			f[offVersion] = 2
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"version 2"}},
		{"slots swapped", func(f []byte) []byte {
			return append(bytes.Clone(f[size:]), f[:size]...)
		}, nil, []string{"other place", "other place"}},
		{"absurd generation", func(f []byte) []byte {
			binary.LittleEndian.PutUint64(f[offGeneration:], 1<<63)
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"never written"}},
		{"blank with payload", func(f []byte) []byte {
			binary.LittleEndian.PutUint64(f[offGeneration:], 0)
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"never written"}},
		{"reserved", func(f []byte) []byte {
			f[offZero] = 1
			seal(f, 0)
			return f
		}, []string{"new"}, []string{"never written"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := tt.damage(image(size, [2]uint64{8, 9}, [2]string{"old", "new"}))
			valid, bad := readSlots(bytes.NewReader(file), int64(len(file)))
			var got []string
			for _, s := range valid {
				got = append(got, string(s.payload))
			}
			if diff := cmp.Diff(tt.valid, got); diff != "" {
				t.Error(diff)
			}
			if len(bad) != len(tt.bad) {
				t.Fatalf("errors %v, want %q", bad, tt.bad)
			}
			for i, err := range bad {
				if !strings.Contains(err.Error(), tt.bad[i]) {
					t.Errorf("error %q doesn't say %q", err, tt.bad[i])
				}
			}
		})
	}
}

// The checksum finds every single flipped bit of a slot.
func TestEveryBitCounts(t *testing.T) {
	file := image(4096, [2]uint64{8, 9}, [2]string{"old", "new"})
	for bit := range (headerSize + 3) * 8 {
		file[bit/8] ^= 1 << (bit % 8)
		if s, err := readSlot(bytes.NewReader(file), int64(len(file)), 0, 0); err == nil {
			t.Errorf("bit %d flipped: accepted as %+v", bit, s)
		}
		file[bit/8] ^= 1 << (bit % 8)
	}
}

func TestUnreadableSectors(t *testing.T) {
	file := image(4096, [2]uint64{8, 9}, [2]string{"old", "new"})
	r := holeReader{bytes.NewReader(file), 4096}
	valid, bad := readSlots(r, int64(len(file)))
	if len(valid) != 1 || string(valid[0].payload) != "old" || len(bad) != 1 || !errors.Is(bad[0], os.ErrInvalid) {
		t.Errorf("valid %v, bad %v", valid, bad)
	}
}

// holeReader fails all reads from an offset on.
type holeReader struct {
	*bytes.Reader
	from int64
}

func (h holeReader) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > h.from {
		return 0, os.ErrInvalid
	}
	return h.Reader.ReadAt(b, at)
}

// A length that a corrupt file claims isn't believed beyond the file's end.
func TestCorruptLengthAllocatesLittle(t *testing.T) {
	file := image(4096, [2]uint64{8, 9}, [2]string{"old", "new"})
	binary.LittleEndian.PutUint32(file[offLength:], MaxPayload)
	binary.LittleEndian.PutUint32(file[offSlotSize:], maxSlotSize)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, bad := readSlots(bytes.NewReader(file), int64(len(file)))
	runtime.ReadMemStats(&after)
	if len(bad) == 0 {
		t.Error("accepted")
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", n, len(file))
	}
}

func FuzzReadSlots(f *testing.F) {
	good := image(4096, [2]uint64{8, 9}, [2]string{"old", "new"})
	f.Add([]byte(nil), -1)
	f.Add(good, -1)
	f.Add(good, 70)
	f.Add(good, 4096+57)
	f.Add(good[:4096+100], 3)
	f.Add(image(8192, [2]uint64{1, 0}, [2]string{strings.Repeat("x", 4000), ""}), 44)
	f.Fuzz(func(t *testing.T, file []byte, change int) {
		if change >= 0 && change < len(file) {
			file = bytes.Clone(file)
			file[change] ^= 0xff
		}
		valid, bad := readSlots(bytes.NewReader(file), int64(len(file)))
		if len(valid)+len(bad) != 2 {
			t.Fatalf("%d valid and %d bad slots", len(valid), len(bad))
		}
		// What is accepted is what encodeSlot would have written: there is one
		// encoding only. (Padding has no meaning.)
		for _, s := range valid {
			end := headerSize + len(s.payload)
			found := false
			for i := range 2 {
				buf := make([]byte, s.slotSize)
				encodeSlot(buf, i, s.generation, s.payload)
				from := i * s.slotSize
				found = found || from+end <= len(file) && bytes.Equal(file[from:][:end], buf[:end])
			}
			if !found {
				t.Fatalf("generation %d with %d bytes was accepted and isn't in the file", s.generation, len(s.payload))
			}
		}
	})
}
