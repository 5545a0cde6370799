package demo

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"elevnet/internal/elevator"
)

// picture is all that is to be seen on the screen.
type picture struct {
	Snapshot
	Figures Figures
	// Traffic and Chaos say whether random presses and faults are made.
	Traffic, Chaos bool
	// URL is where the page is, "" for none.
	URL string
	// Broken counts the promises that were broken.
	Broken int
	// Node and Floor are selected.
	Node, Floor int
	Help        bool
	// Width and Height are those of the terminal, in cells.
	Width, Height int
}

// draw paints a picture.
func draw(s picture) *canvas {
	c := newCanvas(max(s.Width, 1), max(s.Height, 1))
	l, fits := arrange(s.Width, s.Height, len(s.Workspaces), s.Floors, s.Node, s.Floor)
	switch {
	case !fits:
		drawTooSmall(c)
	case s.Help:
		drawHelp(c)
	default:
		drawTitle(c, s)
		drawFloors(c, s, l)
		for i := l.firstNode; i < l.firstNode+l.nodes; i++ {
			drawColumn(c, s, l, i)
		}
		drawRule(c, l.nodeRule, nodesTitle(s, l))
		for k := range l.listed {
			drawStatus(c, s, l.nodeList+k, l.firstListed+k)
		}
		drawRule(c, l.logRule, "log")
		drawURL(c, l.nodeRule, s.URL)
		drawLog(c, s.Lines, l)
		drawKeys(c, l.help)
	}
	return c
}

func drawTooSmall(c *canvas) {
	y := max(0, c.Height/2-1)
	for _, line := range []string{
		fmt.Sprintf("The terminal is too small: %d×%d.", c.Width, c.Height),
		fmt.Sprintf("Make it %d×%d or larger.", leastWidth, leastHeight),
		"The elevators run on. q ends.",
	} {
		c.Put(0, y, strong, line)
		y++
	}
}

func drawTitle(c *canvas, s picture) {
	x := c.Put(1, 0, strong, "elevnet demo")
	item := func(t tone, text string) {
		if x+3+len([]rune(text)) <= c.Width {
			x = c.Put(x+3, 0, t, text)
		}
	}
	if s.Broken > 0 {
		item(failure, fmt.Sprintf("%d PROMISES BROKEN", s.Broken))
	}
	if s.LossPercent > 0 {
		item(warning, fmt.Sprintf("loss %d%%", s.LossPercent))
	}
	if s.Traffic {
		item(good, "traffic on")
	}
	if s.Chaos {
		item(warning, "faults on")
	}
	f := s.Figures
	item(plain, fmt.Sprintf("%d pressed, %d served", f.Presses, f.Served))
	if s.Broken == 0 {
		item(good, "promises kept")
	}
	if f.Served > 0 {
		item(plain, fmt.Sprintf("wait %.1f s", f.WaitAverage.Seconds()))
	}
	if f.Lamps > 0 {
		item(plain, fmt.Sprintf("lamp %d ms", f.LampMedian.Milliseconds()))
	}
	item(faint, fmt.Sprintf("%s, %s", s.Building, s.where()))
}

func drawFloors(c *canvas, s picture, l layout) {
	for f := l.bottomFloor; f < l.bottomFloor+l.floors; f++ {
		t, text := plain, fmt.Sprintf("%3d", f)
		if f == s.Floor {
			t = chosen
		}
		c.Put(0, l.floorRow(f), t, text)
	}
	if l.floors < s.Floors {
		c.Put(0, l.heads, faint, fmt.Sprintf("/%d", s.Floors))
	}
}

// drawColumn shows the panel and the shaft of one workspace.
func drawColumn(c *canvas, s picture, l layout, i int) {
	w := s.Workspaces[i]
	x := l.columnAt(i)
	t, head := strong, " "+string(w.ID)
	if !l.tight {
		head = " node" + head
	}
	if i == s.Node {
		t, head = chosen, head+" "
	}
	end := c.Put(x, l.heads, t, head)
	if word, wt := condition(w); word != "" {
		c.PutIn(end+1, l.heads, l.column-len(head)-2, wt, word)
	}
	shaft := x + 7
	if l.tight {
		shaft = x + 4
	}
	for f := l.bottomFloor; f < l.bottomFloor+l.floors; f++ {
		y := l.floorRow(f)
		if i == s.Node && f == s.Floor {
			c.Put(x, y, strong, "›")
		}
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(s.Floors, f, b) {
				drawLamp(c, x+l.lampAt(b), y, b, w.Car.Lamps.Has(f, b), w.Car.Buttons.Has(f, b))
			}
		}
		drawServes(c, shaft+l.shaftWidth()+1, y, w, f)
	}
	for y := l.shafts; y < l.nodeRule; y++ {
		c.Put(shaft, y, faint, "│")
		c.Put(shaft+l.shaftWidth(), y, faint, "│")
	}
	drawCar(c, l, shaft+1, w)
}

// shaftWidth is that from wall to wall.
func (l *layout) shaftWidth() int {
	if l.tight {
		return 4
	}
	return 5
}

// condition is the one thing to know of a workspace, if any.
func condition(w Workspace) (string, tone) {
	own, _ := w.Own()
	switch {
	case !w.Alive:
		return "KILLED", failure
	case w.Frozen:
		return "FROZEN", failure
	case !w.Node.Joined:
		return "joining", warning
	case w.CutIn && w.CutOut:
		return "cut off", warning
	case w.CutIn:
		return "deaf", warning
	case w.CutOut:
		return "mute", warning
	case len(own.Unavailable) > 0:
		return own.Unavailable[0], warning
	case own.Parking && own.Behaviour == elevator.Moving.String():
		return "parking", faint
	}
	return "", plain
}

func drawLamp(c *canvas, x, y int, b elevator.Button, lit, held bool) {
	shapes, t := [...]string{"△", "▽", "○"}, faint
	if lit {
		shapes, t = [...]string{"▲", "▼", "●"}, hallLamp
		if b == elevator.Cab {
			t = cabLamp
		}
	}
	if held {
		t = chosen
	}
	c.Put(x, y, t, shapes[b])
}

// drawServes shows what the elevator is to serve at a floor.
func drawServes(c *canvas, x, y int, w Workspace, f int) {
	if !w.Alive {
		return
	}
	for b, mark := range [...]string{"↑", "↓", "•"} {
		if w.Node.Serves.Has(f, elevator.Button(b)) {
			x = c.Put(x, y, assignment, mark)
		}
	}
}

// drawCar shows where the car is, to half a row, whether its door is open, and
// its direction.
func drawCar(c *canvas, l layout, x int, w Workspace) {
	width := l.shaftWidth() - 2
	position := w.Car.Position
	if w.Car.Floor != elevator.NoFloor && w.Car.Moving == elevator.Stop {
		position = float64(w.Car.Floor) // it stops where the sensor begins
	}
	half := l.halfRow(position)
	t := carTone(w)
	body := strings.Repeat("█", width)
	if w.Car.Door {
		body = "▌" + strings.Repeat(" ", width-2) + "▐"
	}
	inside := func(y int) bool { return y >= l.shafts && y < l.nodeRule }
	if half%2 == 0 || w.Car.Door {
		if inside(half / 2) {
			c.Put(x, half/2, t, body)
		}
	} else {
		if inside(half / 2) {
			c.Put(x, half/2, t, strings.Repeat("▄", width))
		}
		if inside(half/2 + 1) {
			c.Put(x, half/2+1, t, strings.Repeat("▀", width))
		}
	}
	if y := (half + 1) / 2; inside(y) {
		c.Put(x+width, y, t, arrow(w))
	}
}

// arrow is the direction in which the car moves or that its door announces.
func arrow(w Workspace) string {
	switch w.Car.Moving {
	case elevator.Up:
		return "↑"
	case elevator.Down:
		return "↓"
	}
	if own, known := w.Own(); known && w.Car.Door {
		switch own.Direction {
		case elevator.Up.String():
			return "↑"
		case elevator.Down.String():
			return "↓"
		}
	}
	return " "
}

func carTone(w Workspace) tone {
	own, known := w.Own()
	switch {
	case !w.Alive || !w.Car.Power || known && len(own.Unavailable) > 0:
		return carHalted
	case w.Car.Door:
		return carOpen
	case w.Car.Moving != elevator.Stop:
		return carMoving
	}
	return carStill
}

func drawRule(c *canvas, y int, title string) {
	c.Put(0, y, faint, strings.Repeat("─", c.Width))
	c.Put(1, y, faint, " "+title+" ")
}

// drawURL shows where the page is, at the right of a rule.
func drawURL(c *canvas, y int, url string) {
	if url == "" {
		return
	}
	text := " page: " + url + " "
	if x := c.Width - len(text) - 2; x > 20 {
		c.Put(x, y, chosen, text)
	}
}

func nodesTitle(s picture, l layout) string {
	if l.listed == len(s.Workspaces) {
		return "nodes"
	}
	return fmt.Sprintf("nodes %s to %s of %d", s.Workspaces[l.firstListed].ID,
		s.Workspaces[l.firstListed+l.listed-1].ID, len(s.Workspaces))
}

// drawStatus shows a node in one line.
func drawStatus(c *canvas, s picture, y, i int) {
	w := s.Workspaces[i]
	t := plain
	if i == s.Node {
		t = chosen
	}
	c.PutIn(0, y, 4, t, fmt.Sprintf("%3s ", w.ID))
	x := 5
	field := func(width int, t tone, text string) {
		c.PutIn(x, y, width, t, text)
		x += width + 1
	}
	trouble := troubles(s, w)
	if !w.Alive {
		field(6, failure, "killed")
		field(14, plain, place(w))
		c.PutIn(x, y, c.Width-x, plain, join(append(trouble, "k restarts it, K without its disk")))
		return
	}
	if w.Node.Joined {
		field(6, good, "alive")
	} else {
		field(6, warning, "joins")
	}
	own, known := w.Own()
	field(14, plain, place(w))
	if c.Width >= 60 {
		field(13, plain, links(w.Node.Live))
	}
	if c.Width >= 72 {
		dt, disk := plain, "disk ok"
		if known && own.Disk != "works" {
			dt, disk = failure, "disk "+own.Disk
		}
		field(11, dt, disk)
	}
	if c.Width >= 100 || c.Width >= 66 && len(trouble) == 0 {
		field(14, plain, fmt.Sprintf("%.0f/s %.1f kB/s", w.Rates.SentDatagrams, w.Rates.SentBytes/1000))
	}
	c.PutIn(x, y, c.Width-x, warning, join(trouble))
}

// place says where the elevator is and what it does.
func place(w Workspace) string {
	car := w.Car
	switch {
	case car.OutOfBounds:
		return "out of bounds"
	case car.Door:
		return fmt.Sprintf("%d open %s", car.Floor, arrow(w))
	case car.Moving != elevator.Stop:
		return fmt.Sprintf("%.1f %s", math.Round(car.Position*10)/10, arrow(w))
	case car.Floor == elevator.NoFloor:
		return fmt.Sprintf("%.1f halted", math.Round(car.Position*10)/10)
	}
	return fmt.Sprintf("%d closed", car.Floor)
}

// troubles lists what is wrong with a workspace: what the node says, and what
// was done to it as far as the node doesn't say it.
func troubles(s picture, w Workspace) []string {
	var list []string
	if own, known := w.Own(); known && w.Alive {
		list = append(list, own.Unavailable...)
	}
	for _, x := range []struct {
		on     bool
		text   string
		reason elevator.Reasons
	}{
		{!w.Car.Power, "no motor power", elevator.MotorLost},
		{w.Car.Obstruction, "obstruction", elevator.Obstructed},
		{w.Car.StopLamp, "stop lamp", elevator.Stopped},
		{!w.Car.Accepting, "server gone", elevator.ServerLost},
		{w.CutIn && w.CutOut, "network cut", 0},
		{w.CutIn && !w.CutOut, "input cut", 0},
		{w.CutOut && !w.CutIn, "output cut", 0},
		{s.LossPercent > 0 && w.Alive, fmt.Sprintf("loss %d%%", s.LossPercent), 0},
	} {
		said := x.reason != 0 && slices.Contains(list, x.reason.Names()[0])
		if x.on && !said {
			list = append(list, x.text)
		}
	}
	return list
}

func join(list []string) string { return strings.Join(list, ", ") }

// links says with whom a node is linked.
func links(peers []elevator.ID) string {
	switch {
	case len(peers) == 0:
		return "alone"
	case len(peers) > 3:
		return fmt.Sprintf("%d links", len(peers))
	}
	words := make([]string, len(peers))
	for i, id := range peers {
		words[i] = string(id)
	}
	slices.Sort(words)
	return "links " + strings.Join(words, ",")
}

func drawLog(c *canvas, lines []Line, l layout) {
	lines = lines[max(0, len(lines)-l.logLines):]
	for k, line := range lines {
		y := l.log + k
		c.Put(1, y, faint, line.At.Format("15:04:05"))
		c.PutIn(10, y, 2, strong, string(line.Node))
		t := plain
		switch {
		case line.Level >= slog.LevelError:
			t = failure
		case line.Seen:
			t = good
		case line.Hand:
			t = byHand
		case line.Level >= slog.LevelWarn:
			t = warning
		}
		who := ""
		if line.Hand {
			who = "» "
		}
		c.PutIn(13, y, c.Width-13, t, who+line.Text)
	}
}
