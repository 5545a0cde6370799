package demo

import (
	"errors"
	"fmt"
	"log/slog"

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
	if w.pull() {
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
	if err := w.start(withoutDisk); err != nil {
		return err
	}
	text := "restarted"
	if withoutDisk {
		text += " without its disk"
	}
	b.say(slog.LevelInfo, w.id, "%s", text)
	return nil
}

// PowerCut crashes all nodes at once.
func (b *Building) PowerCut() error {
	for _, w := range b.all {
		w.change.Lock()
		defer w.change.Unlock()
		b.unsound(w)
	}
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
	var errs []error
	for _, w := range b.all {
		if w.running() == nil {
			errs = append(errs, w.start(false))
		}
	}
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
	if err := b.relink(w, cutIn, cutOut); err != nil {
		return err
	}
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

// relink changes what of a node's network is cut, and tells which ways between
// two nodes are open. They are told to be closed a little early, and to be open
// a little late.
func (b *Building) relink(w *workspace, cutIn, cutOut bool) error {
	b.linking.Lock()
	defer b.linking.Unlock()
	tell := func(from, to *workspace, on bool) {
		b.feed.tell(promise.Event{Workspace: from.index, Kind: promise.Link, Peer: to.index, On: on})
	}
	wasIn, wasOut := w.cuts()
	each := func(opened bool) {
		for _, o := range b.all {
			otherIn, otherOut := o.cuts()
			if o != w && !otherOut && wasIn != cutIn && opened == !cutIn {
				tell(o, w, opened)
			}
			if o != w && !otherIn && wasOut != cutOut && opened == !cutOut {
				tell(w, o, opened)
			}
		}
	}
	each(false)
	err := w.setNetwork(func() { w.cutIn, w.cutOut = cutIn, cutOut })
	each(true)
	return err
}

// SetLoss makes the network lose a share of the datagrams, 0 to 100 per cent,
// on each way from one node to another.
func (b *Building) SetLoss(percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("the loss must be 0 to 100 per cent, not %d", percent)
	}
	b.mu.Lock()
	before := b.loss
	b.loss = percent
	b.mu.Unlock()
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
	var errs []error
	for _, w := range b.all {
		errs = append(errs, w.setNetwork(func() {}))
	}
	if percent <= before {
		b.feed.tell(told)
	}
	return errors.Join(errs...)
}

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
		b.say(slog.LevelInfo, w.id, "stop button pressed: goes on")
	default:
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
		b.say(slog.LevelWarn, w.id, "elevator server gone")
		if err := w.server.SetAccepting(false); err != nil {
			return err
		}
		w.server.DropConnections()
		return nil
	}
	b.say(slog.LevelInfo, w.id, "elevator server back")
	return w.server.SetAccepting(true)
}
