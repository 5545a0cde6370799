package demo

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

// pressed is the message of a key, by its name.
func pressed(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
	}
	switch code, ok := special[name]; {
	case ok:
		return tea.KeyPressMsg{Code: code}
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case name == "ctrl+c":
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func TestKeys(t *testing.T) {
	type place struct{ node, floor int }
	start := place{1, 2} // of 3 workspaces and 4 floors
	for _, c := range []struct {
		keys []string
		want []action
		at   place
		help bool
		quit bool
	}{
		{keys: []string{"right"}, at: place{2, 2}},
		{keys: []string{"right", "right"}, at: place{0, 2}},
		{keys: []string{"tab"}, at: place{2, 2}},
		{keys: []string{"left", "left"}, at: place{2, 2}},
		{keys: []string{"shift+tab"}, at: place{0, 2}},
		{keys: []string{"up", "up", "up"}, at: place{1, 3}},
		{keys: []string{"down", "down", "down"}, at: place{1, 0}},
		{keys: []string{"3"}, at: place{2, 2}},
		{keys: []string{"9"}, at: start},
		{keys: []string{"u"}, want: []action{{press, 1, 2, elevator.HallUp}}, at: start},
		{keys: []string{"d"}, want: []action{{press, 1, 2, elevator.HallDown}}, at: start},
		{keys: []string{"c"}, want: []action{{press, 1, 2, elevator.Cab}}, at: start},
		{keys: []string{"enter"}, want: []action{{press, 1, 2, elevator.Cab}}, at: start},
		{keys: []string{"up", "u", "d"}, want: []action{{press, 1, 3, elevator.HallDown}}, at: place{1, 3}},
		{keys: []string{"1", "k"}, want: []action{{killOrRestart, 0, 2, 0}}, at: place{0, 2}},
		{keys: []string{"K"}, want: []action{{restartBare, 1, 2, 0}}, at: start},
		{keys: []string{"n", "i", "o"}, want: []action{{cutNetwork, 1, 2, 0}, {cutInput, 1, 2, 0}, {cutOutput, 1, 2, 0}}, at: start},
		{keys: []string{"+", "=", "-", "_"}, want: []action{{moreLoss, 1, 2, 0}, {moreLoss, 1, 2, 0}, {lessLoss, 1, 2, 0}, {lessLoss, 1, 2, 0}}, at: start},
		{keys: []string{"m", "b", "s", "x"}, want: []action{{motorPower, 1, 2, 0}, {obstruction, 1, 2, 0}, {stopButton, 1, 2, 0}, {elevatorServer, 1, 2, 0}}, at: start},
		{keys: []string{"p", "t", "f"}, want: []action{{powerCut, 1, 2, 0}, {randomPresses, 1, 2, 0}, {randomFaults, 1, 2, 0}}, at: start},
		{keys: []string{"?"}, at: start, help: true},
		{keys: []string{"?", "k"}, at: start}, // any key closes the help, and does no more
		{keys: []string{"?", "esc", "right"}, at: place{2, 2}},
		{keys: []string{"z", "esc"}, at: start},
		{keys: []string{"q"}, at: start, quit: true},
		{keys: []string{"?", "q"}, at: start, help: true, quit: true},
		{keys: []string{"ctrl+c"}, at: start, quit: true},
	} {
		var done []action
		m := tea.Model(newModel(func() picture { return still(3, 4) }, func(a action) { done = append(done, a) }))
		m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		for _, k := range []string{"2", "up", "up"} {
			m, _ = m.Update(pressed(k))
		}
		var cmd tea.Cmd
		for _, k := range c.keys {
			m, cmd = m.Update(pressed(k))
		}
		s := m.(model).picture
		if diff := cmp.Diff(c.want, done, cmp.AllowUnexported(action{})); diff != "" {
			t.Errorf("%v: %s", c.keys, diff)
		}
		if got := (place{s.Node, s.Floor}); got != c.at || s.Help != c.help {
			t.Errorf("%v: at %v, help %v, want %v, %v", c.keys, got, s.Help, c.at, c.help)
		}
		quit := false
		if cmd != nil {
			_, quit = cmd().(tea.QuitMsg)
		}
		if quit != c.quit {
			t.Errorf("%v: quit %v", c.keys, quit)
		}
	}
}

func TestMousePressesLamps(t *testing.T) {
	var done []action
	m := tea.Model(newModel(func() picture { return still(3, 4) }, func(a action) { done = append(done, a) }))
	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	l, _ := arrange(80, 24, 3, 4, 0, 0)
	x, y := l.columnAt(2)+l.lampAt(elevator.HallDown), l.floorRow(3)
	for _, click := range []tea.MouseClickMsg{
		{X: x, Y: y, Button: tea.MouseRight},
		{X: x, Y: y + 1, Button: tea.MouseLeft}, // between two floors
		{X: 0, Y: y, Button: tea.MouseLeft},
		{X: 79, Y: 23, Button: tea.MouseLeft},
		{X: x, Y: y, Button: tea.MouseLeft},
	} {
		m, _ = m.Update(click)
	}
	want := []action{{press, 2, 3, elevator.HallDown}}
	if diff := cmp.Diff(want, done, cmp.AllowUnexported(action{})); diff != "" {
		t.Error(diff)
	}
	if s := m.(model).picture; s.Node != 2 || s.Floor != 3 {
		t.Errorf("workspace %d, floor %d are selected, not those clicked", s.Node, s.Floor)
	}
}

// A frame shows what is new and keeps what was selected.
func TestFrameKeepsTheSelection(t *testing.T) {
	looks := 0
	m := tea.Model(newModel(func() picture {
		looks++
		s := still(3, 4)
		s.LossPercent = looks
		return s
	}, func(action) {}))
	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m, _ = m.Update(pressed("3"))
	m, cmd := m.Update(frame{})
	if s := m.(model).picture; s.LossPercent != 2 || s.Node != 2 || s.Width != 80 {
		t.Errorf("after a frame: %d looks, workspace %d, width %d", s.LossPercent, s.Node, s.Width)
	}
	if cmd == nil {
		t.Error("no next frame is asked for")
	}
	if v := m.View(); !v.AltScreen || v.Content == "" {
		t.Errorf("the view: %+v", v)
	}
}
