package demo

import (
	"slices"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/promise"
)

// soundEvery is how often it is looked which workspaces are sound.
const soundEvery = 50 * time.Millisecond

// updateSound finds the workspaces that have become sound or ceased to be.
func (b *Building) updateSound() {
	alive := make([]bool, len(b.all))
	seen := make([]host.Observation, len(b.all))
	for i, w := range b.all {
		seen[i], alive[i] = w.observe()
	}
	loss := b.lossPercent()
	for i, w := range b.all {
		sound := loss == 0 && alive[i] && !w.isFrozen() && seen[i].Joined && w.server.Snapshot().Clients > 0
		for j, other := range b.all {
			if sound && j != i && alive[j] && !other.isCut() {
				sound = slices.Contains(seen[i].Live, other.id) && slices.Contains(seen[j].Live, w.id)
			}
		}
		sound = sound && !w.isCut() && connected(seen[i], w.id)
		w.setSound(sound)
	}
}

// connected reports whether a node says that it has its elevator server.
func connected(o host.Observation, id elevator.ID) bool {
	for _, n := range o.View.Nodes {
		if n.ID == id {
			return n.Known && !slices.Contains(n.Unavailable, elevator.ServerLost.Names()[0])
		}
	}
	return false
}

// unsound is called before something is done to a workspace that may take its
// lamps from it.
func (b *Building) unsound(w *workspace) { w.setSound(false) }

// isCut reports whether anything of its network is cut.
func (w *workspace) isCut() bool {
	in, out, from := w.building.wire.cuts(w.index)
	return in || out || from != 0
}

func (w *workspace) setSound(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sound == on {
		return
	}
	w.sound = on
	f := w.building.feed
	f.put(Event{Event: promise.Event{At: time.Since(f.began), Workspace: w.index, On: on}, Sound: true})
}
