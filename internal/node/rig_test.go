package node

import (
	"errors"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

const ms = time.Millisecond

// rig runs one node by hand. Its peers are fictitious: they say what the test
// wants them to say. Its car goes where the test puts it.
type rig struct {
	t   testing.TB
	cfg Config
	n   *Node
	now time.Duration
	in  elevator.Inputs
	a   Actions // of the last step
	seq uint64  // of the last datagram
	all []*peer

	commits  int
	snapshot []byte // what the disk holds
	pending  []byte

	generation uint64
	ready      time.Duration // when the commit under way ends
	commit     time.Duration // how long one takes
	diskErr    error
	store      func(payload []byte) error // what commits, if there is a disk
	said       []Notice
	sent       []time.Duration // when a datagram went out
	after      func(ev Event)  // called after each step
}

// setup returns a rig with the peers "2", "3" and so on, that has joined.
func setup(t testing.TB, peers int, change func(*Config)) *rig {
	t.Helper()
	r := begin(t, change, nil)
	for k := range peers {
		r.addPeer(elevator.ID(rune('2' + k)))
	}
	r.run(time.Second)
	if !r.n.Joined() || r.n.Live().Len() != peers {
		t.Fatalf("joined %v with %d peers", r.n.Joined(), r.n.Live().Len())
	}
	return r
}

// begin returns a rig whose node was started with what its disk held.
func begin(t testing.TB, change func(*Config), saved [][]byte) *rig {
	t.Helper()
	r := &rig{
		t:      t,
		cfg:    Config{ID: "1", Building: "b", Elevator: elevator.DefaultConfig(), Boot: 11, Second: 1000, Disk: true},
		in:     elevator.Inputs{Connected: true, Link: 1},
		commit: 2 * ms,
		ready:  never,
	}
	if change != nil {
		change(&r.cfg)
	}
	n, err := New(r.cfg, saved)
	if err != nil {
		t.Fatal(err)
	}
	r.n = n
	r.do(Event{Kind: Inputs, Inputs: r.in})
	return r
}

// do lets the node live through an event now.
func (r *rig) do(ev Event) {
	r.a = r.n.Step(ev, r.now)
	r.said = append(r.said, r.a.Notices...)
	if r.a.Wake < r.now {
		r.t.Fatalf("at %v: Wake is %v", r.now, r.a.Wake)
	}
	if r.after != nil {
		r.after(ev)
	}
	if m := r.a.Message; m != nil {
		r.seq = m.Seq
		r.sent = append(r.sent, r.now)
		for _, p := range r.all {
			p.hear(m)
		}
	}
	if r.a.Snapshot != nil {
		if r.pending != nil {
			r.t.Fatal("two commits under way")
		}
		r.commits++
		r.pending, r.generation, r.ready = r.a.Snapshot, r.a.Generation, r.now+r.commit
	}
}

// run lets time pass: the node wakes when it asked for it, commits end, and
// peers that talk do so.
func (r *rig) run(d time.Duration) {
	end := r.now + d
	for still := 0; ; still++ {
		at := min(r.a.Wake, r.ready)
		var who *peer
		for _, p := range r.all {
			if p.talks && p.next < at {
				at, who = p.next, p
			}
		}
		if at > end {
			r.now = end
			return
		}
		if at > r.now {
			r.now, still = at, 0
		} else if still > 1000 {
			r.t.Fatalf("at %v it spins", r.now)
		}
		switch {
		case who != nil:
			who.say()
		case r.ready <= at:
			r.endCommit()
		default:
			r.do(Event{})
		}
	}
}

func (r *rig) endCommit() {
	if r.store != nil {
		r.diskErr = r.store(r.pending)
	}
	if r.diskErr == nil {
		r.snapshot = r.pending
	}
	r.pending, r.ready = nil, never
	r.do(Event{Kind: Stored, Generation: r.generation, Err: r.diskErr})
}

// until runs until ok, and fails if that takes longer than d.
func (r *rig) until(d time.Duration, what string, ok func() bool) {
	r.t.Helper()
	end := r.now + d
	for !ok() {
		if r.now >= end {
			r.t.Fatalf("not within %v: %s", d, what)
		}
		r.run(ms)
	}
}

// press presses a button, lets it go after 20 ms.
func (r *rig) press(f int, b elevator.Button) {
	r.in.Buttons.Put(f, b, true)
	r.do(Event{Kind: Inputs, Inputs: r.in})
	r.in.Buttons.Put(f, b, false)
	r.do(Event{Kind: Inputs, Inputs: r.in})
}

// sense puts the car somewhere.
func (r *rig) sense(floor int) {
	r.in.Floor = floor
	r.do(Event{Kind: Inputs, Inputs: r.in})
}

// ride lets the car follow its motor for so long.
func (r *rig) ride(d time.Duration) {
	for end := r.now + d; r.now < end; {
		switch m := r.a.Outputs.Motor; {
		case m == elevator.Stop:
			r.run(50 * ms)
		case r.in.Floor != elevator.NoFloor:
			from := r.in.Floor
			r.run(500 * ms)
			r.sense(elevator.NoFloor)
			r.run(2 * time.Second)
			r.sense(from + int(m))
		default:
			r.run(50 * ms)
		}
	}
}

func (r *rig) lit(f int, b elevator.Button) bool { return r.a.Outputs.Lamps.Has(f, b) }

// own returns one of the node's own slots.
func (r *rig) own(f int, b elevator.Button) worldview.Call {
	return r.n.view.Call(r.n.me, worldview.Number(f, b))
}

// slot returns the slot of any node as the rig's node knows it.
func (r *rig) slot(id elevator.ID, f int, b elevator.Button) worldview.Call {
	i, ok := r.n.view.Lookup(id)
	if !ok {
		return worldview.Call{}
	}
	return r.n.view.Call(i, worldview.Number(f, b))
}

// heardOf reports how often a notice was given.
func (r *rig) heardOf(k NoticeKind) int {
	count := 0
	for _, n := range r.said {
		if n.Kind == k {
			count++
		}
	}
	return count
}

// peer is a fictitious node. It knows what it has heard, and echoes.
type peer struct {
	r    *rig
	id   elevator.ID
	boot uint64
	life worldview.Life
	view *worldview.Worldview
	me   int
	seq  uint64

	composer worldview.Composer
	talks    bool // every 20 ms
	next     time.Duration
	deaf     bool // hears nothing, and so merges and echoes nothing
	silent   bool // merges nothing, though it hears and echoes
	volatile bool // holds nothing on a disk yet
	joining  bool
	header   func(*worldview.Header)
	echoed   uint64
}

func (r *rig) addPeer(id elevator.ID) *peer {
	p := &peer{r: r, id: id, boot: uint64(id[0]) * 100, life: worldview.NewLife(900, uint16(id[0])), talks: true, next: r.now}
	p.view = worldview.New(r.cfg.Elevator.Floors)
	p.me, _ = p.view.Add(id)
	p.state(elevator.State{})
	r.all = append(r.all, p)
	return p
}

// state sets what the peer says of its elevator. It is linked with the rig's
// node.
func (p *peer) state(s elevator.State) {
	i, _ := p.view.Add(p.r.cfg.ID)
	status := worldview.Status{State: s}
	status.Version = worldview.Version{Life: p.life, Seq: p.view.Node(p.me).Status.Seq + 1}
	status.Links.Put(i, true)
	p.view.SetStatus(p.me, status)
}

func (p *peer) hear(m *worldview.Message) {
	if p.deaf {
		return
	}
	p.echoed = m.Seq
	if !p.silent {
		if _, err := p.view.Merge(m, nil); err != nil {
			p.r.t.Fatal(err)
		}
	}
}

// say sends what the peer knows.
func (p *peer) say() {
	p.next = p.r.now + 20*ms
	p.r.do(Event{Kind: Datagram, Message: p.message()})
}

// message returns what say sends, valid until the next one.
func (p *peer) message() *worldview.Message {
	p.seq++
	h := worldview.Header{
		Joining: p.joining, Building: worldview.HashBuilding(p.r.cfg.Building), Floors: p.r.cfg.Elevator.Floors,
		Timings: worldview.HashTimings(p.r.cfg.Elevator), Boot: p.boot, Seq: p.seq, Count: uint16(p.seq),
		Digest: p.view.Digest(), ID: p.id,
	}
	if p.header != nil {
		p.header(&h)
	}
	return p.composer.Compose(p.view, h, p.me, p, false)
}

// Echo implements worldview.Local.
func (p *peer) Echo(i int) (worldview.Echo, bool) {
	if p.view.Node(i).ID != p.r.cfg.ID || p.echoed == 0 {
		return worldview.Echo{}, false
	}
	return worldview.Echo{Boot: p.r.cfg.Boot, Seq: p.echoed}, true
}

// Held implements worldview.Local.
func (p *peer) Held(int, int) bool { return !p.volatile }

// call changes the peer's knowledge of somebody's slot and returns it.
func (p *peer) call(id elevator.ID, f int, b elevator.Button, change func(worldview.Call) worldview.Call) worldview.Call {
	i, ok := p.view.Add(id)
	if !ok {
		p.r.t.Fatal("too many nodes")
	}
	c := change(p.view.Call(i, worldview.Number(f, b)))
	p.view.SetCall(i, worldview.Number(f, b), c)
	return c
}

// presses is a press at the peer's own panel.
func (p *peer) presses(f int, b elevator.Button) worldview.Call {
	return p.call(p.id, f, b, func(c worldview.Call) worldview.Call { return c.Press(p.life) })
}

// lights is a press at the peer's own panel that is lit already.
func (p *peer) lights(f int, b elevator.Button) worldview.Call {
	return p.call(p.id, f, b, func(c worldview.Call) worldview.Call {
		c = c.Press(p.life)
		return c.Confirm(c.P)
	})
}

// serves serves all that the peer knows of a call.
func (p *peer) serves(f int, b elevator.Button) {
	for i := range p.view.Len() {
		if c := p.view.Call(i, worldview.Number(f, b)); c.Active() {
			p.view.SetCall(i, worldview.Number(f, b), c.Serve())
		}
	}
}

var errDisk = errors.New("no space left")
