package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

var sample = flag.Bool("sample", false, "make testdata/sample.jsonl anew, from three real nodes; takes most of a minute")

const sampleFile = "testdata/sample.jsonl"

// sampleLine is a line of the sample: one event of a stream.
type sampleLine struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

// TestMakeSample records what a page is told of a real building at work, with
// faults, for those who work on the page.
func TestMakeSample(t *testing.T) {
	if !*sample {
		t.Skip("only with -sample")
	}
	b := newBuilding(t, 3, elevator.DefaultConfig())
	h := newHub(b, newRing(ringBytes, ringSpan), func(h *Hello) { h.Version, h.Press, h.Faults, h.Kinds = ContractVersion, true, true, b.Kinds() })
	h.look(time.Now())
	c, err := h.join()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	script := map[int]func() error{ // by tenths of a second
		10:  func() error { return b.Press(Press{"1", ButtonUp, 1}) },
		30:  func() error { return b.Press(Press{"2", ButtonCab, 3}) },
		45:  func() error { return b.Press(Press{"3", ButtonDown, 3}) },
		100: func() error { return b.Fault(Fault{Kind: FaultUnplug, ID: "2", On: true}) },
		110: func() error { return b.Press(Press{"2", ButtonUp, 0}) },
		120: func() error { return b.Press(Press{"1", ButtonDown, 2}) },
		180: func() error { return b.Fault(Fault{Kind: FaultUnplug, ID: "2"}) },
		200: func() error { return b.Fault(Fault{Kind: FaultLoss, Value: 40}) },
		210: func() error { return b.Press(Press{"3", ButtonUp, 2}) },
		220: func() error { return b.Press(Press{"3", ButtonCab, 0}) },
		240: func() error { return b.Fault(Fault{Kind: FaultKill, ID: "1"}) },
		250: func() error { return b.Press(Press{"2", ButtonDown, 1}) },
		300: func() error { return b.Fault(Fault{Kind: FaultRestart, ID: "1"}) },
		310: func() error { return b.Fault(Fault{Kind: FaultLoss}) },
		320: func() error { return b.Fault(Fault{Kind: FaultMotor, ID: "3", On: true}) },
		325: func() error { return b.Press(Press{"3", ButtonCab, 3}) },
		390: func() error { return b.Fault(Fault{Kind: FaultMotor, ID: "3"}) },
	}
	for i := range 450 {
		if do := script[i]; do != nil {
			if err := do(); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
		if i%2 == 0 {
			continue // five frames a second are enough for a sample
		}
		h.look(time.Now())
		for _, m := range c.take() {
			var line sampleLine
			for part := range strings.SplitSeq(string(m), "\n") {
				name, value, _ := strings.Cut(part, ": ")
				switch name {
				case "event":
					line.Event = value
				case "data":
					line.Data = json.RawMessage(value)
				}
			}
			data, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(data, '\n'))
		}
	}
	if err := os.MkdirAll(filepath.Dir(sampleFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sampleFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The sample is of this contract: a page that was made with it understands the
// server.
func TestSampleIsOfThisContract(t *testing.T) {
	file, err := os.Open(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := make(map[string]int)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line sampleLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		seen[line.Event]++
		strictly := func(x any) {
			d := json.NewDecoder(bytes.NewReader(line.Data))
			d.DisallowUnknownFields()
			if err := d.Decode(x); err != nil {
				t.Fatalf("%s: %v", line.Event, err)
			}
		}
		switch line.Event {
		case "hello":
			strictly(new(Hello))
		case "frame":
			strictly(new(Frame))
		case "happen":
			var list []Happen
			strictly(&list)
			for _, h := range list {
				seen[h.Kind]++
			}
		}
	}
	for _, kind := range []string{
		"hello", "frame", "happen", HappenPress, HappenLamp, HappenSent, HappenGot, HappenLost, HappenHeld,
		HappenServed, HappenDoor, HappenFault, HappenHealed, HappenNotice,
	} {
		if seen[kind] == 0 {
			t.Errorf("the sample has no %s", kind)
		}
	}
}
