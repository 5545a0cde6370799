package simscreen

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

var update = flag.Bool("update", false, "write the golden files anew")

// atRest is a simulator at rest.
func atRest(cars, floors int) scene {
	s := scene{Width: 80, Height: 24, Keys: DefaultKeys()}
	for i := range cars {
		c := car{Address: "port " + []string{"15657", "15658", "15659", "15660", "15661"}[i%5]}
		c.Snapshot = elevserver.Snapshot{Floors: floors, Power: true, Accepting: true, Answering: true}
		s.Cars = append(s.Cars, c)
	}
	return s
}

// busy is one in which as much as possible is going on.
func busy() scene {
	s := atRest(3, 4)
	a, b, c := &s.Cars[0], &s.Cars[1], &s.Cars[2]
	a.Clients, a.Writes = 1, 43
	a.Position, a.Floor, a.Sensor, a.Indicator = 1.25, elevator.NoFloor, elevator.NoFloor, 1
	a.Motor, a.Moving = elevator.Up, elevator.Up
	a.Lamps.Put(0, elevator.HallUp, true)
	a.Lamps.Put(3, elevator.HallDown, true)
	a.Lamps.Put(2, elevator.Cab, true)
	a.Buttons.Put(2, elevator.HallUp, true)
	a.Buttons.Put(3, elevator.Cab, true)
	a.Obstruction = true
	b.Clients = 3
	b.Position, b.Floor, b.Indicator, b.Door, b.StopLamp, b.StopButton = 3, 3, 3, true, true, true
	c.Position, c.Floor, c.OutOfBounds, c.Overruns = -0.1, elevator.NoFloor, true, 1
	c.Log = []entry{
		{At: 1500 * time.Millisecond, Text: "motor down"},
		{At: 2 * time.Second, Text: "OUT OF BOUNDS: the car ran into the end switch beyond floor 0", Bad: true},
	}
	s.Focus = 2
	return s
}

func text(s scene) string { return draw(&s).Render((&theme{}).style) + "\n" }

func TestPictures(t *testing.T) {
	with := func(s scene, change func(*scene)) scene { change(&s); return s }
	size := func(s scene, w, h int) scene { s.Width, s.Height = w, h; return s }
	for name, s := range map[string]scene{
		"still":       atRest(1, 4),
		"two-floors":  atRest(1, 2),
		"nine-floors": atRest(1, 9),
		"busy":        busy(),
		"busy-wide":   size(busy(), 170, 14),
		"busy-narrow": size(busy(), 44, 30),
		"busy-small":  size(busy(), 32, 8),
		"too-small":   size(busy(), 31, 24),
		"ascii":       with(busy(), func(s *scene) { s.Style.ASCII = true }),
		"many-floors": with(atRest(2, 40), func(s *scene) { s.Cars[0].Position, s.Cars[0].Floor = 30, 30 }),
		"many-cars":   with(size(atRest(16, 4), 100, 20), func(s *scene) { s.Focus = 12 }),
		"help":        with(busy(), func(s *scene) { s.Help = true }),
		"prompt":      with(atRest(1, 4), func(s *scene) { s.Typing, s.Prompt = true, "sensor stuck 2" }),
		"answer":      with(atRest(1, 4), func(s *scene) { s.Answer = "the car isn't out of bounds" }),
		"no-power":    with(atRest(1, 4), func(s *scene) { s.Cars[0].Power, s.Cars[0].SensorStuck, s.Cars[0].Answering = false, true, false }),
		"refuses":     with(atRest(1, 4), func(s *scene) { s.Cars[0].Accepting = false }),
		"other-keys":  with(atRest(1, 4), func(s *scene) { s.Keys.Up, s.Keys.Stop, s.Style.LampOn, s.Style.LampOff = "åäö", '5', '@', '.' }),
		"out-above":   with(atRest(1, 4), func(s *scene) { s.Cars[0].Position, s.Cars[0].OutOfBounds = 3.1, true }),
		"moving-down": with(atRest(1, 4), func(s *scene) {
			s.Cars[0].Position, s.Cars[0].Motor, s.Cars[0].Floor = 2.5, elevator.Down, elevator.NoFloor
		}),
		"door-and-more": with(size(atRest(1, 4), 80, 10), func(s *scene) { s.Cars[0].Door, s.Cars[0].Clients = true, 1 }),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".txt")
			got := text(s)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("run with -update if this is as it should be (-want +got):\n%s", diff)
			}
		})
	}
}

// In ASCII nothing else is drawn.
func TestASCII(t *testing.T) {
	s := busy()
	s.Style.ASCII = true
	for _, r := range text(s) {
		if r > '~' {
			t.Fatalf("%q in\n%s", r, text(s))
		}
	}
}

// anyScene draws a scene of any size, with anything going on.
func anyScene(t *rapid.T) scene {
	floors := rapid.IntRange(elevator.MinFloors, 40).Draw(t, "floors")
	s := atRest(rapid.IntRange(1, 16).Draw(t, "cars"), floors)
	s.Focus = rapid.IntRange(0, len(s.Cars)-1).Draw(t, "focus")
	s.Width, s.Height = rapid.IntRange(0, 250).Draw(t, "width"), rapid.IntRange(0, 80).Draw(t, "height")
	s.Style.ASCII, s.Help, s.Typing = rapid.Bool().Draw(t, "ascii"), rapid.IntRange(0, 9).Draw(t, "help") == 0, rapid.Bool().Draw(t, "typing")
	s.Prompt = rapid.StringN(0, 300, -1).Draw(t, "prompt")
	s.Answer = rapid.StringN(0, 300, -1).Draw(t, "answer")
	for i := range s.Cars {
		c := &s.Cars[i]
		c.Position = rapid.Float64Range(-0.5, float64(floors)-0.5).Draw(t, "position")
		c.Motor = elevator.Direction(rapid.IntRange(-1, 1).Draw(t, "motor"))
		c.Moving, c.Floor, c.OutOfBounds, c.Door = c.Motor, elevator.NoFloor, rapid.Bool().Draw(t, "out"), rapid.Bool().Draw(t, "door")
		c.Indicator = rapid.IntRange(0, floors-1).Draw(t, "indicator")
		c.Clients, c.Writes = rapid.IntRange(0, 1000).Draw(t, "clients"), rapid.IntRange(0, 1<<40).Draw(t, "writes")
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			c.Log = append(c.Log, entry{Text: rapid.String().Draw(t, "line")})
		}
	}
	return s
}

// Whatever is shown, the picture fits the terminal.
func TestPictureFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		lines := strings.Split(draw(&s).Render(newTheme(true).style), "\n")
		if s.Height > 0 && len(lines) > s.Height {
			t.Fatalf("%d lines in %d", len(lines), s.Height)
		}
		for _, l := range lines {
			if w := lipgloss.Width(l); w > s.Width {
				t.Fatalf("%d wide in %d: %q", w, s.Width, l)
			}
		}
	})
}

// The mouse presses the button that is drawn where it is: each lamp that can be
// seen is hit, by itself and by no other.
func TestMouseHitsWhatIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScene(t)
		l, fits := arrange(&s)
		if !fits {
			return
		}
		if s.Focus < l.first || s.Focus >= l.first+l.shown {
			t.Fatalf("elevator %d isn't among %d from %d", s.Focus, l.shown, l.first)
		}
		floors := s.Cars[0].Floors
		held := rapid.Bool().Draw(t, "held")
		for i := l.first; i < l.first+l.shown; i++ {
			x, y := l.origin(i)
			if x+l.panelWidth > s.Width || y+l.panelRows > s.Height {
				if s.Width >= l.panelWidth && l.across > 1 {
					t.Fatalf("panel %d at %d,%d doesn't fit", i, x, y)
				}
			}
			for f := l.firstFloor; f < l.firstFloor+l.floors; f++ {
				for b := range elevator.Button(elevator.Buttons) {
					got, a, acts, ok := l.hit(x+l.lampAt(f), y+l.row(b), held)
					exists := elevator.ButtonExists(floors, f, b)
					if !ok || got != i || acts != exists || exists && a != pressOf(b, f, held) {
						t.Fatalf("%v %d of %d: %+v %v %v of %d", b, f, i, a, acts, ok, got)
					}
				}
			}
		}
		// Outside of all panels is nothing.
		if _, _, _, ok := l.hit(0, l.bottom(), false); ok {
			t.Fatal("something below the panels")
		}
	})
}
