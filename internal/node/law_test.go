package node

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// TestLaws lets a node live among peers that talk, fall silent, start again
// without their memory, and whose datagrams come late or again; among strangers
// that forge lives; with a disk that commits, fails or is slow; and through its
// own crashes, with the disk and without, while clocks go back. After each step
// the invariants of docs/protocol.md hold, and a twin that is given the same
// does the same.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &law{t: t, seconds: 1000, served: map[int]worldview.Stamp{}, pressed: map[int]map[worldview.Stamp]bool{}}
		l.start(nil, rapid.IntRange(0, 5).Draw(t, "disk") > 0)
		for k := range rapid.IntRange(0, 3).Draw(t, "peers") {
			l.r.addPeer(elevator.ID(rune('2' + k)))
		}
		stir := func(t *rapid.T) { stir(t, l.r) }
		t.Repeat(map[string]func(*rapid.T){
			"something":      stir,
			"something else": stir,
			"something more": stir,
			"time": func(t *rapid.T) {
				l.r.run(time.Duration(rapid.SampledFrom([]int{1, 20, 100, 700, 2500}).Draw(t, "ms")) * ms)
			},
			"keep": func(t *rapid.T) {
				if len(l.r.all) == 0 {
					t.Skip("no peer")
				}
				var e worldview.Encoder
				l.kept = append(l.kept, e.Append(nil, l.r.all[rapid.IntRange(0, len(l.r.all)-1).Draw(t, "peer")].message()))
			},
			"late": func(t *rapid.T) {
				if len(l.kept) == 0 {
					t.Skip("nothing was kept")
				}
				m := l.decode(l.kept[rapid.IntRange(0, len(l.kept)-1).Draw(t, "datagram")])
				if rapid.IntRange(0, 3).Draw(t, "forged") == 0 {
					m.Boot = rapid.Uint64Range(1, 300).Draw(t, "boot")
					m.Seq = rapid.Uint64Max(1<<48-1).Draw(t, "seq")
				}
				l.r.do(Event{Kind: Datagram, Message: m})
			},
			"a life of its own that it forgot": func(t *rapid.T) {
				p := l.stranger()
				c := p.call("1", rapid.IntRange(0, 3).Draw(t, "floor"), cab, func(c worldview.Call) worldview.Call {
					return c.Press(worldview.NewLife(uint32(rapid.IntRange(0, 3000).Draw(t, "second")), 77))
				})
				l.foreign(c)
				l.r.do(Event{Kind: Datagram, Message: p.message()})
			},
			"crash": func(t *rapid.T) {
				var saved [][]byte
				if rapid.Bool().Draw(t, "with its disk") && l.r.snapshot != nil {
					saved = [][]byte{l.r.snapshot}
				}
				l.seconds += uint32(rapid.IntRange(0, 4).Draw(t, "seconds"))
				l.start(saved, l.r.cfg.Disk)
			},
		})
	})
}

// law is one node and its twin, and what an observer knows of them.
type law struct {
	t       *rapid.T
	r       *rig
	twin    *Node
	one     worldview.Encoder
	two     worldview.Encoder
	seconds uint32
	boots   uint64
	kept    [][]byte

	before  *worldview.Worldview // as of the last step
	lit     elevator.Calls
	shown   elevator.Calls // what the door served at the end of the last step
	pressed map[int]map[worldview.Stamp]bool
	served  map[int]worldview.Stamp
	still   int
	at      time.Duration
}

// stranger returns a peer that says what a forger wants; it is not heard of
// otherwise.
func (l *law) stranger() *peer {
	p := l.r.addPeer("x")
	l.r.all = l.r.all[:len(l.r.all)-1]
	p.talks = false
	return p
}

// foreign notes a press in the node's name that this process didn't make.
func (l *law) foreign(c worldview.Call) {
	for f := range l.r.cfg.Elevator.Floors {
		l.note(worldview.Number(f, cab), c.P)
	}
}

func (l *law) note(number int, p worldview.Stamp) {
	if l.pressed[number] == nil {
		l.pressed[number] = map[worldview.Stamp]bool{}
	}
	l.pressed[number][p] = true
}

func (l *law) decode(b []byte) *worldview.Message {
	var d worldview.Decoder
	m, err := d.Decode(b)
	if err != nil {
		l.t.Fatal(err)
	}
	return m
}

// start starts the node, and its twin, with what its disk held.
func (l *law) start(saved [][]byte, disk bool) {
	l.boots++
	old := l.r
	park := rapid.Bool().Draw(l.t, "park")
	change := func(c *Config) { c.Disk, c.Boot, c.Second, c.Park = disk, 1_000_000+l.boots*100, l.seconds, park }
	l.r = begin(panics{}, change, saved)
	twin, err := New(l.r.cfg, saved)
	if err != nil {
		l.t.Fatal(err)
	}
	l.twin = twin
	a := twin.Step(Event{Kind: Inputs, Inputs: l.r.in}, l.r.now)
	l.compare(a)
	l.before, l.lit, l.shown, l.at = l.r.n.view.Clone(), elevator.Calls{}, elevator.Calls{}, 0
	if old != nil {
		l.r.snapshot = nil
		if saved != nil {
			l.r.snapshot = saved[0]
		}
		for _, p := range old.all { // they go on, by this node's clock
			p.r, p.next, p.echoed, p.seq, p.boot = l.r, l.r.now, 0, 0, p.boot+1
			l.r.all = append(l.r.all, p)
		}
	}
	l.r.after = l.step
}

// compare holds what the twin does against what the node did.
func (l *law) compare(a Actions) {
	r := l.r
	if a.Outputs != r.a.Outputs || !reflect.DeepEqual(a.Notices, r.a.Notices) || a.Wake != r.a.Wake ||
		!bytes.Equal(a.Snapshot, r.a.Snapshot) || a.Generation != r.a.Generation ||
		!(errors.Is(a.Exit, r.a.Exit) || a.Exit != nil && r.a.Exit != nil && a.Exit.Error() == r.a.Exit.Error()) ||
		(a.Message == nil) != (r.a.Message == nil) {
		l.t.Fatalf("at %v: the twin does\n%+v, the node\n%+v", r.now, a, r.a)
	}
	if a.Message != nil && !bytes.Equal(l.one.Append(nil, a.Message), l.two.Append(nil, r.a.Message)) {
		l.t.Fatalf("at %v: the twin says something else", r.now)
	}
}

// step checks what a step of the node has done.
func (l *law) step(ev Event) {
	r := l.r
	l.compare(l.twin.Step(ev, r.now))
	if r.a.Exit != nil {
		return
	}
	if r.now > l.at {
		l.at, l.still = r.now, 0
	} else if l.still++; l.still > 2000 {
		l.t.Fatalf("at %v: no progress", r.now)
	}
	me := r.n.me
	var told elevator.Calls // by the datagram: served elsewhere
	for i := range r.n.view.Len() {
		for number, c := range r.n.view.Node(i).Calls {
			var was worldview.Call
			if i < l.before.Len() {
				was = l.before.Call(i, number)
			}
			if c == was {
				continue
			}
			if c.S > c.P || c.C > c.P {
				l.t.Fatalf("S ≤ P and C ≤ P: %+v", c)
			}
			if c.P < was.P || c.C < was.C || c.S < was.S {
				l.t.Fatalf("%+v went back to %+v", was, c)
			}
			f, b := worldview.FloorButton(number)
			if c.S > was.S {
				told.Put(f, b, ev.Kind == Datagram || ev.Kind == Recovered || told.Has(f, b))
				if ev.Kind != Datagram && ev.Kind != Recovered && !l.shown.Has(f, b) {
					l.t.Fatalf("at %v: %v at floor %d is served behind a closed door", r.now, b, f)
				}
			}
			if c.P > was.P && ev.Kind != Datagram && ev.Kind != Recovered {
				if i != me {
					l.t.Fatalf("only n raises P: %+v became %+v", was, c)
				}
				if l.pressed[number][c.P] {
					l.t.Fatalf("at %v: stamp %x was issued twice", r.now, c.P)
				}
				l.note(number, c.P)
			}
			if c.C > was.C && c.Lit() && ev.Kind != Datagram && ev.Kind != Recovered {
				l.checkHeld(i, number, c)
			}
		}
	}
	lamps := r.a.Outputs.Lamps
	for f, b := range l.lit.AndNot(lamps).All() {
		if !l.shown.Has(f, b) && !told.Has(f, b) {
			l.t.Fatalf("at %v: the lamp of %v at floor %d goes dark without a door", r.now, b, f)
		}
	}
	if r.a.Outputs.Door && r.a.Outputs.Motor != elevator.Stop {
		l.t.Fatal("E1: the motor runs with the door open")
	}
	if !r.n.Serves().AndNot(lamps).Empty() {
		l.t.Fatal("rule 6: goes for what isn't lit")
	}
	l.before, l.lit, l.shown = r.n.view.Clone(), lamps, r.n.shown
}

// checkHeld is "lit ⇒ two holders or a disk, or it says that there is neither".
func (l *law) checkHeld(i, number int, c worldview.Call) {
	r := l.r
	id := r.n.view.Node(i).ID
	if r.n.led.Disk() != worldview.DiskWorks {
		return // said in its status
	}
	if r.snapshot != nil {
		w := worldview.New(r.cfg.Elevator.Floors)
		if _, err := w.Restore(r.snapshot); err != nil {
			l.t.Fatal(err)
		}
		if j, ok := w.Lookup(id); ok && w.Call(j, number).P >= c.C {
			return
		}
	}
	for _, p := range r.all {
		if j, ok := p.view.Lookup(id); ok && p.view.Call(j, number).P >= c.C {
			return
		}
	}
	l.t.Fatalf("at %v: it lights %+v, which only its memory holds", r.now, c)
}

// TestEqualWorldviewsAssignEqually is R4: nodes that have learnt the same in any
// order, whatever they did before, ask the assigner the same, and each call is
// somebody's.
func TestEqualWorldviewsAssignEqually(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []elevator.ID{"1", "2", "3", "b"}
		n := rapid.IntRange(1, len(ids)).Draw(t, "nodes")
		m := &worldview.Message{Header: worldview.Header{Floors: 4}}
		life := worldview.NewLife(900, 1)
		for _, id := range ids[:n] {
			s := worldview.Section{ID: id, HasStatus: true}
			s.Status = worldview.Status{
				Version: worldview.Version{Life: life, Seq: 1},
				State: elevator.State{
					Floor:       rapid.IntRange(0, 3).Draw(t, "floor"),
					Unavailable: elevator.Reasons(rapid.SampledFrom([]int{0, 0, 0, 2}).Draw(t, "reasons")),
				},
				Links: elevator.NodeSet(1<<n - 1),
			}
			for f := range 4 {
				for b := range elevator.Button(elevator.Buttons) {
					if !elevator.ButtonExists(4, f, b) || rapid.IntRange(0, 2).Draw(t, "pressed") > 0 {
						continue
					}
					c := worldview.Call{}.Press(life).Aged(uint16(rapid.IntRange(0, 90).Draw(t, "age")))
					s.Calls = append(s.Calls, worldview.Entry{Number: worldview.Number(f, b), Call: c.Confirm(c.P)})
				}
			}
			m.Sections = append(m.Sections, s)
		}
		var asked []assigner.Input
		var got [][]elevator.Calls
		for k := range n {
			cfg := Config{ID: ids[k], Building: "b", Elevator: elevator.DefaultConfig(), Boot: uint64(k + 1), Second: 1000}
			node, err := New(cfg, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range rapid.Permutation([]int{0, 1, 2, 3}[:n]).Draw(t, "learnt") {
				if rapid.Bool().Draw(t, "before") {
					node.view.Add(ids[i])
				}
				part := *m
				part.Sections = []worldview.Section{m.Sections[i]}
				part.Sections[0].Status.Links = 0
				if _, err := node.view.Merge(&part, nil); err != nil {
					t.Fatal(err)
				}
			}
			if rapid.Bool().Draw(t, "a past") { // of another question
				node.policy.Assign(assigner.Input{Config: cfg.Elevator, Calls: []assigner.HallCall{{Floor: k, Button: up}}, Cars: []assigner.Car{{ID: "q"}}})
			}
			if _, err := node.view.Merge(m, nil); err != nil {
				t.Fatal(err)
			}
			in := node.assignment(node.view.Lit(node.me).Hall())
			asked = append(asked, in)
			got = append(got, append([]elevator.Calls(nil), node.policy.Assign(in)...))
		}
		alone := false // who reports no candidate asks for itself
		for _, in := range asked {
			alone = alone || len(in.Cars) == 1 && n > 1
		}
		for k := range asked {
			if alone {
				break
			}
			if !equalInput(asked[k], asked[0]) {
				t.Fatalf("%q asks\n%+v\n%q asks\n%+v", ids[k], asked[k], ids[0], asked[0])
			}
			if !reflect.DeepEqual(got[k], got[0]) {
				t.Fatalf("%q answers %v, %q %v", ids[k], got[k], ids[0], got[0])
			}
		}
		for k, in := range asked {
			given := elevator.Calls{}
			for _, c := range got[k] {
				if !c.AndNot(given).Empty() && given.AndNot(c).Len() != given.Len() {
					t.Fatalf("a call is assigned twice: %v", got[k])
				}
				given = given.Or(c)
			}
			if len(in.Cars) > 0 && given.Len() != len(in.Calls) {
				t.Fatalf("of %d calls %v are assigned", len(in.Calls), given)
			}
		}
	})
}
