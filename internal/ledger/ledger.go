// Package ledger is the protocol without its times: what one node keeps of all
// calls, and the steps by which a press becomes a promise and a promise is kept.
// The steps are press (rule 2), receive (rules 1, 7 and 8), confirm (rule 3),
// serve (rule 5), commit and restore (rule 9); docs/protocol.md numbers them.
//
// A [Ledger] knows no time: when somebody is late, a disk slow or a peer gone is
// said by its caller. Package node does so by the clock. The model checker does
// so in every order that there is, on copies, so that what it proves is proved of
// the very steps that light the lamps.
package ledger

import (
	"fmt"
	"slices"
	"time"

	"elevnet/internal/elevator"
	"elevnet/peers"
	"elevnet/worldview"
)

// Config is what a ledger is opened with, at each start of a process.
type Config struct {
	ID     elevator.ID
	Floors int
	// Boot is a random number that differs at each start; not 0.
	Boot uint64
	// Second is the wall clock at the start, in seconds since 1970.
	Second uint32
	// Disk says whether what is committed will be kept.
	Disk bool
}

// Ledger is one node's part in the protocol. Make it with [Open].
type Ledger struct {
	boot    uint64
	me      int // local number of this node
	numbers int // of calls of one node
	view    *worldview.Worldview
	tab     *peers.Table
	changed worldview.Change

	life   worldview.Life
	lives  uint64         // how many lives were drawn
	stored worldview.Life // the greatest that the disk gave back at the start
	disk   worldview.Disk

	held   [][]held            // by node and number: what this node's disk holds
	acks   [][]ack             // by peer: what it holds, by node and number
	acked  []worldview.Content // by peer: the last content taken into acks
	issued []worldview.Stamp
	news   bool
}

// held is what this node's disk holds of one slot.
type held struct {
	durable worldview.Stamp // the newest press that it holds
	pending worldview.Stamp // the one that the commit under way will hold
}

// ack is what a peer is known to hold of one slot.
type ack struct {
	seen worldview.Stamp // in its memory at the least
	held worldview.Stamp // as safe as it can make it
}

// Open returns the ledger of a process that has just been started. changed is
// told of every slot that grows from now on; it may be nil.
func Open(cfg Config, changed worldview.Change) *Ledger {
	l := &Ledger{
		boot:    cfg.Boot,
		numbers: cfg.Floors * elevator.Buttons,
		view:    worldview.New(cfg.Floors),
		tab:     peers.NewTable(cfg.Boot, peers.DefaultTimeout),
		changed: changed,
		disk:    worldview.DiskWorks,
	}
	if !cfg.Disk {
		l.disk = worldview.DiskNone
	}
	l.me, _ = l.view.Add(cfg.ID)
	l.issued = make([]worldview.Stamp, l.numbers)
	l.life = worldview.NewLife(cfg.Second, l.random())
	l.grow()
	return l
}

// View returns what the node knows. Calls must not be changed through it.
func (l *Ledger) View() *worldview.Worldview { return l.view }

// Peers returns what is known of the peers' lives. It must only be read.
func (l *Ledger) Peers() *peers.Table { return l.tab }

// Me returns the local number of this node.
func (l *Ledger) Me() int { return l.me }

// Life returns the present life of this node.
func (l *Ledger) Life() worldview.Life { return l.life }

// Issued returns the newest press that this process has made of one of its own
// slots.
func (l *Ledger) Issued(number int) worldview.Stamp { return l.issued[number] }

// Durable returns the newest press of a slot that this node's disk holds.
func (l *Ledger) Durable(i, number int) worldview.Stamp {
	if i >= len(l.held) {
		return 0
	}
	return l.held[i][number].durable
}

// News reports whether anything has changed since the last call of News that
// [Ledger.Confirm] should look at.
func (l *Ledger) News() bool {
	news := l.news
	l.news = false
	return news
}

// Press notes that a button was pressed on this node's panel (rule 2).
func (l *Ledger) Press(number int) {
	before := l.view.Call(l.me, number)
	if p := before.P.Life(); p > l.life {
		l.LiveAbove(p) // that life may have issued the next stamp itself
	}
	after := before.Press(l.life)
	l.issued[number] = after.P
	l.set(l.me, number, after)
}

// Serve notes that the door has opened for a call (rule 5): for a cab call of
// this node, or for all presses of a hall call that this node has seen.
func (l *Ledger) Serve(number int) {
	_, b := worldview.FloorButton(number)
	for i := range l.view.Len() {
		if b == elevator.Cab && i != l.me {
			continue
		}
		if c := l.view.Call(i, number); c.Active() {
			l.set(i, number, c.Serve())
		}
	}
}

// Age makes an open call at least so many whole seconds old.
func (l *Ledger) Age(i, number int, seconds uint16) bool {
	c := l.view.Call(i, number)
	aged := c.Aged(seconds)
	if aged == c {
		return false
	}
	l.view.SetCall(i, number, aged)
	return true
}

// LiveAbove begins a new life if the present one isn't above the given one.
func (l *Ledger) LiveAbove(other worldview.Life) {
	if l.life <= other {
		l.life = worldview.NewLife(other.Second()+1, l.random())
	}
}

// OwnLife returns the greatest life in which this node is known to have acted.
func (l *Ledger) OwnLife() worldview.Life {
	own := l.view.Node(l.me)
	life := own.Status.Life
	for _, c := range own.Calls {
		life = max(life, c.P.Life())
	}
	return life
}

// random returns 16 bits that differ from life to life: drawn from the boot
// nonce, since the core has no randomness of its own.
func (l *Ledger) random() uint16 {
	l.lives++
	h := (l.boot + l.lives) * 0x9e3779b97f4a7c15
	return uint16(h >> 32)
}

// set changes a slot.
func (l *Ledger) set(i, number int, after worldview.Call) {
	before := l.view.Call(i, number)
	l.view.SetCall(i, number, after)
	l.tell(i, number, before, after)
}

// tell does what any change of a slot asks for.
func (l *Ledger) tell(i, number int, before, after worldview.Call) {
	l.news = true
	l.grow()
	if l.changed != nil {
		l.changed(i, number, before, after)
	}
}

// grow gives room to nodes that were heard of for the first time.
func (l *Ledger) grow() {
	for len(l.held) < l.view.Len() {
		l.held = append(l.held, make([]held, l.numbers))
		l.acked = append(l.acked, worldview.Content{})
	}
}

// repair is rule 7: somebody shows a slot of mine ahead of me. Only I raise it,
// so the press comes from another life of mine, which this process doesn't
// remember. If I have an open press, it was made with a stamp that may count as
// served already: press again, above. A promise that was made stays one.
func (l *Ledger) repair(number int, before, after worldview.Call) {
	if after.P == before.P || !before.Active() || !l.overtaken(number, before.P, after.P) {
		return
	}
	l.LiveAbove(max(l.life, after.P.Life()))
	l.Press(number)
	if before.Lit() {
		l.set(l.me, number, l.view.Call(l.me, number).Confirm(l.issued[number]))
	}
}

// overtaken reports whether an open press of mine may count as served by the
// stamps of a life that didn't know of it. Such is a press of this process, and
// one that its disk gave back if the disk doesn't know that life: a life is
// stored before it is used, so the disk was lost between the two. A press that
// the disk gave back and that a life overtakes which came after it may have been
// served: repeated, it would be a ghost.
func (l *Ledger) overtaken(number int, mine, theirs worldview.Stamp) bool {
	return mine == l.issued[number] ||
		mine.Life() <= l.stored && l.stored < theirs.Life()
}

// Received is what a datagram brought.
type Received struct {
	Sender  int // local number; -1 if there is no room for it
	Verdict peers.Verdict
	// Status: what is known of some elevator has changed.
	Status bool
	// Returned is how many of this node's own calls came back to it.
	Returned int
	// Err says which nodes there is no room for.
	Err error
}

// Receive merges a datagram of this building (rule 1), and takes from it what it
// proves of its sender (rule 8). sent is the sequence number of the newest
// datagram of this node.
func (l *Ledger) Receive(m *worldview.Message, sent uint64, now time.Duration) Received {
	i, ok := l.view.Add(m.ID)
	if !ok {
		return Received{Sender: -1, Err: fmt.Errorf("more than %d nodes: %q is left out", elevator.MaxNodes, m.ID)}
	}
	l.grow()
	r := Received{Sender: i}
	r.Status, r.Err = l.view.Merge(m, func(i, number int, before, after worldview.Call) {
		l.tell(i, number, before, after)
		if i != l.me {
			return
		}
		if after.Active() && !before.Active() {
			r.Returned++
		}
		l.repair(number, before, after)
	})
	r.Verdict = l.tab.Receive(i, l.proof(m), sent, now)
	if r.Verdict.NewLife {
		l.forget(i)
	}
	if c := m.Content(); i != l.me && r.Verdict.Acknowledges && (!c.Known() || c != l.acked[i]) {
		l.acknowledge(i, m)
		l.acked[i] = c // the same again would change nothing
	}
	return r
}

// proof is what a datagram tells of its sender's life.
func (l *Ledger) proof(m *worldview.Message) peers.Datagram {
	d := peers.Datagram{
		Boot: m.Boot, Seq: m.Seq, Count: m.Count,
		Joining: m.Joining, Digest: m.Digest, Loss: m.Loss,
	}
	if s := m.Section(l.view.Node(l.me).ID); s != nil && s.HasEcho {
		d.EchoBoot, d.EchoSeq = s.Echo.Boot, s.Echo.Seq
	}
	return d
}

// acknowledge notes what a live life of peer i shows that it holds.
func (l *Ledger) acknowledge(i int, m *worldview.Message) {
	for k := range m.Sections {
		s := &m.Sections[k]
		if len(s.Calls) == 0 {
			continue
		}
		origin, ok := l.view.Lookup(s.ID)
		if !ok {
			continue
		}
		for _, e := range s.Calls {
			a := l.ackSlot(i, origin, e.Number)
			before := *a
			a.seen = max(a.seen, e.Call.P)
			if e.Held {
				a.held = max(a.held, e.Call.P)
			}
			if *a != before {
				l.news = true
			}
		}
	}
}

// forget drops what peer i's former life held.
func (l *Ledger) forget(i int) {
	if i < len(l.acks) {
		clear(l.acks[i])
	}
	l.acked[i] = worldview.Content{}
	l.news = true
}

func (l *Ledger) ackSlot(i, origin, number int) *ack {
	for len(l.acks) <= i {
		l.acks = append(l.acks, nil)
	}
	at := origin*l.numbers + number
	if need := (origin + 1) * l.numbers; len(l.acks[i]) < need {
		l.acks[i] = slices.Concat(l.acks[i], make([]ack, need-len(l.acks[i])))
	}
	return &l.acks[i][at]
}

func (l *Ledger) ackOf(i, origin, number int) ack {
	if at := origin*l.numbers + number; i < len(l.acks) && at < len(l.acks[i]) {
		return l.acks[i][at]
	}
	return ack{}
}
