package traffic

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Chart is a chart of grouped bars, each with its interval.
type Chart struct {
	Title string
	// Axis says what the bars measure, with its unit.
	Axis string
	// Groups are the labels below the groups; one of several words takes several
	// lines.
	Groups []string
	// Series are the names of the bars in each group.
	Series []string
	// Bars is by series and group. What isn't known is left out.
	Bars [][]Estimate
	// Line is where a line is drawn across, 0 for none.
	Line float64
}

// The measures of a chart, in pixels.
const (
	barWidth   = 11
	groupGap   = 18
	plotHeight = 260
	leftEdge   = 64
	topEdge    = 64
	bottomEdge = 64
	lineHeight = 14
)

// colors can be told apart by the colour-blind (Okabe and Ito).
var colors = [...]string{"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7f7f7f", "#000000"}

// WriteSVG draws the chart. It has its own light background and needs no script,
// font or style from elsewhere.
func (c *Chart) WriteSVG(w io.Writer) error {
	top := max(c.Line, 0)
	for _, series := range c.Bars {
		for _, e := range series {
			for _, n := range [...]Number{e.Mean, e.High} {
				if n.Known() {
					top = max(top, float64(n))
				}
			}
		}
	}
	step := tickStep(top)
	ticks := max(int(math.Ceil(top/step)), 1)
	scale := plotHeight / (float64(ticks) * step)
	groupWidth := len(c.Series)*barWidth + groupGap
	plot := max(len(c.Groups)*groupWidth+groupGap, 360)
	width, height := leftEdge+plot+20, topEdge+plotHeight+bottomEdge
	y := func(v float64) float64 { return topEdge + plotHeight - v*scale }

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="11" fill="#222">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", escape(c.Title))
	fmt.Fprintf(&b, `<text x="%d" y="20" font-size="15">%s</text>`+"\n", leftEdge, escape(c.Title))
	fmt.Fprintf(&b, `<text transform="translate(16 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", topEdge+plotHeight/2, escape(c.Axis))
	for i := range ticks + 1 {
		v := float64(i) * step
		fmt.Fprintf(&b, `<path d="M%d %.1fh%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", leftEdge, y(v), plot, leftEdge-6, y(v)+4, tickLabel(v, step))
	}
	at := leftEdge
	for s, name := range c.Series {
		fmt.Fprintf(&b, `<rect x="%d" y="34" width="10" height="10" fill="%s"/><text x="%d" y="43">%s</text>`+"\n", at, colors[s%len(colors)], at+14, escape(name))
		at += 30 + 7*len(name)
	}
	for g, label := range c.Groups {
		left := leftEdge + groupGap + g*groupWidth
		for s := range c.Series {
			drawBar(&b, c.Bars[s][g], left+s*barWidth, colors[s%len(colors)], y)
		}
		for i, word := range strings.Fields(label) {
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", float64(left)+float64(len(c.Series)*barWidth)/2, topEdge+plotHeight+18+i*lineHeight, escape(word))
		}
	}
	if c.Line > 0 {
		fmt.Fprintf(&b, `<path d="M%d %.1fh%d" stroke="#222" stroke-dasharray="4 3"/>`+"\n", leftEdge, y(c.Line), plot)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func drawBar(b *strings.Builder, e Estimate, x int, color string, y func(float64) float64) {
	if !e.Mean.Known() {
		return
	}
	mean := y(float64(e.Mean))
	fmt.Fprintf(b, `<rect x="%d" y="%.1f" width="%d" height="%.1f" fill="%s"/>`, x, mean, barWidth-1, y(0)-mean, color)
	if e.Low.Known() && e.High.Known() {
		low, high := y(max(float64(e.Low), 0)), y(float64(e.High))
		fmt.Fprintf(b, `<path d="M%.1f %.1fV%.1fm-2 0h4M%.1f %.1fh4" stroke="#222" fill="none"/>`, float64(x)+4.5+0.5, low, high, float64(x)+3, low)
	}
	b.WriteByte('\n')
}

// tickStep returns 1, 2 or 5 times a power of ten, so that 4 to 10 of it reach top.
func tickStep(top float64) float64 {
	if top <= 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(top))-1)
	for _, factor := range [...]float64{2, 2.5, 2, 2, 2.5} { // 1, 2, 5, 10, 20, 50
		if top/step <= 10 {
			break
		}
		step *= factor
	}
	return step
}

func tickLabel(v, step float64) string {
	decimals := max(-int(math.Floor(math.Log10(step)+1e-9)), 0)
	return fmt.Sprintf("%.*f", decimals, v)
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
