package simscreen

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// canvas is a screen of character cells, each with a tone. What is put outside
// of it is cut off.
type canvas struct {
	width, height int
	cells         []cell
}

type cell struct {
	char rune
	tone tone
}

func newCanvas(width, height int) *canvas {
	c := &canvas{width, height, make([]cell, width*height)}
	for i := range c.cells {
		c.cells[i].char = ' '
	}
	return c
}

// put writes a text that begins at (x, y) and returns the place behind it.
func (c *canvas) put(x, y int, t tone, text string) int {
	for _, r := range text {
		if x >= 0 && x < c.width && y >= 0 && y < c.height {
			if lipgloss.Width(string(r)) != 1 {
				r = '?' // would push what follows out of its place
			}
			c.cells[y*c.width+x] = cell{r, t}
		}
		x++
	}
	return x
}

// putIn is put for a field of a width: what doesn't fit in is cut.
func (c *canvas) putIn(x, y, width int, t tone, text string) {
	if r := []rune(text); len(r) > width {
		text = string(r[:max(width, 0)])
	}
	c.put(x, y, t, text)
}

// render returns the canvas as text, each tone in its style.
func (c *canvas) render(th *theme) string {
	var out, run strings.Builder
	for y := range c.height {
		if y > 0 {
			out.WriteByte('\n')
		}
		row := c.cells[y*c.width : (y+1)*c.width]
		end := len(row)
		for end > 0 && row[end-1] == (cell{char: ' '}) {
			end--
		}
		for x := 0; x < end; {
			run.Reset()
			t := row[x].tone
			for ; x < end && row[x].tone == t; x++ {
				run.WriteRune(row[x].char)
			}
			out.WriteString(th.style(t, run.String()))
		}
	}
	return out.String()
}
