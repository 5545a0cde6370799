package simscreen

import (
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// frameTime is the time from one picture to the next.
const frameTime = time.Second / 20

// maxPrompt is the longest command, in characters.
const maxPrompt = 200

// model is the state of the screen, as bubbletea wants it.
type model struct {
	scene scene
	theme *theme
	// look returns the elevators as they are now.
	look func() []car
	// act does something to an elevator and says what came of it.
	act func(car int, a action) (answer string, quit bool)
}

// frame is the message that it is time for a new picture.
type frame struct{}

func nextFrame() tea.Cmd {
	return tea.Tick(frameTime, func(time.Time) tea.Msg { return frame{} })
}

func newModel(keys Keys, style Style, look func() []car, act func(int, action) (string, bool)) model {
	m := model{look: look, act: act, theme: newTheme(true)}
	m.scene = scene{Keys: keys, Style: style, Cars: look()}
	return m
}

// Init starts the pictures and asks for the terminal's background.
func (m model) Init() tea.Cmd { return tea.Batch(nextFrame(), tea.RequestBackgroundColor) }

// Update takes in what happens.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case frame:
		m.scene.Cars = m.look()
		return m, nextFrame()
	case tea.WindowSizeMsg:
		m.scene.Width, m.scene.Height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.theme = newTheme(msg.IsDark())
	case tea.MouseClickMsg:
		return m.click(msg)
	case tea.PasteMsg:
		if m.scene.Typing {
			m.scene.Prompt = cut(m.scene.Prompt + strings.Map(oneLine, msg.Content))
		}
	case tea.KeyPressMsg:
		return m.key(msg)
	}
	return m, nil
}

// key does what a key is for.
func (m model) key(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	s := &m.scene
	name := msg.String()
	switch {
	case name == "ctrl+c":
		return m, tea.Quit
	case name == "ctrl+z":
		return m, tea.Suspend
	case s.Typing:
		return m.typed(name, msg.Text)
	case s.Help:
		s.Help = false
		return m, nil
	}
	s.Answer = ""
	if r, size := utf8.DecodeRuneInString(msg.Text); size > 0 && size == len(msg.Text) {
		if a, ok := s.Keys.action(r, s.Cars[s.Focus].Floors); ok {
			return m.do(s.Focus, a)
		}
	}
	n := len(s.Cars)
	switch {
	case name == "f1" || name == "?":
		s.Help = true
	case name == ":" || name == "enter":
		s.Typing, s.Prompt = true, ""
	case name == "tab" || name == "right" || name == "down":
		s.Focus = (s.Focus + 1) % n
	case name == "shift+tab" || name == "left" || name == "up":
		s.Focus = (s.Focus + n - 1) % n
	case len(name) == 1 && name[0] >= '1' && name[0] <= '9':
		if i := int(name[0] - '1'); i < n {
			s.Focus = i
		}
	}
	return m, nil
}

// typed edits the command, or carries it out.
func (m model) typed(name, text string) (tea.Model, tea.Cmd) {
	s := &m.scene
	switch name {
	case "enter":
		line := s.Prompt
		s.Typing, s.Prompt, s.Answer = false, "", ""
		if strings.TrimSpace(line) == "" {
			return m, nil
		}
		return m.do(s.Focus, action{deed: command, line: line})
	case "esc":
		s.Typing, s.Prompt = false, ""
	case "backspace":
		r := []rune(s.Prompt)
		s.Prompt = string(r[:max(0, len(r)-1)])
	case "ctrl+u":
		s.Prompt = ""
	default:
		s.Prompt = cut(s.Prompt + strings.Map(oneLine, text))
	}
	return m, nil
}

// oneLine leaves out what isn't part of a line.
func oneLine(r rune) rune {
	if r < ' ' || r == 0x7f || r == utf8.RuneError {
		return -1
	}
	return r
}

func cut(text string) string {
	if r := []rune(text); len(r) > maxPrompt {
		return string(r[:maxPrompt])
	}
	return text
}

// click chooses the elevator under the mouse, and presses what is there.
func (m model) click(msg tea.MouseClickMsg) (tea.Model, tea.Cmd) {
	s := &m.scene
	l, fits := arrange(s)
	if !fits || s.Help || s.Typing || msg.Button != tea.MouseLeft && msg.Button != tea.MouseRight {
		return m, nil
	}
	i, a, acts, ok := l.hit(msg.X, msg.Y, msg.Button == tea.MouseRight)
	if !ok {
		return m, nil
	}
	s.Focus, s.Answer = i, ""
	if !acts {
		return m, nil
	}
	return m.do(i, a)
}

// do carries out an action and looks at once at what came of it.
func (m model) do(i int, a action) (tea.Model, tea.Cmd) {
	answer, quit := m.act(i, a)
	if quit {
		return m, tea.Quit
	}
	m.scene.Answer = answer
	m.scene.Cars = m.look()
	return m, nil
}

// View draws the picture.
func (m model) View() tea.View {
	v := tea.NewView(draw(&m.scene).Render(m.theme.style))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "elevnet sim"
	return v
}
