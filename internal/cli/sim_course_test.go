package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every option of the course's file sets what it means, and no more than a
// default.
func TestCourseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.con")
	text := `--travelTimeBetweenFloors_ms 2500 --travelTimePassingFloor_ms 600 --btnDepressedTime_ms 700
--stopMotorOnDisconnect false --numFloors 7 // a remark
--port 15700 --light_off . --light_on @ --key_ordersUp ABC --key_ordersDown def --key_ordersCab ghi
--key_stopButton 1 --key_obstruction 2 --key_moveUp 3 --key_moveStop 4 --key_moveDown 5 --key_moveInbounds 6 --unheard of`
	if err := os.WriteFile(path, []byte("\ufeff"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, s := simFlags()
	args, err := courseArguments([]string{"--con", path, "--port", "15800"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.readCourseFile(args); got != path || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	if err := f.parse(args, io.Discard); err != nil {
		t.Fatal(err)
	}
	k, err := s.keys()
	if err != nil {
		t.Fatal(err)
	}
	type all struct {
		Floors, Port      int
		Travel, Pass, Tap time.Duration
		Keep              bool
		Lamps             string
		Up, Down, Cab     string
		Others            string
	}
	got := all{*s.floors, *s.port, *s.travel, *s.pass, *s.tap, *s.keep, string([]rune{*s.lampOff, *s.lampOn}), k.Up, k.Down, k.Cab,
		string([]rune{k.Stop, k.Obstruction, k.MotorUp, k.MotorStop, k.MotorDown, k.InBounds})}
	want := all{7, 15800, 2500 * time.Millisecond, 600 * time.Millisecond, 700 * time.Millisecond, true, ".@", "abc", "def", "ghi", "123456"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The environment goes before the course's file, too.
func TestCourseFileIsADefault(t *testing.T) {
	t.Setenv("ELEVNET_FLOORS", "5")
	f, s := simFlags()
	if err := f.setCourse("file", "--numFloors 7 --port 15700"); err != nil {
		t.Fatal(err)
	}
	if err := f.parse(nil, io.Discard); err != nil {
		t.Fatal(err)
	}
	if *s.floors != 5 || *s.port != 15700 {
		t.Errorf("%d floors, port %d; want 5 and 15700", *s.floors, *s.port)
	}
}

func TestCourseArguments(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, nil},
		{[]string{"--numFloors", "4"}, []string{"--floors=4"}},
		{[]string{"--NUMFLOORS=4", "--port", "1"}, []string{"--floors=4", "--port", "1"}},
		{[]string{"--Port", "1"}, []string{"--port=1"}},
		{[]string{"--key_obstruction", "-"}, []string{"--key-obstruction=-"}},
		{[]string{"--btnDepressedTime_ms", "0", "--lines"}, []string{"--lines"}},
		{[]string{"--stopMotorOnDisconnect", "TRUE"}, []string{"--keep-motor=false"}},
		{[]string{"--randomStart", "--floors", "3"}, []string{"--start=random", "--floors", "3"}},
		{[]string{"--floors", "3", "-travel", "2s"}, []string{"--floors", "3", "-travel", "2s"}},
	} {
		got, err := courseArguments(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestSpeaksUTF8(t *testing.T) {
	for _, c := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", nil, false},
		{"linux", map[string]string{"LANG": "nb_NO.UTF-8"}, true},
		{"linux", map[string]string{"LANG": "nb_NO.UTF-8", "LC_ALL": "C"}, false},
		{"linux", map[string]string{"LANG": "C", "LC_CTYPE": "C.utf8"}, true},
		{"linux", map[string]string{"LANG": "en_US.ISO-8859-1"}, false},
		{"windows", nil, true},
		{"darwin", nil, true},
	} {
		if got := speaksUTF8(c.goos, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s %v: %v", c.goos, c.env, got)
		}
	}
}

// FuzzCourseFile reads any file: it is taken or refused, and nothing else.
func FuzzCourseFile(f *testing.F) {
	f.Add("--numFloors 4 // Minimum: 2\n--key_ordersUp qwerty")
	f.Fuzz(func(t *testing.T, text string) {
		flags, s := simFlags()
		if err := flags.setCourse("file", text); err != nil {
			if _, ok := err.(usageError); !ok {
				t.Errorf("%T", err)
			}
			return
		}
		if *s.floors < 2 || *s.port < 1 || *s.tap <= 0 {
			t.Errorf("%q: %d floors, port %d, tap %v", text, *s.floors, *s.port, *s.tap)
		}
	})
}
