package scenario

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// drawCommand draws any command that can be written.
func drawCommand(t *rapid.T) Command {
	c := Command{Verb: Verb(rapid.IntRange(1, int(Verbs)-1).Draw(t, "verb"))}
	who := rapid.IntRange(0, elevator.MaxNodes-1)
	for _, w := range strings.Fields(forms[c.Verb]) {
		switch w {
		case "W":
			c.Who = who.Draw(t, "who")
		case "P":
			c.Peer = who.Draw(t, "peer")
		case "W>P", "W-P":
			c.Who = who.Draw(t, "who")
			c.Peer = (c.Who + rapid.IntRange(1, elevator.MaxNodes-1).Draw(t, "peer")) % elevator.MaxNodes
		case "B":
			c.Button = elevator.Button(rapid.IntRange(0, elevator.Buttons-1).Draw(t, "button"))
		case "F":
			c.Floor = rapid.IntRange(0, elevator.MaxFloors-1).Draw(t, "floor")
		case "T":
			from := int64(0)
			if c.Verb == Clock {
				from = -int64(maxTime)
			}
			c.For = time.Duration(rapid.OneOf(rapid.Int64Range(from, int64(maxTime)),
				rapid.Map(rapid.Int64Range(0, 9999), func(s int64) int64 { return s * int64(time.Second) })).Draw(t, "time"))
		case "N":
			c.Percent = rapid.IntRange(0, 100).Draw(t, "share")
		case "G":
			c.Groups = rapid.SampledFrom([]string{"A", "A|BC", "(AA)B|C|D(BL)", "|A", "AB"}).Draw(t, "groups")
		case "X":
			c.Position = rapid.Float64().Draw(t, "position")
		case "S":
			c.On = rapid.Bool().Draw(t, "on")
		}
	}
	return c
}

// TestParseIsTheInverseOfString also says that a command is what is written, and
// nothing else.
func TestParseIsTheInverseOfString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCommand(t)
		back, err := Parse(c.String())
		if err != nil || back != c {
			t.Fatalf("%+v is written %q and read %+v, %v", c, c, back, err)
		}
	})
}

func TestEveryVerbIsWrittenInItsOwnWay(t *testing.T) {
	seen := make(map[string]Verb)
	for v := Verb(1); v < Verbs; v++ {
		if forms[v] == "" {
			t.Errorf("verb %d has no form", v)
		}
		if w, ok := seen[v.usage()]; ok {
			t.Errorf("verbs %d and %d are written the same: %s", v, w, v.usage())
		}
		seen[v.usage()] = v
	}
}

func TestParseErrors(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "want a command",
		"dance":                    `there is no command "dance"`,
		"press hall-up 2":          `press: want "press BUTTON FLOOR on WORKSPACE"`,
		"press hall-up 2 on 7":     `press: "7" is not a workspace: want A to BL`,
		"press hall-up 2 on BM":    `press: "BM" is not a workspace: want A to BL`,
		"press bell 2 on A":        `press: "bell" is not a button: want hall-up, hall-down or cab`,
		"press cab 128 on A":       `press: "128" is not a floor: want 0 to 127`,
		"motor A maybe":            `motor: want "motor WORKSPACE off" or "motor WORKSPACE on" or "motor WORKSPACE on forgetful"`,
		"cut A-A":                  `cut: "A-A": want two workspaces`,
		"cut A":                    `cut: want "cut FROM>TO" or "cut ONE-OTHER"`,
		"loss 101%":                `loss: "101%" is not a share: want 0% to 100%`,
		"loss 10":                  `loss: "10" is not a share: want 0% to 100%`,
		"run fast":                 `run: "fast" is not a duration such as 1.5s`,
		"run -1s":                  `run: "-1s" is not a duration such as 1.5s`,
		"place A NaN":              `place: "NaN" is not a position such as 1.5`,
		"partition A|A":            `partition: "A|A": A is in two groups`,
		"partition A|(B":           `partition: "A|(B": want groups like A|BC`,
		"kill A now":               `kill: want "kill WORKSPACE"`,
		strings.Repeat("x", 10000): `there is no command "` + strings.Repeat("x", 40) + `…"`,
	} {
		if _, err := Parse(line); err == nil || err.Error() != want {
			t.Errorf("%.50q:\n got %v\nwant %s", line, err, want)
		}
	}
}

// FuzzParse: whatever is read is written, and read back the same.
func FuzzParse(f *testing.F) {
	for v := Verb(1); v < Verbs; v++ {
		f.Add(Command{Verb: v, Peer: 1, Groups: "A|BC"}.String())
	}
	f.Add("clock B -3h")
	f.Add("place A 1.5e0")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := Parse(line)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
				t.Errorf("%q: the error isn't one short line: %v", line, err)
			}
			return
		}
		if back, err := Parse(c.String()); err != nil || back != c {
			t.Errorf("%q: %+v, back %+v, %v", line, c, back, err)
		}
	})
}

func TestNames(t *testing.T) {
	for i := range elevator.MaxNodes {
		if back, err := ParseName(Name(i)); err != nil || back != i {
			t.Errorf("%d is %s is %d, %v", i, Name(i), back, err)
		}
	}
	if Name(25) != "Z" || Name(26) != "AA" || Name(63) != "BL" {
		t.Error(Name(25), Name(26), Name(63))
	}
}

func TestSetups(t *testing.T) {
	for _, line := range []string{
		"building nodes 3",
		"building nodes 4 started 2 floors 9 door 1s travel 1m pass 1ms motor-timeout 1h1m commit 10ms seed 7 no-disk",
	} {
		s, err := ParseSetup(line)
		if err != nil || s.String() != line {
			t.Errorf("%q: %q, %v", line, s, err)
		}
	}
	for line, want := range map[string]string{
		"":                       "want a line that begins with building",
		"building nodes":         `"nodes": want a word and its value`,
		"building nodes x":       `nodes can't be "x"`,
		"building nodes 65":      "nodes must be 1 to 64, not 65",
		"building started 4":     "started must be 1 to 3, not 4",
		"building pipes 4":       `there is no setting "pipes"`,
		"building poll 1h":       "latency, poll and commit must be 0 to 1m, not 1h0m0s",
		"building floors 1":      "floors must be 2 to 128, not 1",
		"building seed -1":       `"-1" is not a seed`,
		"building floors 999999": "floors must be 2 to 128, not 999999",
	} {
		if _, err := ParseSetup(line); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", line, err, want)
		}
	}
}
