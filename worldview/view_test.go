package worldview

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"elevnet/internal/elevator"
)

// TestViewGolden: the JSON for people is stable; fields are only ever added
// (docs/architecture.md).
func TestViewGolden(t *testing.T) {
	var d Decoder
	m, err := d.Decode(goldenBytes(t, goldenTypical))
	if err != nil {
		t.Fatal(err)
	}
	w := New(m.Floors)
	add(w, "quiet") // heard of only
	merge(t, w, m)
	i, _ := w.Lookup("3")
	w.SetCall(i, Number(2, elevator.HallUp), Call{P: testLife.Start() + 4}.Aged(9)) // the same call as node 1's
	got, err := json.MarshalIndent(w.View(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const path = "testdata/view.json"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); !bytes.Equal(got, want) {
		t.Errorf("the JSON is\n%s\nwant\n%s", got, want)
	}
}

// TestViewOfNothing: an empty worldview has empty lists, not null ones.
func TestViewOfNothing(t *testing.T) {
	got, err := json.Marshal(New(4).View())
	if want := `{"floors":4,"hall":[],"nodes":[],"digest":"0000000000000000"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

// TestWords: the words that people and programs read.
func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		None.String():        "none",
		Unconfirmed.String(): "unconfirmed",
		Confirmed.String():   "confirmed",
		DiskWorks.String():   "works",
		DiskNone.String():    "none",
		DiskFailed.String():  "failed",
		ErrForeign.Error():   "not an elevnet datagram",

		VersionError{Version: 2}.Error(): "protocol version 2 instead of 1",
		MalformedError{"varint"}.Error(): "malformed datagram: varint",
		FloorsError{4, 9}.Error():        "the saved state is for 4 floors, not 9",
		DigestValue(0xbeef).text():       "000000000000beef",
		DigestValue(1<<63 | 0x1f).text(): "800000000000001f",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func (d DigestValue) text() string {
	b, _ := d.MarshalText()
	return string(b)
}

// TestParkingIsSeen: the bit of a status comes through a datagram, and is shown.
func TestParkingIsSeen(t *testing.T) {
	for packed, want := range map[int]bool{4: false, 4 | 1<<7: true} {
		var d Decoder
		m, err := d.Decode(datagram(1, Life(1), 1, "1", 2, 0, 1, 0, packed, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		w := New(m.Floors)
		merge(t, w, m)
		if n := w.View().Nodes[0]; n.Parking != want || n.Disk != "works" || n.Behaviour != "idle" {
			t.Errorf("%08b is shown as %+v", packed, n)
		}
	}
}
