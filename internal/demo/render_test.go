package demo

import (
	"flag"
	"fmt"
	"log/slog"
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
	"elevnet/internal/host"
	"elevnet/worldview"
)

var update = flag.Bool("update", false, "write the golden files anew")

// still is a building at rest, all nodes well.
func still(nodes, floors int) picture {
	s := picture{Width: 80, Height: 24}
	s.Building, s.UDPPort, s.Floors = "demo-1a2b3c", 15680, floors
	for i := range nodes {
		id := elevator.ID(fmt.Sprint(i + 1))
		w := Workspace{ID: id, Alive: true}
		w.Car = elevserver.Snapshot{Floors: floors, Position: float64(i % floors), Floor: i % floors, Power: true, Accepting: true, Answering: true, Clients: 1}
		w.Rates = Rates{SentDatagrams: 50, SentBytes: 7300}
		w.Node = host.Observation{Joined: true, View: worldview.View{Floors: floors}}
		for j := range nodes {
			if j != i {
				w.Node.Live = append(w.Node.Live, elevator.ID(fmt.Sprint(j+1)))
			}
		}
		w.Node.View.Nodes = []worldview.NodeView{{
			ID: id, Known: true, Behaviour: "idle", Floor: i % floors, Direction: "stop", Available: true, Disk: "works",
		}}
		s.Workspaces = append(s.Workspaces, w)
	}
	s.say(slog.LevelInfo, "1", false, "joined: 2 other nodes")
	return s
}

// say adds a line to the log.
func (s *picture) say(level slog.Level, node elevator.ID, hand bool, text string) {
	at := time.Date(2026, 1, 2, 12, 0, len(s.Lines), 0, time.UTC)
	s.Lines = append(s.Lines, Line{At: at, Node: node, Level: level, Hand: hand, Text: text})
}

// own is what a node says of itself.
func (w *Workspace) own() *worldview.NodeView { return &w.Node.View.Nodes[0] }

func busy() picture {
	s := still(3, 4)
	s.Traffic = true
	s.Figures = Figures{Presses: 12, Served: 9, Lamps: 9, LampMedian: 6 * time.Millisecond, WaitAverage: 4200 * time.Millisecond}
	for i := range s.Workspaces {
		s.Workspaces[i].Car.Lamps.Put(2, elevator.HallUp, true)
		s.Workspaces[i].Car.Lamps.Put(3, elevator.HallDown, true)
	}
	one, two, three := &s.Workspaces[0], &s.Workspaces[1], &s.Workspaces[2]
	one.Car.Position, one.Car.Floor, one.Car.Moving = 1.25, elevator.NoFloor, elevator.Up
	one.Car.Lamps.Put(3, elevator.Cab, true)
	one.Node.Serves.Put(2, elevator.HallUp, true)
	one.Node.Serves.Put(3, elevator.Cab, true)
	two.Car.Door = true
	two.own().Direction = "down"
	two.Car.Buttons.Put(0, elevator.HallUp, true)
	three.Car.Position, three.Car.Floor, three.Car.Moving = 2.5, elevator.NoFloor, elevator.Up
	three.Node.Serves.Put(3, elevator.HallDown, true)
	s.Node, s.Floor = 1, 2
	return s
}

func killed() picture {
	s := busy()
	s.LossPercent = 30
	s.Broken = 2
	one, two, three := &s.Workspaces[0], &s.Workspaces[1], &s.Workspaces[2]
	one.Alive, one.Node, one.Rates = false, host.Observation{}, Rates{}
	one.Car.Moving, one.Car.Clients = elevator.Stop, 0
	two.own().Unavailable = []string{"obstructed"}
	two.own().Disk = "failed"
	two.Car.Obstruction = true
	two.Node.Live = []elevator.ID{"3"}
	three.CutIn, three.Node.Live = true, nil
	three.Car.Power = false
	s.say(slog.LevelWarn, "1", true, "killed")
	s.say(slog.LevelWarn, "3", false, "peer 1 lost at 127.0.0.1")
	s.say(slog.LevelError, "2", false, "the disk doesn't store: calls are kept by peers alone until it does  error=no space left on device")
	s.say(slog.LevelWarn, "", true, "the network loses 30 % of all datagrams")
	return s
}

func sized(s picture, width, height int) picture {
	s.Width, s.Height = width, height
	return s
}

func TestPictures(t *testing.T) {
	help := sized(still(3, 4), 80, 24)
	help.Help = true
	many := sized(still(16, 20), 80, 24)
	many.Node, many.Floor = 9, 11
	for name, s := range map[string]picture{
		"normal":    still(3, 4),
		"busy":      busy(),
		"killed":    killed(),
		"narrow":    sized(killed(), 46, 18),
		"large":     sized(busy(), 120, 36),
		"many":      many,
		"help":      help,
		"help-low":  sized(help, 60, 16),
		"too-small": sized(busy(), 43, 16),
	} {
		t.Run(name, func(t *testing.T) {
			got := draw(s).Render((&theme{}).style) + "\n"
			path := filepath.Join("testdata", name+".txt")
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
				t.Errorf("the picture has changed (go test -update writes it anew):\n%s", diff)
			}
		})
	}
}

// TestAnyPictureFits draws buildings of any size on terminals of any size.
func TestAnyPictureFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes, floors := rapid.IntRange(1, MaxNodes).Draw(t, "nodes"), rapid.IntRange(elevator.MinFloors, elevator.MaxFloors).Draw(t, "floors")
		s := sized(still(nodes, floors), rapid.IntRange(1, 250).Draw(t, "width"), rapid.IntRange(1, 80).Draw(t, "height"))
		s.Node, s.Floor = rapid.IntRange(0, nodes-1).Draw(t, "node"), rapid.IntRange(0, floors-1).Draw(t, "floor")
		s.Help = rapid.Bool().Draw(t, "help")
		s.say(slog.LevelInfo, "1", false, rapid.String().Draw(t, "line"))
		for i := range s.Workspaces {
			s.Workspaces[i].Car.Position = rapid.Float64Range(-0.5, float64(floors)-0.5).Draw(t, "position")
		}
		for _, th := range []*theme{{}, newTheme(true), newTheme(false)} {
			lines := strings.Split(draw(s).Render(th.style), "\n")
			if len(lines) != s.Height {
				t.Fatalf("%d lines on a terminal of %d", len(lines), s.Height)
			}
			for _, line := range lines {
				if w := lipgloss.Width(line); w > s.Width {
					t.Fatalf("a line of %d cells on a terminal of %d: %q", w, s.Width, line)
				}
			}
		}
		l, fits := arrange(s.Width, s.Height, nodes, floors, s.Node, s.Floor)
		if fits != (s.Width >= leastWidth && s.Height >= leastHeight) {
			t.Fatalf("%d×%d fits: %v", s.Width, s.Height, fits)
		}
		if !fits {
			return
		}
		switch {
		case s.Node < l.firstNode || s.Node >= l.firstNode+l.nodes:
			t.Fatalf("workspace %d is selected and not shown: %+v", s.Node, l)
		case s.Node < l.firstListed || s.Node >= l.firstListed+l.listed:
			t.Fatalf("workspace %d is selected and not listed: %+v", s.Node, l)
		case l.firstListed < l.firstNode || l.firstListed+l.listed > l.firstNode+l.nodes:
			t.Fatalf("workspaces are listed that aren't shown: %+v", l)
		case s.Floor < l.bottomFloor || s.Floor >= l.bottomFloor+l.floors:
			t.Fatalf("floor %d is selected and not shown: %+v", s.Floor, l)
		case l.logLines < 3 || l.floors < 1 || l.help != s.Height-1:
			t.Fatalf("no room for everything: %+v", l)
		}
		// The lamp under the mouse is the one that is drawn there.
		for b := range elevator.Button(elevator.Buttons) {
			i, f, button, ok := l.hit(l.columnAt(s.Node)+l.lampAt(b), l.floorRow(s.Floor), floors)
			exists := elevator.ButtonExists(floors, s.Floor, b)
			if ok != exists || ok && (i != s.Node || f != s.Floor || button != b) {
				t.Fatalf("hit %d %d %v %v, want %d %d %v %v", i, f, button, ok, s.Node, s.Floor, b, exists)
			}
		}
	})
}

func TestWithoutColoursNothingIsWrittenButText(t *testing.T) {
	if text := draw(killed()).Render((&theme{}).style); strings.Contains(text, "\x1b") {
		t.Errorf("escape sequences in %q", text)
	}
	if text := draw(killed()).Render(newTheme(true).style); !strings.Contains(text, "\x1b[") {
		t.Error("no colours in a theme with colours")
	}
}

func BenchmarkPicture(b *testing.B) {
	s := sized(killed(), 100, 30)
	th := newTheme(true)
	for b.Loop() {
		draw(s).Render(th.style)
	}
}
