package demo

import (
	"time"

	"elevnet/internal/elevator"
)

// momentKind is what a moment tells.
type momentKind uint8

const (
	buttonHeld   momentKind = iota // node, floor, button, on
	lampChanged                    // node, floor, button, on
	doorChanged                    // node, on
	floorChanged                   // node, floor
	nodeRunning                    // node, on
	nodeFrozen                     // node, on
	nodeSays                       // node, speech
	nodeServes                     // node, calls
	peerHolds                      // node has heard that peer holds the press of floor, button

	troubleBegan // trouble
	troubleEnded // trouble
	callServed   // node, floor, button; since is the press. Found out, not told
)

// moment is something that happened at a time counted from the start of the
// building.
type moment struct {
	at         time.Duration
	kind       momentKind
	node, peer int
	floor      int
	button     elevator.Button
	on         bool
	calls      elevator.Calls
	speech     speech
	trouble    trouble
	ways       []uint64      // the open ones after a trouble of the network, by sender
	since      time.Duration // when the call was pressed, 0 if nobody saw it
}

// trouble is something that was done to the building, or mended.
type trouble struct {
	kind    troubleKind
	node    int
	peer    int // of a link: the one that isn't heard
	in, out bool
	percent int
	// quiet is set if it is part of something larger, which has its own caption.
	quiet bool
}

type troubleKind uint8

const (
	died  troubleKind = iota // ends with restarted or wiped
	wiped                    // restarted without its disk
	frozenNode
	unplugged
	unlinked
	lossy
	powerless // its motor
	obstructed
	serverless
	stopped
	blackout // all nodes
	anything // ends all that there is
)

// space is one workspace as it is seen from outside, and what its node says.
type space struct {
	alive, frozen bool
	door          bool
	floor         int
	panel         elevator.Calls // lit lamps
	serves        elevator.Calls
	speech        speech
}

// running reports whether its node can do anything.
func (s *space) running() bool { return s.alive && !s.frozen }

// openCall is a call from its press to its service.
type openCall struct {
	at, litAt time.Duration
	by        int
	pressed   bool   // seen to be pressed
	lit       uint64 // the panels that have shown it
	holders   uint64 // the nodes that its presser knows to hold it
}

// sight is what is to be seen of the building, as far as moments have told.
type sight struct {
	at     time.Duration
	spaces []space
	calls  map[callKey]*openCall
	done   map[callKey]service // the newest
	ways   []uint64            // open ways, by sender
	loss   int
}

// service is a call that was served.
type service struct {
	by                 int
	pressed, litAt, at time.Duration
}

func newSight(workspaces int) *sight {
	s := &sight{spaces: make([]space, workspaces), calls: make(map[callKey]*openCall), done: make(map[callKey]service), ways: make([]uint64, workspaces)}
	for i := range s.spaces {
		s.spaces[i].floor = elevator.NoFloor
		s.ways[i] = (1<<workspaces - 1) &^ (1 << i)
	}
	return s
}

// apply takes in a moment. It returns another one if that means that a call was
// served.
func (s *sight) apply(m moment) (found moment, ok bool) {
	s.at = max(s.at, m.at)
	if m.kind == troubleBegan || m.kind == troubleEnded {
		s.applyTrouble(m.trouble)
		if m.ways != nil {
			copy(s.ways, m.ways)
		}
		return moment{}, false
	}
	if m.node < 0 || m.node >= len(s.spaces) {
		return moment{}, false
	}
	w := &s.spaces[m.node]
	switch m.kind {
	case buttonHeld:
		k := key(m.node, m.floor, m.button)
		if m.on && s.calls[k] == nil && w.running() {
			s.calls[k] = &openCall{at: m.at, by: m.node, pressed: true}
		}
	case lampChanged:
		w.panel.Put(m.floor, m.button, m.on)
		return s.applyLamp(m)
	case doorChanged:
		w.door = m.on
	case floorChanged:
		w.floor = m.floor
	case nodeRunning:
		w.alive, w.frozen = m.on, false
		w.speech, w.serves = speech{}, elevator.Calls{}
	case nodeFrozen:
		w.frozen = m.on
	case nodeSays:
		if w.alive {
			w.speech = m.speech
		}
	case nodeServes:
		if w.alive {
			w.serves = m.calls
		}
	case peerHolds:
		if c := s.calls[key(m.node, m.floor, m.button)]; c != nil && c.by == m.node {
			c.holders |= 1 << m.peer
		}
	}
	return moment{}, false
}

func (s *sight) applyLamp(m moment) (found moment, ok bool) {
	k := key(m.node, m.floor, m.button)
	c := s.calls[k]
	if m.on {
		if c == nil { // pressed before anybody looked, or given back
			c = &openCall{at: m.at, by: m.node}
			s.calls[k] = c
		}
		c.lit |= 1 << m.node
		c.litAt = max(c.litAt, m.at)
		return moment{}, false
	}
	by := s.doorAt(k)
	if c == nil || by < 0 {
		return moment{}, false
	}
	delete(s.calls, k)
	s.done[k] = service{by: by, pressed: c.at, litAt: c.litAt, at: m.at}
	return moment{at: m.at, kind: callServed, node: by, floor: m.floor, button: m.button, since: c.at}, true
}

// doorAt returns whose open door may serve a call, -1 for none. A node that is
// known to have gone there for it goes before one that happens to be there.
func (s *sight) doorAt(k callKey) int {
	by := -1
	for i := range s.spaces {
		w := &s.spaces[i]
		if !w.door || w.floor != k.floor || k.workspace != hall && k.workspace != i {
			continue
		}
		if by < 0 || w.serves.Has(k.floor, k.button) {
			by = i
		}
	}
	return by
}

func (s *sight) applyTrouble(t trouble) {
	if t.kind == lossy {
		s.loss = t.percent
	}
}

// group returns the nodes that are connected with one, itself included, by ways
// that are open in both directions.
func (s *sight) group(node int) uint64 {
	if !s.spaces[node].running() {
		return 0
	}
	group, fresh := uint64(1)<<node, uint64(1)<<node
	for fresh != 0 {
		next := uint64(0)
		for i := range s.spaces {
			if fresh&(1<<i) == 0 {
				continue
			}
			for j := range s.spaces {
				if s.ways[i]&(1<<j) != 0 && s.ways[j]&(1<<i) != 0 && s.spaces[j].running() && group&(1<<j) == 0 {
					next |= 1 << j
				}
			}
		}
		group |= next
		fresh = next
	}
	return group
}

// agree reports whether all nodes that are connected with one have joined, are
// linked with all that they could be, and hold the same calls.
func (s *sight) agree(node int) bool {
	group := s.group(node)
	if group == 0 {
		return false
	}
	for i := range s.spaces {
		if group&(1<<i) == 0 {
			continue
		}
		say := &s.spaces[i].speech
		if !say.joined || say.digest != s.spaces[node].speech.digest || s.linkable(i)&^say.linked != 0 {
			return false
		}
	}
	return true
}

// linkable returns the nodes with which one could be linked.
func (s *sight) linkable(i int) (set uint64) {
	for j := range s.spaces {
		if j != i && s.spaces[j].running() && s.ways[i]&(1<<j) != 0 && s.ways[j]&(1<<i) != 0 {
			set |= 1 << j
		}
	}
	return set
}

// litOn returns the panels on which a call is lit.
func (s *sight) litOn(k callKey) (set uint64) {
	for i := range s.spaces {
		if s.spaces[i].panel.Has(k.floor, k.button) && (k.workspace == hall || k.workspace == i) {
			set |= 1 << i
		}
	}
	return set
}

// who returns the nodes that are to serve a call.
func (s *sight) who(k callKey) (set uint64) {
	for i := range s.spaces {
		if s.spaces[i].serves.Has(k.floor, k.button) && (k.workspace == hall || k.workspace == i) {
			set |= 1 << i
		}
	}
	return set
}

// running returns the nodes that can do anything.
func (s *sight) running() (set uint64) {
	for i := range s.spaces {
		if s.spaces[i].running() {
			set |= 1 << i
		}
	}
	return set
}
