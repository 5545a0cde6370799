package demo

import "errors"

// disturbed reports whether anything is broken that HealAll would mend.
func (b *Building) disturbed() bool {
	s := b.Snapshot()
	if s.LossPercent > 0 {
		return true
	}
	for _, w := range s.Workspaces {
		if !w.Alive || w.Frozen || w.CutIn || w.CutOut || w.CutFrom != 0 || !w.Car.Power || w.Car.Obstruction || !w.Car.Accepting || w.Car.StopLamp || w.Car.OutOfBounds {
			return true
		}
	}
	return false
}

// HealAll mends all that was done to the building: nodes run, cables are in,
// motors have power, doors are free. One caption tells of all of it.
func (b *Building) HealAll() error {
	b.healing.Lock()
	defer b.healing.Unlock()
	b.trouble(false, trouble{kind: anything})
	b.quiet.Store(true)
	defer b.quiet.Store(false)
	var errs []error
	do := func(err error) { errs = append(errs, err) }
	if b.lossPercent() > 0 {
		do(b.SetLoss(0))
	}
	for i, w := range b.all {
		in, out, from := b.wire.cuts(i)
		if in || out {
			do(b.SetNetwork(i, false, false))
		}
		for _, peer := range members(from) {
			do(b.SetLink(peer, i, false))
		}
		if w.isFrozen() {
			do(b.Freeze(i, false))
		}
		b.rescue(w)
		car := w.server.Snapshot()
		if !car.Power {
			do(b.Motor(i, true))
		}
		if car.Obstruction {
			do(b.Obstruct(i, false))
		}
		if !car.Accepting {
			do(b.Server(i, true))
		}
		if car.StopLamp && !car.StopButton {
			do(b.Stop(i))
		}
	}
	return errors.Join(append(errs, b.startAll())...)
}
