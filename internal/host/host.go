// Package host runs one node for real: it feeds [node.Node] with what the
// elevator server, the network, the disk and the clock bring, and carries out
// what it asks for. It decides nothing itself.
//
// Whatever happens is handed to the node under one lock, in the goroutine that
// noticed it, and the node's actions are carried out before the lock is given
// back: outputs first, then the datagram, then the disk. So a door is open
// before anybody hears that a call was served.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"elevnet/bcast"
	"elevnet/elevio"
	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// Disk is where snapshots are kept; [store.Store] is one.
type Disk interface {
	Commit(payload []byte) error
	Close() error
}

// Options say what to run a node on. The host closes what it was given.
type Options struct {
	Node node.Config // Boot, Second, KeyID and Disk are filled in
	// Server is the address of the elevator server.
	Server string
	// Key authenticates datagrams; empty for none.
	Key []byte
	// Transport carries datagrams.
	Transport bcast.Transport
	// Disk keeps the snapshots, nil for none. Saved is what it held.
	Disk  Disk
	Saved [][]byte
	// OpenDisk, if Disk is nil, is tried at each commit until it returns a disk
	// and what that held: for a disk that doesn't work at the start.
	OpenDisk func() (Disk, [][]byte, error)
	// Boot and Start are the nonce of this start and the wall clock.
	Boot  uint64
	Start time.Time
	// Adviser says who takes which hall call, nil for the node's policy alone.
	Adviser Adviser
	// Log takes what a person should know; nil for nothing.
	Log *slog.Logger
	// Crashed, if not nil and closed, ends the node as a crash would: nothing
	// more is sent or stored, and the motor stops as it does when a connection
	// breaks. For demonstrations.
	Crashed <-chan struct{}
	// Tap, if not nil, is told all that the node lives through and decides.
	Tap Tap
}

// Host is one running node.
type Host struct {
	opts    Options
	log     *reporter
	driver  *elevio.Driver
	began   time.Time
	sealer  *bcast.Sealer // for sending
	commits chan commit
	asks    chan *node.Question // the newest, if nobody has taken it yet
	quit    chan struct{}       // closed when the node ends by itself
	diskErr error               // why the disk can't be opened; belongs to commit

	mu     sync.Mutex
	node   *node.Node
	enc    worldview.Encoder
	packet []byte
	timer  *time.Timer
	over   bool
	exit   error
	net    uint64 // generation of the transport's status
	status bcast.Status
	out    elevator.Outputs
	seen   map[elevator.ID]netip.AddrPort
	sent   Traffic
	got    Traffic
	drop   map[string]uint64
}

// Traffic counts datagrams and their bytes, trailer included.
type Traffic struct {
	Datagrams, Bytes uint64
}

type commit struct {
	snapshot   []byte
	generation uint64
}

// DuplicateError ends a node whose id is in use by another one.
type DuplicateError struct {
	ID      elevator.ID
	Address netip.Addr
}

func (e DuplicateError) Error() string {
	return fmt.Sprintf("id %s is in use by the node at %s; give each node an id of its own with --id", e.ID, e.Address)
}

// New returns a host for a node. Run, to be called once, runs it and closes what
// it was given; after an error of New that is left to the caller.
func New(opts Options) (*Host, error) {
	h := &Host{
		opts:    opts,
		sealer:  bcast.NewSealer(opts.Key),
		commits: make(chan commit, 1),
		asks:    make(chan *node.Question, 1),
		quit:    make(chan struct{}),
		seen:    make(map[elevator.ID]netip.AddrPort),
		drop:    make(map[string]uint64),
		log:     newReporter(opts.Log, opts.Server),
	}
	cfg := opts.Node
	cfg.Boot = max(opts.Boot, 1)
	cfg.Second = uint32(max(0, min(opts.Start.Unix(), worldview.MaxSecond)))
	cfg.KeyID = h.sealer.KeyID()
	cfg.Disk = opts.Disk != nil || opts.OpenDisk != nil
	cfg.Advised = opts.Adviser != nil
	n, err := node.New(cfg, opts.Saved)
	if err != nil {
		return nil, err
	}
	h.node = n
	h.opts.Node = cfg
	return h, nil
}

// Run runs the node until ctx is done, and then ends it in good order: the
// motor stopped, the state saved. It returns nil then, a DuplicateError if the
// id is in use, or another error that ended it.
func (h *Host) Run(ctx context.Context) error {
	h.began = time.Now()
	h.driver = elevio.Open(h.opts.Server, elevio.Options{Floors: h.opts.Node.Elevator.Floors})
	h.mu.Lock()
	if h.opts.Tap != nil {
		h.opts.Tap.Started(TapStart{Node: h.opts.Node, Saved: h.opts.Saved, Began: h.began, Server: h.opts.Server})
	}
	h.timer = time.AfterFunc(0, func() { h.step(node.Event{Kind: node.Tick}) })
	h.mu.Unlock()

	var wg sync.WaitGroup
	wg.Go(h.watchServer)
	wg.Go(h.receive)
	wg.Go(h.commit)
	wg.Go(h.advise)

	crashed := false
	select {
	case <-ctx.Done():
	case <-h.quit:
	case <-h.opts.Crashed:
		crashed = true
	}
	h.mu.Lock()
	h.over = true
	h.timer.Stop()
	h.mu.Unlock()

	_ = h.driver.Close() // a server that can't be told to stop sees the connection end
	_ = h.opts.Transport.Close()
	if h.opts.Adviser != nil {
		_ = h.opts.Adviser.Close()
	}
	close(h.commits)
	close(h.asks)
	wg.Wait()
	err := h.save(crashed)
	h.log.dropped(h.drop)
	if h.exit != nil {
		err = h.exit
	}
	if h.opts.Tap != nil {
		h.mu.Lock() // somebody may still observe
		h.opts.Tap.Ended(TapEnd{At: time.Since(h.began), Snapshot: h.node.Snapshot(), Crashed: crashed, Err: err})
		h.mu.Unlock()
	}
	return err
}

// save makes what the node knows durable and closes the disk. Nothing else runs
// any more.
func (h *Host) save(crashed bool) error {
	if h.opts.Disk == nil {
		if h.diskErr == nil || crashed {
			return nil
		}
		return fmt.Errorf("the state isn't saved: %w", h.diskErr)
	}
	var err error
	if !crashed {
		h.mu.Lock() // somebody may still observe
		snapshot := h.node.Snapshot()
		h.mu.Unlock()
		if err = h.opts.Disk.Commit(snapshot); err != nil {
			err = fmt.Errorf("save the state: %w", err)
		}
	}
	return errors.Join(err, h.opts.Disk.Close())
}

// watchServer hands on what the elevator server shows.
func (h *Host) watchServer() {
	for ev := range h.driver.Events() {
		h.mu.Lock()
		if !h.over {
			h.log.serverEvent(ev.Err)
		}
		h.stepLocked(node.Event{Kind: node.Inputs, Inputs: ev.Inputs}, sender{})
		h.mu.Unlock()
	}
}

// commit makes snapshots durable, one after the other.
func (h *Host) commit() {
	for c := range h.commits {
		select {
		case <-h.opts.Crashed:
			continue
		default:
		}
		h.step(node.Event{Kind: node.Stored, Generation: c.generation, Err: h.store(c.snapshot)})
	}
}

func (h *Host) store(snapshot []byte) error {
	if h.opts.Disk == nil {
		disk, saved, err := h.opts.OpenDisk()
		if err != nil {
			h.diskErr = err
			return err
		}
		h.opts.Disk = disk
		snapshot = h.recovered(saved)
	}
	return h.opts.Disk.Commit(snapshot)
}

// recovered joins what the disk held and returns what to commit in its place: a
// snapshot made before would replace what the node had never seen. That is so
// also when the node is about to end.
func (h *Host) recovered(saved [][]byte) []byte {
	ev := node.Event{Kind: node.Recovered, Saved: saved}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		now := time.Since(h.began)
		a := h.node.Step(ev, now) // and nothing more is done
		if h.opts.Tap != nil {
			h.opts.Tap.Stepped(&TapStep{At: now, Event: ev, Actions: a, Node: h.node, Over: true})
		}
	} else {
		h.stepLocked(ev, sender{})
	}
	return h.node.Snapshot()
}

func (h *Host) step(ev node.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stepLocked(ev, sender{})
}

// sender is who sent the present datagram, and its bytes without the trailer;
// zero if there is none.
type sender struct {
	id      elevator.ID
	at      netip.AddrPort
	payload []byte
}

// soonest is the least pause until the next tick, so that a node that asks to be
// called at once again and again can't take the whole processor.
const soonest = 500 * time.Microsecond

// stepLocked lets the node live through an event and does what it asks for.
func (h *Host) stepLocked(ev node.Event, from sender) {
	if h.over {
		return
	}
	now := time.Since(h.began)
	a := h.node.Step(ev, now)
	var payload []byte
	if a.Message != nil {
		h.packet = h.enc.Append(h.packet[:0], a.Message)
		payload = h.packet
	}
	if h.opts.Tap != nil {
		h.opts.Tap.Stepped(&TapStep{At: now, Event: ev, From: from.at, Received: from.payload, Actions: a, Sent: payload, Node: h.node})
	}
	// It may wait for the elevator server, half a second in the worst case. An
	// error closes the connection, and comes back as an event.
	_ = h.driver.Set(a.Outputs)
	h.out = a.Outputs
	for _, n := range a.Notices {
		h.log.notice(n, h.address(n.Peer, from))
	}
	h.log.limit.catchUp()
	if a.Message != nil {
		h.broadcast()
	}
	if a.Snapshot != nil {
		h.commits <- commit{a.Snapshot, a.Generation} // never waits: one at a time is under way
	}
	if a.Ask != nil {
		h.ask(a.Ask)
	}
	if a.Exit != nil {
		h.over = true
		h.exit = DuplicateError{h.opts.Node.ID, from.at.Addr()}
		close(h.quit)
		return
	}
	h.timer.Reset(max(a.Wake-now, soonest))
}

// address returns where a notice's peer is: where the present datagram comes
// from if it is the peer's, or else where it was last heard.
func (h *Host) address(id elevator.ID, from sender) netip.Addr {
	if id == from.id {
		return from.at.Addr()
	}
	return h.seen[id].Addr()
}

// broadcast sends the packet, which has no trailer yet.
func (h *Host) broadcast() {
	h.packet = h.sealer.Seal(h.packet)
	h.opts.Transport.Send(h.packet) //nolint:errcheck // what can't be sent is a state, see Status
	h.sent.Datagrams++
	h.sent.Bytes += uint64(len(h.packet))
	if s := h.opts.Transport.Status(); s.Generation != h.net {
		h.log.network(h.status, s)
		h.net, h.status = s.Generation, s
	}
}
