package elevator

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseID(t *testing.T) {
	for _, tc := range []struct {
		id string
		ok bool
	}{
		{"1", true},
		{"lab-7.b_Z", true},
		{strings.Repeat("x", MaxIDLength), true},
		{strings.Repeat("x", MaxIDLength+1), false},
		{"", false},
		{"a b", false},
		{"a/b", false},
		{"å", false},
		{"a\x00", false},
		{"a\n", false},
	} {
		id, err := ParseID(tc.id)
		if (err == nil) != tc.ok {
			t.Errorf("ParseID(%q): %v", tc.id, err)
		}
		if tc.ok && string(id) != tc.id {
			t.Errorf("ParseID(%q) = %q", tc.id, id)
		}
		if ValidID([]byte(tc.id)) != tc.ok {
			t.Errorf("ValidID(%q) = %v", tc.id, !tc.ok)
		}
	}
}

// FuzzID makes sure that the two ways to check an id agree.
func FuzzID(f *testing.F) {
	f.Add("1")
	f.Add("a\xff")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := ParseID(s); (err == nil) != ValidID([]byte(s)) {
			t.Errorf("%q: ParseID says %v, ValidID %v", s, err, ValidID([]byte(s)))
		}
	})
}

// TestProtocolValues pins the values that the elevator-server protocol uses.
func TestProtocolValues(t *testing.T) {
	if Down != -1 || Stop != 0 || Up != 1 || HallUp != 0 || HallDown != 1 || Cab != 2 || NoFloor != -1 {
		t.Error("a value of the elevator-server protocol has changed")
	}
}

func TestDirectionsAndButtons(t *testing.T) {
	for _, tc := range []struct {
		d, opposite Direction
		name        string
	}{{Up, Down, "up"}, {Down, Up, "down"}, {Stop, Stop, "stop"}} {
		if tc.d.Opposite() != tc.opposite || tc.d.String() != tc.name {
			t.Errorf("%v: opposite %v", tc.d, tc.d.Opposite())
		}
		if tc.d != Stop && tc.d.Hall().Direction() != tc.d {
			t.Errorf("the hall button of %v is %v", tc.d, tc.d.Hall())
		}
	}
	if Cab.Direction() != Stop {
		t.Error("a cab button has a direction")
	}
	names := []string{HallUp.String(), HallDown.String(), Cab.String(), Idle.String(), DoorOpen.String(), Moving.String()}
	want := []string{"hall-up", "hall-down", "cab", "idle", "door-open", "moving"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestButtonExists(t *testing.T) {
	const n = 3
	var got []string
	for f := -1; f <= n; f++ {
		for b := range Button(Buttons + 1) {
			if ButtonExists(n, f, b) {
				var c Calls
				c.Put(f, b, true)
				got = append(got, c.String())
			}
		}
	}
	if diff := cmp.Diff([]string{"0↑", "0•", "1↑", "1↓", "1•", "2↓", "2•"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReasons(t *testing.T) {
	if !Reasons(0).Available() || Reasons(0).Names() != nil {
		t.Error("no reason means available")
	}
	want := []string{"starting", "obstructed", "motor-lost", "server-lost", "stopped"}
	if diff := cmp.Diff(want, AllReasons.Names()); diff != "" {
		t.Error(diff)
	}
	if got := (Stopped | Obstructed).Names(); !cmp.Equal(got, []string{"obstructed", "stopped"}) || (Stopped).Available() {
		t.Error(got)
	}
}

func TestConfigValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, tc := range []struct {
		name   string
		change func(*Config)
		says   string // "" if valid
	}{
		{"fewest floors", func(c *Config) { c.Floors = MinFloors }, ""},
		{"most floors", func(c *Config) { c.Floors = MaxFloors }, ""},
		{"one floor", func(c *Config) { c.Floors = 1 }, "floors"},
		{"too many floors", func(c *Config) { c.Floors = MaxFloors + 1 }, "floors"},
		{"no door time", func(c *Config) { c.Door = 0 }, "door time"},
		{"endless door time", func(c *Config) { c.Door = math.MaxInt64 }, "door time"},
		{"no travel time", func(c *Config) { c.Travel = 0 }, "travel time"},
		{"negative pass time", func(c *Config) { c.Pass = -1 }, "past a floor"},
		{"no pass time", func(c *Config) { c.Pass = 0 }, ""},
		{"motor time-out within the travel time", func(c *Config) { c.MotorTimeout = c.Travel }, "motor time-out"},
		{"motor time-out within the time past a sensor", func(c *Config) { c.Pass = 5 * time.Second }, "motor time-out"},
		{"endless motor time-out", func(c *Config) { c.MotorTimeout = math.MaxInt64 }, "motor time-out"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := DefaultConfig()
			tc.change(&c)
			err := c.Validate()
			if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}
