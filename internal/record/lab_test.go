package record

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// lab is a building in virtual time whose nodes are tapped as package host taps
// them: random presses, losses, crashes, disks that fail.
type lab struct {
	t      testing.TB
	random *rand.Rand
	began  time.Time
	now    time.Duration
	taps   func(id elevator.ID) host.Tap // for each start
	nodes  []*labNode
	quiet  bool // nobody presses, nothing breaks
}

type labNode struct {
	lab   *lab
	cfg   node.Config
	node  *node.Node // nil while it is dead
	tap   host.Tap
	start time.Duration
	dec   worldview.Decoder
	enc   worldview.Encoder
	car   hoistway.Car
	in    elevator.Inputs
	wake  time.Duration // as of the lab
	inbox []letter
	saved [][]byte
	// a commit under way
	snapshot   []byte
	generation uint64
	ready      time.Duration
	addr       netip.AddrPort
	// stepped, if set, is called before each step.
	stepped func(ev node.Event, at time.Duration)
	asked   *node.Question
	hold    elevator.Calls // buttons held, while it is quiet
}

type letter struct {
	at      time.Duration
	payload []byte
	from    netip.AddrPort
}

func newLab(t testing.TB, seed uint64, nodes, floors int, taps func(id elevator.ID) host.Tap) *lab {
	t.Helper()
	l := &lab{t: t, random: rand.New(rand.NewPCG(seed, 1)), began: time.Unix(1_800_000_000, 0), taps: taps}
	cfg := elevator.DefaultConfig()
	cfg.Floors = floors
	for i := range nodes {
		car, err := hoistway.New(hoistway.Config{Floors: floors, Travel: cfg.Travel, Pass: cfg.Pass}, 0, float64(i%floors))
		if err != nil {
			t.Fatal(err)
		}
		n := &labNode{
			lab: l, car: car,
			cfg:  node.Config{ID: elevator.ID(fmt.Sprint(i + 1)), Building: "lab", Elevator: cfg, Disk: i%4 != 3, Park: i%2 == 0, Advised: i%3 == 1},
			addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}), uint16(1000+i)),
		}
		l.nodes = append(l.nodes, n)
		n.begin()
	}
	return l
}

func (n *labNode) begin() {
	l := n.lab
	n.cfg.Boot = l.random.Uint64() | 1
	n.cfg.Second = uint32(l.began.Add(l.now).Unix())
	fresh, err := node.New(n.cfg, n.saved)
	if err != nil {
		l.t.Fatal(err)
	}
	n.node, n.start, n.wake, n.inbox, n.snapshot, n.asked = fresh, l.now, l.now, nil, nil, nil
	n.dec, n.enc = worldview.Decoder{}, worldview.Encoder{}
	n.in = elevator.Inputs{Floor: elevator.NoFloor}
	n.tap = l.taps(n.cfg.ID)
	if n.tap != nil {
		n.tap.Started(host.TapStart{Node: n.cfg, Saved: n.saved, Began: l.began.Add(l.now)})
	}
}

func (n *labNode) at() time.Duration { return n.lab.now - n.start }

// end ends the node.
func (n *labNode) end(crashed bool) {
	if n.tap != nil && !crashed {
		n.tap.Ended(host.TapEnd{At: n.at(), Snapshot: n.node.Snapshot()})
	}
	n.node = nil
	n.car.Command(n.lab.now, elevator.Stop)
}

func (n *labNode) step(ev node.Event, payload []byte, from netip.AddrPort) {
	l, at := n.lab, n.at()
	if n.stepped != nil {
		n.stepped(ev, at)
	}
	a := n.node.Step(ev, at)
	s := &host.TapStep{At: at, Event: ev, Received: payload, From: from, Actions: a, Node: n.node}
	if a.Message != nil {
		s.Sent = n.enc.Append(nil, a.Message)
	}
	if n.tap != nil {
		n.tap.Stepped(s)
	}
	n.wake = n.start + max(a.Wake, at+500*time.Microsecond)
	if a.Outputs.Link == n.in.Link {
		n.car.Command(l.now, a.Outputs.Motor)
	}
	for _, o := range l.nodes {
		if s.Sent == nil || o == n || o.node == nil {
			continue
		}
		switch fate := l.random.IntN(20); {
		case fate == 0 && !l.quiet:
		case fate == 1 && !l.quiet:
			if o.tap != nil {
				o.tap.Dropped(host.TapDrop{At: o.at(), From: n.addr, Reason: "corrupted", Bytes: len(s.Sent) + 4})
			}
		default:
			o.inbox = append(o.inbox, letter{l.now + time.Duration(l.random.IntN(1000))*time.Microsecond, s.Sent, n.addr})
		}
	}
	if a.Snapshot != nil {
		n.snapshot, n.generation = a.Snapshot, a.Generation
		n.ready = l.now + time.Duration(1+l.random.IntN(5))*time.Millisecond
	}
	if q := a.Ask; q != nil {
		n.asked = q
	}
	if a.Exit != nil {
		n.end(false)
	}
}

// run lets virtual time pass, in steps of a millisecond or so.
func (l *lab) run(d time.Duration) {
	for until := l.now + d; l.now < until; {
		l.now += time.Duration(500_000 + l.random.IntN(1_000_000))
		for _, n := range l.nodes {
			n.live()
		}
	}
}

func (n *labNode) live() {
	l := n.lab
	if n.node == nil {
		n.car.Advance(l.now)
		if l.random.IntN(2000) == 0 {
			n.begin()
		}
		return
	}
	if !l.quiet && l.random.IntN(40_000) == 0 {
		n.end(l.random.IntN(2) == 0)
		return
	}
	n.car.Advance(l.now)
	in := n.in
	in.Connected, in.Link, in.Floor = true, max(in.Link, 1), n.car.Sensor()
	if l.quiet {
		in.Buttons = n.hold
	} else {
		in = n.meddle(in)
	}
	if in != n.in {
		n.in = in
		n.step(node.Event{Kind: node.Inputs, Inputs: in}, nil, netip.AddrPort{})
	}
	for n.node != nil && len(n.inbox) > 0 && n.inbox[0].at <= l.now {
		x := n.inbox[0]
		n.inbox = n.inbox[1:]
		m, err := n.dec.Decode(x.payload)
		if err != nil {
			l.t.Fatal(err)
		}
		n.step(node.Event{Kind: node.Datagram, Message: m}, x.payload, x.from)
	}
	if n.node != nil && n.snapshot != nil && l.now >= n.ready {
		ev := node.Event{Kind: node.Stored, Generation: n.generation}
		if !l.quiet && l.random.IntN(20) == 0 {
			ev.Err = errors.New("no space left")
		} else {
			n.saved = [][]byte{n.snapshot}
		}
		n.snapshot = nil
		n.step(ev, nil, netip.AddrPort{})
	}
	if n.node != nil && !l.quiet && l.random.IntN(50_000) == 0 && len(n.saved) > 0 {
		n.step(node.Event{Kind: node.Recovered, Saved: n.saved}, nil, netip.AddrPort{})
	}
	if q := n.asked; n.node != nil && q != nil && l.random.IntN(20) == 0 {
		n.asked = nil
		ev := node.Event{Kind: node.Advice, Question: q, Assigned: assigner.Assign(q.Input)}
		if l.random.IntN(4) == 0 {
			ev.Assigned, ev.Err = nil, errors.New("no idea")
		}
		n.step(ev, nil, netip.AddrPort{})
	}
	if n.node != nil && l.now >= n.wake {
		n.step(node.Event{Kind: node.Tick}, nil, netip.AddrPort{})
	}
}

// meddle presses buttons and switches.
func (n *labNode) meddle(in elevator.Inputs) elevator.Inputs {
	r := n.lab.random
	if !in.Buttons.Empty() && r.IntN(100) == 0 {
		in.Buttons = elevator.Calls{}
	}
	switch r.IntN(4000) {
	case 0, 1, 2, 3:
		if f, b := r.IntN(n.cfg.Elevator.Floors), elevator.Button(r.IntN(3)); elevator.ButtonExists(n.cfg.Elevator.Floors, f, b) {
			in.Buttons.Put(f, b, true)
		}
	case 4:
		in.Obstruction = r.IntN(3) == 0
	case 5:
		in.Stop = r.IntN(2) == 0
	case 6:
		in = elevator.Inputs{Floor: elevator.NoFloor, Link: in.Link + 1}
	}
	return in
}

// close ends all nodes in good order.
func (l *lab) close() {
	for _, n := range l.nodes {
		if n.node != nil {
			n.end(false)
		}
	}
}
