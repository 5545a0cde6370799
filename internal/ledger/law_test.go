package ledger

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

const lawFloors = 3

// TestLaws lets some ledgers live through presses, services, commits, crashes and
// clocks that go back, over a network that keeps every datagram and delivers any
// of them at any time, often or never. After each step the invariants of
// docs/protocol.md hold; when the faults end, all agree, and no press that
// somebody could know of is lost.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBuilding(t, rapid.IntRange(2, 4).Draw(t, "nodes"))
		up := func(t *rapid.T) *member {
			var all []*member
			for _, m := range b.members {
				if m.l != nil {
					all = append(all, m)
				}
			}
			if len(all) == 0 {
				t.Skip("nobody runs")
			}
			return all[rapid.IntRange(0, len(all)-1).Draw(t, "node")]
		}
		joined := func(t *rapid.T) *member {
			m := up(t)
			if !m.joined {
				t.Skip("listens")
			}
			return m
		}
		press := func(t *rapid.T) { b.press(t, joined(t), drawNumber(t)) }
		t.Repeat(map[string]func(*rapid.T){
			"press":       press,
			"press again": press,
			"serve":       func(t *rapid.T) { b.serve(t, joined(t), drawNumber(t)) },
			"send":        func(t *rapid.T) { b.send(up(t)) },
			"send to all": func(t *rapid.T) {
				d := b.send(up(t))
				for _, m := range b.members {
					b.deliver(t, d, m)
				}
			},
			"exchange": func(t *rapid.T) { b.exchange(t) },
			"reborn": func(t *rapid.T) { // with nothing but what the others say
				m := up(t)
				b.crash(t, m, true)
				b.start(t, m, uint32(1000+rapid.IntRange(-3, 0).Draw(t, "second")))
				if rapid.Bool().Draw(t, "listens") {
					b.exchange(t)
				}
				b.join(t, m)
				if rapid.Bool().Draw(t, "press") {
					b.press(t, m, drawNumber(t))
				}
			},
			"serve what is told": func(t *rapid.T) {
				b.exchange(t)
				b.serve(t, joined(t), drawNumber(t))
				b.exchange(t)
			},
			"receive": func(t *rapid.T) {
				if len(b.kept) == 0 {
					t.Skip("nothing was sent")
				}
				m := up(t)
				recent := b.kept[max(0, len(b.kept)-4):]
				if rapid.IntRange(0, 3).Draw(t, "old") == 0 {
					recent = b.kept
				}
				b.deliver(t, recent[rapid.IntRange(0, len(recent)-1).Draw(t, "datagram")], m)
			},
			"confirm": func(t *rapid.T) {
				m := joined(t)
				b.confirm(t, m, elevator.NodeSet(rapid.Uint64Max(15).Draw(t, "suspected")), rapid.Bool().Draw(t, "late"))
			},
			"time": func(t *rapid.T) {
				b.now += time.Duration(rapid.SampledFrom([]int{1, 20, 300, 700}).Draw(t, "ms")) * time.Millisecond
			},
			"age":    func(t *rapid.T) { b.age(t, joined(t), drawNumber(t), uint16(rapid.IntRange(1, 9).Draw(t, "seconds"))) },
			"commit": func(t *rapid.T) { b.commit(t, up(t)) },
			"committed": func(t *rapid.T) {
				b.committed(t, up(t), rapid.IntRange(0, 4).Draw(t, "fails") > 0)
			},
			"join": func(t *rapid.T) { b.join(t, up(t)) },
			"crash": func(t *rapid.T) {
				b.crash(t, up(t), rapid.IntRange(0, 2).Draw(t, "disk lost") == 0)
			},
			"start": func(t *rapid.T) {
				m := b.members[rapid.IntRange(0, len(b.members)-1).Draw(t, "node")]
				if m.l != nil {
					t.Skip("runs")
				}
				b.start(t, m, uint32(1000+rapid.IntRange(-3, 3).Draw(t, "second")))
			},
			"": func(t *rapid.T) { b.check(t) },
		})
		b.heal(t)
	})
}

// drawNumber draws from few buttons, so that steps meet.
func drawNumber(t *rapid.T) int {
	return rapid.SampledFrom([]int{
		worldview.Number(0, elevator.HallUp), worldview.Number(1, elevator.HallDown), worldview.Number(1, elevator.Cab),
	}).Draw(t, "button")
}

// slot names a slot of the whole building.
type slot struct {
	id     elevator.ID
	number int
}

// pressed is a press that nobody has served.
type pressed struct {
	stamp worldview.Stamp
	// fragile: its life isn't above all before it of its node, and the process
	// that would repair it is gone; see "What is not" in docs/protocol.md.
	fragile bool
}

// building is some ledgers, their disks and their network, and what an observer
// knows who sees everything.
type building struct {
	members []*member
	now     time.Duration
	kept    [][]byte // every datagram ever sent
	boots   uint64
	steps   int
	healing bool // only whether all agree is looked at
	randoms map[uint16]bool

	issued map[slot]map[worldview.Stamp]bool
	served map[slot]worldview.Stamp
	open   map[slot]pressed
}

// member is a node: its running process, if any, and its disk.
type member struct {
	b        *building
	id       elevator.ID
	l        *Ledger
	boot     uint64
	seq      uint64
	composer worldview.Composer
	joined   bool
	disk     []byte // what it holds; nil for nothing
	writing  []byte // the commit under way
	stale    bool   // this process's life isn't above all lives before it
	was      map[slot]worldview.Call
}

func newBuilding(t *rapid.T, n int) *building {
	b := &building{
		randoms: map[uint16]bool{},
		issued:  map[slot]map[worldview.Stamp]bool{},
		served:  map[slot]worldview.Stamp{},
		open:    map[slot]pressed{},
	}
	for k := range n {
		m := &member{b: b, id: elevator.ID("dcba"[k : k+1])}
		b.members = append(b.members, m)
		b.start(t, m, 1000)
		b.join(t, m)
	}
	return b
}

// newBoot returns a nonce whose lives share their random part with no other.
func (b *building) newBoot() uint64 {
	const lives = 48
next:
	for {
		b.boots += lives
		l := Ledger{boot: b.boots}
		var draws []uint16
		for range lives {
			draws = append(draws, l.random())
		}
		for _, r := range draws {
			if b.randoms[r] {
				continue next
			}
		}
		for _, r := range draws {
			b.randoms[r] = true
		}
		return b.boots
	}
}

// print writes down all of a ledger.
func print(l *Ledger) string {
	return fmt.Sprintf("%+v %+v %v %v %v %v %v %v %v %v %v %v %v",
		*l.view, *l.tab, l.boot, l.me, l.numbers, l.life, l.lives, l.disk, l.held, l.acks, l.acked, l.issued, l.news)
}

// do takes a step.
func (m *member) do(t *rapid.T, step func(l *Ledger)) {
	issued := slices.Clone(m.l.issued)
	if m.b.steps++; m.b.steps%4 == 0 && !m.b.healing {
		m.doTwice(t, step)
	} else {
		step(m.l)
	}
	for number, stamp := range m.l.issued {
		if stamp != issued[number] {
			m.issue(t, number, stamp)
		}
	}
}

// doTwice takes a step first on a copy: the original doesn't change by it, takes
// the same step, and doesn't change the copies.
func (m *member) doTwice(t *rapid.T, step func(l *Ledger)) {
	first := print(m.l)
	kept, ahead := m.l.Clone(nil), m.l.Clone(nil)
	if print(kept) != first || !bytes.Equal(kept.AppendState(nil), m.l.AppendState(nil)) {
		t.Fatalf("a copy differs:\n%s\n%s", first, print(kept))
	}
	step(ahead)
	if got := print(m.l); got != first {
		t.Fatalf("a step of the copy changed the original from\n%s\nto\n%s", first, got)
	}
	step(m.l)
	if got := print(kept); got != first {
		t.Fatalf("a step changed a copy from\n%s\nto\n%s", first, got)
	}
	if print(ahead) != print(m.l) || !bytes.Equal(ahead.AppendState(nil), m.l.AppendState(nil)) {
		t.Fatalf("the copy went\n%s\nthe original\n%s", print(ahead), print(m.l))
	}
}

// issue notes a new press of m's.
func (m *member) issue(t *rapid.T, number int, stamp worldview.Stamp) {
	s := slot{m.id, number}
	if m.b.issued[s] == nil {
		m.b.issued[s] = map[worldview.Stamp]bool{}
	}
	if m.b.issued[s][stamp] {
		t.Fatalf("%v: stamp %x was issued twice", s, stamp)
	}
	m.b.issued[s][stamp] = true
	if !m.l.view.Call(m.l.me, number).Active() {
		t.Fatalf("%v: press %x is served before it was made: %+v", s, stamp, m.l.view.Call(m.l.me, number))
	}
	m.b.open[s] = pressed{stamp: stamp}
}

func (b *building) press(t *rapid.T, m *member, number int) {
	before := m.l.view.Call(m.l.me, number)
	m.do(t, func(l *Ledger) { l.Press(number) })
	after := m.l.view.Call(m.l.me, number)
	if after.P <= before.P || after.C != before.C || after.S != before.S {
		t.Fatalf("rule 2: %+v pressed is %+v", before, after)
	}
}

func (b *building) serve(t *rapid.T, m *member, number int) {
	_, button := worldview.FloorButton(number)
	for i := range m.l.view.Len() {
		if button == elevator.Cab && i != m.l.me {
			continue
		}
		s, c := slot{m.l.view.Node(i).ID, number}, m.l.view.Call(i, number)
		b.served[s] = max(b.served[s], c.P)
		if b.open[s].stamp <= c.P {
			delete(b.open, s)
		}
	}
	m.do(t, func(l *Ledger) { l.Serve(number) })
	for i := range m.l.view.Len() {
		if c := m.l.view.Call(i, number); c.Active() && (button != elevator.Cab || i == m.l.me) {
			t.Fatalf("rule 5: %+v after the service", c)
		}
	}
}

func (b *building) age(t *rapid.T, m *member, number int, seconds uint16) {
	for i := range m.l.view.Len() {
		m.do(t, func(l *Ledger) { l.Age(i, number, seconds) })
	}
}

// send returns what m says now, and keeps it for ever.
func (b *building) send(m *member) []byte {
	m.seq = max(m.seq+1, uint64(b.now/time.Microsecond))
	msg := m.composer.Compose(m.l.view, worldview.Header{
		Joining: !m.joined, Floors: lawFloors, Boot: m.boot, Seq: m.seq, Digest: m.l.view.Digest(), ID: m.id,
	}, m.l.me, m, false)
	var e worldview.Encoder
	d := e.Append(nil, msg)
	b.kept = append(b.kept, d)
	return d
}

// Echo implements worldview.Local.
func (m *member) Echo(i int) (worldview.Echo, bool) {
	boot, seq, ok := m.l.tab.Echo(i, m.b.now)
	return worldview.Echo{Boot: boot, Seq: seq}, ok
}

// Held implements worldview.Local.
func (m *member) Held(i, number int) bool { return m.l.Held(i, number) }

// exchange lets everybody hear everybody.
func (b *building) exchange(t *rapid.T) {
	b.now += 20 * time.Millisecond
	for _, m := range b.members {
		if m.l == nil {
			continue
		}
		d := b.send(m)
		for _, o := range b.members {
			b.deliver(t, d, o)
		}
	}
}

func (b *building) deliver(t *rapid.T, datagram []byte, m *member) {
	if m.l == nil {
		return
	}
	var d worldview.Decoder
	msg, err := d.Decode(datagram)
	if err != nil {
		t.Fatal(err)
	}
	if msg.Boot == m.boot {
		return // its own
	}
	m.do(t, func(l *Ledger) { l.Receive(msg, m.seq, b.now) })
	for k := range msg.Sections {
		s := &msg.Sections[k]
		i, ok := m.l.view.Lookup(s.ID)
		if !ok {
			t.Fatalf("%q was not taken in", s.ID)
		}
		for _, e := range s.Calls {
			c := m.l.view.Call(i, e.Number)
			if c.P < e.Call.P || c.C < e.Call.C || c.S < e.Call.S {
				t.Fatalf("rule 1: %+v is not in %+v", e.Call, c)
			}
		}
	}
}

// confirm lets m light lamps. It may suspect live peers wrongly.
func (b *building) confirm(t *rapid.T, m *member, suspected elevator.NodeSet, late bool) {
	live := m.l.tab.AllLive(b.now) &^ suspected
	live.Put(m.l.me, false)
	before := m.l.view.Clone()
	m.do(t, func(l *Ledger) { l.Confirm(live, func(int, int) bool { return late }) })
	for i := range m.l.view.Len() {
		for number, c := range m.l.view.Node(i).Calls {
			was := before.Call(i, number)
			if c == was {
				continue
			}
			if c.P != was.P || c.S != was.S || !c.Lit() {
				t.Fatalf("rule 3: %+v confirmed is %+v", was, c)
			}
			b.checkHeld(t, m, i, number, c, live)
		}
	}
}

// checkHeld is "lit ⇒ two holders or a disk", as far as it can be seen from one
// ledger: a peer that holds the press is one whose process showed it.
func (b *building) checkHeld(t *rapid.T, m *member, i, number int, c worldview.Call, live elevator.NodeSet) {
	s := slot{m.l.view.Node(i).ID, number}
	if m.l.disk != worldview.DiskWorks && live == 0 {
		return // degraded, and says so
	}
	if holds(t, m.disk, s) >= c.C && m.l.disk == worldview.DiskWorks {
		return
	}
	for p := range live.All() {
		id := m.l.view.Node(p).ID
		k := slices.IndexFunc(b.members, func(o *member) bool { return o.id == id })
		if o := b.members[k]; o.l == nil || o.boot != m.l.tab.Boot(p) {
			return // it has just crashed, and m can't know yet
		} else if j, ok := o.l.view.Lookup(s.id); ok && o.l.view.Call(j, number).P >= c.C {
			return
		}
	}
	if m.l.disk != worldview.DiskWorks {
		return // all are silent for long: with no disk it is lit all the same
	}
	t.Fatalf("%s lights %v, %+v: nobody else holds it, and its disk doesn't", m.id, s, c)
}

// holds returns the press of a slot that a disk holds.
func holds(t *rapid.T, disk []byte, s slot) worldview.Stamp {
	if disk == nil {
		return 0
	}
	w := worldview.New(lawFloors)
	if _, err := w.Restore(disk); err != nil {
		t.Fatal(err)
	}
	if i, ok := w.Lookup(s.id); ok {
		return w.Call(i, s.number).P
	}
	return 0
}

func (b *building) commit(t *rapid.T, m *member) {
	if m.writing != nil || m.l.disk == worldview.DiskNone {
		return
	}
	m.do(t, func(l *Ledger) { m.writing = l.Snapshot() })
}

func (b *building) committed(t *rapid.T, m *member, ok bool) {
	if m.writing == nil {
		return
	}
	if ok {
		m.disk = m.writing
	}
	m.writing = nil
	m.do(t, func(l *Ledger) {
		if !ok {
			l.SetDisk(worldview.DiskFailed)
			return
		}
		l.SetDisk(worldview.DiskWorks)
		l.Committed(nil)
	})
	for i := range m.l.view.Len() {
		for number := range m.l.view.Node(i).Calls {
			s := slot{m.l.view.Node(i).ID, number}
			if d := m.l.Durable(i, number); d > holds(t, m.disk, s) {
				t.Fatalf("rule 9: %v counts as durable up to %x, and the disk holds %x", s, d, holds(t, m.disk, s))
			}
		}
	}
}

func (b *building) start(t *rapid.T, m *member, second uint32) {
	m.boot = b.newBoot()
	m.l = Open(Config{ID: m.id, Floors: lawFloors, Boot: m.boot, Second: second, Disk: true}, nil)
	m.seq, m.composer, m.joined, m.writing = 0, worldview.Composer{}, false, nil
	m.was = map[slot]worldview.Call{}
	if m.disk != nil {
		unreadable, err := m.l.Restore([][]byte{m.disk})
		if err != nil || len(unreadable) > 0 {
			t.Fatalf("restore: %v, %v", unreadable, err)
		}
	}
}

func (b *building) join(t *rapid.T, m *member) {
	if m.joined {
		return
	}
	m.do(t, func(l *Ledger) { l.LiveAbove(l.OwnLife()) })
	m.joined = true
	m.stale = false
	for s, stamps := range b.issued {
		for stamp := range stamps {
			m.stale = m.stale || s.id == m.id && stamp.Life() >= m.l.life
		}
	}
}

// crash ends a process. What is then known nowhere is no promise any more.
func (b *building) crash(t *rapid.T, m *member, lost bool) {
	m.l, m.writing, m.joined = nil, nil, false
	if lost {
		m.disk = nil
	}
	for s, p := range b.open {
		known := false
		for _, o := range b.members {
			if o.l != nil {
				i, ok := o.l.view.Lookup(s.id)
				known = known || ok && o.l.view.Call(i, s.number).P >= p.stamp
			}
			known = known || holds(t, o.disk, s) >= p.stamp
		}
		if s.id == m.id && m.stale {
			p.fragile = true
			b.open[s] = p
		}
		if !known {
			delete(b.open, s)
		}
	}
}

// calls writes down what a ledger holds, but for what is nothing.
func calls(l *Ledger) map[slot]worldview.Call {
	all := map[slot]worldview.Call{}
	for i := range l.view.Len() {
		for number, c := range l.view.Node(i).Calls {
			if c != (worldview.Call{}) {
				all[slot{l.view.Node(i).ID, number}] = c
			}
		}
	}
	return all
}

// check holds all ledgers against the invariants.
func (b *building) check(t *rapid.T) {
	for k, m := range b.members {
		if m.l == nil {
			continue
		}
		now := calls(m.l)
		for s, c := range now {
			was := m.was[s]
			switch {
			case c.S > c.P || c.C > c.P:
				t.Fatalf("%s: S ≤ P and C ≤ P: %+v", m.id, c)
			case c.P != 0 && !b.issued[s][c.P]:
				t.Fatalf("%s: %v has press %x, which nobody made", m.id, s, c.P)
			case c.S > b.served[s]:
				t.Fatalf("%s: %v counts as served up to %x; doors opened for %x", m.id, s, c.S, b.served[s])
			case c.P < was.P || c.C < was.C || c.S < was.S:
				t.Fatalf("%s: %v went from %+v back to %+v", m.id, s, was, c)
			case was.Lit() && !c.Lit() && c.S == was.S:
				t.Fatalf("%s: %v went dark without a service: %+v, %+v", m.id, s, was, c)
			}
		}
		m.was = now
		for _, o := range b.members[:k] {
			if o.l != nil && maps.Equal(now, calls(o.l)) {
				b.checkEqual(t, m, o)
			}
		}
	}
}

// checkEqual: equal calls have equal digests and equal bytes.
func (b *building) checkEqual(t *rapid.T, m, o *member) {
	if m.l.view.Digest() != o.l.view.Digest() {
		t.Fatalf("%s and %s hold the same, with other digests", m.id, o.id)
	}
	if !bytes.Equal(m.l.view.AppendSnapshot(nil, 7), o.l.view.AppendSnapshot(nil, 7)) {
		t.Fatalf("%s and %s hold the same, with other snapshots", m.id, o.id)
	}
}

// heal ends all faults. In a few rounds all hold the same, and light every press
// that was not lost or served.
func (b *building) heal(t *rapid.T) {
	b.healing = true
	for _, m := range b.members {
		if m.l == nil {
			b.start(t, m, 1000)
		}
	}
	const rounds = 8
	for round := range rounds {
		b.exchange(t)
		b.check(t)
		for _, m := range b.members {
			if round == 1 {
				b.join(t, m)
			}
			b.committed(t, m, true)
			b.commit(t, m)
			b.committed(t, m, true)
			if round > 1 {
				b.confirm(t, m, 0, false)
			}
			b.check(t)
		}
	}
	first := b.members[0]
	for _, m := range b.members[1:] {
		if !maps.Equal(calls(first.l), calls(m.l)) {
			t.Fatalf("R3: after %d rounds %s holds\n%v\nand %s\n%v", rounds, first.id, calls(first.l), m.id, calls(m.l))
		}
	}
	for s, p := range b.open {
		c := calls(first.l)[s]
		if p.fragile {
			continue
		}
		if c.P < p.stamp || !c.Lit() {
			t.Fatalf("S1: the press %x of %v was not served, and is %+v", p.stamp, s, c)
		}
	}
}
