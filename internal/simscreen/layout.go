package simscreen

import (
	"math"

	"elevnet/internal/elevator"
)

// The least terminal that something useful fits into.
const (
	leastWidth  = 32
	leastHeight = 8
)

// Rows of a panel. In a low panel there is no rule, and no frame below.
const (
	rowTitle = iota
	rowShaft
	rowFloor
	rowRule
	rowButtons // the first of three
)

// layout says where what is. All panels are of one size, in rows of as many as
// fit side by side.
type layout struct {
	width, height int
	across        int // panels side by side
	first, shown  int // the panels that are there
	low           bool
	// Within a panel: the widths of the labels, of one floor, and of the column
	// on the right; and the floors that are there.
	label, cell, side    int
	firstFloor, floors   int
	allFloors, panelRows int
	panelWidth           int
}

// shape is one way to draw a panel.
type shape struct {
	label, cell, side int
	low               bool
}

// shapes are tried one after the other until all elevators fit.
var shapes = []shape{
	{11, 7, 16, false}, {11, 6, 16, false}, {11, 5, 16, false}, {11, 4, 16, false},
	{11, 5, 16, true}, {11, 4, 16, true}, {6, 4, 14, true},
}

func (s shape) width(floors int) int { return 1 + s.label + 1 + floors*s.cell + 1 + 1 + s.side + 1 }

func (s shape) rows() int {
	if s.low {
		return 6
	}
	return 8
}

// arrange returns the layout, or false if the terminal is too small.
func arrange(s *scene) (layout, bool) {
	if s.Width < leastWidth || s.Height < leastHeight || len(s.Cars) == 0 {
		return layout{}, false
	}
	cars, floors := len(s.Cars), s.Cars[0].Floors
	room := s.Height - 1 // the last line is for keys and answers
	best := shapes[len(shapes)-1]
	across, fits := 1, false
	for _, x := range shapes {
		n := min((s.Width+1)/(x.width(floors)+1), cars)
		if n > 0 && (cars+n-1)/n*x.rows() <= room {
			best, across, fits = x, n, true
			break
		}
	}
	l := layout{
		width: s.Width, height: s.Height, label: best.label, cell: best.cell, side: best.side, low: best.low,
		panelRows: best.rows(), allFloors: floors, floors: floors, across: across, shown: cars,
	}
	if !fits {
		// As many elevators as there is room for, and as many of their floors.
		across = max(1, min((s.Width+1)/(best.width(floors)+1), cars))
		l.across = across
		all := (cars + across - 1) / across // rows of panels
		rows := min(all, max(1, room/l.panelRows))
		l.first = window(all, rows, s.Focus/across) * across
		l.shown = min(rows*across, cars-l.first)
		if over := best.width(floors) - s.Width; over > 0 {
			l.floors = max(1, floors-(over+l.cell-1)/l.cell)
			at := int(s.Cars[s.Focus].Position + 0.5)
			l.firstFloor = window(floors, l.floors, at)
		}
	}
	l.panelWidth = shape{l.label, l.cell, l.side, l.low}.width(l.floors)
	return l, true
}

// window returns the first of the n out of all things that are shown, so that
// the selected one is among them, in the middle if possible.
func window(all, n, selected int) int {
	return max(0, min(selected-n/2, all-n))
}

// origin returns the upper left corner of a panel.
func (l *layout) origin(i int) (x, y int) {
	i -= l.first
	return i % l.across * (l.panelWidth + 1), i / l.across * l.panelRows
}

// bottom returns the first row below the panels.
func (l *layout) bottom() int { return (l.shown + l.across - 1) / l.across * l.panelRows }

// lampAt returns the column, within a panel, of the lamps of a floor.
func (l *layout) lampAt(floor int) int {
	return 1 + l.label + 1 + (floor-l.firstFloor)*l.cell + l.cell/2
}

// shaftAt is lampAt for a car at any position, in floors.
func (l *layout) shaftAt(position float64) int {
	x := float64(l.lampAt(0)) + position*float64(l.cell)
	return int(math.Floor(x + 0.5))
}

// sideAt returns the column, within a panel, of what stands on the right.
func (l *layout) sideAt() int { return 1 + l.label + 1 + l.floors*l.cell + 1 + 1 }

// row returns the row, within a panel, of a kind of button.
func (l *layout) row(b elevator.Button) int {
	if l.low {
		return rowRule + int(b)
	}
	return rowButtons + int(b)
}

// hit returns the elevator at a place, and what the mouse does there if it
// presses; held is set for a button that shall stay down.
func (l *layout) hit(x, y int, held bool) (i int, a action, acts, ok bool) {
	for i = l.first; i < l.first+l.shown; i++ {
		left, top := l.origin(i)
		dx, dy := x-left, y-top
		if dx < 0 || dx >= l.panelWidth || dy < 0 || dy >= l.panelRows {
			continue
		}
		a, acts = l.hitPanel(dx, dy, held)
		return i, a, acts, true
	}
	return 0, action{}, false, false
}

func (l *layout) hitPanel(x, y int, held bool) (action, bool) {
	begin := 1 + l.label + 1
	for b := range elevator.Button(elevator.Buttons) {
		if y != l.row(b) {
			continue
		}
		floor := l.firstFloor + (x-begin)/l.cell
		if x >= begin && floor < l.firstFloor+l.floors && elevator.ButtonExists(l.allFloors, floor, b) {
			return pressOf(b, floor, held), true
		}
		if x >= l.sideAt()-1 && b == elevator.HallDown {
			return pressOfStop(held), true
		}
		if x >= l.sideAt()-1 && b == elevator.Cab {
			return action{deed: obstruction}, true
		}
	}
	return action{}, false
}
