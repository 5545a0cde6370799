package node

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// takeInputs notes what the elevator server shows. A press is a button that
// was not held before.
func (n *Node) takeInputs(in elevator.Inputs) {
	if !in.Connected {
		in = elevator.Inputs{Floor: elevator.NoFloor, Link: in.Link}
	}
	if in.Connected != n.in.Connected {
		kind := ServerLost
		if in.Connected {
			kind = ServerFound
		}
		n.notice(Notice{Kind: kind})
	}
	pressed := in.Buttons.AndNot(n.in.Buttons)
	n.in = in
	n.settled = false
	if !n.joined {
		n.latched = n.latched.Or(pressed)
		return
	}
	for f, b := range pressed.All() {
		n.press(f, b)
	}
}

// press is rule 2.
func (n *Node) press(f int, b elevator.Button) {
	if elevator.ButtonExists(n.cfg.Elevator.Floors, f, b) {
		n.led.Press(worldview.Number(f, b))
	}
}

// changed does what any change of a slot asks for: it is to be stored, to be
// sent, and its times are noted. The ledger calls it.
func (n *Node) changed(i, number int, before, after worldview.Call) {
	n.settled = false
	n.grow()
	s := &n.slots[i][number]
	if after.Active() && (!before.Active() || after.Age > before.Age) {
		s.opened = n.now - seconds(after.Age)
	}
	if unlit := after.Active() && !after.Lit(); !unlit {
		s.unlit = never
	} else if !before.Active() || before.Lit() {
		s.unlit = n.now
	}
	if before.P == after.P && before.C == after.C && before.S == after.S {
		return // older, no more
	}
	switch {
	case after.Active() && !before.Active():
		n.open++
		n.nextAge = min(n.nextAge, n.now+time.Second)
	case before.Active() && !after.Active():
		n.open--
	}
	n.stirred = n.now
	if n.cfg.Disk {
		n.disk.change(n.now, before.P != after.P || before.S != after.S)
	}
	n.send.at(n.now)
	n.send.composer.Touch(i, number)
}
