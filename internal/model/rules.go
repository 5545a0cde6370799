package model

import (
	"elevnet/internal/elevator"
	"elevnet/internal/ledger"
	"elevnet/worldview"
)

// rules are the steps of a ledger. They are those of production, except in tests
// that show that a broken one is noticed.
type rules struct {
	open    func(cfg ledger.Config, saved [][]byte) (*ledger.Ledger, error)
	press   func(l *ledger.Ledger, number int)
	serve   func(l *ledger.Ledger, number int)
	confirm func(l *ledger.Ledger, live elevator.NodeSet, late func(i, number int) bool)
	boots   [maxCrashes + 2]uint64 // by life, the same for all nodes
}

func production() *rules {
	return &rules{
		open: func(cfg ledger.Config, saved [][]byte) (*ledger.Ledger, error) {
			l := ledger.Open(cfg, nil)
			_, err := l.Restore(saved)
			return l, err
		},
		press:   (*ledger.Ledger).Press,
		serve:   (*ledger.Ledger).Serve,
		confirm: (*ledger.Ledger).Confirm,
		boots:   boots(),
	}
}

// lifeOf returns which life of a node has a boot nonce; 0 if none has.
func (r *rules) lifeOf(boot uint64) uint8 {
	for life := 1; life < len(r.boots); life++ {
		if r.boots[life] == boot && boot != 0 {
			return uint8(life)
		}
	}
	return 0
}

// boots draws the nonces so that chance is against us: of two lives of a node
// with the same second, the later one has the smaller random bits. Nodes that
// were started as often have the same nonce: none is ever compared with that of
// another node, and nodes can so be exchanged.
func boots() (b [maxCrashes + 2]uint64) {
	nonce := uint64(0)
	for life := 1; life < len(b); life++ {
		for b[life] == 0 {
			nonce++
			l := ledger.Open(ledger.Config{ID: ids[0], Floors: floors, Boot: nonce, Second: 1}, nil)
			if random := int(l.Life()&0xffff) - 0xf000 + 0x1000*life; random >= 0 && random < 0x1000 {
				b[life] = nonce
			}
		}
	}
	return b
}

// The clocks that a node may find at a start. Each start is a second later than
// the one before, or earlier than all.
const (
	firstSecond = 1000
	backSecond  = 500
)

func second(life uint8, back bool) uint32 {
	if back {
		return backSecond - uint32(life)
	}
	return firstSecond + uint32(life)
}

// echoes is what a node adds to its datagrams.
type echoes struct{ l *ledger.Ledger }

func (e echoes) Echo(i int) (worldview.Echo, bool) {
	boot, _, ok := e.l.Peers().Echo(i, 0)
	return worldview.Echo{Boot: boot}, ok
}

func (e echoes) Held(i, number int) bool { return e.l.Held(i, number) }
