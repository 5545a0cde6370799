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

	node    *node.Node // nil while it is dead
	life    int        // how often it was started
	started time.Duration
	wake    time.Duration
	frozen  bool
	inbox   [][]byte // while frozen
	polling bool
	exit    error
	clock   time.Duration // what the wall clock is ahead by

	disk    []byte
	diskErr error
	commit  time.Duration

	enc worldview.Encoder
	out []byte // the newest datagram
	dec worldview.Decoder
}

// inboxSize is how many datagrams wait for a frozen process at the most.
const inboxSize = 500

// Start starts the node, with what its disk holds.
func (w *Workspace) Start() error {
	var saved [][]byte
	if w.disk != nil {
		saved = append(saved, w.disk)
	}
	n, err := node.New(node.Config{
		ID:       w.ID,
		Building: "sim",
		Elevator: w.b.cfg,
		Boot:     w.b.rng.Uint64() | 1,
		Second:   uint32(epoch + int64((w.b.now+w.clock)/time.Second)),
		Disk:     !w.b.opts.NoDisk,
	}, saved)
	if err != nil {
		return err
	}
	w.node, w.started, w.frozen, w.inbox, w.polling = n, w.b.now, false, nil, false
	w.shown.MotorNudge = 0
	w.life++
	w.link++
	w.wake = w.b.now
	w.look()
	return nil
}

// Kill ends the process at once. The elevator server stops the motor.
func (w *Workspace) Kill() {
	w.node = nil
	w.life++
	w.halt()
}

// halt is what the elevator server does when its client goes.
func (w *Workspace) halt() {
	after := w.shown
	after.Motor = elevator.Stop
	w.changeShown(after)
}

// LoseDisk empties the disk.
func (w *Workspace) LoseDisk() { w.disk = nil }

// TearDisk leaves half of what the disk held, as garbage.
func (w *Workspace) TearDisk() { w.disk = w.disk[:len(w.disk)/2] }

// SlowDisk sets the time that a commit takes.
func (w *Workspace) SlowDisk(commit time.Duration) { w.commit = commit }

// Clock sets what the wall clock is ahead by. A node reads it at its start.
func (w *Workspace) Clock(ahead time.Duration) { w.clock = ahead }

// FailDisk makes commits fail with an error, or work again with nil.
func (w *Workspace) FailDisk(err error) { w.diskErr = err }

// Freeze stops the process without ending it; Thaw lets it go on.
func (w *Workspace) Freeze() { w.frozen = true }

// Thaw ends Freeze.
func (w *Workspace) Thaw() {
	w.frozen = false
	inbox := w.inbox
	w.inbox = nil
	for _, data := range inbox {
		w.deliver(data)
	}
	w.look()
}

// Tap presses a button and lets it go after 200 ms.
func (w *Workspace) Tap(floor int, b elevator.Button) {
	w.Hold(floor, b, true)
	w.b.after(200*time.Millisecond, func() { w.Hold(floor, b, false) })
}

// Hold presses a button, or lets it go.
func (w *Workspace) Hold(floor int, b elevator.Button, on bool) {
	w.held.Put(floor, b, on)
	w.look()
}

// Obstruct turns the obstruction switch.
func (w *Workspace) Obstruct(on bool) { w.obstruction = on; w.look() }

// StopButton presses the stop button, or lets it go.
func (w *Workspace) StopButton(on bool) { w.stop = on; w.look() }

// Motor takes the power from the motor or gives it back.
func (w *Workspace) Motor(on, remember bool) {
	w.advance()
	if on {
		w.car.RestorePower(w.b.now, remember)
	} else {
		w.car.CutPower(w.b.now)
	}
}

// Server takes the elevator server away or gives it back.
func (w *Workspace) Server(on bool) {
	w.serverUp = on
	if on {
		w.link++
	} else {
		w.halt()
	}
	w.look()
}

// Place moves the car by hand to a position in floors.
func (w *Workspace) Place(position float64) error {
	w.advance()
	before := w.car.Sensor()
	err := w.car.Place(w.b.now, position)
	w.sensed(before)
	w.look()
	return err
}

// Car returns the car.
func (w *Workspace) Car() hoistway.Car { w.advance(); return w.car }

// Lamps returns the lit button lamps.
func (w *Workspace) Lamps() elevator.Calls { return w.shown.Lamps }

// Shown returns what the elevator server shows.
func (w *Workspace) Shown() elevator.Outputs { return w.shown }

// Door reports whether the door is open.
func (w *Workspace) Door() bool { return w.shown.Door }

// Alive reports whether the process runs.
func (w *Workspace) Alive() bool { return w.node != nil }

// Exit returns why the node ended by itself, nil if it didn't.
func (w *Workspace) Exit() error { return w.exit }

// Node returns the node, nil while it is dead. It must only be read.
func (w *Workspace) Node() *node.Node { return w.node }

// advance moves the car on to the present.
func (w *Workspace) advance() {
	before := w.car.Sensor()
	w.car.Advance(w.b.now)
	w.sensed(before)
}

func (w *Workspace) sensed(before int) {
	if after := w.car.Sensor(); after != before && w.b.OnSensor != nil {
		w.b.OnSensor(w, after)
	}
}

// Receive gives the node a datagram, as the network does.
func (w *Workspace) Receive(datagram []byte) { w.deliver(datagram) }

// look lets the node see its elevator server within the time of a poll.
func (w *Workspace) look() {
	if w.node == nil || w.polling || w.frozen {
		return
	}
	w.polling = true
	life := w.life
	delay := time.Duration(w.b.rng.Int64N(int64(w.b.opts.Poll) + 1))
	w.b.after(delay, func() {
		if w.life != life {
			return
		}
		w.polling = false
		if w.frozen {
			return // Thaw looks
		}
		w.advance()
		w.step(node.Event{Kind: node.Inputs, Inputs: elevator.Inputs{
			Connected:   w.serverUp,
			Link:        w.link,
			Floor:       w.car.Sensor(),
			Buttons:     w.held,
			Stop:        w.stop,
			Obstruction: w.obstruction,
		}})
	})
}

func (w *Workspace) deliver(data []byte) {
	if w.node == nil {
		return
	}
	if w.frozen {
		if len(w.inbox) < inboxSize {
			w.inbox = append(w.inbox, data)
		}
		return
	}
	m, err := w.dec.Decode(data)
	if err != nil {
		panic(err) // our own encoding: a bug in the codec
	}
	w.step(node.Event{Kind: node.Datagram, Message: m})
}

func (w *Workspace) step(ev node.Event) {
	a := w.node.Step(ev, w.b.now-w.started)
	w.wake = w.started + a.Wake
	w.show(a)
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

// save makes a snapshot durable after a while, and tells the node.
func (w *Workspace) save(snapshot []byte, generation uint64) {
	life := w.life
	w.b.after(w.commit, func() {
		if w.life != life {
			return
		}
		if w.diskErr == nil {
			w.disk = snapshot
		}
		w.stored(node.Event{Kind: node.Stored, Generation: generation, Err: w.diskErr}, life)
	})
}

// stored tells of the end of a commit, later if the process is frozen.
func (w *Workspace) stored(ev node.Event, life int) {
	if w.life != life {
		return
	}
	if w.frozen {
		w.b.after(10*time.Millisecond, func() { w.stored(ev, life) })
		return
	}
	w.step(ev)
}

// show carries out what the node wants its elevator server to show.
func (w *Workspace) show(a node.Actions) {
	o := a.Outputs
	if !w.serverUp || o.Link != w.link {
		return
	}
	if o.Indicator == elevator.NoFloor {
		o.Indicator = w.shown.Indicator
	}
	w.changeShown(o)
}

func (w *Workspace) changeShown(after elevator.Outputs) {
	before := w.shown
	w.shown = after
	if after.MotorNudge != before.MotorNudge || after.Motor != before.Motor {
		w.advance()
		w.car.Command(w.b.now, after.Motor)
		w.look()
	}
	if b := w.b; after != before && b.OnShow != nil {
		b.OnShow(w, before, after)
	}
	if w.b.OnLamp != nil {
		for f, b := range after.Lamps.AndNot(before.Lamps).All() {
			w.b.OnLamp(w, f, b, true)
		}
		for f, b := range before.Lamps.AndNot(after.Lamps).All() {
			w.b.OnLamp(w, f, b, false)
		}
	}
	if after.Door != before.Door && w.b.OnDoor != nil {
		w.b.OnDoor(w, after.Door)
	}
}
