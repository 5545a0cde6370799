package scenario

import (
	"errors"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

var (
	errFails = errors.New("input/output error")
	errFull  = errors.New("no space left on device")
)

const (
	isDead    = refusal("it isn't running")
	isRunning = refusal("it is running")
	isAbsent  = refusal("it has not joined")
)

// process does what happens to a node and its disk.
func (s *Stage) process(c Command) error {
	w := &s.spaces[c.Who]
	switch c.Verb {
	case Kill, Freeze, Thaw, Leave:
		if !w.Alive() {
			return isDead
		}
	case Start, StartAs, Join:
		switch {
		case w.Alive():
			return isRunning
		case w.absent != (c.Verb == Join) && c.Verb != StartAs:
			if w.absent {
				return isAbsent
			}
			return refusal("it has joined before")
		}
	}
	switch c.Verb {
	case Kill:
		s.kill(c.Who)
	case Leave:
		s.kill(c.Who)
		w.absent = true
	case Start, Join:
		w.absent = false
		return s.start(c.Who)
	case StartAs:
		w.Rename(s.spaces[c.Peer].ID)
		// Nor what it stored the last time under this id: the judge isn't told.
		w.LoseDisk()
		w.stranger, w.absent = true, false
		return s.start(c.Who)
	case Freeze:
		if w.Frozen() {
			return refusal("it is frozen already")
		}
		s.freeze(c.Who)
	case Thaw:
		if !w.Frozen() {
			return refusal("it isn't frozen")
		}
		s.thaw(c.Who)
	case PowerCut:
		for i := range s.spaces {
			s.kill(i)
		}
	case PowerOn:
		for i := range s.spaces {
			if w := &s.spaces[i]; !w.absent && !w.Alive() {
				if err := s.start(i); err != nil {
					return err
				}
			}
		}
	case Clock:
		w.Clock(c.For)
		s.tell(c.Who, promise.Event{Kind: promise.ClockWrong, On: c.For != 0})
	case LoseDisk:
		w.LoseDisk()
		s.tell(c.Who, promise.Event{Kind: promise.DiskLost})
	case TearDisk:
		w.TearDisk()
		s.tell(c.Who, promise.Event{Kind: promise.DiskLost})
	case FlipDisk:
		// Both of its states, so that nothing is left: a judge who isn't told what
		// an older state holds would take what it brings back for a ghost.
		if !w.RotDisk() {
			return refusal("nothing is on it")
		}
		w.RotDisk()
		s.tell(c.Who, promise.Event{Kind: promise.DiskLost})
	case DiskFails:
		s.disk(c.Who, nil, errFails, 0)
	case DiskFull:
		s.disk(c.Who, errFull, nil, 0)
	case DiskSlow:
		s.disk(c.Who, nil, nil, c.For)
	case DiskWorks:
		s.disk(c.Who, nil, nil, 0)
	}
	return nil
}

func (s *Stage) kill(i int) {
	if w := &s.spaces[i]; w.Alive() {
		s.tell(i, promise.Event{Kind: promise.NodeRunning})
		w.Kill()
	}
}

func (s *Stage) start(i int) error {
	s.tell(i, promise.Event{Kind: promise.NodeRunning, On: true})
	if err := s.spaces[i].Start(); err != nil {
		s.tell(i, promise.Event{Kind: promise.NodeRunning})
		return refusal(err.Error())
	}
	return nil
}

func (s *Stage) freeze(i int) {
	s.tell(i, promise.Event{Kind: promise.NodeFrozen, On: true})
	s.spaces[i].Freeze()
}

func (s *Stage) thaw(i int) {
	s.tell(i, promise.Event{Kind: promise.NodeFrozen})
	s.spaces[i].Thaw()
}

// disk makes commits fail before or after something was written, or take so
// long, or work again with nil and 0.
func (s *Stage) disk(i int, before, after error, commit time.Duration) {
	w := &s.spaces[i]
	w.badDisk = before != nil || after != nil || commit != 0
	s.tell(i, promise.Event{Kind: promise.DiskFault, On: w.badDisk})
	w.FailDisk(before)
	w.FailSync(after)
	w.SlowDisk(max(commit, s.setup.Commit))
}

// ownID gives a workspace its own id back.
func (w *space) ownID() {
	w.Rename(elevator.ID(Name(w.Index)))
	w.stranger = false
}
