package main

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"slices"
)

// paletteOf returns the 256 colours that do the most for a picture: a page has a
// few large areas, and soft edges between them, so the most frequent ones at five
// bits each will do.
func paletteOf(pictures ...image.Image) color.Palette {
	type sum struct{ r, g, b, n int }
	sums := map[uint16]*sum{}
	for _, p := range pictures {
		b := p.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				r, g, bl, _ := p.At(x, y).RGBA()
				k := uint16(r>>11<<10 | g>>11<<5 | bl>>11)
				s := sums[k]
				if s == nil {
					s = &sum{}
					sums[k] = s
				}
				s.r, s.g, s.b, s.n = s.r+int(r>>8), s.g+int(g>>8), s.b+int(bl>>8), s.n+1
			}
		}
	}
	all := make([]*sum, 0, len(sums))
	for _, s := range sums {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *sum) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.r*b.n, b.r*a.n), cmp.Compare(a.g*b.n, b.g*a.n), cmp.Compare(a.b*b.n, b.b*a.n))
	})
	var p color.Palette
	for _, s := range all[:min(len(all), 255)] {
		p = append(p, color.RGBA{uint8(s.r / s.n), uint8(s.g / s.n), uint8(s.b / s.n), 255})
	}
	return append(p, color.RGBA{}) // transparent: "as before" in a moving picture
}

// reduce draws a picture with the colours of a palette.
func reduce(p image.Image, colours color.Palette) *image.Paletted {
	r := image.NewPaletted(p.Bounds(), colours)
	opaque := colours[:len(colours)-1]
	known := map[color.RGBA]uint8{}
	b := p.Bounds()
	src := image.NewRGBA(b)
	draw.Draw(src, b, p, b.Min, draw.Src)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := src.RGBAAt(x, y)
			i, ok := known[c]
			if !ok {
				i = uint8(opaque.Index(c))
				known[c] = i
			}
			r.SetColorIndex(x, y, i)
		}
	}
	return r
}

// difference leaves of a picture what differs from the one before it: the rest is
// transparent, and the picture is cut down to what there is left.
func difference(before, now *image.Paletted) *image.Paletted {
	clear := uint8(len(now.Palette) - 1)
	var changed image.Rectangle
	d := image.NewPaletted(now.Rect, now.Palette)
	for i := range now.Pix {
		if now.Pix[i] == before.Pix[i] {
			d.Pix[i] = clear
			continue
		}
		d.Pix[i] = now.Pix[i]
		at := image.Pt(i%now.Stride, i/now.Stride)
		changed = changed.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
	}
	if changed.Empty() {
		changed = image.Rect(0, 0, 1, 1)
	}
	return d.SubImage(changed).(*image.Paletted)
}
