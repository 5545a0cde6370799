// Package node is the one place where an elevator, the worldview, the peers and
// the assignment meet. A [Node] is a deterministic machine: [Node.Step] takes
// one event and the time and returns actions. It has no goroutine, clock,
// socket, file or randomness, and so can be run by a thousand in virtual time,
// replayed, and explored state by state. Package host feeds it and carries out
// what it asks for.
//
// The steps of a call's life, each in a file of its own: press, confirm (the
// lamp goes on), assign, serve (the lamp goes off). docs/protocol.md numbers
// the rules that the comments refer to.
package node

import (
	"errors"
	"fmt"
	"math"
	"time"

	"elevnet/assigner"
	"elevnet/fsm"
	"elevnet/internal/elevator"
	"elevnet/internal/ledger"
	"elevnet/peers"
	"elevnet/worldview"
)

var errSlow = errors.New("it has not answered for " + DiskPatience.String())

// Timings of the protocol.
const (
	// Listen is for how long a node only listens after its start, so that it
	// knows its own earlier lives and any other node with its id.
	Listen = 500 * time.Millisecond
	// Patience is for how long a lamp waits for a live peer that stays silent
	// about a press, or for a slow disk.
	Patience = 500 * time.Millisecond
	// MinLit is for how long a lamp is lit at the least before an open door
	// takes it: a press right in front of an open door is seen to be taken.
	MinLit = 200 * time.Millisecond
	// DiskPatience is how long a commit may take before the disk counts as
	// failed, and how long a node waits for its first one before it joins.
	DiskPatience = 2 * time.Second
	// CatchUp is for how long a node that has been frozen lights no hall lamp
	// and follows no hall call: what waited in its socket is old.
	CatchUp = 100 * time.Millisecond
	// DiskRetry is the pause after a failed commit.
	DiskRetry = time.Second
)

// Config is what a node is started with.
type Config struct {
	ID       elevator.ID
	Building string // other buildings on the same network are ignored
	KeyID    uint32 // names the key under which datagrams are authenticated; 0 = none
	Elevator elevator.Config
	// Boot is a random number that differs at each start; not 0.
	Boot uint64
	// Second is the wall clock at the start, in seconds since 1970.
	Second uint32
	// Disk says whether what Store actions carry will be kept.
	Disk bool
	// Interval is the time between two datagrams when nothing changes, up to
	// MaxInterval; 0 means DefaultInterval. Nodes of one building may differ.
	Interval time.Duration
	// Park lets the elevator wait where the next call is likely. It is for this
	// node alone.
	Park bool
	// Policy decides who takes which hall call; nil means that of package assigner.
	// It is for this node alone. All nodes of a building should have the same.
	Policy Policy
	// Advised says that somebody outside answers Ask actions with Advice events.
	Advised bool
}

// Kind says what an event is.
type Kind uint8

// The events.
const (
	// Tick: time has passed.
	Tick Kind = iota
	// Inputs: the elevator server shows something else.
	Inputs
	// Datagram: something was received, authentic and well formed.
	Datagram
	// Stored: a commit has ended.
	Stored
	// Recovered: a disk that didn't work at the start does now, and held
	// something.
	Recovered
	// Advice: somebody outside has answered a question, or can't.
	Advice
)

// Event is something that happens to a node.
type Event struct {
	Kind    Kind
	Inputs  elevator.Inputs
	Message *worldview.Message // not kept
	// Generation and Err belong to Stored.
	Generation uint64
	Err        error
	Saved      [][]byte // belongs to Recovered
	// Question, Assigned and Err belong to Advice: what was asked, and for each of
	// its cars the hall calls that it takes; not kept.
	Question *Question
	Assigned []elevator.Calls
}

// Actions is what a node wants done, in this order: outputs, datagram, store.
type Actions struct {
	// Outputs are levels: they hold until the next step says otherwise.
	Outputs elevator.Outputs
	// Message is to be encoded, sealed and broadcast, if not nil. It is valid
	// until the next step.
	Message *worldview.Message
	// Snapshot is to be made durable, if not nil, and answered with a Stored
	// event of this Generation. There is at most one under way.
	Snapshot   []byte
	Generation uint64
	// Ask, if not nil, is to be answered with an Advice event. A later one makes
	// it void. No output waits for the answer.
	Ask *Question
	// Notices are for the log.
	Notices []Notice
	// Exit, if not nil, ends the node: outputs and the last datagram first, then
	// nothing more.
	Exit error
	// Wake is the time of the next Tick, unless another event comes first.
	Wake time.Duration
}

// Node is one node. See the package documentation.
type Node struct {
	cfg  Config
	led  *ledger.Ledger
	me   int                  // local number of this node
	view *worldview.Worldview // what led knows
	tab  *peers.Table         // and of its peers
	car  fsm.Elevator

	now      time.Duration
	joined   bool
	caughtUp time.Duration // when what was missed while frozen is known
	version  worldview.Version

	in      elevator.Inputs
	latched elevator.Calls // presses made while joining

	slots  [][]slot // by node and number
	live   elevator.NodeSet
	isLate func(i, number int) bool

	lit      elevator.Calls
	returned elevator.Calls  // lit cab calls that the disk gave back
	litSince []time.Duration // by number, of calls that are lit on this panel

	calls    elevator.Calls // what this elevator is to serve
	carOut   fsm.Output
	shown    elevator.Calls // carOut.Serving as of the last step's outputs
	shownAt  time.Duration  // since when
	policy   Policy
	advice   advice
	parking  parking
	input    assigner.Input // of the last assignment
	scratch  assigner.Input
	assigned []elevator.Calls
	// escalated holds the calls that have waited too long.
	escalated elevator.Calls

	disk disk
	send sender

	notices []Notice
	exit    error
	// settled is false while something changed that the rules must look at.
	settled bool
	// due is when they must look even if nothing changes, and firstLate when the
	// first unlit call runs out of patience.
	due, firstLate time.Duration

	building uint32 // as datagrams name it
	timings  uint16

	stirred  time.Duration // when anything last changed that others want to know
	open     int           // how many calls are active
	nextAge  time.Duration
	duplicat bool // reported
	strange  strangers
}

// slot is what this node alone keeps of one slot of the worldview: its times.
type slot struct {
	opened time.Duration // when the call became active, less its age then
	unlit  time.Duration // since when it is active and not lit
}

// New returns a node that has just been started. saved holds what its disk
// gave back, newest first; all of it is joined. A [worldview.FloorsError] means
// that the saved state is of a building with other floors.
func New(cfg Config, saved [][]byte) (*Node, error) {
	if err := cfg.Elevator.Validate(); err != nil {
		return nil, err
	}
	if cfg.Boot == 0 {
		return nil, errors.New("node: the boot nonce must not be 0")
	}
	n := &Node{
		cfg: cfg,
		car: fsm.New(cfg.Elevator),

		building: worldview.HashBuilding(cfg.Building),
		timings:  worldview.HashTimings(cfg.Elevator),
	}
	if cfg.Interval == 0 {
		n.cfg.Interval = DefaultInterval
	}
	if n.cfg.Interval < 0 || n.cfg.Interval > MaxInterval {
		return nil, fmt.Errorf("node: an interval of %v between broadcasts; it must be at most %v", cfg.Interval, MaxInterval)
	}
	n.led = ledger.Open(ledger.Config{
		ID: cfg.ID, Floors: cfg.Elevator.Floors, Boot: cfg.Boot, Second: cfg.Second, Disk: cfg.Disk,
	}, n.changed)
	n.view, n.tab, n.me = n.led.View(), n.led.Peers(), n.led.Me()
	n.parking.floor = elevator.NoFloor
	if n.policy = cfg.Policy; n.policy == nil {
		n.policy = new(assigner.Assigner)
	}
	n.isLate = n.late // once: a method value allocates
	n.litSince = make([]time.Duration, cfg.Elevator.Floors*elevator.Buttons)
	unreadable, err := n.led.Restore(saved)
	if err != nil {
		return nil, err
	}
	n.restored(unreadable)
	n.returned = elevator.Calls{Cab: n.view.Lit(n.me).Cab}
	n.disk.dirty = cfg.Disk
	return n, nil
}

// restored says what the disk gave back.
func (n *Node) restored(unreadable []error) {
	for _, err := range unreadable {
		n.notice(Notice{Kind: SavedUnreadable, Err: err})
	}
	if n.open > 0 {
		n.notice(Notice{Kind: Restored, Count: n.open})
	}
}

// recover takes in what a disk held that could not be read at the start.
func (n *Node) recover(saved [][]byte) {
	unreadable, err := n.led.Recover(saved)
	if err != nil {
		unreadable = append(unreadable, err)
	}
	n.restored(unreadable)
	n.disk.dirty = true
}

// Worldview returns what the node knows. It must only be read, and not while
// Step runs.
func (n *Node) Worldview() *worldview.Worldview { return n.view }

// Me returns the local number of this node in its worldview.
func (n *Node) Me() int { return n.me }

// Joined reports whether the node has ended listening and takes part.
func (n *Node) Joined() bool { return n.joined }

// Live returns the live peers, by local number.
func (n *Node) Live() elevator.NodeSet { return n.live }

// Serves returns the calls that this node's elevator is to serve.
func (n *Node) Serves() elevator.Calls { return n.calls }

// Step makes the node live through one event. Times must not decrease; a
// smaller one counts as the largest so far.
func (n *Node) Step(ev Event, now time.Duration) Actions {
	if now-n.now > peers.DefaultTimeout {
		n.caughtUp = now + CatchUp // no step for so long: the process was frozen
		n.settled = false
	}
	n.now = max(n.now, now)
	switch ev.Kind {
	case Inputs:
		n.takeInputs(ev.Inputs)
	case Datagram:
		n.receive(ev.Message)
	case Stored:
		n.stored(ev.Generation, ev.Err)
	case Recovered:
		n.recover(ev.Saved)
	case Advice:
		n.advised(ev.Question, ev.Assigned, ev.Err)
	}
	n.checkDisk()
	n.join()
	n.updateLive()
	n.grow()
	n.age()
	if n.led.News() {
		n.settled = false
	}
	looked := !n.settled || n.now >= n.due
	if looked {
		n.confirm()
		n.drive()
	}
	a := Actions{Outputs: n.outputs(), Exit: n.exit}
	if looked {
		n.due, n.firstLate = n.nextLook(), n.lateAt()
	}
	a.Snapshot, a.Generation = n.store()
	a.Ask = n.ask()
	a.Message = n.compose()
	a.Wake = n.wake()
	a.Notices, n.notices = n.notices, nil
	return a
}

// join ends the listening.
func (n *Node) join() {
	if n.joined || n.exit != nil || n.now < Listen {
		return
	}
	if n.cfg.Disk && n.disk.commits == 0 && !n.disk.failed && n.now < Listen+DiskPatience {
		return // the life must be on the disk before it is used
	}
	n.joined = true
	n.led.LiveAbove(n.led.OwnLife())
	for f, b := range n.latched.All() {
		n.press(f, b)
	}
	n.latched = elevator.Calls{}
	n.publish()
	heard := 0
	for i := range n.view.Len() {
		if i != n.me && n.tab.Heard(i, n.now) {
			heard++ // live, or about to join as well
		}
	}
	n.notice(Notice{Kind: Joined, Count: heard})
}

// grow gives room to nodes that were heard of for the first time.
func (n *Node) grow() {
	for len(n.slots) < n.view.Len() {
		s := make([]slot, n.cfg.Elevator.Floors*elevator.Buttons)
		for number := range s {
			s[number].unlit = never
		}
		n.slots = append(n.slots, s)
	}
}

// never is later than any time.
const never = time.Duration(math.MaxInt64)

func seconds(n uint16) time.Duration { return time.Duration(n) * time.Second }

// nextLook returns when the rules must look again if nothing changes.
func (n *Node) nextLook() time.Duration {
	t := earliest(n.carOut.Deadline, n.serveAt(), n.lateAt(), n.adviceAt(), n.parking.due)
	if n.now < n.caughtUp {
		t = min(t, n.caughtUp)
	}
	return t
}

// wake returns when the node must be called if nothing happens.
func (n *Node) wake() time.Duration {
	t := earliest(n.send.next, n.due, n.tab.Expires(n.now), n.disk.wake(n.now), n.nextAge)
	switch {
	case n.joined:
	case n.now < Listen:
		t = min(t, Listen)
	case n.now < Listen+DiskPatience:
		t = min(t, Listen+DiskPatience)
	}
	return max(t, n.now)
}

// earliest returns the first of some times; 0 stands for none.
func earliest(times ...time.Duration) time.Duration {
	first := never
	for _, t := range times {
		if t > 0 {
			first = min(first, t)
		}
	}
	return first
}

// Snapshot returns what to make durable when the node ends in good order.
func (n *Node) Snapshot() []byte { return n.view.AppendSnapshot(nil, n.led.Life()) }
