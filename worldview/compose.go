package worldview

import (
	"slices"

	"elevnet/internal/elevator"
)

// Local is what a node adds to the worldview when it sends it: what it has
// heard, and what its disk holds.
type Local interface {
	// Echo returns what was last heard from node i, false if it is not being
	// heard.
	Echo(i int) (Echo, bool)
	// Held reports whether the press of an open call is as safe as this node
	// can make it.
	Held(i, number int) bool
}

// Composer chooses what travels in the next datagram. Up to some tens of calls
// that is the whole worldview (SPEC R1); in larger buildings it is as much as
// fits: its own status, then the peers that it hears or is linked with, what has
// changed most recently, the other elevators, the open calls, and the closed
// ones. Each kind takes turns within its share, so that none shuts another out.
// Since any fragment can be merged alone, all of it arrives in the end.
//
// The zero value is ready; it isn't safe for concurrent use.
type Composer struct {
	msg    Message
	lives  []Life
	nodes  []pick
	recent []slot // newest last
	total  int    // bytes that the kinds share
	room   int    // bytes left
	// Where the turns have come to: counted in nodes, in pairs of nodes, and in
	// slots.
	peerTurn, statusTurn, openTurn, closedTurn int
	cut                                        bool // a kind did not fit
	last                                       composition
}

// composition is what the last message was made of. Made of the same, the next
// one differs in its header and its echoes alone.
type composition struct {
	from    *Worldview
	version uint64
	me      int
	joining bool
	settled bool
	heard   elevator.NodeSet
	open    []openCall
	named   uint64
}

// openCall is an open call of the last message, and what was said of it.
type openCall struct {
	slot
	held bool
}

type slot struct{ node, number int }

type pick struct {
	section, echo, status bool
	some                  bool   // any of the calls
	calls                 []bool // by number
}

// maxRecent bounds what counts as recent; the rest takes its turn.
const maxRecent = 64

// How far each kind may fill a datagram, in per cent. What one leaves goes to
// the next. Even with the longest ids, the steps are wide enough for the largest
// item of the kind, so that every turn moves on with every datagram.
const (
	peersUpTo  = 50
	recentUpTo = 60
	statusUpTo = 70
	openUpTo   = 85
	full       = 100
)

// wholeBelow is the number of slots up to which closed calls are always sent.
const wholeBelow = 128

// Touch notes that a slot has changed and should travel first.
func (c *Composer) Touch(node, number int) {
	s := slot{node, number}
	if at := slices.Index(c.recent, s); at >= 0 {
		c.recent = slices.Delete(c.recent, at, at+1)
	} else if len(c.recent) == maxRecent {
		c.recent = slices.Delete(c.recent, 0, 1)
	}
	c.recent = append(c.recent, s)
}

// Compose returns the next message from node me. settled says that everybody
// heard holds the same calls; a large building then leaves the closed ones out.
// The message is valid until the next call.
func (c *Composer) Compose(w *Worldview, h Header, me int, local Local, settled bool) *Message {
	c.msg.Header = h
	if c.again(w, me, local, settled) {
		return &c.msg
	}
	c.msg.Sections = c.msg.Sections[:0]
	c.cut = false
	recent := len(c.recent)
	c.lives = c.lives[:0]
	c.reset(w)
	c.room = Limit - TrailerRoom - 42 - 1 - len(h.ID) - 3 - 1

	c.addSection(w, me)
	if !h.Joining {
		c.addStatus(w, me)
	}
	c.total = c.room
	c.peerTurn = c.turns(len(w.nodes), c.peerTurn, peersUpTo, func(k int) bool {
		i := w.order[k]
		_, heard := local.Echo(i)
		return c.addPeer(w, me, i, heard)
	})
	if !h.Joining {
		c.addCalls(w, me, settled)
	}
	c.fill(w, local)
	c.last.named++
	c.msg.content = Content{c, c.last.named}
	c.last.from = nil
	if !c.cut && recent == 0 {
		c.note(w, me, settled)
	}
	return &c.msg
}

// note remembers what the message was made of, of which everything had room.
func (c *Composer) note(w *Worldview, me int, settled bool) {
	l := &c.last
	l.from, l.version, l.me, l.joining, l.settled = w, w.version, me, c.msg.Joining, settled
	l.heard = 0
	for i := range w.nodes {
		l.heard.Put(i, c.nodes[i].echo)
	}
	l.open = l.open[:0]
	at := 0
	for _, i := range w.order {
		if !c.nodes[i].section {
			continue
		}
		for _, e := range c.msg.Sections[at].Calls {
			if e.Call.Active() {
				l.open = append(l.open, openCall{slot{i, e.Number}, e.Held})
			}
		}
		at++
	}
}

// again makes the message of the last one if nothing that it says has changed,
// and reports whether it did. What had room then has room now.
func (c *Composer) again(w *Worldview, me int, local Local, settled bool) bool {
	l := &c.last
	if l.from != w || l.version != w.version || l.me != me || l.joining != c.msg.Joining ||
		l.settled != settled || len(c.recent) > 0 {
		return false
	}
	for k := range l.open {
		if o := &l.open[k]; local.Held(o.node, o.number) != o.held {
			return false
		}
	}
	at := 0
	for _, i := range w.order {
		e, heard := local.Echo(i)
		if heard != l.heard.Has(i) {
			return false
		}
		if !c.nodes[i].section {
			continue
		}
		if heard {
			c.msg.Sections[at].Echo = e
		}
		at++
	}
	return true
}

func (c *Composer) addCalls(w *Worldview, me int, settled bool) {
	c.turns(len(c.recent), 0, recentUpTo, func(k int) bool {
		s := c.recent[len(c.recent)-1-k]
		return c.addCall(w, s.node, s.number)
	})
	n := len(w.nodes)
	c.statusTurn = c.turns(n*n, c.statusTurn, statusUpTo, func(k int) bool {
		i, j := w.order[k/n], w.order[k%n]
		return i == me || c.addStatus(w, i) && c.addLink(w, i, j)
	})
	numbers := w.floors * elevator.Buttons
	add := func(open bool) func(k int) bool {
		return func(k int) bool {
			i, number := w.order[k/numbers], k%numbers
			return w.nodes[i].Calls[number].Active() != open || c.addCall(w, i, number)
		}
	}
	if settled && n*numbers > wholeBelow {
		c.openTurn = c.turns(n*numbers, c.openTurn, full, add(true))
	} else {
		c.openTurn = c.turns(n*numbers, c.openTurn, openUpTo, add(true))
		c.closedTurn = c.turns(n*numbers, c.closedTurn, full, add(false))
	}
	c.recent = slices.DeleteFunc(c.recent, func(s slot) bool { return c.nodes[s.node].calls[s.number] })
}

// turns offers 0 to n-1 to add, beginning at from, until one doesn't fit while
// the datagram is filled up to so many per cent. It returns where to begin the
// next time.
func (c *Composer) turns(n, from, upTo int, add func(k int) bool) int {
	if n == 0 {
		return 0
	}
	kept := c.total * (full - upTo) / full
	c.room -= kept
	defer func() { c.room += kept }()
	from %= n
	for k := range n {
		at := from + k
		if at >= n {
			at -= n
		}
		if !add(at) {
			c.cut = true
			return at
		}
	}
	return from
}

func (c *Composer) reset(w *Worldview) {
	for len(c.nodes) < len(w.nodes) {
		c.nodes = append(c.nodes, pick{calls: make([]bool, w.floors*elevator.Buttons)})
	}
	for i := range c.nodes {
		p := &c.nodes[i]
		clear(p.calls)
		*p = pick{calls: p.calls}
	}
}

func (c *Composer) take(size int) bool {
	if size > c.room {
		return false
	}
	c.room -= size
	return true
}

// sectionSize is the upper bound of what a node's section costs when empty.
func (c *Composer) sectionSize(w *Worldview, i int) int {
	if c.nodes[i].section {
		return 0
	}
	return 1 + len(w.nodes[i].ID) + 1
}

func (c *Composer) addSection(w *Worldview, i int) bool {
	if !c.take(c.sectionSize(w, i)) {
		return false
	}
	c.nodes[i].section = true
	return true
}

// addPeer adds the echo of a node that is heard, and names it if the sender is
// linked with it.
func (c *Composer) addPeer(w *Worldview, me, i int, heard bool) bool {
	if !heard {
		return !c.nodes[me].status || c.addLink(w, me, i)
	}
	if !c.take(c.sectionSize(w, i) + 14) {
		return false
	}
	c.nodes[i].section, c.nodes[i].echo = true, true
	return true
}

// addLink names node j if the elevator of node i is linked with it.
func (c *Composer) addLink(w *Worldview, i, j int) bool {
	return !w.nodes[i].Status.Links.Has(j) || c.addSection(w, j)
}

// addStatus adds the status of a node's elevator, but not the sections of the
// nodes that it is linked with.
func (c *Composer) addStatus(w *Worldview, i int) bool {
	s := &w.nodes[i].Status
	if c.nodes[i].status || !s.Known() {
		return true
	}
	if !c.take(c.sectionSize(w, i) + c.lifeSize(s.Life) + uvarintLen(s.Seq) + 4 + (len(w.nodes)+7)/8) {
		return false
	}
	c.nodes[i].section, c.nodes[i].status = true, true
	c.lives = insertLife(c.lives, s.Life)
	return true
}

func (c *Composer) addCall(w *Worldview, i, number int) bool {
	p, call := &c.nodes[i], &w.nodes[i].Calls[number]
	if p.calls[number] || call.P == 0 {
		return true
	}
	size := c.sectionSize(w, i) + 1 + 1 + c.lifeSize(call.P.Life()) + uvarintLen(uint64(call.P.Count()))
	if !p.some {
		size += 2 + 2 // how many; and at most two steps between numbers take two bytes
	}
	if formOfS(*call) == sGiven {
		size += uvarintLen(uint64(call.P - call.S))
	}
	if formOfC(*call) == cGiven {
		size += uvarintLen(uint64(call.P - call.C))
	}
	if call.Age > 0 {
		size += uvarintLen(uint64(call.Age))
	}
	if !c.take(size) {
		return false
	}
	p.section, p.some, p.calls[number] = true, true, true
	c.lives = insertLife(c.lives, call.P.Life())
	return true
}

// lifeSize is the upper bound of what it costs to name a life. A datagram has no
// room for 128 calls with a life of their own each, so the number of one is a
// single byte.
func (c *Composer) lifeSize(l Life) int {
	if _, found := slices.BinarySearch(c.lives, l); found {
		return 1
	}
	return 2 + 6
}

// fill writes down what was picked.
func (c *Composer) fill(w *Worldview, local Local) {
	var section [elevator.MaxNodes]int
	k := 0
	for _, i := range w.order {
		if c.nodes[i].section {
			section[i] = k
			k++
		}
	}
	for _, i := range w.order {
		p := &c.nodes[i]
		if !p.section {
			continue
		}
		n := &w.nodes[i]
		s := c.msg.grow(n.ID)
		if p.echo {
			s.Echo, s.HasEcho = local.Echo(i)
		}
		if p.status {
			s.HasStatus, s.Status = true, n.Status
			s.Status.Links = 0
			for j := range n.Status.Links.All() {
				if c.nodes[j].section {
					s.Status.Links.Put(section[j], true)
				}
			}
		}
		for number, picked := range p.calls {
			if picked {
				call := n.Calls[number]
				s.Calls = append(s.Calls, Entry{number, call, call.Active() && local.Held(i, number)})
			}
		}
	}
}
