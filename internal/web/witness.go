package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// heartbeatsTold is how many datagrams that say nothing new are told each second,
// about: as many as a person can see.
const heartbeatsTold = 20

// maxSlots bounds what is remembered of one sender: anybody can make up nodes
// where no key is set.
const maxSlots = 4096

// witness is a tap that tells what happens at one node as a page wants it told.
// It is called by one goroutine at a time, under the host's lock.
type witness struct {
	log   *Log
	start time.Time // when t was 0

	id     elevator.ID
	floors int
	began  time.Duration // of the host's times, from start
	said   map[elevator.ID]*sayings
	known  map[slotKey]worldview.Call // what this node has said or been told
	pushed map[callKey]push           // the last presses of buttons of this panel
	acked  map[ackKey]worldview.Stamp // what peers have shown to hold
	in     elevator.Inputs
	out    elevator.Outputs
	tells  func(*worldview.Message, Ms) bool // of heartbeats
	window Ms                                // of the heartbeats
	beats  int
}

// push is a press of a button, which is over when its lamp has gone off.
type push struct {
	at, ended Ms
	over      bool
}

// lately is how much later than the lamp that goes off the service may be told to
// which both belong.
const lately = Ms(100)

// slotKey names a slot: a call and an origin.
type slotKey struct {
	origin elevator.ID
	number int
}

type ackKey struct {
	peer elevator.ID
	slotKey
}

// sayings is what one node has said of calls.
type sayings struct {
	boot  uint64
	last  worldview.Content
	calls map[slotKey]worldview.Call
}

// NewWitness returns a tap that adds to log what happens at one node: buttons,
// lamps, the door, datagrams, and who holds what. Times count from start.
// Notices are not told, since a tap doesn't see their words.
func NewWitness(log *Log, start time.Time) host.Tap { return newWitness(log, start) }

func newWitness(log *Log, start time.Time) *witness {
	w := &witness{
		log: log, start: start,
		said:   make(map[elevator.ID]*sayings),
		known:  make(map[slotKey]worldview.Call),
		pushed: make(map[callKey]push),
		acked:  make(map[ackKey]worldview.Stamp),
	}
	w.tells = w.mayTell
	return w
}

// Started implements host.Tap.
func (w *witness) Started(s host.TapStart) {
	w.id, w.floors, w.began = s.Node.ID, s.Node.Elevator.Floors, s.Began.Sub(w.start)
	w.in.Floor, w.out.Indicator = elevator.NoFloor, elevator.NoFloor
}

// Dropped implements host.Tap.
func (w *witness) Dropped(host.TapDrop) {}

// Ended implements host.Tap.
func (w *witness) Ended(host.TapEnd) {}

// Stepped implements host.Tap.
func (w *witness) Stepped(s *host.TapStep) {
	if s.Over {
		return
	}
	t := Millis(w.began + s.At)
	switch s.Event.Kind {
	case node.Inputs:
		w.inputs(t, s.Event.Inputs)
	case node.Datagram:
		if s.Event.Message.Floors != w.floors {
			break // the node doesn't take it either
		}
		w.got(t, s.Event.Message)
	}
	w.outputs(t, s.Actions.Outputs)
	if s.Actions.Message != nil {
		w.sent(t, s.Actions.Message)
	}
}

// inputs tells of buttons that were pressed.
func (w *witness) inputs(t Ms, in elevator.Inputs) {
	for f, b := range in.Buttons.AndNot(w.in.Buttons).All() {
		w.pushed[callKey{w.owner(b), f, b}] = push{at: t}
		w.log.Add(Happen{T: t, Kind: HappenPress, ID: string(w.id), Floor: &f, Button: ButtonName(b)})
	}
	w.in = in
}

// outputs tells of lamps and the door.
func (w *witness) outputs(t Ms, out elevator.Outputs) {
	if out.Lamps != w.out.Lamps {
		for f, b := range out.Lamps.AndNot(w.out.Lamps).All() {
			w.log.Add(Happen{T: t, Kind: HappenLamp, ID: string(w.id), Floor: &f, Button: ButtonName(b), On: true, Ms: w.since(t, f, b)})
		}
		for f, b := range w.out.Lamps.AndNot(out.Lamps).All() {
			w.log.Add(Happen{T: t, Kind: HappenLamp, ID: string(w.id), Floor: &f, Button: ButtonName(b)})
			if p, ok := w.pushed[callKey{w.owner(b), f, b}]; ok {
				p.over, p.ended = true, t
				w.pushed[callKey{w.owner(b), f, b}] = p
			}
		}
	}
	if out.Door != w.out.Door {
		h := Happen{T: t, Kind: HappenDoor, ID: string(w.id), On: out.Door}
		if f := out.Indicator; f != elevator.NoFloor {
			h.Floor = &f
		}
		w.log.Add(h)
	}
	w.out = out
}

// sent tells of a datagram of this node, and of what it has just served.
func (w *witness) sent(t Ms, m *worldview.Message) {
	news := w.news(m)
	for i, n := range news {
		before := w.known[n.slotKey]
		w.learn(n)
		f, b := worldview.FloorButton(n.number)
		if !n.old && n.call.S > before.S && n.call.S == n.call.P && w.out.Door && f == w.out.Indicator && !servedBefore(news[:i], n) {
			w.served(t, f, b)
		}
	}
	if news = worthTelling(news); len(news) == 0 && !w.tells(m, t) {
		return
	}
	w.log.Add(Happen{T: t, Kind: HappenSent, ID: string(w.id), Seq: m.Seq, Calls: refs(news), Text: text(m.ID, news)})
}

// servedBefore reports whether another origin's press of the same call was served
// with it.
func servedBefore(news []newly, n newly) bool {
	_, b := worldview.FloorButton(n.number)
	return b != elevator.Cab && slices.ContainsFunc(news, func(o newly) bool {
		return o.number == n.number && o.call.S == o.call.P
	})
}

// served tells that this node's door has opened for a call.
func (w *witness) served(t Ms, f int, b elevator.Button) {
	h := Happen{T: t, Kind: HappenServed, ID: string(w.id), Floor: &f, Button: ButtonName(b), Ms: w.since(t, f, b)}
	delete(w.pushed, callKey{w.owner(b), f, b})
	w.log.Add(h)
}

// learn joins what was said into what this node knows.
func (w *witness) learn(n newly) {
	if before, ok := w.known[n.slotKey]; ok || len(w.known) < maxSlots {
		w.known[n.slotKey] = before.Join(n.call)
	}
}

// worthTelling leaves out what isn't worth a word.
func worthTelling(news []newly) []newly {
	return slices.DeleteFunc(news, func(n newly) bool { return n.old })
}

// got tells of a datagram of a peer, and of what it proves that the peer holds.
func (w *witness) got(t Ms, m *worldview.Message) {
	news := w.news(m)
	for _, n := range news {
		w.learn(n)
	}
	w.holds(t, m, news)
	if news = worthTelling(news); len(news) == 0 && !w.tells(m, t) {
		return
	}
	w.log.Add(Happen{
		T: t, Kind: HappenGot, ID: strings.Clone(string(m.ID)), Peer: string(w.id), Seq: m.Seq,
		Calls: refs(news), Text: text(m.ID, news),
	})
}

// holds tells of each press of this panel that a peer is first seen to hold.
func (w *witness) holds(t Ms, m *worldview.Message, news []newly) {
	for _, n := range news {
		mine := w.known[n.slotKey]
		k := ackKey{m.ID, n.slotKey}
		if n.origin != w.id || !mine.Active() || n.call.P < mine.P || w.acked[k] >= n.call.P {
			continue
		}
		k.peer, k.origin = elevator.ID(strings.Clone(string(k.peer))), w.id
		w.acked[k] = n.call.P
		f, b := worldview.FloorButton(n.number)
		w.log.Add(Happen{
			T: t, Kind: HappenHeld, ID: string(w.id), Peer: string(k.peer),
			Floor: &f, Button: ButtonName(b), Ms: w.since(t, f, b),
		})
	}
}

// since returns the time since a button of this panel was pressed, nil if that
// isn't known.
func (w *witness) since(t Ms, f int, b elevator.Button) *Ms {
	p, ok := w.pushed[callKey{w.owner(b), f, b}]
	if !ok || p.over && t-p.ended > lately {
		return nil
	}
	ms := t - p.at
	return &ms
}

// owner returns what callKey has for a call of this panel.
func (w *witness) owner(b elevator.Button) elevator.ID {
	if b == elevator.Cab {
		return w.id
	}
	return ""
}

// newly is a slot of which a node says what it has not said before.
type newly struct {
	slotKey
	call worldview.Call
	old  bool // it isn't worth a word
}

// news returns what a datagram says that its sender has not said before.
func (w *witness) news(m *worldview.Message) []newly {
	s := w.said[m.ID]
	if s == nil {
		if len(w.said) >= elevator.MaxNodes {
			return nil
		}
		s = &sayings{}
		w.said[elevator.ID(strings.Clone(string(m.ID)))] = s
	}
	if s.boot != m.Boot {
		*s = sayings{boot: m.Boot, calls: make(map[slotKey]worldview.Call)}
	}
	if c := m.Content(); c.Known() && c == s.last {
		return nil
	}
	s.last = m.Content()
	var list []newly
	for k := range m.Sections {
		for _, e := range m.Sections[k].Calls {
			key := slotKey{m.Sections[k].ID, e.Number}
			before, known := s.calls[key]
			if !known && len(s.calls) >= maxSlots {
				continue
			}
			call := e.Call
			call.Age = 0 // it grows by itself
			if call = before.Join(call); call == before {
				continue
			}
			key.origin = elevator.ID(strings.Clone(string(key.origin)))
			s.calls[key] = call
			// What a node knows when it is first heard isn't news unless it is open.
			list = append(list, newly{key, call, !known && !call.Active()})
		}
	}
	return list
}

// refs names the calls of some news, each once.
func refs(news []newly) []Ref {
	var list []Ref
	for _, n := range news {
		f, b := worldview.FloorButton(n.number)
		r := Ref{Button: ButtonName(b), Floor: f, Phase: PhaseOf(n.call)}
		if b == elevator.Cab {
			r.Owner = n.origin
		}
		double := false
		for _, other := range list {
			double = double || other == r
		}
		if !double {
			list = append(list, r)
		}
	}
	return list
}

// text says what is new in a datagram.
func text(id elevator.ID, news []newly) string {
	const most = 3
	var parts []string
	list := refs(news)
	for i, r := range list {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		what := fmt.Sprintf("%s at floor %d", r.Button, r.Floor)
		if r.Owner != "" {
			what = fmt.Sprintf("cab call of %s to floor %d", r.Owner, r.Floor)
		}
		parts = append(parts, what+" is "+r.Phase)
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s says: %s", id, strings.Join(parts, ", "))
}

// mayTell reports whether one more heartbeat is told, and counts it.
func (w *witness) mayTell(_ *worldview.Message, t Ms) bool {
	const every = Ms(100)
	if t-w.window >= every {
		w.window, w.beats = t, 0
	}
	w.beats++
	return w.beats <= heartbeatsTold/10
}
