package scenario

import (
	"fmt"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/internal/sim"
)

func (s *Stage) tell(i int, e promise.Event) {
	e.At, e.Workspace = s.Now(), i
	s.judge.Observe(e)
}

// show tells what goes off first, as it is written.
func (s *Stage) show(w *sim.Workspace, before, after elevator.Outputs) {
	i := w.Index
	s.trace.outputs(s.Now(), i, &after)
	moved := before.Motor != after.Motor
	if moved && after.Motor == elevator.Stop {
		s.tell(i, promise.Event{Kind: promise.MotorCommanded, Direction: after.Motor})
	}
	if before.Door != after.Door {
		s.tell(i, promise.Event{Kind: promise.DoorLamp, On: after.Door})
		if s.spaces[i].badSensor { // this stop isn't judged: where it is nobody knows
			s.tell(i, promise.Event{Kind: promise.SensorBroken, On: true})
		}
	}
	if moved && after.Motor != elevator.Stop {
		s.tell(i, promise.Event{Kind: promise.MotorCommanded, Direction: after.Motor})
	}
	if before.StopLamp != after.StopLamp {
		s.tell(i, promise.Event{Kind: promise.StopLamp, On: after.StopLamp})
	}
	if before.Lamps != after.Lamps {
		for f, b := range before.Lamps.AndNot(after.Lamps).All() {
			s.tell(i, promise.Event{Kind: promise.ButtonLamp, Floor: f, Button: b})
		}
		for f, b := range after.Lamps.AndNot(before.Lamps).All() {
			s.tell(i, promise.Event{Kind: promise.ButtonLamp, Floor: f, Button: b, On: true})
		}
	}
	if s.line.on {
		s.line.shown(s.Now(), w, before, after)
	}
}

func (s *Stage) held(w *sim.Workspace, floor int, b elevator.Button, on bool) {
	s.tell(w.Index, promise.Event{Kind: promise.ButtonHeld, Floor: floor, Button: b, On: on})
}

func (s *Stage) sensor(w *sim.Workspace, floor int) {
	s.tell(w.Index, promise.Event{Kind: promise.SensorChanged, Floor: floor})
}

func (s *Stage) overrun(w *sim.Workspace, floor int) {
	s.tell(w.Index, promise.Event{Kind: promise.OutOfBounds, Floor: floor})
	s.line.add(Entry{At: s.Now(), Kind: Overran, Who: w.Index})
}

func (s *Stage) exit(w *sim.Workspace, err error) {
	s.tell(w.Index, promise.Event{Kind: promise.NodeRunning})
	s.line.add(Entry{At: s.Now(), Kind: Ended, Who: w.Index, Err: err})
}

// notice keeps what a node says, but that a process that was just started has
// found its elevator server.
func (s *Stage) notice(w *sim.Workspace, n node.Notice) {
	x := &s.spaces[w.Index]
	switch {
	case n.Kind == node.ServerLost:
		x.noServer = true
	case n.Kind == node.ServerFound && !x.noServer:
		return
	case n.Kind == node.ServerFound:
		x.noServer = false
	}
	s.line.add(Entry{At: s.Now(), Kind: Said, Who: w.Index, Notice: n})
}

func (s *Stage) send(w *sim.Workspace, datagram []byte) {
	s.trace.datagram(s.Now(), w.Index, datagram)
	if s.keep {
		s.saved = append(s.saved, datagram)
	}
}

// agreed reports whether all nodes that run know the same.
func (s *Stage) agreed() bool {
	first := -1
	for i := range s.spaces {
		switch w := &s.spaces[i]; {
		case !w.Alive():
		case first < 0:
			first = i
		case !w.Node().Worldview().Equal(s.spaces[first].Node().Worldview()):
			return false
		}
	}
	return true
}

// agree requires that all nodes that run know the same (R3) and show the same
// (S2).
func (s *Stage) agree() {
	first := -1
	for i := range s.spaces {
		w := &s.spaces[i]
		switch {
		case !w.Alive():
			continue
		case first < 0:
			first = i
			continue
		}
		f := &s.spaces[first]
		if !w.Node().Worldview().Equal(f.Node().Worldview()) {
			s.broken("R3", i, "nodes %s and %s know different things: %s; %s", Name(first), Name(i), known(f), known(w))
		}
		if w.Lamps().Hall() != f.Lamps().Hall() {
			s.broken("S2", i, "the panels of %s and %s differ: %v; %v", Name(first), Name(i), f.Lamps().Hall(), w.Lamps().Hall())
		}
	}
}

func (s *Stage) broken(requirement string, i int, format string, args ...any) {
	s.own = append(s.own, Violation{Requirement: requirement, At: s.Now(), Workspace: i, Text: fmt.Sprintf(format, args...)})
}
