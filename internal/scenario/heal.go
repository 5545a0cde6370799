package scenario

import (
	"time"

	"elevnet/internal/elevator"
)

// Heal ends every fault, lets go of every button and starts every node that has
// joined. It takes some seconds.
func (s *Stage) Heal() {
	s.keep, s.saved = false, nil
	s.mend()
	for i := range s.spaces {
		w := &s.spaces[i]
		w.Clock(0)
		if w.badDisk {
			s.disk(i, nil, nil, 0)
		}
		if !w.ServerUp() {
			s.server(i, true)
		}
		if w.Frozen() {
			s.thaw(i)
		}
		s.healNode(i)
		if w.noPower {
			s.motor(i, true, true)
		}
		if w.badSensor {
			s.repairSensor(i)
		}
		if w.Obstructed() {
			s.obstruct(i, false)
		}
		s.putBack(i)
		s.letGo(i)
	}
	s.Run(4 * time.Second)
	for i := range s.spaces {
		if s.spaces[i].Shown().StopLamp && s.spaces[i].Alive() {
			s.pressStop(i)
		}
		s.putBack(i)
	}
}

// healNode starts a node that has joined. One with another one's id is sent
// home: what it should have been called nobody knows.
func (s *Stage) healNode(i int) {
	w := &s.spaces[i]
	if w.stranger {
		s.kill(i)
		w.ownID()
		w.absent = true
	}
	if !w.absent && !w.Alive() {
		_ = s.start(i) // Settle finds it dead
	}
}

// putBack puts a car that ran out of the shaft back to where it belongs.
func (s *Stage) putBack(i int) {
	if car := s.spaces[i].Car(); car.OutOfBounds() {
		_ = s.place(i, 1) // a place that every building has
	}
}

// Quiet reports whether all nodes that run have joined, and at their workspaces no
// button is held, no lamp is lit, no call waits for its lamp, no door is open and
// no car moves.
func (s *Stage) Quiet() bool {
	for i := range s.spaces {
		w := &s.spaces[i]
		if !w.Alive() {
			continue
		}
		if !w.Lamps().Empty() || w.Door() || !w.Held().Empty() || !w.Node().Joined() || w.waiting() {
			return false
		}
		if car := w.Car(); car.Moving() != elevator.Stop {
			return false
		}
	}
	return true
}

// waiting reports whether the node knows of a call that has to be served, its
// own cab calls among them.
func (w *space) waiting() bool {
	v := w.Node().Worldview()
	for i := range v.Len() {
		n := v.Node(i)
		for number, c := range n.Calls {
			if c.Active() && (number%elevator.Buttons != int(elevator.Cab) || n.ID == w.ID) {
				return true
			}
		}
	}
	return false
}

// complete reports whether every node that has joined runs.
func (s *Stage) complete() bool {
	for i := range s.spaces {
		if w := &s.spaces[i]; !w.absent && !w.Alive() {
			return false
		}
	}
	return true
}

// Settle ends every fault, waits until every lamp has gone out, and judges. It
// returns all the promises that were broken since the beginning.
func (s *Stage) Settle(within time.Duration) []Violation {
	s.Heal()
	if !s.RunUntil(within, s.Quiet) || !s.complete() {
		for i := range s.spaces {
			if w := &s.spaces[i]; !w.absent {
				s.broken("S1", i, "not quiet %v after all faults: running %t, door %t, lamps %v", within, w.Alive(), w.Door(), w.Lamps())
			}
		}
	}
	s.Run(2 * time.Second)
	// The age of a call that is still open, of a node that has gone for good,
	// grows everywhere at its own moment: equal at some moment is enough.
	s.RunUntil(2*time.Second, s.agreed)
	s.agree()
	s.judge.Finish(s.Now())
	return s.Violations()
}
