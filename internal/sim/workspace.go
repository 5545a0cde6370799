package sim

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// Workspace is a panel, an elevator, a disk, and the node that drives them.
type Workspace struct {
	Index int
	ID    elevator.ID

	b   *Building
	car hoistway.Car

	shown       elevator.Outputs // by the elevator server
	held        elevator.Calls
	stop        bool
	obstruction bool
	serverUp    bool
	link        uint32
	mashed      [elevator.Buttons][elevator.MaxFloors]time.Duration // until when

	node     *node.Node // nil while it is dead
	life     int        // how often it was started or ended
	started  time.Duration
	frozen   bool
	inbox    []*packet  // while frozen
	answer   node.Event // of the disk, while frozen
	answered bool
	polling  bool
	exit     error
	clock    time.Duration // what the wall clock is ahead by

	disk   disk
	files  map[elevator.ID]disk // what it stored under other ids
	commit time.Duration

	encoder worldview.Encoder
	packets []*packet // of its own, not in use
}

// inboxSize is how many datagrams wait for a frozen process at the most.
const inboxSize = 500

// Start starts the node, with what its disk holds. It does nothing if the node
// runs already.
func (w *Workspace) Start() error {
	if w.node != nil {
		return nil
	}
	n, err := node.New(node.Config{
		ID:       w.ID,
		Building: "sim",
		Elevator: w.b.cfg,
		Boot:     w.b.rng.Uint64() | 1,
		Second:   uint32(epoch + int64((w.b.now+w.clock)/time.Second)),
		Disk:     !w.b.opts.NoDisk,
		Interval: w.b.opts.Interval,
		Park:     w.Index < w.b.opts.Parks,
	}, w.disk.open())
	if err != nil {
		return err
	}
	w.node, w.started, w.polling, w.exit = n, w.b.now, false, nil
	w.shown.MotorNudge = 0
	w.life++
	w.link++
	w.b.at[w.Index].wake = w.b.now
	w.look()
	return nil
}

// StartAs starts a node under another id, for ever: with that of a workspace
// whose node runs it is a second process with one id, with an elevator, a panel
// and a file of its own. Of the two, the later started must end (see Exit). What a
// node stores is in a file that is named by its id: under another id it finds
// nothing of what it stored under this one.
func (w *Workspace) StartAs(id elevator.ID) error {
	w.Kill()
	w.Rename(id)
	return w.Start()
}

// Rename gives the next node another id, and with it another file. No node may
// run.
func (w *Workspace) Rename(id elevator.ID) {
	if id == w.ID {
		return
	}
	if w.files == nil {
		w.files = make(map[elevator.ID]disk)
	}
	w.files[w.ID] = w.disk
	w.disk = w.files[id]
	w.disk.fail, w.disk.failSync = w.files[w.ID].fail, w.files[w.ID].failSync
	w.ID = id
}

// Kill ends the process at once, in the middle of a commit if there is one. The
// elevator server stops the motor.
func (w *Workspace) Kill() {
	if w.node == nil {
		return
	}
	w.node = nil
	w.life++
	w.b.at[w.Index].wake = never
	w.crash()
	w.frozen, w.answered = false, false
	for _, p := range w.inbox {
		w.b.release(p)
	}
	w.inbox = w.inbox[:0]
	w.halt()
}

// halt is what the elevator server does when its client goes.
func (w *Workspace) halt() {
	after := w.shown
	after.Motor = elevator.Stop
	w.changeShown(after)
}

// Clock sets what the wall clock is ahead by. A node reads it at its start, and
// only then.
func (w *Workspace) Clock(ahead time.Duration) { w.clock = ahead }

// Freeze stops the process without ending it; Thaw lets it go on.
func (w *Workspace) Freeze() {
	if w.node != nil {
		w.frozen = true
		w.b.at[w.Index].wake = never
	}
}

// Thaw ends Freeze.
func (w *Workspace) Thaw() {
	if !w.frozen {
		return
	}
	w.frozen = false
	w.b.at[w.Index].wake = w.b.now
	inbox := w.inbox
	w.inbox = nil
	for _, p := range inbox {
		w.deliver(p)
	}
	if w.answered && w.node != nil {
		w.answered = false
		w.step(w.answer)
	}
	w.look()
}

// Alive reports whether the process runs.
func (w *Workspace) Alive() bool { return w.node != nil }

// Frozen reports whether the process is frozen.
func (w *Workspace) Frozen() bool { return w.frozen }

// Exit returns why the node ended by itself, nil if it didn't.
func (w *Workspace) Exit() error { return w.exit }

// Node returns the node, nil while it is dead. It must only be read.
func (w *Workspace) Node() *node.Node { return w.node }

// Receive gives the node a datagram, without its trailer, as the network does.
func (w *Workspace) Receive(datagram []byte) {
	p := newPacket(&w.b.packets)
	p.data = append(p.data, datagram...)
	w.deliver(p)
}

// deliver gives the node a datagram, and the reference to it back.
func (w *Workspace) deliver(p *packet) {
	b := w.b
	if w.node == nil {
		b.release(p)
		return
	}
	if w.frozen {
		if len(w.inbox) < inboxSize {
			w.inbox = append(w.inbox, p)
		} else {
			b.release(p)
		}
		return
	}
	if m, err := b.open(p); err != nil {
		b.counts.Refused++
	} else {
		b.counts.Delivered++
		w.step(node.Event{Kind: node.Datagram, Message: m})
	}
	b.release(p)
}

// step makes the node live through an event and does what it wants done.
func (w *Workspace) step(ev node.Event) {
	a := w.node.Step(ev, w.b.now-w.started)
	w.b.at[w.Index].wake = never
	if a.Wake < never-w.started {
		w.b.at[w.Index].wake = w.started + a.Wake
	}
	w.show(a.Outputs)
	if w.b.OnNotice != nil {
		for _, n := range a.Notices {
			w.b.OnNotice(w, n)
		}
	}
	if a.Message != nil {
		w.b.broadcast(w, a.Message)
	}
	if a.Exit != nil {
		w.exit = a.Exit
		w.Kill()
		if w.b.OnExit != nil {
			w.b.OnExit(w, a.Exit)
		}
		return
	}
	if a.Snapshot != nil {
		w.save(a.Snapshot, a.Generation)
	}
}
