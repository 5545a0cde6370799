package simscreen

import (
	"fmt"
	"strings"
	"unicode"

	"elevnet/internal/elevator"
)

// draw makes the picture of a scene.
func draw(s *scene) *canvas {
	c := newCanvas(max(s.Width, 0), max(s.Height, 0))
	l, fits := arrange(s)
	switch {
	case !fits:
		c.Put(0, 0, plain, fmt.Sprintf("%d x %d or more, please", leastWidth, leastHeight))
		return c
	case s.Help:
		drawHelp(c, s)
		return c
	}
	for i := l.first; i < l.first+l.shown; i++ {
		p := painter{canvas: c, layout: &l, scene: s, car: &s.Cars[i], number: i + 1}
		p.left, p.top = l.origin(i)
		p.panel(i == s.Focus && len(s.Cars) > 1)
	}
	drawLog(c, &l, s)
	drawBottom(c, &l, s)
	return c
}

// painter draws one panel.
type painter struct {
	*canvas
	*layout
	scene     *scene
	car       *car
	number    int
	left, top int
}

func (p *painter) at(x, y int, t tone, text string) int {
	return p.canvas.Put(p.left+x, p.top+y, t, text) - p.left
}

func (p *painter) panel(chosenOne bool) {
	p.frame()
	p.title(chosenOne)
	p.labels()
	p.shaft()
	p.floorRow()
	for b := range elevator.Button(elevator.Buttons) {
		p.buttons(b)
	}
	p.sides()
}

// frame draws the lines.
func (p *painter) frame() {
	st := p.scene.Style
	bar, side := st.pick("─", "-"), st.pick("│", "|")
	line := func(y int, left, mid, right string) {
		p.at(0, y, faint, left+strings.Repeat(bar, p.label)+mid+strings.Repeat(bar, p.floors*p.cell+1)+mid+strings.Repeat(bar, p.side)+right)
	}
	line(rowTitle, st.pick("┌", "+"), st.pick("┬", "+"), st.pick("┐", "+"))
	for y := 1; y < p.panelRows; y++ {
		for _, x := range []int{0, 1 + p.label, p.sideAt() - 1, p.panelWidth - 1} {
			p.at(x, y, faint, side)
		}
	}
	if !p.low {
		line(rowRule, st.pick("├", "+"), st.pick("┼", "+"), st.pick("┤", "+"))
		line(p.panelRows-1, st.pick("└", "+"), st.pick("┴", "+"), st.pick("┘", "+"))
	}
}

// title says which elevator it is, who is connected, and how often something
// was written to it.
func (p *painter) title(chosenOne bool) {
	t := strong
	if chosenOne {
		t = chosen
	}
	name := p.car.Address
	if len(p.scene.Cars) > 1 {
		name = fmt.Sprintf("%d: %s", p.number, name)
	}
	if chosenOne {
		name = p.scene.Style.pick("▸ ", "> ") + name
	}
	x := p.at(2, rowTitle, t, " "+name+" ")
	clients, t := "", plain // the course's simulator says Connected and Disconnected
	switch {
	case !p.car.Accepting:
		clients, t = "refuses connections", alarm
	case !p.car.Answering:
		clients, t = "answers nobody", alarm
	case p.car.Clients == 0:
		clients = "no client"
	case p.car.Clients == 1:
		clients = "1 client"
	default:
		clients = fmt.Sprintf("%d clients", p.car.Clients)
	}
	p.PutIn(p.left+x+1, p.top+rowTitle, p.panelWidth-x-3, t, " "+clients+" ")
	if p.low {
		return
	}
	writes := fmt.Sprintf(" %d written ", p.car.Writes)
	p.at(p.panelWidth-2-len(writes), p.panelRows-1, faint, writes)
}

func (p *painter) labels() {
	names := [...]string{"Hall Up", "Hall Down", "Cab"}
	if p.label < 10 {
		names = [...]string{"Up", "Down", "Cab"}
	}
	p.at(2, rowFloor, faint, "Floor")
	for b := range elevator.Button(elevator.Buttons) {
		p.at(2, p.row(b), faint, names[b])
	}
}

// shaft draws the car where it is.
func (p *painter) shaft() {
	st := p.scene.Style
	lo, hi := 2+p.label, p.sideAt()-2
	for f := p.firstFloor; f < p.firstFloor+p.floors; f++ {
		p.at(p.lampAt(f), rowShaft, faint, st.pick("·", "."))
	}
	body, t := "#", still
	switch {
	case p.car.Door:
		body, t = st.pick("▌▐", "[]"), open
	case p.car.OutOfBounds:
		t = alarm
	case p.car.Moving != elevator.Stop:
		t = moving
	}
	if p.car.Door && p.cell < 5 {
		body = "O"
	}
	position := p.car.Position
	if p.car.OutOfBounds { // clearly beyond the last floor
		position = map[bool]float64{false: -0.5, true: float64(p.allFloors) - 0.5}[position > 0]
	}
	x := p.shaftAt(position)
	if x < lo-1 || x > hi+1 {
		return // beyond the floors that are shown
	}
	x = max(lo, min(x, hi))
	p.at(x, rowShaft, t, body)
	switch {
	case p.car.Motor == elevator.Up && x+1 <= hi:
		p.at(x+1, rowShaft, t, st.pick("▸", ">"))
	case p.car.Motor == elevator.Down && x-1 >= lo:
		p.at(x-1, rowShaft, t, st.pick("◂", "<"))
	}
}

// floorRow numbers the floors; the floor indicator is the lamp at one of them.
func (p *painter) floorRow() {
	for f := p.firstFloor; f < p.firstFloor+p.floors; f++ {
		n, t := fmt.Sprint(f), plain
		x := p.lampAt(f)
		if p.car.Indicator == f {
			t = lit
			p.at(x, rowFloor, t, string(p.scene.Style.lamp(true)))
		}
		p.at(x-len(n), rowFloor, t, n)
	}
}

// buttons draws one row of buttons: the key, the lamp, and brackets around both
// while the button is held down.
func (p *painter) buttons(b elevator.Button) {
	y := p.row(b)
	for f := p.firstFloor; f < p.firstFloor+p.floors; f++ {
		if !elevator.ButtonExists(p.allFloors, f, b) {
			continue
		}
		x, on, held := p.lampAt(f), p.car.Lamps.Has(f, b), p.car.Buttons.Has(f, b)
		t := plain
		if on {
			t = lit
		}
		lamp, key := string(p.scene.Style.lamp(on)), keyText(p.scene.Keys.of(b, f))
		if held {
			p.at(x-2, y, pressed, "["+key+lamp+"]")
			continue
		}
		p.at(x-1, y, faint, key)
		p.at(x, y, t, lamp)
	}
}

// keyText is how a key is shown; a floor may have none.
func keyText(r rune) string {
	if r == 0 {
		return " "
	}
	return string(unicode.ToLower(r))
}

// sides draws what stands on the right: the motor and the place, the door, the
// stop button and the obstruction switch.
func (p *painter) sides() {
	x, width := p.sideAt()+1, p.side-1
	field := func(y int, t tone, text string) { p.PutIn(p.left+x, p.top+y, width, t, text) }
	switch {
	case !p.car.Power:
		field(rowShaft, alarm, "NO MOTOR POWER")
	case p.car.Motor != elevator.Stop:
		field(rowShaft, moving, "motor "+p.car.Motor.String())
	default:
		field(rowShaft, faint, "motor stop")
	}
	switch {
	case p.car.OutOfBounds:
		field(rowFloor, alarm, "OUT OF BOUNDS")
	case p.car.SensorStuck:
		field(rowFloor, alarm, "sensor broken")
	case p.car.Floor == elevator.NoFloor:
		field(rowFloor, plain, fmt.Sprintf("at %.1f", p.car.Position))
	default:
		field(rowFloor, plain, fmt.Sprintf("at floor %d", p.car.Floor))
	}

	lamp := p.scene.Style.lamp
	item := func(b elevator.Button, on bool, name, sign, word string) {
		t := plain
		if on {
			t = lit
		}
		y := p.row(b)
		field(y, faint, name)
		p.at(x+7, y, t, sign)
		p.PutIn(p.left+x+9, p.top+y, width-9, t, word)
	}
	word := map[bool]string{false: "shut", true: "open"}
	item(elevator.HallUp, p.car.Door, "Door", string(lamp(p.car.Door)), word[p.car.Door])
	item(elevator.HallDown, p.car.StopLamp, "Stop", string(lamp(p.car.StopLamp)), keyText(p.scene.Keys.Stop))
	if p.car.StopButton {
		p.at(x+6, p.row(elevator.HallDown), pressed, "["+string(lamp(p.car.StopLamp))+"]")
	}
	sign := map[bool]string{false: "^", true: "v"}
	word = map[bool]string{false: keyText(p.scene.Keys.Obstruction), true: keyText(p.scene.Keys.Obstruction) + " on"}
	item(elevator.Cab, p.car.Obstruction, "Obstr", sign[p.car.Obstruction], word[p.car.Obstruction])
}

// drawLog shows the last events of the elevator that the keys work, if there is
// room.
func drawLog(c *canvas, l *layout, s *scene) {
	y := l.bottom()
	room := l.height - 1 - y
	hidden := len(s.Cars) - l.shown
	if hidden > 0 && room > 0 {
		c.Put(1, y, faint, fmt.Sprintf("%d more: tab", hidden))
		y, room = y+1, room-1
	}
	if room < 2 {
		return
	}
	log := s.Cars[s.Focus].Log
	log = log[max(0, len(log)-room):]
	for k, e := range log {
		t := faint
		if e.Bad {
			t = alarm
		}
		c.PutIn(1, y+k, l.width-2, t, fmt.Sprintf("%9.3f  %s", e.At.Seconds(), e.Text))
	}
}

// drawBottom is the last line: the command that is typed, an answer, or the keys.
func drawBottom(c *canvas, l *layout, s *scene) {
	y := l.height - 1
	switch {
	case s.Typing:
		text := ":" + s.Prompt
		if r := []rune(text); len(r) > l.width-2 {
			text = string(r[len(r)-(l.width-2):])
		}
		x := c.Put(0, y, strong, text)
		c.Put(x, y, pressed, " ")
	case s.Answer != "":
		c.PutIn(1, y, l.width-2, strong, s.Answer)
	default:
		x := 1
		item := func(label, text string) {
			if n := len([]rune(label)) + 1 + len(text); x+n < c.Width {
				x = c.Put(x, y, strong, label)
				x = c.Put(x+1, y, faint, text) + 2
			}
		}
		if s.Cars[s.Focus].OutOfBounds {
			item(string(s.Keys.InBounds), "move the car back in bounds")
		}
		item("f1", "help")
		item("ctrl+c", "quit")
		if len(s.Cars) > 1 {
			item("tab", "next elevator")
		}
		k := s.Keys
		item(string(k.Stop), "stop")
		item(string(k.Obstruction), "obstruction")
		item(string([]rune{k.MotorDown, k.MotorStop, k.MotorUp}), "motor down, stop, up")
		item("capitals", "hold")
		item(":", "command")
	}
}
