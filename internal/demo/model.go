package demo

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// frameTime is the time from one picture to the next.
const frameTime = time.Second / 15

// model is the state of the screen, as bubbletea wants it.
type model struct {
	picture picture
	theme   *theme
	// look returns what is to be seen now; what the model itself decides (the
	// selection and the size) is left out.
	look func() picture
	// act does something to the building, without waiting for it.
	act func(action)
}

// frame is the message that it is time for a new picture.
type frame struct{}

func nextFrame() tea.Cmd {
	return tea.Tick(frameTime, func(time.Time) tea.Msg { return frame{} })
}

func newModel(look func() picture, act func(action)) model {
	m := model{look: look, act: act, theme: newTheme(true)}
	return m.refresh()
}

// Init starts the pictures and asks for the terminal's background.
func (m model) Init() tea.Cmd { return tea.Batch(nextFrame(), tea.RequestBackgroundColor) }

// Update takes in what happens.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case frame:
		return m.refresh(), nextFrame()
	case tea.WindowSizeMsg:
		m.picture.Width, m.picture.Height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.theme = newTheme(msg.IsDark())
	case tea.MouseClickMsg:
		m.click(msg)
	case tea.KeyPressMsg:
		return m.key(msg.String())
	}
	return m, nil
}

// refresh takes a new look and keeps what the model decides.
func (m model) refresh() model {
	s := m.look()
	s.Node, s.Floor, s.Help = m.picture.Node, m.picture.Floor, m.picture.Help
	s.Width, s.Height = m.picture.Width, m.picture.Height
	m.picture = s
	return m
}

// key does what a key is for.
func (m model) key(key string) (tea.Model, tea.Cmd) {
	s := &m.picture
	nodes := len(s.Workspaces)
	switch {
	case key == "ctrl+c" || key == "q":
		return m, tea.Quit
	case s.Help:
		s.Help = false
	case key == "?" || key == "h":
		s.Help = true
	case key == "right" || key == "tab":
		s.Node = (s.Node + 1) % nodes
	case key == "left" || key == "shift+tab":
		s.Node = (s.Node + nodes - 1) % nodes
	case key == "up":
		s.Floor = min(s.Floor+1, s.Floors-1)
	case key == "down":
		s.Floor = max(s.Floor-1, 0)
	case len(key) == 1 && key[0] >= '1' && key[0] <= '9':
		if i := int(key[0] - '1'); i < nodes {
			s.Node = i
		}
	default:
		if a, ok := actionOf(key, s.Node, s.Floor, s.Floors); ok {
			m.act(a)
		}
	}
	return m, nil
}

// click presses the button whose lamp was clicked, and selects its place.
func (m *model) click(msg tea.MouseClickMsg) {
	s := &m.picture
	l, fits := arrange(s.Width, s.Height, len(s.Workspaces), s.Floors, s.Node, s.Floor)
	if !fits || s.Help || msg.Button != tea.MouseLeft {
		return
	}
	if i, floor, button, ok := l.hit(msg.X, msg.Y, s.Floors); ok {
		s.Node, s.Floor = i, floor
		m.act(action{press, i, floor, button})
	}
}

// View draws the picture.
func (m model) View() tea.View {
	v := tea.NewView(draw(m.picture).Render(m.theme.style))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "elevnet demo"
	return v
}
