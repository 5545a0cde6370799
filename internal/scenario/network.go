package scenario

import (
	"time"

	"elevnet/internal/promise"
)

// bearable is the delay with which nodes count as connected.
const bearable = 50 * time.Millisecond

// network is what is wrong with the network, and what the judge believes of it.
type network struct {
	loss    int
	corrupt int
	burst   time.Duration // when the last burst is over
	dark    bool          // a burst has not ended
	late    time.Duration
	slow    bool     // delays datagrams by more than nodes can live with
	told    [][]bool // ways of which the judge believes that they are cut
	percent int      // loss of which the judge was told
}

func (n *network) init(nodes int) {
	for range nodes {
		n.told = append(n.told, make([]bool, nodes))
	}
}

// wire does what happens to the network.
func (s *Stage) wire(c Command) error {
	switch c.Verb {
	case Loss:
		s.loss(c.Percent)
	case Burst:
		s.net.burst = max(s.net.burst, s.Now()+c.For)
		s.burst()
		s.b.After(c.For, s.burst)
	case Delay:
		s.delay(c.For)
	case Duplicate:
		s.b.Duplicate(c.Percent)
	case Reorder:
		if c.For > bearable {
			return refusal("that is more than nodes can live with: use delay")
		}
		s.b.Reorder(c.Percent, c.For)
	case Corrupt:
		s.net.corrupt = c.Percent
		s.b.Corrupt(c.Percent)
		s.tellLoss()
	case Foreign:
		s.b.Foreign(c.Percent)
	case Hostile:
		s.b.Hostile(c.Percent, false)
	case Echoes:
		s.b.Replay(c.Percent)
	case Cut, Mend:
		s.cut(c.Who, c.Peer, c.Verb == Cut)
	case CutBoth, MendBoth:
		s.cut(c.Who, c.Peer, c.Verb == CutBoth)
		s.cut(c.Peer, c.Who, c.Verb == CutBoth)
	case Unplug, Plug:
		s.isolate(c.Who, c.Verb == Unplug)
	case Partition:
		group, err := parseGroups(c.Groups)
		if err != nil {
			return refusal(err.Error())
		}
		s.cutWhere(func(i, j int) bool { return group[i] != group[j] })
	case MendAll:
		s.mend()
	case Record:
		s.keep = true
	case Replay:
		if !s.spaces[c.Who].Alive() {
			return isDead
		}
		for _, data := range s.saved {
			s.spaces[c.Who].Receive(data)
		}
	}
	return nil
}

// burst begins or ends a burst, if it is time to.
func (s *Stage) burst() {
	s.net.dark = s.Now() < s.net.burst
	s.b.Blackout(s.net.dark)
	s.tellLoss()
}

func (s *Stage) mend() {
	s.b.Mend()
	s.net.loss, s.net.corrupt, s.net.burst, s.net.dark = 0, 0, 0, false
	s.delay(0)
	s.tellLoss()
	s.tellLinks()
}

func (s *Stage) cutWhere(apart func(i, j int) bool) {
	for i := range s.spaces {
		for j := range s.spaces {
			if i != j {
				s.cut(i, j, apart(i, j))
			}
		}
	}
}

func (s *Stage) isolate(i int, on bool) {
	for j := range s.spaces {
		if j != i {
			s.cut(i, j, on)
			s.cut(j, i, on)
		}
	}
}

func (s *Stage) cut(from, to int, on bool) {
	if s.b.IsCut(from, to) != on {
		s.b.Cut(from, to, on)
		s.tellLinks()
	}
}

func (s *Stage) loss(percent int) {
	s.net.loss = percent
	s.b.Loss(percent)
	s.tellLoss()
}

// lost is how much is lost now, in per cent.
func (n *network) lost() int {
	if n.dark {
		return 100
	}
	return 100 - (100-n.loss)*(100-n.corrupt)/100
}

// delay lets the network delay and reorder.
func (s *Stage) delay(most time.Duration) {
	before := s.net.late
	if most > bearable {
		before = 0
	}
	s.net.late = most
	s.b.Delay(most)
	s.b.After(before, func() { // when the last late datagram has arrived
		s.net.slow = s.net.late > bearable
		s.tellLoss()
		s.tellLinks()
	})
}

// tellLoss tells how much is lost: a slow network is as if something was.
func (s *Stage) tellLoss() {
	percent := s.net.lost()
	if s.net.slow {
		percent = max(percent, 1)
	}
	if s.net.percent != percent {
		s.net.percent = percent
		s.tell(0, promise.Event{Kind: promise.Loss, Percent: percent})
	}
}

// tellLinks tells which ways are cut. Nodes with a slow network between them are
// not connected, and yet hear from each other some time: to the judge that is
// a way that is open in one direction.
func (s *Stage) tellLinks() {
	n := &s.net
	for i := range n.told {
		for j := range n.told {
			cut := s.b.IsCut(i, j) || n.slow && i < j && !s.b.IsCut(j, i)
			if i != j && cut != n.told[i][j] {
				n.told[i][j] = cut
				s.tell(i, promise.Event{Kind: promise.Link, Peer: j, On: !cut})
			}
		}
	}
}
