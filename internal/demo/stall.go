package demo

import (
	"log/slog"
	"time"

	"elevnet/internal/promise"
)

// lookEvery is how often the demonstration looks whether it is run at all, and
// stalled by how much such a look may be late before it says that it wasn't.
const (
	lookEvery = 20 * time.Millisecond
	stalled   = 250 * time.Millisecond
)

// watchStalls notices when this whole process isn't run for a while: on a computer
// that is too busy, or was suspended. All its nodes are then frozen at once, which
// no building is, and the judge has to know.
func (b *Building) watchStalls() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	last := b.now()
	for {
		select {
		case <-b.stopped:
			return
		case <-tick.C:
			now := b.now()
			if late := now - last - lookEvery; late > stalled {
				b.stall(last, now)
				b.say(slog.LevelWarn, "", "this computer didn't run the demo for %.1f s", late.Seconds())
			}
			last = now
		}
	}
}

// stall tells the judge that all nodes were frozen for a while.
func (b *Building) stall(from, to time.Duration) {
	for i, w := range b.all {
		if w.isFrozen() {
			continue
		}
		for _, e := range []promise.Event{{At: from, On: true}, {At: to}} {
			e.Workspace, e.Kind = i, promise.NodeFrozen
			b.feed.put(Event{Event: e})
		}
	}
}
