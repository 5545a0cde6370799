package ledger

import (
	"bytes"
	"encoding/binary"

	"elevnet/internal/elevator"
	"elevnet/peers"
	"elevnet/worldview"
)

// AppendState appends all that the steps of l depend on, in a canonical form:
// ledgers with equal states take equal steps for ever. Left out are times and
// measurements, on which no step depends but through its caller; local numbers
// and names of which nothing else is known; and what a service has made idle:
// C, and what disks and peers hold, up to S.
func (l *Ledger) AppendState(b []byte) []byte {
	order := make([]elevator.ID, 0, l.view.Len())
	for _, i := range l.view.Sorted() {
		b = appendID(b, l.view.Node(i).ID)
		order = append(order, l.view.Node(i).ID)
	}
	return l.AppendStateOf(b, order)
}

// AppendStateOf is AppendState with the nodes in the given order, which must name
// all that l knows, and named by their place in it: what is the same but for the
// names of nodes can so be found to be the same.
func (l *Ledger) AppendStateOf(b []byte, order []elevator.ID) []byte {
	b = binary.AppendUvarint(b, l.boot)
	b = binary.AppendUvarint(b, uint64(l.life))
	b = binary.AppendUvarint(b, l.lives)
	b = binary.AppendUvarint(b, uint64(l.stored))
	b = append(b, byte(l.disk))
	for place, id := range order {
		i, ok := l.view.Lookup(id)
		if !ok {
			continue
		}
		start := len(b)
		b = append(b, byte(place+1), flag(i == l.me))
		content := len(b)
		b = l.tab.AppendState(b, i)
		for number, c := range l.view.Node(i).Calls {
			b = l.appendSlot(b, i, number, c, order)
		}
		if i != l.me && zero(b[content:]) {
			b = b[:start]
		}
	}
	return b
}

func (l *Ledger) appendSlot(b []byte, i, number int, c worldview.Call, order []elevator.ID) []byte {
	idle := func(s worldview.Stamp) uint64 {
		if s <= c.S {
			return 0
		}
		return uint64(s)
	}
	var h held
	if i < len(l.held) {
		h = l.held[i][number]
	}
	for _, v := range [...]uint64{uint64(c.P), uint64(c.S), idle(c.C), uint64(c.Age), idle(h.durable), idle(h.pending)} {
		b = binary.AppendUvarint(b, v)
	}
	// Only a press that is open here, and was made by this process, is repeated.
	mine := i == l.me && c.Active() && l.issued[number] == c.P
	b = append(b, flag(mine))
	for place, id := range order {
		p, ok := l.view.Lookup(id)
		if a := l.ackOf(p, i, number); ok && idle(a.seen) != 0 {
			b = append(b, byte(place+1))
			b = binary.AppendUvarint(b, idle(a.seen))
			b = binary.AppendUvarint(b, idle(a.held))
		}
	}
	return append(b, 0)
}

func appendID(b []byte, id elevator.ID) []byte { return append(append(b, byte(len(id))), id...) }

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// Renumber gives the sequence numbers that are remembered of node i other
// values; see [peers.Table.Renumber].
func (l *Ledger) Renumber(i int, s peers.Seqs) { l.tab.Renumber(i, s) }
