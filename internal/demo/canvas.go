package demo

import "elevnet/internal/cells"

// canvas is a screen in the tones of this one.
type canvas = cells.Canvas[tone]

func newCanvas(width, height int) *canvas { return cells.New[tone](width, height, "…") }
