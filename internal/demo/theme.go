package demo

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// tone is what a cell of the screen means; a theme says how that looks.
type tone uint8

const (
	plain      tone = iota
	faint           // there, but not now of interest
	strong          // titles
	chosen          // the selected workspace and floor
	hallLamp        // lit
	cabLamp         // lit
	carStill        // an elevator with its door closed
	carMoving       // on its way
	carOpen         // with its door open
	carHalted       // that can't run
	assignment      // what an elevator is to serve
	good
	warning
	failure
	byHand // done by whoever sits here
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
// also carried by a shape, a word or a place, so nothing is lost without them.
func newTheme(dark bool) *theme {
	pick := lipgloss.LightDark(dark)
	fg := func(onLight, onDark string) lipgloss.Style {
		var c color.Color = pick(lipgloss.Color(onLight), lipgloss.Color(onDark))
		return lipgloss.NewStyle().Foreground(c)
	}
	th := &theme{styled: true}
	th.styles = [tones]lipgloss.Style{
		plain:      lipgloss.NewStyle(),
		faint:      fg("#8a8a8a", "#767676"),
		strong:     lipgloss.NewStyle().Bold(true),
		chosen:     lipgloss.NewStyle().Bold(true).Reverse(true),
		hallLamp:   fg("#b35c00", "#ffb000").Bold(true),
		cabLamp:    fg("#0060c0", "#60b8ff").Bold(true),
		carStill:   fg("#606060", "#a8a8a8"),
		carMoving:  fg("#007a7a", "#30d0d0"),
		carOpen:    fg("#007a00", "#50e050"),
		carHalted:  fg("#c00000", "#ff5050"),
		assignment: fg("#8000a0", "#e080ff"),
		good:       fg("#007a00", "#50e050"),
		warning:    fg("#a05000", "#ffb000"),
		failure:    fg("#c00000", "#ff5050").Bold(true),
		byHand:     fg("#0060c0", "#60b8ff"),
	}
	return th
}
