// Package cells is a screen of character cells, each with a tone: a picture of a
// terminal's size that is drawn at once, and given out as text with styles.
package cells

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Canvas is such a screen; T says what a character is, not how it looks. The zero T
// is a plain one. What is put outside of it is cut off.
type Canvas[T comparable] struct {
	Width, Height int
	mark          string
	cells         []cell[T]
}

type cell[T comparable] struct {
	char rune
	tone T
}

// New returns an empty canvas. mark, which may be empty, ends what [Canvas.PutIn] had
// to cut.
func New[T comparable](width, height int, mark string) *Canvas[T] {
	c := &Canvas[T]{width, height, mark, make([]cell[T], width*height)}
	for i := range c.cells {
		c.cells[i].char = ' '
	}
	return c
}

// Put writes a text that begins at (x, y) and returns the place behind it.
func (c *Canvas[T]) Put(x, y int, t T, text string) int {
	for _, r := range text {
		if x >= 0 && x < c.Width && y >= 0 && y < c.Height {
			c.cells[y*c.Width+x] = cell[T]{narrow(r), t}
		}
		x++
	}
	return x
}

// PutIn is Put for a field of a width: what doesn't fit in is cut.
func (c *Canvas[T]) PutIn(x, y, width int, t T, text string) {
	if width <= 0 {
		return
	}
	if r := []rune(text); len(r) > width {
		text = string(r[:max(width-len([]rune(c.mark)), 0)]) + c.mark
	}
	c.Put(x, y, t, text)
}

// narrow replaces what doesn't fill exactly one cell, and would push what follows
// out of its place.
func narrow(r rune) rune {
	switch {
	case r >= ' ' && r < 0x7f, r >= '←' && r <= '↓', r >= '─' && r <= '○', r == '●', r == '…', r == '·':
		return r
	case lipgloss.Width(string(r)) != 1:
		return '?'
	}
	return r
}

// Render returns the canvas as text, each tone by its style.
func (c *Canvas[T]) Render(style func(T, string) string) string {
	var out, run strings.Builder
	for y := range c.Height {
		if y > 0 {
			out.WriteByte('\n')
		}
		row := c.cells[y*c.Width : (y+1)*c.Width]
		end := len(row)
		for end > 0 && row[end-1] == (cell[T]{char: ' '}) {
			end--
		}
		for x := 0; x < end; {
			run.Reset()
			t := row[x].tone
			for ; x < end && row[x].tone == t; x++ {
				run.WriteRune(row[x].char)
			}
			out.WriteString(style(t, run.String()))
		}
	}
	return out.String()
}
