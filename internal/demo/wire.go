package demo

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// wire is what lies between the nodes, whatever carries the datagrams: it cuts
// and loses them, and knows of each what it said and what became of it. Nothing
// tells the nodes: to them it is a bad cable.
type wire struct {
	floors   int
	building uint32
	index    map[elevator.ID]int
	now      func() time.Duration
	see      observer
	// reckon, if set, returns who is to serve which hall call by what a node has
	// said: for nodes that can't be asked.
	reckon func(view *worldview.Worldview, me int) (cars []elevator.ID, calls []elevator.Calls)

	mu     sync.Mutex
	opener *bcast.Sealer
	loss   int // per cent
	ends   []*wireEnd
}

// observer is told what happens on a wire, under its lock: it must return at
// once and not call the wire.
type observer interface {
	// sent: a datagram leaves a node, though perhaps not its cable.
	sent(d *datagram)
	// fated: a datagram has come to a node, or never will.
	fated(d *datagram, to int, at time.Duration, fate fate)
	// said: what a node says of itself has changed.
	said(node int, at time.Duration, s speech)
	// held: a node has heard that a peer holds a press of its own panel.
	held(node, peer int, at time.Duration, floor int, b elevator.Button)
	// serves: the calls that a node is to serve, as reckoned, have changed.
	serves(node int, at time.Duration, calls elevator.Calls)
}

// fate is what becomes of a datagram on its way to one node.
type fate uint8

const (
	arrived  fate = iota
	lostCut       // by a cut on the way
	lostLoss      // by chance
	lostDead      // nobody is there to receive it
)

// wireEnd is one node as the wire knows it.
type wireEnd struct {
	alive, frozen  bool
	cutIn, cutOut  bool
	cutFrom        uint64 // the nodes from which alone nothing comes
	random         *rand.Rand
	decoder        worldview.Decoder
	boot           uint64
	content        worldview.Content
	serial         uint64 // counts the contents
	view           *worldview.Worldview
	speech         speech
	claims         []claim // of the newest content
	recent         [64]*datagram
	turn           int
	served         map[slotKey]time.Duration // when it said so
	acks           []acks                    // by peer: what has come from it
	cars           []elevator.ID             // as reckoned, with what each is to serve
	calls          []elevator.Calls
	serves         elevator.Calls
	changed        uint64 // counts what a view of it depends on
	sent, received traffic
}

// traffic counts datagrams and bytes.
type traffic struct{ datagrams, bytes uint64 }

// slotKey names a slot of the worldview.
type slotKey struct {
	owner  elevator.ID
	number int
}

// claim is a press that a node says it holds as safely as it can.
type claim struct {
	slotKey
	press worldview.Stamp
}

// acks are what a node has heard a peer claim.
type acks struct {
	boot, serial uint64
	held         map[slotKey]worldview.Stamp
}

// datagram is one that was sent.
type datagram struct {
	from      int
	at        time.Duration
	boot, seq uint64
	size      int
	serial    uint64
	// news are the calls of which its sender says something for the first time.
	news []news
	// idle is set if it says nothing new at all.
	idle   bool
	claims []claim
	told   bool // somebody has been told of it
}

// news is what became of one call.
type news struct {
	slotKey
	call worldview.Call
}

// speech is what a node says of itself.
type speech struct {
	joined        bool
	hears, linked uint64 // by workspace
	status        worldview.Status
	lit           elevator.Calls // hall calls, and its own cab calls
	digest        uint64
}

func newWire(building string, floors int, ids []elevator.ID, seed uint64, now func() time.Duration, see observer) *wire {
	w := &wire{
		floors: floors, building: worldview.HashBuilding(building), index: make(map[elevator.ID]int),
		now: now, see: see, opener: bcast.NewSealer(nil),
	}
	for i, id := range ids {
		w.index[id] = i
		w.ends = append(w.ends, &wireEnd{
			random: rand.New(rand.NewPCG(seed+uint64(i), 'i')),
			view:   worldview.New(floors),
			acks:   make([]acks, len(ids)),
			served: make(map[slotKey]time.Duration),
		})
	}
	return w
}

// sends takes note of a datagram that a node sends and reports whether it gets
// onto the wire.
func (w *wire) sends(from int, b []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ends[from]
	payload, ok := w.opener.Open(b)
	if !ok {
		return !e.cutOut
	}
	m, err := e.decoder.Decode(payload)
	if err != nil || w.index[m.ID] != from {
		return !e.cutOut
	}
	d := &datagram{from: from, at: w.now(), boot: m.Boot, seq: m.Seq, size: len(b)}
	w.listen(e, d, m)
	e.recent[e.turn] = d
	e.turn = (e.turn + 1) % len(e.recent)
	e.sent.datagrams++
	e.sent.bytes += uint64(len(b))
	w.see.sent(d)
	if s := w.speechOf(e, m); s != e.speech {
		e.speech = s
		e.changed++
		w.see.said(from, d.at, s)
	}
	if w.reckon != nil && !d.idle {
		w.reckonFor(e, m.ID, d)
	}
	for to, o := range w.ends {
		switch {
		case to == from:
		case !o.alive:
			w.see.fated(d, to, d.at, lostDead)
		case e.cutOut:
			w.see.fated(d, to, d.at, lostCut)
		}
	}
	return !e.cutOut
}

// listen merges what a datagram says into what its sender is known to know.
func (w *wire) listen(e *wireEnd, d *datagram, m *worldview.Message) {
	if m.Boot != e.boot {
		e.boot, e.content = m.Boot, worldview.Content{}
		e.view = worldview.New(w.floors)
		clear(e.served)
		for i := range e.acks {
			e.acks[i] = acks{}
		}
		e.changed++
	}
	if e.content == m.Content() && e.content.Known() {
		d.idle, d.serial, d.claims = true, e.serial, e.claims
		return
	}
	e.content = m.Content()
	e.serial++
	e.changed++
	_, _ = e.view.Merge(m, func(i, number int, before, after worldview.Call) { // too many nodes are left out
		k := slotKey{e.view.Node(i).ID, number}
		if after.P == before.P && after.C == before.C && after.S == before.S {
			return // older, no more
		}
		if after.S > before.S && !after.Active() {
			e.served[k] = d.at
		}
		d.news = append(d.news, news{k, after})
	})
	e.claims = nil
	for k := range m.Sections {
		for _, c := range m.Sections[k].Calls {
			if c.Held && c.Call.Active() {
				e.claims = append(e.claims, claim{slotKey{m.Sections[k].ID, c.Number}, c.Call.P})
			}
		}
	}
	d.serial, d.claims = e.serial, e.claims
}

// reckonFor works out what a node is to serve.
func (w *wire) reckonFor(e *wireEnd, id elevator.ID, d *datagram) {
	e.cars, e.calls = nil, nil
	var serves elevator.Calls
	if me, ok := e.view.Lookup(id); ok && e.speech.joined {
		e.cars, e.calls = w.reckon(e.view, me)
		serves.Cab = e.speech.lit.Cab
		for k, car := range e.cars {
			if car == id {
				serves = serves.Or(e.calls[k])
			}
		}
	}
	if serves != e.serves {
		e.serves = serves
		w.see.serves(d.from, d.at, serves)
	}
}

// speechOf gathers what a node says of itself.
func (w *wire) speechOf(e *wireEnd, m *worldview.Message) speech {
	s := speech{joined: !m.Joining, digest: m.Digest}
	for k := range m.Sections {
		if i, ok := w.index[m.Sections[k].ID]; ok && m.Sections[k].HasEcho && m.Sections[k].ID != m.ID {
			s.hears |= 1 << i
		}
	}
	me, ok := e.view.Lookup(m.ID)
	if !ok {
		return s
	}
	s.status = e.view.Node(me).Status
	for j := range s.status.Links.All() {
		if i, ok := w.index[e.view.Node(j).ID]; ok && i != w.index[m.ID] {
			s.linked |= 1 << i
		}
	}
	s.lit = e.view.Lit(me)
	return s
}

// arrives decides what becomes of a datagram that would come to a node now, and
// reports whether it gets there. Those of other buildings and of the node itself
// do.
func (w *wire) arrives(to int, b []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ends[to]
	h, err := e.decoder.Peek(b)
	from, known := w.index[h.ID]
	if err != nil || h.Building != w.building || !known || from == to {
		return true
	}
	d := w.ends[from].find(h.Boot, h.Seq)
	if d == nil { // sent long ago: nobody remembers what it said
		d = &datagram{from: from, at: w.now(), boot: h.Boot, seq: h.Seq, size: len(b), idle: true}
	}
	fate := w.decide(from, e)
	if fate == arrived {
		e.received.datagrams++
		e.received.bytes += uint64(len(b))
		w.acknowledge(to, e, d)
	}
	if e.alive {
		w.see.fated(d, to, w.now(), fate)
	}
	return fate == arrived
}

func (w *wire) decide(from int, e *wireEnd) fate {
	chance := e.random.IntN(100) // drawn always, so that cuts don't change what is lost later
	switch {
	case e.cutIn || e.cutFrom&(1<<from) != 0:
		return lostCut
	case chance < w.loss:
		return lostLoss
	}
	return arrived
}

// acknowledge notes what a peer is known to hold by a datagram that has come.
func (w *wire) acknowledge(to int, e *wireEnd, d *datagram) {
	a := &e.acks[d.from]
	if a.boot != d.boot {
		*a = acks{boot: d.boot, held: make(map[slotKey]worldview.Stamp)}
	}
	if d.serial <= a.serial {
		return
	}
	a.serial = d.serial
	for _, c := range d.claims {
		if a.held[c.slotKey] >= c.press {
			continue
		}
		a.held[c.slotKey] = c.press
		e.changed++
		if w.index[c.owner] == to {
			floor, b := worldview.FloorButton(c.number)
			w.see.held(to, d.from, w.now(), floor, b)
		}
	}
}

func (e *wireEnd) find(boot, seq uint64) *datagram {
	for i := range e.recent {
		d := e.recent[(e.turn+len(e.recent)-1-i)%len(e.recent)]
		if d == nil {
			return nil
		}
		if d.boot == boot && d.seq == seq {
			return d
		}
	}
	return nil
}

// set changes something of the wire.
func (w *wire) set(change func(ends []*wireEnd)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w.ends)
}

// lives tells the wire whether a node runs.
func (w *wire) lives(node int, on bool) {
	w.set(func(ends []*wireEnd) {
		e := ends[node]
		e.alive, e.frozen, e.speech = on, false, speech{}
		e.cars, e.calls, e.serves = nil, nil, elevator.Calls{}
		e.changed++
		if on {
			e.sent, e.received = traffic{}, traffic{}
		}
	})
}

// open reports which ways would be open after a change: open[from] holds the
// bits of those that its datagrams can reach. Nothing is changed.
func (w *wire) open(change func(ends []*wireEnd)) []uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	ends := make([]*wireEnd, len(w.ends))
	for i, e := range w.ends {
		ends[i] = &wireEnd{cutIn: e.cutIn, cutOut: e.cutOut, cutFrom: e.cutFrom}
	}
	if change != nil {
		change(ends)
	}
	ways := make([]uint64, len(ends))
	for from, f := range ends {
		for to, t := range ends {
			if from != to && !f.cutOut && !t.cutIn && t.cutFrom&(1<<from) == 0 {
				ways[from] |= 1 << to
			}
		}
	}
	return ways
}

// cuts says what of a node's network is cut.
func (w *wire) cuts(node int) (in, out bool, from uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ends[node]
	return e.cutIn, e.cutOut, e.cutFrom
}

// lossPercent is the loss that is set.
func (w *wire) lossPercent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.loss
}

// lose sets the loss.
func (w *wire) lose(percent int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.loss = percent
}

// speech returns what a node says of itself.
func (w *wire) speech(node int) speech {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ends[node].speech
}

// holders returns the nodes that a node knows to hold the newest press of a
// slot, itself included. w.mu is held.
func (w *wire) holders(node int, k slotKey, press worldview.Stamp) []int {
	e := w.ends[node]
	list := []int{node}
	for p := range e.acks {
		if p != node && e.acks[p].held[k] >= press && e.acks[p].boot == w.ends[p].boot {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}
