package demo

import (
	"fmt"

	"elevnet/internal/elevator"
)

// deed is what a key does to the building.
type deed uint8

const (
	press deed = iota
	killOrRestart
	restartBare
	cutNetwork
	cutInput
	cutOutput
	moreLoss
	lessLoss
	motorPower
	obstruction
	stopButton
	elevatorServer
	powerCut
	randomPresses
	randomFaults
)

// action is a deed at a place. Those that turn something on or off do so by how
// it is when they are done.
type action struct {
	deed   deed
	node   int
	floor  int
	button elevator.Button // of a press
}

// binding is what keys do.
type binding struct {
	keys  []string
	label string // how the keys are written
	brief string // in the line at the bottom, "" if not there
	help  string
	deed  deed
	with  elevator.Button
}

// bindings are the keys with a deed, in the order of the help.
var bindings = []binding{
	{[]string{"u"}, "u", "up", "hall button up", press, elevator.HallUp},
	{[]string{"d"}, "d", "down", "hall button down", press, elevator.HallDown},
	{[]string{"c", "enter", "space"}, "c", "cab", "cab button", press, elevator.Cab},
	{[]string{"k"}, "k", "kill", "kill / restart the node", killOrRestart, 0},
	{[]string{"K"}, "K", "", "restart, its disk empty", restartBare, 0},
	{[]string{"n"}, "n", "net", "cut / mend its network", cutNetwork, 0},
	{[]string{"i"}, "i", "", "cut / mend its input", cutInput, 0},
	{[]string{"o"}, "o", "", "cut / mend its output", cutOutput, 0},
	{[]string{"+", "="}, "+ -", "loss", "lose 10 % more / less", moreLoss, 0},
	{[]string{"-", "_"}, "", "", "", lessLoss, 0},
	{[]string{"m"}, "m", "motor", "motor power off / on", motorPower, 0},
	{[]string{"b"}, "b", "block", "obstruction on / off", obstruction, 0},
	{[]string{"s"}, "s", "stop", "stop button", stopButton, 0},
	{[]string{"x"}, "x", "server", "its server gone / back", elevatorServer, 0},
	{[]string{"p"}, "p", "power", "power cut / restart all", powerCut, 0},
	{[]string{"t"}, "t", "traffic", "random presses on / off", randomPresses, 0},
	{[]string{"f"}, "f", "", "random faults on / off", randomFaults, 0},
}

// lossStep is how much + and - change the loss, in per cent.
const lossStep = 10

// actionOf returns what a key does at the selected place, if anything.
func actionOf(key string, node, floor, floors int) (action, bool) {
	for _, b := range bindings {
		for _, k := range b.keys {
			if k != key {
				continue
			}
			if b.deed == press && !elevator.ButtonExists(floors, floor, b.with) {
				return action{}, false
			}
			return action{b.deed, node, floor, b.with}, true
		}
	}
	return action{}, false
}

// drawKeys shows the most useful keys that fit.
func drawKeys(c *canvas, y int) {
	x := 1
	item := func(label, text string) {
		if n := len([]rune(label)) + 1 + len([]rune(text)); x+n < c.Width {
			x = c.Put(x, y, strong, label)
			x = c.Put(x+1, y, faint, text) + 2
		}
	}
	item("?", "help")
	item("q", "quit")
	item("←→", "node")
	item("↑↓", "floor")
	for _, b := range bindings {
		if b.brief != "" {
			item(b.label, b.brief)
		}
	}
}

// legend explains the picture.
var legend = []string{
	"△ ▽ ○ dark lamps, ▲ ▼ ● lit ones: hall up, hall down, cab.",
	"↑ ↓ • right of a shaft: what that elevator is to serve.",
	"The mouse presses buttons, too. Any key closes this help.",
}

// drawHelp explains the keys, in two columns if the terminal is low.
func drawHelp(c *canvas) {
	c.Put(1, 0, strong, "keys")
	type entry struct{ label, help string }
	entries := []entry{
		{"← → tab 1-9", "workspace"},
		{"↑ ↓", "floor"},
	}
	for _, b := range bindings {
		if b.label != "" {
			entries = append(entries, entry{b.label, b.help})
		}
	}
	entries = append(entries, entry{"q", "quit"})
	rows, width := len(entries), c.Width-2
	room := c.Height - 2 - len(legend)
	if rows > room {
		rows = (rows + 1) / 2
		width = c.Width/2 - 1
	}
	label := 13
	if width < 60 {
		label = 5
	}
	for i, e := range entries {
		x, y := 1+i/rows*(width+1), 1+i%rows
		if len([]rune(e.label)) >= label {
			e.label = string([]rune(e.label)[:label-1])
		}
		c.Put(x, y, strong, e.label)
		c.PutIn(x+label, y, width-label, plain, e.help)
	}
	for i, line := range legend {
		c.PutIn(1, 2+rows+i, c.Width-2, faint, line)
	}
}

// perform does what an action says.
func (s *session) perform(a action) error {
	b := s.building
	w, err := b.workspace(a.node)
	if err != nil {
		return err
	}
	in, out, _ := b.wire.cuts(a.node)
	car := w.server.Snapshot()
	switch a.deed {
	case press:
		return b.Press(a.node, a.floor, a.button)
	case killOrRestart:
		if w.running() != nil {
			return b.Kill(a.node)
		}
		return b.Restart(a.node, false)
	case restartBare:
		if err := b.Kill(a.node); err != nil {
			return err
		}
		return b.Restart(a.node, true)
	case cutNetwork:
		return b.SetNetwork(a.node, !in && !out, !in && !out)
	case cutInput:
		return b.SetNetwork(a.node, !in, out)
	case cutOutput:
		return b.SetNetwork(a.node, in, !out)
	case moreLoss:
		return b.SetLoss(min(b.lossPercent()+lossStep, 100))
	case lessLoss:
		return b.SetLoss(max(b.lossPercent()-lossStep, 0))
	case motorPower:
		return b.Motor(a.node, !car.Power)
	case obstruction:
		return b.Obstruct(a.node, !car.Obstruction)
	case stopButton:
		return b.Stop(a.node)
	case elevatorServer:
		return b.Server(a.node, !car.Accepting)
	case powerCut:
		for _, w := range b.all {
			if w.running() != nil {
				return b.PowerCut()
			}
		}
		return b.PowerOn()
	case randomPresses:
		s.setTraffic(!s.visitors.in.Load())
		return nil
	case randomFaults:
		s.setFaults(!s.faulting())
		return nil
	}
	return fmt.Errorf("no deed %d", a.deed)
}
