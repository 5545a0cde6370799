package simscreen

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// tone is what a cell of the screen means; a theme says how that looks.
type tone uint8

const (
	plain   tone = iota
	faint        // frames and labels
	strong       // titles
	chosen       // the elevator that the keys work
	lit          // a lamp
	pressed      // a button that is held down
	still        // a car with its door closed
	moving       // on its way
	open         // with its door open
	alarm        // somebody should look at it
	tones
)

// theme holds a style for each tone. The zero value has no styles at all.
type theme struct {
	styled bool
	styles [tones]lipgloss.Style
}

func (th *theme) style(t tone, text string) string {
	if !th.styled || t == plain {
		return text
	}
	return th.styles[t].Render(text)
}

// newTheme returns the colours for a dark or a light terminal. Each meaning is
// also carried by a character or a word, so nothing is lost without them.
func newTheme(dark bool) *theme {
	pick := lipgloss.LightDark(dark)
	fg := func(onLight, onDark string) lipgloss.Style {
		var c color.Color = pick(lipgloss.Color(onLight), lipgloss.Color(onDark))
		return lipgloss.NewStyle().Foreground(c)
	}
	th := &theme{styled: true}
	th.styles = [tones]lipgloss.Style{
		plain:   lipgloss.NewStyle(),
		faint:   fg("#8a8a8a", "#808080"),
		strong:  lipgloss.NewStyle().Bold(true),
		chosen:  lipgloss.NewStyle().Bold(true).Reverse(true),
		lit:     fg("#b35c00", "#ffb000").Bold(true),
		pressed: lipgloss.NewStyle().Bold(true).Reverse(true),
		still:   fg("#404040", "#d0d0d0").Bold(true),
		moving:  fg("#007a7a", "#30d0d0").Bold(true),
		open:    fg("#007a00", "#50e050").Bold(true),
		alarm:   fg("#c00000", "#ff5050").Bold(true),
	}
	return th
}
