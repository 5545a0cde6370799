package ledger

import (
	"testing"

	"elevnet/worldview"
)

func TestRule3Confirmable(t *testing.T) {
	open := worldview.Call{P: 7, C: 2, S: 3}
	for _, c := range []struct {
		name string
		h    holding
		want worldview.Stamp // up to 3 means none
	}{
		{"alone, on disk", holding{Call: open, Durable: 7, ByAll: 7}, 7},
		{"alone, an older press on disk", holding{Call: open, Durable: 5, ByAll: 7}, 5},
		{"alone, not on disk", holding{Call: open, ByAll: 7}, 0},
		{"alone, not on disk, late", holding{Call: open, ByAll: 7, Late: true}, 0},
		{"alone, no disk", holding{Call: open, NoDisk: true, ByAll: 7}, 7},
		{"all hold it", holding{Call: open, Durable: 7, Peers: 2, ByAll: 7, BySome: 7}, 7},
		{"all hold an older one", holding{Call: open, Durable: 7, Peers: 2, ByAll: 6, BySome: 7}, 6},
		{"a peer is silent", holding{Call: open, Durable: 7, Peers: 2, BySome: 7}, 0},
		{"a peer is silent for long, another holds it", holding{Call: open, Peers: 2, BySome: 6, Late: true}, 6},
		{"a peer is silent for long, the disk holds it", holding{Call: open, Durable: 7, Peers: 1, Late: true}, 7},
		{"all silent, disk slow", holding{Call: open, Peers: 1, Late: true}, 0},
		{"all silent, no disk, late", holding{Call: open, NoDisk: true, Peers: 1, Late: true}, 7},
		{"all silent, no disk", holding{Call: open, NoDisk: true, Peers: 1}, 0},
		{"own disk slow, peers hold it", holding{Call: open, Peers: 1, ByAll: 7, BySome: 7}, 0},
		{"own disk slow for long, peers hold it", holding{Call: open, Peers: 1, ByAll: 7, BySome: 7, Late: true}, 7},
		{"no disk, peers hold it", holding{Call: open, NoDisk: true, Peers: 1, ByAll: 7, BySome: 7}, 7},
		{"never above the press", holding{Call: open, Durable: 9, Peers: 1, ByAll: 9, BySome: 9, Late: true}, 7},
		{"what is held was served", holding{Call: open, Durable: 3, Peers: 1, ByAll: 3}, 3},
	} {
		if got := confirmable(c.h); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
