package worldview

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"elevnet/internal/elevator"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	goldenJoining = "joining"
	goldenTypical = "typical"
	goldenForms   = "forms"
)

// goldenMessages are the datagrams of testdata.
func goldenMessages() map[string]*Message {
	header := Header{
		Building: HashBuilding("lab"),
		Floors:   4,
		Timings:  HashTimings(elevator.DefaultConfig()),
		Boot:     0x0123456789abcdef,
		Seq:      2_500_000,
		Count:    125,
		ID:       "1",
	}
	joining := header
	joining.Joining, joining.Seq, joining.Count = true, 20_000, 1

	// Three nodes, four floors, an ordinary afternoon.
	var c Composer
	w := New(4)
	for k, id := range []elevator.ID{"1", "2", "3"} {
		i := add(w, id)
		w.SetStatus(i, Status{
			Version: Version{testLife + Life(k), uint64(40 + k)},
			State:   elevator.State{Floor: k, Direction: elevator.Direction(k - 1), Behaviour: elevator.Behaviour(k)},
			Goal:    elevator.Goal(3 * k),
			Links:   7 &^ (1 << k),
		})
	}
	w.SetStatus(2, Status{
		Version: Version{testLife + 2, 300},
		State:   elevator.State{Floor: 3, Unavailable: elevator.Obstructed | elevator.ServerLost},
		Disk:    DiskFailed,
		Links:   1,
	})
	press := func(i, floor int, b elevator.Button) Call {
		c := w.Call(i, Number(floor, b)).Press(testLife + Life(i))
		w.SetCall(i, Number(floor, b), c)
		return c
	}
	set := func(i, floor int, b elevator.Button, c Call) { w.SetCall(i, Number(floor, b), c) }
	set(0, 0, elevator.HallUp, press(0, 0, elevator.HallUp).Serve())
	up := press(0, 2, elevator.HallUp)
	set(0, 2, elevator.HallUp, up.Confirm(up.P).Aged(7))
	press(1, 3, elevator.HallDown)
	cab := press(1, 1, elevator.Cab)
	set(1, 1, elevator.Cab, cab.Confirm(cab.P))
	set(2, 3, elevator.Cab, press(2, 3, elevator.Cab).Confirm(1<<63).Serve())
	set(2, 3, elevator.Cab, press(2, 3, elevator.Cab))
	typical := header
	typical.Digest, typical.Loss = w.Digest(), 12

	// Every form that a call can have, by turns in its section's first life and
	// in others.
	forms := &Message{Header: header, Sections: []Section{{ID: "1"}, {ID: "twenty-two"}}}
	forms.KeyID, forms.Count = 0xcafe, 0xffff
	lives := []Life{3, testLife, testLife, maxLife}
	numbers := buttons(4)
	var entries []Entry
	for _, s := range []int{sAsP, sNever, sGiven} {
		for _, cf := range []int{cAsP, cAsS, cNever, cGiven} {
			life := lives[len(entries)%len(lives)]
			call := Call{P: life.Start() + 0x104}
			switch s {
			case sAsP:
				call.S = call.P
			case sGiven:
				call.S = call.P - 3
			}
			switch cf {
			case cAsP:
				call.C = call.P
			case cAsS:
				call.C = call.S
			case cGiven:
				call.C = call.P - 200
			}
			if int(formOfS(call)) != s || int(formOfC(call)) != cf {
				continue // another form is the canonical one
			}
			if call.Active() {
				call.Age = uint16(len(entries)) * 100
			}
			entries = append(entries, Entry{0, call, call.Active() && len(entries)%3 > 0})
		}
	}
	for k, e := range entries {
		e.Number = numbers[k%len(numbers)]
		s := &forms.Sections[k/len(numbers)]
		s.Calls = append(s.Calls, e)
	}

	return map[string]*Message{
		goldenJoining: {Header: joining, Sections: []Section{{ID: "1"}}},
		goldenTypical: c.Compose(w, typical, 0, hears(0), false),
		goldenForms:   forms,
	}
}

// goldenBytes reads the bytes of a golden file.
func goldenBytes(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b
}

// TestGolden: the bytes on the wire are those of testdata, which state field by
// field what the package comment's table says (docs/architecture.md).
func TestGolden(t *testing.T) {
	for name, m := range goldenMessages() {
		t.Run(name, func(t *testing.T) {
			var e Encoder
			got := e.Append(nil, m)
			if *update {
				path := filepath.Join("testdata", name+".hex")
				if err := os.WriteFile(path, annotated(t, name, got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := goldenBytes(t, name)
			if !bytes.Equal(got, want) {
				t.Fatalf("encoded\n%s\nwant\n%s", annotated(t, name, got), annotated(t, name, want))
			}
			var d Decoder
			back, err := d.Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, back, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			t.Logf("%s: %d bytes", name, len(got))
		})
	}
}

// TestFormsAreAllGolden: the golden file of forms leaves none out.
func TestFormsAreAllGolden(t *testing.T) {
	seen := map[[2]byte]bool{}
	for _, s := range goldenMessages()[goldenForms].Sections {
		for _, e := range s.Calls {
			seen[[2]byte{formOfS(e.Call), formOfC(e.Call)}] = true
		}
	}
	for _, c := range universe() {
		if c.P > 0 && !seen[[2]byte{formOfS(c), formOfC(c)}] {
			t.Errorf("no call in the form of %+v", c)
		}
	}
}

// annotated writes a datagram as hexadecimal digits, a field a line. It follows
// the package comment's table and shares no code with the decoder.
func annotated(t testing.TB, name string, b []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s: %d bytes. Written by go test -run TestGolden -update.\n", name, len(b))
	line := func(n int, format string, args ...any) []byte {
		if n > len(b) {
			t.Fatalf("%s ends within %q", name, fmt.Sprintf(format, args...))
		}
		fmt.Fprintf(&out, "%-24x # %s\n", b[:n], fmt.Sprintf(format, args...))
		field := b[:n]
		b = b[n:]
		return field
	}
	number := func(n int, what string) uint64 {
		var v uint64
		for _, x := range b[:min(n, len(b))] {
			v = v<<8 | uint64(x)
		}
		line(n, "%s %d", what, v)
		return v
	}
	varint := func(what string) uint64 {
		v, n := binary.Uvarint(b)
		line(n, "%s %d", what, v)
		return v
	}
	id := func(what string) { line(1+int(b[0]), "%s %q", what, b[1:1+int(b[0])]) }

	line(4, "magic %q", b[:4])
	number(1, "version")
	line(1, "flags %08b", b[0])
	line(4, "building")
	line(4, "key id")
	number(1, "floors")
	line(2, "timings")
	line(8, "boot")
	number(6, "sequence")
	number(2, "count")
	number(1, "loss")
	line(8, "digest")
	id("sender")
	for k := range varint("lives:") {
		line(6, "life %d", k)
	}
	sections := int(number(1, "sections:"))
	for range sections {
		id("section")
		contents := line(1, "  contents %03b", b[0])[0]
		if contents&1 != 0 {
			line(8, "  echo: boot")
			number(6, "  echo: sequence")
		}
		if contents&2 != 0 {
			varint("  status: life")
			varint("  status: version")
			number(1, "  status: floor")
			packed := line(1, "  status: parking, goal, disk, direction, behaviour %08b", b[0])[0]
			line(1, "  status: unavailable %05b", b[0])
			if packed&hasGoal != 0 {
				f, up := b[0]/2, b[0]&1
				line(1, "  status: goes to floor %d, up %d", f, up)
			}
			line((sections+7)/8, "  status: links %08b", b[:(sections+7)/8])
		}
		if contents&4 == 0 {
			continue
		}
		button := -1
		for range 1 + varint("  calls, less one:") {
			v, n := binary.Uvarint(b)
			button += int(v) + 1
			f, kind := FloorButton(button)
			line(n, "    call at floor %d, %v", f, kind)
			form := line(1, "      form %07b", b[0])[0]
			if form&1 == 0 {
				varint("      P: life")
			}
			varint("      P: count")
			if form>>1&3 == 2 {
				varint("      P - S =")
			}
			if form>>3&3 == 3 {
				varint("      P - C =")
			}
			if form&64 != 0 {
				varint("      age")
			}
		}
	}
	if len(b) > 0 {
		t.Fatalf("%s: %d bytes left over", name, len(b))
	}
	return out.Bytes()
}
