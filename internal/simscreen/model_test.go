package simscreen

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

// typedKey is the message of a key, by its name.
func typedKey(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"right": tea.KeyRight, "left": tea.KeyLeft, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
		"backspace": tea.KeyBackspace, "f1": tea.KeyF1,
	}
	switch code, ok := special[name]; {
	case ok:
		return tea.KeyPressMsg{Code: code}
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case strings.HasPrefix(name, "ctrl+"):
		return tea.KeyPressMsg{Code: rune(name[5]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// done is an action and the elevator that it was done to.
type done struct {
	Car    int
	Action action
}

type hands struct {
	done   []done
	answer string
}

func (h *hands) act(i int, a action) (string, bool) {
	h.done = append(h.done, done{i, a})
	return h.answer, a.line == "quit"
}

func open3(h *hands) tea.Model {
	m := tea.Model(newModel(DefaultKeys(), Style{}, func() []car { return atRest(3, 4).Cars }, h.act))
	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	return m
}

func TestKeys(t *testing.T) {
	press := func(b elevator.Button, f int) action { return action{deed: tap, button: b, floor: f} }
	held := func(b elevator.Button, f int) action { return action{deed: hold, button: b, floor: f} }
	say := func(line string) action { return action{deed: command, line: line} }
	for _, c := range []struct {
		keys  string
		want  []done
		focus int
		help  bool
		quit  bool
	}{
		{keys: "q w e", want: []done{{0, press(elevator.HallUp, 0)}, {0, press(elevator.HallUp, 1)}, {0, press(elevator.HallUp, 2)}}},
		{keys: "s d f", want: []done{{0, press(elevator.HallDown, 1)}, {0, press(elevator.HallDown, 2)}, {0, press(elevator.HallDown, 3)}}},
		{keys: "z x c v", want: []done{{0, press(elevator.Cab, 0)}, {0, press(elevator.Cab, 1)}, {0, press(elevator.Cab, 2)}, {0, press(elevator.Cab, 3)}}},
		{keys: "r g b , ."}, // floors that aren't there
		{keys: "Q F Z", want: []done{{0, held(elevator.HallUp, 0)}, {0, held(elevator.HallDown, 3)}, {0, held(elevator.Cab, 0)}}},
		{keys: "p P", want: []done{{0, action{deed: tapStop}}, {0, action{deed: holdStop}}}},
		{keys: "- _", want: []done{{0, action{deed: obstruction}}}},
		{keys: "7 8 9 0", want: []done{{0, action{deed: drive, way: elevator.Down}}, {0, action{deed: drive}}, {0, action{deed: drive, way: elevator.Up}}, {0, action{deed: inBounds}}}},
		{keys: "a o A O esc"},
		{keys: "tab q", want: []done{{1, press(elevator.HallUp, 0)}}, focus: 1},
		{keys: "right right", focus: 2},
		{keys: "shift+tab", focus: 2},
		{keys: "left left", focus: 1},
		{keys: "3 z", want: []done{{2, press(elevator.Cab, 0)}}, focus: 2},
		{keys: "5", focus: 0},
		{keys: "f1", help: true},
		{keys: "? q q", want: []done{{0, press(elevator.HallUp, 0)}}}, // the first one closes the help
		{keys: ": d r o p enter q", want: []done{{0, say("drop")}, {0, press(elevator.HallUp, 0)}}},
		{keys: ": q q backspace backspace backspace p enter", want: []done{{0, say("p")}}},
		{keys: ": q ctrl+u enter enter esc 9", want: []done{{0, action{deed: drive, way: elevator.Up}}}},
		{keys: ": q esc q", want: []done{{0, press(elevator.HallUp, 0)}}},
		{keys: "enter q u i t enter", want: []done{{0, say("quit")}}, quit: true},
		{keys: "ctrl+c", quit: true},
		{keys: ": q ctrl+c", quit: true},
		{keys: "f1 ctrl+c", help: true, quit: true},
	} {
		h := new(hands)
		m := open3(h)
		var cmd tea.Cmd
		for _, k := range strings.Fields(c.keys) {
			m, cmd = m.Update(typedKey(k))
		}
		if diff := cmp.Diff(c.want, h.done, cmp.AllowUnexported(action{})); diff != "" {
			t.Errorf("%s: %s", c.keys, diff)
		}
		s := m.(model).scene
		if s.Focus != c.focus || s.Help != c.help || s.Typing && !c.quit {
			t.Errorf("%s: focus %d, help %v, typing %v", c.keys, s.Focus, s.Help, s.Typing)
		}
		quits := false
		if cmd != nil {
			_, quits = cmd().(tea.QuitMsg)
		}
		if quits != c.quit {
			t.Errorf("%s: quits %v", c.keys, quits)
		}
	}
}

// What an action says is shown until the next key.
func TestAnswer(t *testing.T) {
	h := &hands{answer: "no such thing"}
	m := open3(h)
	m, _ = m.Update(typedKey("0"))
	if !strings.Contains(m.View().Content, "no such thing") {
		t.Errorf("not shown:\n%s", m.View().Content)
	}
	m, _ = m.Update(typedKey("tab"))
	if strings.Contains(m.View().Content, "no such thing") {
		t.Error("still shown")
	}
}

// Pasted text is a command's, and only while one is typed: it must not press
// all buttons.
func TestPaste(t *testing.T) {
	h := new(hands)
	m := open3(h)
	m, _ = m.Update(tea.PasteMsg{Content: "qwerty"})
	m, _ = m.Update(typedKey(":"))
	m, _ = m.Update(tea.PasteMsg{Content: "place\n 2\x1b"})
	m.Update(typedKey("enter"))
	if diff := cmp.Diff([]done{{0, action{deed: command, line: "place 2"}}}, h.done, cmp.AllowUnexported(action{})); diff != "" {
		t.Error(diff)
	}
}

func TestClicks(t *testing.T) {
	h := new(hands)
	m := open3(h)
	s := m.(model).scene
	l, _ := arrange(&s)
	click := func(car, dx, dy int, b tea.MouseButton) {
		x, y := l.origin(car)
		m, _ = m.Update(tea.MouseClickMsg{X: x + dx, Y: y + dy, Button: b})
	}
	click(1, l.lampAt(2), l.row(elevator.HallDown), tea.MouseLeft)
	click(2, l.lampAt(3), l.row(elevator.Cab), tea.MouseRight)
	click(0, l.sideAt()+3, l.row(elevator.HallDown), tea.MouseLeft)
	click(0, l.sideAt()+3, l.row(elevator.Cab), tea.MouseLeft)
	click(0, l.lampAt(0), l.row(elevator.HallDown), tea.MouseLeft) // no such button
	click(1, 3, rowTitle, tea.MouseLeft)                           // chooses, and does no more
	click(2, l.lampAt(2), l.row(elevator.Cab), tea.MouseMiddle)
	m, _ = m.Update(tea.MouseClickMsg{X: 79, Y: 22, Button: tea.MouseLeft})
	want := []done{
		{1, action{deed: tap, button: elevator.HallDown, floor: 2}},
		{2, action{deed: hold, button: elevator.Cab, floor: 3}},
		{0, action{deed: tapStop}},
		{0, action{deed: obstruction}},
	}
	if diff := cmp.Diff(want, h.done, cmp.AllowUnexported(action{})); diff != "" {
		t.Error(diff)
	}
	if f := m.(model).scene.Focus; f != 1 {
		t.Errorf("focus %d", f)
	}
}

func TestValidateKeys(t *testing.T) {
	if err := DefaultKeys().Validate(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		change func(*Keys)
		want   string
	}{
		"twice":      {func(k *Keys) { k.Stop = 'Q' }, "both for hall-up 0 and for the stop button"},
		"in one row": {func(k *Keys) { k.Cab = "zxz" }, "both for cab 0 and for cab 2"},
		"space":      {func(k *Keys) { k.Up = "q e" }, "can't be a key"},
		"control":    {func(k *Keys) { k.InBounds = '\x1b' }, "can't be a key"},
		"colon":      {func(k *Keys) { k.MotorUp = ':' }, "begins a command"},
		"nothing":    {func(k *Keys) { k.MotorUp = 0 }, "can't be a key"},
	} {
		k := DefaultKeys()
		c.change(&k)
		if err := k.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
