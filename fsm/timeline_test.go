package fsm

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the timelines in testdata anew")

// TestTimelines plays the stories in testdata, each named after the requirement
// that it shows. A line with ">" is what happens to the elevator, the others
// are what it does; a line with "#" explains. The hoistway has 4 floors, 2 s
// between them, 0.5 s past a sensor; a door is open for 3 s and the motor counts
// as lost after 4 s. Run with -update to write what the elevator does now.
func TestTimelines(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		told += name + " "
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(string(text), "\r\n", "\n")
			got, err := play(want)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("the elevator does something else (- told, + done):\n%s", diff)
			}
		})
	}
	for _, requirement := range []string{"E1", "E2", "E3", "E4", "E5", "E6", "S4"} {
		if !strings.Contains(told, requirement+"-") {
			t.Errorf("no timeline for %s", requirement)
		}
	}
}

// story is a timeline being told.
type story struct {
	*world
	text  strings.Builder
	last  string
	out   Output // as told last
	state elevator.State
}

func (s *story) tell(mark, format string, args ...any) {
	line := mark + fmt.Sprintf(format, args...)
	if line == s.last {
		return // a hammered button: the first time will do
	}
	s.last = line
	fmt.Fprintf(&s.text, "%6.2f %s\n", s.now.Seconds(), line)
}

// notice tells what changed in a step.
func (s *story) notice() {
	was, out, state := s.out, s.world.out, s.world.state
	if out.Indicator != was.Indicator {
		s.tell("  ", "floor %d", out.Indicator)
	}
	// The shell writes what goes off before what goes on.
	if out.Motor != was.Motor && out.Motor == elevator.Stop {
		s.tell("  ", "motor stop")
	}
	announces := map[elevator.Direction]string{elevator.Up: "up", elevator.Down: "down", elevator.Stop: "nothing"}[state.Direction]
	switch {
	case out.Door && !was.Door:
		s.tell("  ", "door opens, announces %s", announces)
	case !out.Door && was.Door:
		s.tell("  ", "door closes")
	case out.Door && state.Direction != s.state.Direction:
		s.tell("  ", "announces %s", announces)
	}
	if out.Motor != was.Motor && out.Motor != elevator.Stop {
		s.tell("  ", "motor %v", out.Motor)
	}
	if parks := state.Parking && state.Behaviour == elevator.Moving; parks != (s.state.Parking && s.state.Behaviour == elevator.Moving) {
		s.tell("  ", "%s", map[bool]string{true: "parking", false: "no longer parking"}[parks])
	}
	if out.MotorNudge != was.MotorNudge {
		s.tell("  ", "motor %v, said again (%d)", out.Motor, out.MotorNudge)
	}
	if out.StopLamp != was.StopLamp {
		s.tell("  ", "stop lamp %v", map[bool]string{true: "on", false: "off"}[out.StopLamp])
	}
	if state.Unavailable != s.state.Unavailable {
		if state.Unavailable.Available() {
			s.tell("  ", "available")
		} else {
			s.tell("  ", "unavailable: %s", strings.Join(state.Unavailable.Names(), ", "))
		}
	}
	s.out, s.state = out, state
}

// play plays the ">" lines of a text and returns the text with what then happens.
func play(text string) (string, error) {
	s := &story{world: newWorld(elevator.DefaultConfig(), 0)}
	s.out, s.state = s.world.out, s.world.state
	s.stepped = s.notice
	s.world.served = func(f int, b elevator.Button) {
		var c elevator.Calls
		c.Put(f, b, true)
		s.tell("  ", "serves %v", c)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") || line == "" {
			s.text.WriteString(line + "\n")
			continue
		}
		when, command, ok := strings.Cut(line, ">")
		if !ok {
			continue
		}
		seconds, err := strconv.ParseFloat(strings.TrimSpace(when), 64)
		if err != nil {
			return "", fmt.Errorf("%q: %w", line, err)
		}
		s.until(time.Duration(seconds*float64(time.Second)+0.5), func() bool { return false })
		s.last = ""
		s.tell("> ", "%s", strings.TrimSpace(command))
		if err := s.do(strings.TrimSpace(command)); err != nil {
			return "", fmt.Errorf("%q: %w", line, err)
		}
		if s.err != nil {
			return "", s.err
		}
	}
	return s.text.String(), nil
}

// do carries out one command of a timeline.
func (s *story) do(command string) error {
	verb, rest, _ := strings.Cut(command, ": ")
	switch verb {
	case "press", "taken by another", "hammered for 20 s":
		calls, err := parseCalls(rest)
		if err != nil {
			return err
		}
		switch verb {
		case "press":
			s.press(calls)
		case "taken by another":
			s.in.Calls = s.in.Calls.AndNot(calls)
			s.settle()
		default:
			s.mash(calls, 20*time.Second)
		}
	case "server up", "server blinks", "server back", "server back elsewhere", "car moved":
		if rest != "" {
			cell, err := parseCell(rest)
			if err != nil {
				return err
			}
			s.h.drag(cell)
		}
		if verb != "car moved" {
			s.connect()
		}
		s.settle()
	case "waits":
		cell, err := parseCell(rest)
		if err != nil {
			return err
		}
		s.park(cell / 2)
	case "waits where it is":
		s.park(elevator.NoFloor)
	case "server gone":
		s.disconnect()
	case "obstruction on", "obstruction off":
		s.switchObstruction(verb == "obstruction on")
	case "stop button":
		s.pressStop()
	case "stop button held", "stop button let go":
		s.stopHeld = verb == "stop button held"
		s.settle()
	case "node can't record", "node records":
		s.slow = verb == "node can't record"
		s.settle()
	case "motor power gone":
		s.h.cut()
	case "motor power back, command remembered":
		s.h.restore(true)
	case "motor power back, waits for a command":
		s.h.restore(false)
	case "end":
	default:
		return fmt.Errorf("unknown command %q", verb)
	}
	return nil
}

// parseCalls reads calls as elevator.Calls prints them.
func parseCalls(s string) (c elevator.Calls, err error) {
	buttons := map[string]elevator.Button{"↑": elevator.HallUp, "↓": elevator.HallDown, "•": elevator.Cab}
	for _, word := range strings.Fields(s) {
		b, known := buttons[strings.TrimLeft(word, "0123456789")]
		f, err := strconv.Atoi(strings.TrimRight(word, "↑↓•"))
		if err != nil || !known || !elevator.ButtonExists(4, f, b) {
			return c, fmt.Errorf("no such call: %q", word)
		}
		c.Put(f, b, true)
	}
	return c, nil
}

// parseCell reads "at 2" or "between 1 and 2".
func parseCell(s string) (int, error) {
	var f, g int
	if _, err := fmt.Sscanf(s, "at %d", &f); err == nil {
		return 2 * f, nil
	}
	if _, err := fmt.Sscanf(s, "between %d and %d", &f, &g); err == nil && g == f+1 {
		return 2*f + 1, nil
	}
	return 0, fmt.Errorf("no such place: %q", s)
}
