package demo

import "elevnet/internal/elevator"

// The least terminal that something useful fits into.
const (
	leastWidth  = 44
	leastHeight = 16
)

// Widths of the parts of the screen, in cells.
const (
	labelWidth   = 4  // floor numbers
	roomyColumn  = 18 // a workspace
	tightColumn  = 12
	widestColumn = 26
)

// layout says where what is. It shows as much as fits, and always the selected
// workspace and floor.
type layout struct {
	width, height int
	// The workspaces shown as columns, and their width.
	firstNode, nodes, column int
	tight                    bool
	// The floors shown, and the rows from one to the next.
	bottomFloor, floors, step int
	// Rows.
	heads, shafts, nodeRule, nodeList, logRule, log, logLines, help int
	// The nodes listed below.
	firstListed, listed int
}

// arrange returns the layout, or false if the terminal is too small.
func arrange(width, height, nodes, floors, node, floor int) (layout, bool) {
	if width < leastWidth || height < leastHeight {
		return layout{}, false
	}
	l := layout{width: width, height: height}
	room := width - labelWidth
	switch {
	case nodes*roomyColumn <= room:
		l.nodes, l.column = nodes, min(room/nodes, widestColumn)
	case nodes*tightColumn <= room:
		l.nodes, l.column, l.tight = nodes, room/nodes, room/nodes < roomyColumn
	default:
		l.nodes, l.column, l.tight = room/tightColumn, tightColumn, true
	}
	l.firstNode = window(nodes, l.nodes, node)

	// Title, heads, two rules and the help line are always there.
	const always, leastLog, fairLog = 5, 3, 8
	l.listed = min(l.nodes, max(1, (height-always)/3))
	l.firstListed = l.firstNode + window(l.nodes, l.listed, node-l.firstNode)
	rows := height - always - l.listed
	l.floors = min(floors, rows-leastLog)
	l.bottomFloor = window(floors, l.floors, floor)
	l.step = 1
	for s := 4; s > 1; s-- {
		if (l.floors-1)*s+1+fairLog <= rows {
			l.step = s
			break
		}
	}
	l.heads = 1
	l.shafts = 2
	l.nodeRule = l.shafts + (l.floors-1)*l.step + 1
	l.nodeList = l.nodeRule + 1
	l.logRule = l.nodeList + l.listed
	l.log = l.logRule + 1
	l.help = height - 1
	l.logLines = l.help - l.log
	return l, true
}

// window returns the first of the n out of all things that are shown, so that
// the selected one is among them, in the middle if possible.
func window(all, n, selected int) int {
	return max(0, min(selected-n/2, all-n))
}

// row returns the row of a position in the shaft, in floors, in half rows from
// the top of the screen.
func (l *layout) halfRow(position float64) int {
	down := float64(l.bottomFloor+l.floors-1) - position
	halves := down * float64(2*l.step)
	return 2*l.shafts + int(halves+0.5)
}

func (l *layout) floorRow(f int) int { return l.shafts + (l.bottomFloor+l.floors-1-f)*l.step }

// columnAt returns where the column of a workspace begins.
func (l *layout) columnAt(i int) int { return labelWidth + (i-l.firstNode)*l.column }

// lampAt returns where in a column the lamp of a button is.
func (l *layout) lampAt(b elevator.Button) int {
	if l.tight {
		return 1 + int(b)
	}
	return 1 + 2*int(b)
}

// hit returns the button whose lamp is at a place.
func (l *layout) hit(x, y, floors int) (workspace, floor int, button elevator.Button, ok bool) {
	if x < labelWidth || l.column == 0 {
		return 0, 0, 0, false
	}
	workspace = l.firstNode + (x-labelWidth)/l.column
	if workspace >= l.firstNode+l.nodes {
		return 0, 0, 0, false
	}
	for f := l.bottomFloor; f < l.bottomFloor+l.floors; f++ {
		if l.floorRow(f) != y {
			continue
		}
		for b := range elevator.Button(elevator.Buttons) {
			if l.columnAt(workspace)+l.lampAt(b) == x && elevator.ButtonExists(floors, f, b) {
				return workspace, f, b, true
			}
		}
	}
	return 0, 0, 0, false
}
