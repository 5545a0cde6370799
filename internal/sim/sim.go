// Package sim runs a whole building in virtual time: real nodes, simulated
// hoistways, disks and a network, in one goroutine, with one random source and
// no wall clock. A run is a function of its options: run twice, it is the same.
//
// What is real is everything that decides: package node with all beneath it,
// and the encoding of datagrams and snapshots. What is simulated is what those
// touch.
package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
	"elevnet/internal/node"
)

// Options describe a building.
type Options struct {
	Nodes    int
	Elevator elevator.Config
	Seed     uint64
	// Latency is the time that a datagram takes, to which up to as much again
	// is added at random.
	Latency time.Duration
	// Poll is the time within which a node sees what its elevator server shows.
	Poll time.Duration
	// Commit is the time that a disk takes to make something durable.
	Commit time.Duration
	// NoDisk starts the nodes without disks.
	NoDisk bool
}

// Building is a simulated building.
type Building struct {
	opts Options
	cfg  elevator.Config
	rng  *rand.Rand
	now  time.Duration
	seq  uint64
	due  events
	all  []*Workspace
	loss int // per cent
	late time.Duration
	twin int // per cent
	cut  [][]bool
	sent int // datagrams
	// Bytes is how many bytes were sent.
	Bytes int
	// OnNotice, if set, is told of every notice.
	OnNotice func(w *Workspace, n node.Notice)
	// OnLamp, if set, is told of every button lamp that changes.
	OnLamp func(w *Workspace, floor int, b elevator.Button, on bool)
	// OnDoor, if set, is told of every door that opens or closes.
	OnDoor func(w *Workspace, open bool)
	// OnShow, if set, is told of everything that an elevator server is made to
	// show differently.
	OnShow func(w *Workspace, before, after elevator.Outputs)
	// OnSensor, if set, is told when a car reaches or leaves a floor.
	OnSensor func(w *Workspace, floor int)
	// OnSend, if set, is told of each datagram. It may keep it.
	OnSend func(w *Workspace, datagram []byte)
	// OnExit, if set, is told of a node that ends by itself.
	OnExit func(w *Workspace, err error)
}

type event struct {
	at  time.Duration
	seq uint64
	do  func()
}

// events is a heap: what comes first is in front.
type events []event

func (h events) before(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

func (h *events) push(e event) {
	*h = append(*h, e)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.before(i, up) {
			break
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *events) pop() event {
	q := *h
	first, last := q[0], len(q)-1
	q[0], q[last] = q[last], event{}
	q = q[:last]
	*h = q
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if q.before(child, least) {
				least = child
			}
		}
		if least == i {
			return first
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}

// epoch is the wall clock at the beginning of virtual time.
const epoch = 1_800_000_000

// New returns a building with all its nodes started, their ids "1", "2", ….
func New(opts Options) (*Building, error) {
	b := &Building{opts: opts, cfg: opts.Elevator, rng: rand.New(rand.NewPCG(opts.Seed, 1))}
	for i := range opts.Nodes {
		w := &Workspace{b: b, Index: i, ID: elevator.ID(fmt.Sprint(i + 1)), serverUp: true, commit: opts.Commit}
		w.shown.Indicator = elevator.NoFloor
		car, err := hoistway.New(hoistway.Config{Floors: b.cfg.Floors, Travel: b.cfg.Travel, Pass: b.cfg.Pass}, 0, 0)
		if err != nil {
			return nil, err
		}
		w.car = car
		b.all = append(b.all, w)
		b.cut = append(b.cut, make([]bool, opts.Nodes))
	}
	for _, w := range b.all {
		if err := w.Start(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// tooBusy is how many things may happen at one time before a node is taken to
// spin.
const tooBusy = 100_000

// Now returns the virtual time.
func (b *Building) Now() time.Duration { return b.now }

// Workspaces returns all workspaces, alive or not.
func (b *Building) Workspaces() []*Workspace { return b.all }

// Sent returns how many datagrams were sent.
func (b *Building) Sent() int { return b.sent }

func (b *Building) after(d time.Duration, do func()) {
	b.seq++
	b.due.push(event{b.now + d, b.seq, do})
}

// Run lets virtual time pass.
func (b *Building) Run(d time.Duration) { b.RunUntil(d, func() bool { return false }) }

// RunUntil lets virtual time pass until done says so, or for d at the most. It
// returns whether done said so.
func (b *Building) RunUntil(d time.Duration, done func() bool) bool {
	end := b.now + d
	still := 0 // how many things have happened at the same time
	for !done() {
		at, w, car := b.next()
		if still++; at > b.now {
			still = 0
		} else if still > tooBusy {
			panic(fmt.Sprintf("sim: time stands still at %v", b.now))
		}
		if at > end {
			b.now = end
			return done()
		}
		b.now = max(b.now, at)
		switch {
		case w == nil:
			b.due.pop().do()
		case car:
			w.advance()
			w.look()
		default:
			w.step(node.Event{Kind: node.Tick})
		}
	}
	return true
}

// next returns the earliest thing that happens: the first of due if w is nil,
// a sensor that the car of w reaches or leaves, or a node that is to be woken.
func (b *Building) next() (at time.Duration, w *Workspace, car bool) {
	at = time.Duration(1 << 62)
	if len(b.due) > 0 {
		at = b.due[0].at
	}
	for _, x := range b.all {
		if x.node != nil && !x.frozen && x.wake < at {
			at, w, car = x.wake, x, false
		}
		if next, moving := x.car.Next(); moving && next < at {
			at, w, car = next, x, true
		}
	}
	return at, w, car
}
