package demo

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

// Press presses a button for as long as a finger does. Nobody hears it while
// the node is dead.
func (b *Building) Press(i, floor int, button elevator.Button) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	return w.server.Tap(button, floor)
}

// trouble tells that something is done to the building, or mended.
func (b *Building) trouble(began bool, t trouble) {
	kind := troubleEnded
	if began {
		kind = troubleBegan
	}
	t.quiet = b.quiet.Load()
	b.story.add(moment{at: b.now(), kind: kind, node: t.node, trouble: t, ways: b.wire.open(nil)})
}

// Kill crashes a node: from now on it sends, stores and does nothing. Its
// elevator stays, notices that its client is gone, and stops. Kill returns when
// nothing of the node is left.
func (b *Building) Kill(i int) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	w.change.Lock()
	defer w.change.Unlock()
	b.unsound(w)
	if w.running() != nil {
		b.trouble(true, trouble{kind: died, node: i})
		w.pull()
		b.say(slog.LevelWarn, w.id, "killed")
		w.gone()
	}
	return nil
}

// Restart starts a node that was killed, with what its disk holds, or, as on a
// new computer, without it.
func (b *Building) Restart(i int, withoutDisk bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	if w.running() != nil {
		return fmt.Errorf("node %s: %w", w.id, errRunning)
	}
	t, text := trouble{kind: died, node: i}, "restarted"
	if withoutDisk {
		t.kind, text = wiped, "restarted without its disk"
	}
	b.trouble(false, t)
	if err := w.start(withoutDisk); err != nil {
		return err
	}
	b.say(slog.LevelInfo, w.id, "%s", text)
	return nil
}

// Freeze stops a node without a word, as a computer does that hangs, or lets it
// go on. What comes for it meanwhile waits.
func (b *Building) Freeze(i int, on bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	w.change.Lock()
	defer w.change.Unlock()
	p := w.running()
	switch {
	case p == nil:
		return fmt.Errorf("node %s doesn't run", w.id)
	case w.isFrozen() == on:
		return nil
	}
	tell := func() {
		b.feed.tell(promise.Event{Workspace: i, Kind: promise.NodeFrozen, On: on})
		b.story.add(moment{at: b.now(), kind: nodeFrozen, node: i, on: on})
	}
	b.trouble(on, trouble{kind: frozenNode, node: i})
	if on {
		b.unsound(w)
		if err := w.freeze(p, true); err != nil {
			b.trouble(false, trouble{kind: frozenNode, node: i})
			return err
		}
		tell()
		b.say(slog.LevelWarn, w.id, "frozen")
		return nil
	}
	b.rescue(w)
	tell()
	b.say(slog.LevelInfo, w.id, "thawed")
	return w.freeze(p, false)
}

// rescue puts a car back that ran into an end switch: its node, frozen, could
// not stop it.
func (b *Building) rescue(w *workspace) {
	car := w.server.Snapshot()
	if !car.OutOfBounds {
		return
	}
	floor := 0
	if car.Position > 0 {
		floor = car.Floors - 1
	}
	if w.server.Place(float64(floor)) == nil {
		b.say(slog.LevelInfo, w.id, "its car ran into the end switch while nobody stopped it: put back at floor %d by hand", floor)
	}
}

// PowerCut crashes all nodes at once.
func (b *Building) PowerCut() error {
	for _, w := range b.all {
		w.change.Lock()
		defer w.change.Unlock()
		b.unsound(w)
	}
	b.trouble(true, trouble{kind: blackout})
	for _, w := range b.all {
		w.pull()
	}
	b.say(slog.LevelWarn, "", "power cut: all nodes killed at once")
	for _, w := range b.all {
		w.gone()
	}
	return nil
}

// PowerOn starts all nodes that don't run.
func (b *Building) PowerOn() error {
	b.say(slog.LevelInfo, "", "power is back: all nodes restarted")
	b.trouble(false, trouble{kind: blackout})
	return b.startAll()
}

func (b *Building) startAll() error {
	errs := make([]error, len(b.all))
	var wg sync.WaitGroup
	for i, w := range b.all {
		if w.running() == nil {
			wg.Go(func() { errs[i] = w.start(false) })
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// SetNetwork cuts what a node hears, what it says, or both. Nothing tells the
// node.
func (b *Building) SetNetwork(i int, cutIn, cutOut bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	if cutIn || cutOut {
		b.unsound(w)
	}
	b.relink(func(ends []*wireEnd) { ends[i].cutIn, ends[i].cutOut = cutIn, cutOut })
	b.trouble(cutIn || cutOut, trouble{kind: unplugged, node: i, in: cutIn, out: cutOut})
	level, text := slog.LevelWarn, ""
	switch {
	case cutIn && cutOut:
		text = "network cut"
	case cutIn:
		text = "network input cut: it is heard and hears nobody"
	case cutOut:
		text = "network output cut: it hears and nobody hears it"
	default:
		level, text = slog.LevelInfo, "network mended"
	}
	b.say(level, w.id, "%s", text)
	return nil
}

// SetLink cuts the way from one node to another, or mends it.
func (b *Building) SetLink(from, to int, cut bool) error {
	w, err := b.workspace(to)
	if err != nil {
		return err
	}
	peer, err := b.workspace(from)
	if err != nil {
		return err
	}
	if from == to {
		return fmt.Errorf("node %s hears itself", w.id)
	}
	if cut {
		b.unsound(w)
		b.unsound(peer)
	}
	b.relink(func(ends []*wireEnd) {
		if cut {
			ends[to].cutFrom |= 1 << from
		} else {
			ends[to].cutFrom &^= 1 << from
		}
	})
	b.trouble(cut, trouble{kind: unlinked, node: to, peer: from})
	if cut {
		b.say(slog.LevelWarn, w.id, "doesn't get node %s's datagrams", peer.id)
	} else {
		b.say(slog.LevelInfo, w.id, "gets node %s's datagrams again", peer.id)
	}
	return nil
}

// relink changes what is cut, and tells which ways between two nodes are open.
// They are told to be closed a little early, and to be open a little late.
func (b *Building) relink(change func(ends []*wireEnd)) {
	b.linking.Lock()
	defer b.linking.Unlock()
	before, after := b.wire.open(nil), b.wire.open(change)
	tell := func(ways func(from int) uint64, on bool) {
		for from := range b.all {
			for _, to := range members(ways(from)) {
				b.feed.tell(promise.Event{Workspace: from, Kind: promise.Link, Peer: to, On: on})
			}
		}
	}
	tell(func(from int) uint64 { return before[from] &^ after[from] }, false)
	b.wire.set(change)
	tell(func(from int) uint64 { return after[from] &^ before[from] }, true)
}

// SetLoss makes the network lose a share of the datagrams, 0 to 100 per cent,
// on each way from one node to another.
func (b *Building) SetLoss(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("the loss must be 0 to 100 per cent, not %d", percent)
	}
	b.linking.Lock()
	defer b.linking.Unlock()
	before := b.lossPercent()
	told := promise.Event{Kind: promise.Loss, Percent: percent}
	if percent > before {
		b.feed.tell(told)
	}
	level := slog.LevelInfo
	if percent > 0 {
		level = slog.LevelWarn
		for _, w := range b.all {
			b.unsound(w)
		}
	}
	b.say(level, "", "the network loses %d %% of all datagrams", percent)
	b.wire.lose(percent)
	if percent <= before {
		b.feed.tell(told)
	}
	if percent != before {
		b.trouble(percent > 0, trouble{kind: lossy, percent: percent})
	}
	return nil
}

// lossPercent is the loss that is set.
func (b *Building) lossPercent() int { return b.wire.lossPercent() }

// Motor takes the power from a motor, or gives it back.
func (b *Building) Motor(i int, on bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	if !on {
		b.say(slog.LevelWarn, w.id, "motor power off")
	} else {
		b.say(slog.LevelInfo, w.id, "motor power on")
	}
	b.trouble(!on, trouble{kind: powerless, node: i})
	w.server.SetMotorPower(on)
	return nil
}

// Obstruct turns the obstruction switch of a door on or off.
func (b *Building) Obstruct(i int, on bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	if on {
		b.say(slog.LevelWarn, w.id, "obstruction on")
	} else {
		b.say(slog.LevelInfo, w.id, "obstruction off")
	}
	b.trouble(on, trouble{kind: obstructed, node: i})
	w.server.SetObstruction(on)
	return nil
}

// Stop taps the stop button: the elevator stops, or goes on.
func (b *Building) Stop(i int) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	car := w.server.Snapshot()
	switch {
	case car.StopButton:
		return fmt.Errorf("the stop button of workspace %s is still held down", w.id)
	case car.StopLamp:
		b.trouble(false, trouble{kind: stopped, node: i})
		b.say(slog.LevelInfo, w.id, "stop button pressed: goes on")
	default:
		b.trouble(true, trouble{kind: stopped, node: i})
		b.say(slog.LevelWarn, w.id, "stop button pressed: stops")
	}
	w.server.TapStop()
	return nil
}

// Server takes an elevator server away, with its connections, or brings it
// back. The elevator keeps its place.
func (b *Building) Server(i int, on bool) error {
	w, err := b.workspace(i)
	if err != nil {
		return err
	}
	if !on {
		b.unsound(w)
		b.trouble(true, trouble{kind: serverless, node: i})
		b.say(slog.LevelWarn, w.id, "elevator server gone")
		if err := w.server.SetAccepting(false); err != nil {
			return err
		}
		w.server.DropConnections()
		return nil
	}
	b.trouble(false, trouble{kind: serverless, node: i})
	b.say(slog.LevelInfo, w.id, "elevator server back")
	return w.server.SetAccepting(true)
}
