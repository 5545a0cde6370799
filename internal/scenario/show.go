package scenario

import (
	"fmt"
	"strings"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// Show returns what State, Worldview or Assignments print.
func (s *Stage) Show(v Verb) []string {
	switch v {
	case State:
		return s.showState()
	case Worldview:
		return s.showWorldview()
	case Assignments:
		return s.showAssignments()
	default:
		return nil
	}
}

// showState tells of each workspace what a visitor would see.
func (s *Stage) showState() []string {
	var lines []string
	for i := range s.spaces {
		w := &s.spaces[i]
		if w.absent {
			continue
		}
		line := Name(i) + " "
		switch car := w.Car(); {
		case car.OutOfBounds():
			line += "is out of the shaft"
		case w.Door():
			line += fmt.Sprintf("door open at %d", car.Floor())
		case car.Moving() != elevator.Stop:
			line += fmt.Sprintf("going %v", car.Moving())
		case car.Sensor() == elevator.NoFloor:
			line += fmt.Sprintf("stands at %.1f", car.Position())
		default:
			line += fmt.Sprintf("stands at %d", car.Floor())
		}
		line = fmt.Sprintf("%-18s", line)
		switch lamps := w.Lamps(); {
		case lamps.Empty():
			line += " dark"
		default:
			line += " lit " + lamps.String()
		}
		switch {
		case !w.Alive():
			line += ", not running"
		case w.Frozen():
			line += ", frozen"
		}
		lines = append(lines, line)
	}
	return lines
}

// showWorldview tells of each call that is open anywhere what each node that
// runs knows of it.
func (s *Stage) showWorldview() []string {
	var lines []string
	for number := range elevator.Buttons * s.setup.Elevator.Floors {
		for i := range s.spaces {
			if line := s.showCall(i, number); line != "" {
				lines = append(lines, line)
			}
		}
	}
	if lines == nil {
		lines = []string{"no call"}
	}
	return lines
}

// showCall tells who knows what of a call that was pressed at one workspace,
// "" if it is open nowhere.
func (s *Stage) showCall(origin, number int) string {
	var by [worldview.Confirmed + 1][]int
	for i := range s.spaces {
		if !s.spaces[i].Alive() {
			continue
		}
		v := s.spaces[i].Node().Worldview()
		phase := worldview.None
		if k, ok := v.Lookup(s.spaces[origin].ID); ok {
			phase = v.Call(k, number).Phase()
		}
		by[phase] = append(by[phase], i)
	}
	if by[worldview.Confirmed] == nil && by[worldview.Unconfirmed] == nil {
		return ""
	}
	f, b := worldview.FloorButton(number)
	line := fmt.Sprintf("%v %d pressed on %s:", b, f, Name(origin))
	sep := " "
	for phase := worldview.Confirmed + 1; phase > 0; phase-- {
		if who := by[phase-1]; who != nil {
			line += sep + (phase - 1).String() + " on " + names(who)
			sep = ", "
		}
	}
	return line
}

// showAssignments tells for which calls each elevator goes.
func (s *Stage) showAssignments() []string {
	var lines []string
	for i := range s.spaces {
		if w := &s.spaces[i]; w.Alive() && !w.Node().Serves().Empty() {
			lines = append(lines, Name(i)+" serves "+list(w.Node().Serves()))
		}
	}
	if lines == nil {
		lines = []string{"nobody has anything to do"}
	}
	return lines
}

func list(calls elevator.Calls) string {
	var parts []string
	for f, b := range calls.All() {
		parts = append(parts, fmt.Sprintf("%v %d", b, f))
	}
	return strings.Join(parts, ", ")
}

// known lists the open calls that a node knows, by who pressed them.
func known(w *space) string {
	v := w.Node().Worldview()
	var parts []string
	for _, i := range v.Sorted() {
		n := v.Node(i)
		for number, c := range n.Calls {
			if c.Phase() != worldview.None {
				f, b := worldview.FloorButton(number)
				parts = append(parts, fmt.Sprintf("%v %d by %s %v", b, f, n.ID, c.Phase()))
			}
		}
		parts = append(parts, fmt.Sprintf("%s %v at %d", n.ID, n.Status.Behaviour, n.Status.Floor))
	}
	return strings.Join(parts, ", ")
}
