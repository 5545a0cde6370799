package bcast

import (
	"bytes"
	"testing"
)

func TestProbe(t *testing.T) {
	b := AppendProbe([]byte("front"), 0x0102030405060708, 77)
	front, probe := b[:5], b[5:]
	if string(front) != "front" {
		t.Errorf("front %q", front)
	}
	want := append([]byte("ELVPROBE"), 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 77)
	if !bytes.Equal(probe[:20], want) {
		t.Errorf("probe % x", probe)
	}
	if nonce, number, ok := ParseProbe(probe); !ok || nonce != 0x0102030405060708 || number != 77 {
		t.Errorf("parsed %x %d %v", nonce, number, ok)
	}
	for n := range len(probe) {
		if _, _, ok := ParseProbe(probe[:n]); ok {
			t.Errorf("%d bytes of it pass", n)
		}
		damaged := bytes.Clone(probe)
		damaged[n] ^= 1
		if _, _, ok := ParseProbe(damaged); ok {
			t.Errorf("damage at %d passes", n)
		}
	}
	if _, _, ok := ParseProbe(append(bytes.Clone(probe), 0)); ok {
		t.Error("a longer one passes")
	}
}
