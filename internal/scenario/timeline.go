package scenario

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/sim"
)

// EntryKind says what an [Entry] tells.
type EntryKind uint8

// The kinds of entries.
const (
	Did       EntryKind = iota // Command was carried out
	Said                       // the node said Notice
	Lamp                       // the lamp of Button at Floor went on or off
	Door                       // the door opened (On) at Floor or closed
	Motor                      // the motor was told to go in Direction
	StopLight                  // the lamp of the stop button went on or off
	Ended                      // the node ended by itself, for Err
	Overran                    // the car ran out of the shaft
)

// Entry is one thing that happened. It isn't formatted until somebody wants to
// read it.
type Entry struct {
	At        time.Duration
	Kind      EntryKind
	Who       int
	On        bool
	Floor     int
	Button    elevator.Button
	Direction elevator.Direction
	Command   Command
	Notice    node.Notice
	Err       error
}

// timeline is what has happened.
type timeline struct {
	on      bool
	entries []Entry
}

func (t *timeline) add(e Entry) {
	if t.on {
		t.entries = append(t.entries, e)
	}
}

// did adds a command, and returns where.
func (t *timeline) did(at time.Duration, c Command) int {
	t.add(Entry{At: at, Kind: Did, Who: c.Who, Command: c})
	return len(t.entries) - 1
}

// undo takes back a command that was refused.
func (t *timeline) undo(mark int) {
	if t.on {
		t.entries = append(t.entries[:mark], t.entries[mark+1:]...)
	}
}

// shown adds what an elevator server shows differently: what goes off first.
func (t *timeline) shown(at time.Duration, w *sim.Workspace, before, after elevator.Outputs) {
	e := Entry{At: at, Who: w.Index}
	car := w.Car()
	e.Floor = car.Floor()
	moved := before.Motor != after.Motor
	e.Kind, e.Direction = Motor, after.Motor
	if moved && after.Motor == elevator.Stop {
		t.add(e)
	}
	if before.Door != after.Door {
		t.add(Entry{At: at, Who: w.Index, Kind: Door, Floor: e.Floor, On: after.Door})
	}
	if moved && after.Motor != elevator.Stop {
		t.add(e)
	}
	if before.StopLamp != after.StopLamp {
		e.Kind, e.On = StopLight, after.StopLamp
		t.add(e)
	}
	e.Kind = Lamp
	for e.Floor, e.Button = range before.Lamps.AndNot(after.Lamps).All() {
		e.On = false
		t.add(e)
	}
	for e.Floor, e.Button = range after.Lamps.AndNot(before.Lamps).All() {
		e.On = true
		t.add(e)
	}
}

// Timeline returns what has happened, if the setup asked for it.
func (s *Stage) Timeline() []Entry { return s.line.entries }
