package demo

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/worldview"
)

// Snapshot is all there is to see of a building at one moment. It shares
// nothing with it.
type Snapshot struct {
	At          time.Time
	Building    string
	Network     Network
	UDPPort     int // of UDP
	Floors      int
	LossPercent int
	Workspaces  []Workspace
	Lines       []Line // the last ones, oldest first
}

// Workspace is one elevator with its panel, and its node.
type Workspace struct {
	ID  elevator.ID
	Car elevserver.Snapshot
	// Alive is set while the node runs; what follows is empty otherwise.
	Alive bool
	Node  host.Observation
	// CutIn and CutOut are set while its network is cut.
	CutIn, CutOut bool
	// CutFrom holds the workspaces from which alone nothing comes, a bit each.
	CutFrom uint64
	// Frozen is set while the node is stopped without a word.
	Frozen bool
	Rates  Rates
}

// where says in a few words where the nodes talk.
func (s Snapshot) where() string {
	if s.Network == UDP {
		return fmt.Sprintf("udp %d", s.UDPPort)
	}
	return s.Network.String()
}

// linesShown is how many lines a snapshot holds.
const linesShown = 60

// Snapshot shows the building as it is now.
func (b *Building) Snapshot() Snapshot {
	b.mu.Lock()
	s := Snapshot{
		At:       time.Now(),
		Building: b.cfg.Name,
		Network:  b.cfg.Network,
		UDPPort:  b.port,
		Floors:   b.cfg.Elevator.Floors,
	}
	b.mu.Unlock()
	s.LossPercent = b.lossPercent()
	for _, w := range b.all {
		s.Workspaces = append(s.Workspaces, w.snapshot(s.At))
	}
	s.Lines = b.journal.last(linesShown)
	return s
}

func (w *workspace) snapshot(now time.Time) Workspace {
	o, alive := w.observe()
	s := Workspace{ID: w.id, Car: w.server.Snapshot(), Alive: alive, Frozen: w.isFrozen(), Node: o}
	s.CutIn, s.CutOut, s.CutFrom = w.building.wire.cuts(w.index)
	w.mu.Lock()
	defer w.mu.Unlock()
	if alive {
		s.Rates = w.rate.read(now, volume{o.Sent, o.Got})
	}
	return s
}

// total is what all lives of the node have sent and taken.
func (w *workspace) total() volume {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.node == nil {
		return w.past
	}
	o := w.node.observe()
	return w.past.plus(volume{o.Sent, o.Got})
}

// Own is what the node says of itself, if it has said anything.
func (w Workspace) Own() (worldview.NodeView, bool) {
	for _, n := range w.Node.View.Nodes {
		if n.ID == w.ID {
			return n, n.Known
		}
	}
	return worldview.NodeView{}, false
}

// Dark reports whether no lamp is lit, no node knows of an open call, and all
// nodes take part.
func (s Snapshot) Dark() bool {
	for _, w := range s.Workspaces {
		if !w.Alive || !w.Node.Joined || !w.Car.Lamps.Empty() || len(w.Node.View.Hall) > 0 {
			return false
		}
		if own, known := w.Own(); !known || len(own.Cab) > 0 {
			return false
		}
	}
	return true
}

// Lit returns how many calls have a lit lamp: a hall call counts once, on
// however many panels.
func (s Snapshot) Lit() int {
	var hall elevator.Calls
	cab := 0
	for _, w := range s.Workspaces {
		hall = hall.Or(w.Car.Lamps.Hall())
		cab += w.Car.Lamps.Cab.Len()
	}
	return hall.Len() + cab
}
