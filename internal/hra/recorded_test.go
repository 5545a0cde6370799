package hra

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

// recorded is one recorded answer of the reference.
type recorded struct {
	where  string // file and line
	input  string // as the reference read it
	cab    bool   // the answer has a cab column
	cars   Input
	output map[string][][]bool
}

// recordedCases returns the cases of the files that match a pattern.
func recordedCases(t testing.TB, pattern string) []recorded {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no file testdata/%s: %v", pattern, err)
	}
	var cases []recorded
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		text, err := gzip.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(text)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			c := recorded{where: filepath.Base(name) + ":" + strconv.Itoa(n)}
			c.read(t, lines.Bytes())
			cases = append(cases, c)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return cases
}

// read fills in the case with the standard library's decoder, not ours.
func (c *recorded) read(t testing.TB, line []byte) {
	t.Helper()
	var v struct {
		Flags  []string
		Input  json.RawMessage
		Output map[string][][]bool
	}
	check(t, json.Unmarshal(line, &v))
	c.input, c.output = string(v.Input), v.Output

	c.cars.Config = DefaultConfig()
	for i := 0; i < len(v.Flags); i++ {
		switch name := v.Flags[i]; name {
		case "--includeCab":
			c.cab = true
			continue
		case "--travelDuration", "--doorOpenDuration":
			ms, err := strconv.Atoi(v.Flags[i+1])
			check(t, err)
			to := &c.cars.Config.Travel
			if name == "--doorOpenDuration" {
				to = &c.cars.Config.Door
			}
			*to = time.Duration(ms) * time.Millisecond
		case "--clearRequestType":
			if v.Flags[i+1] == "all" {
				c.cars.Config.Clear = All
			}
		default:
			t.Fatalf("%s: flag %s", c.where, name)
		}
		i++
	}

	var in struct {
		HallRequests [][2]bool
		States       map[string]struct {
			Behaviour, Direction string
			Floor                int
			CabRequests          []bool
		}
	}
	check(t, json.Unmarshal(v.Input, &in))
	c.cars.Floors = len(in.HallRequests)
	for f, hall := range in.HallRequests {
		c.cars.Up.put(f, hall[0])
		c.cars.Down.put(f, hall[1])
	}
	for id, s := range in.States {
		car := Car{
			ID:        id,
			Behaviour: map[string]elevator.Behaviour{"idle": elevator.Idle, "doorOpen": elevator.DoorOpen, "moving": elevator.Moving}[s.Behaviour],
			Direction: map[string]elevator.Direction{"down": elevator.Down, "stop": elevator.Stop, "up": elevator.Up}[s.Direction],
			Floor:     s.Floor,
		}
		for f, on := range s.CabRequests {
			car.Cab.put(f, on)
		}
		c.cars.Cars = append(c.cars.Cars, car)
	}
}

func (s *Floors) put(f int, on bool) {
	for len(*s) <= f/64 {
		*s = append(*s, 0)
	}
	if on {
		(*s)[f/64] |= 1 << (f % 64)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// matrices writes an answer as the reference does.
func matrices(in *Input, answer Answer, cab bool) map[string][][]bool {
	out := make(map[string][][]bool)
	for i, c := range in.Cars {
		rows := make([][]bool, in.Floors)
		for f := range rows {
			rows[f] = []bool{answer.Up[f] == int32(i), answer.Down[f] == int32(i)}
			if cab {
				rows[f] = append(rows[f], c.Cab.Has(f))
			}
		}
		out[c.ID] = rows
	}
	return out
}

// TestRecorded compares with every recorded answer of the reference, with one
// Assigner for all, so that anything left over from an earlier one would show.
func TestRecorded(t *testing.T) {
	cases := recordedCases(t, "*.gz")
	if len(cases) != 936 {
		t.Fatalf("%d recorded cases", len(cases))
	}
	var a Assigner
	wrong := 0
	for _, c := range cases {
		answer, err := a.Assign(&c.cars)
		if err != nil {
			t.Errorf("%s: %v", c.where, err)
			continue
		}
		have := matrices(&c.cars, answer, c.cab)
		if reflect.DeepEqual(have, c.output) {
			continue
		}
		if wrong++; wrong <= 3 {
			t.Errorf("%s: %s\nwant -, have +\n%s", c.where, c.input, cmp.Diff(c.output, have))
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d differ from the reference", wrong, len(cases))
	}
}
