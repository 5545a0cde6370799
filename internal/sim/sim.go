// Package sim runs a whole building in virtual time: real nodes, simulated
// hoistways, disks and a network, in one goroutine, with one random source and
// no wall clock. A run is a function of its options and of what is done to it:
// run twice, it is the same, byte for byte.
//
// What is real is everything that decides: package node with all beneath it,
// and the encoding of datagrams and snapshots. What is simulated is what those
// touch. Each datagram is encoded once and decoded once, by the first that gets
// it; its receivers read the same message.
//
// # Faults
//
// Whatever SPEC F names can be done to a building, at any time and several at
// once, and each has a beginning and an end.
//
//	datagrams       Building.Loss, Blackout, Bursts, Delay, Reorder, Duplicate,
//	                Corrupt: until set to 0
//	cables          Building.Cut, Isolate, Partition: one way, a chain, groups
//	attackers       Building.Replay, Foreign, Hostile: until set to 0
//	all of these    Building.Mend ends them
//	processes       Workspace.Kill and Start, Freeze and Thaw, Clock; StartAs for
//	                one id twice; Options.Spare for those that join later
//	disks           Workspace.FailDisk, FailSync, SlowDisk: until set back;
//	                LoseDisk, TearDisk, RotDisk: at once. A Kill in the middle of
//	                a commit leaves the state before or the new one
//	elevators       Workspace.Motor, Obstruct, StickSensor and FreeSensor, Server,
//	                Place
//	passengers      Workspace.Tap, Hold, Mash, StopButton
package sim

import (
	"errors"
	"fmt"
	"math"
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
	// Interval is the time between two broadcasts when nothing changes; 0 is the
	// nodes' default.
	Interval time.Duration
	// Parks is how many of the nodes, the first ones, park their elevators.
	Parks int
	// NoDisk starts the nodes without disks.
	NoDisk bool
	// Linger lets a process get datagrams that were under way when the one before
	// it at that workspace ended. With long delays the network then is a memory
	// that the nodes have not: it may bring a press back of which nobody
	// remembers that it was served.
	Linger bool
	// Spare is how many of the workspaces, the last ones, have no node at the
	// beginning: Workspace.Start or StartAs lets one join.
	Spare int
	// Names, if set, gives the ids of the nodes, from 0; they are "1", "2", …
	// otherwise.
	Names func(i int) elevator.ID
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
	// at holds, for each workspace, when its node is to be woken and when its
	// car reaches or leaves a sensor; never if they don't.
	at []alarm

	network
	counts Counts
	// Bytes is how many bytes were sent.
	Bytes int

	// OnNotice, if set, is told of every notice.
	OnNotice func(w *Workspace, n node.Notice)
	// OnHold, if set, is told of every button that is pressed or let go.
	OnHold func(w *Workspace, floor int, b elevator.Button, on bool)
	// OnLamp, if set, is told of every button lamp that changes.
	OnLamp func(w *Workspace, floor int, b elevator.Button, on bool)
	// OnDoor, if set, is told of every door that opens or closes.
	OnDoor func(w *Workspace, open bool)
	// OnShow, if set, is told of everything that an elevator server is made to
	// show differently.
	OnShow func(w *Workspace, before, after elevator.Outputs)
	// OnSensor, if set, is told when a floor sensor shows something else.
	OnSensor func(w *Workspace, floor int)
	// OnOverrun, if set, is told when a car runs into the end switch beyond a
	// floor.
	OnOverrun func(w *Workspace, floor int)
	// OnSend, if set, is told of each datagram. It may keep it.
	OnSend func(w *Workspace, datagram []byte)
	// OnExit, if set, is told of a node that ends by itself.
	OnExit func(w *Workspace, err error)
}

// alarm is when something happens at a workspace unless something else does.
type alarm struct{ wake, car time.Duration }

// never is later than any time.
const never = time.Duration(math.MaxInt64)

// epoch is the wall clock at the beginning of virtual time.
const epoch = 1_800_000_000

// New returns a building with all its nodes started but the spare ones.
func New(opts Options) (*Building, error) {
	if opts.Nodes < 1 || opts.Nodes > elevator.MaxNodes || opts.Spare < 0 || opts.Spare > opts.Nodes {
		return nil, fmt.Errorf("sim: %d workspaces, %d of them spare: there must be 1 to %d, and not more spare ones than there are", opts.Nodes, opts.Spare, elevator.MaxNodes)
	}
	if opts.Latency < 0 || opts.Poll < 0 || opts.Commit < 0 {
		return nil, errors.New("sim: latency, poll and commit must not be below 0")
	}
	if opts.Names == nil {
		opts.Names = func(i int) elevator.ID { return elevator.ID(fmt.Sprint(i + 1)) }
	}
	b := &Building{opts: opts, cfg: opts.Elevator, rng: rand.New(rand.NewPCG(opts.Seed, 1))}
	b.at = make([]alarm, opts.Nodes)
	b.links = make([][]link, opts.Nodes)
	for i := range opts.Nodes {
		w := &Workspace{b: b, Index: i, ID: opts.Names(i), serverUp: true, commit: opts.Commit}
		w.shown.Indicator = elevator.NoFloor
		car, err := hoistway.New(hoistway.Config{Floors: b.cfg.Floors, Travel: b.cfg.Travel, Pass: b.cfg.Pass}, 0, 0)
		if err != nil {
			return nil, err
		}
		w.car = car
		b.at[i] = alarm{never, never}
		b.all = append(b.all, w)
		b.cut = append(b.cut, make([]bool, opts.Nodes))
		b.links[i] = make([]link, opts.Nodes)
	}
	for _, w := range b.all[:opts.Nodes-opts.Spare] {
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

// Options returns what the building was made of.
func (b *Building) Options() Options { return b.opts }

// Workspaces returns all workspaces, alive or not.
func (b *Building) Workspaces() []*Workspace { return b.all }

// Sent returns how many datagrams were sent.
func (b *Building) Sent() int { return b.counts.Sent }

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
			b.happen()
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
	at = never
	if len(b.due) > 0 {
		at = b.due[0].at
	}
	who := -1
	for i := range b.at {
		if x := &b.at[i]; x.wake < at {
			at, who, car = x.wake, i, false
		}
		if x := &b.at[i]; x.car < at {
			at, who, car = x.car, i, true
		}
	}
	if who >= 0 {
		w = b.all[who]
	}
	return at, w, car
}
