package peers

import "encoding/binary"

// Seqs are the sequence numbers that a table remembers of a peer: the newest one
// heard from it, this node's newest one then, and the newest one of this node
// that the peer has echoed.
type Seqs struct{ Heard, Sent, Echoed uint64 }

// Seqs returns what t remembers of node i.
func (t *Table) Seqs(i int) Seqs {
	if i >= len(t.peers) {
		return Seqs{}
	}
	p := &t.peers[i]
	return Seqs{Heard: p.seq, Sent: p.sent, Echoed: p.echoed}
}

// Renumber replaces the sequence numbers that t remembers of node i, and forgets
// when they came and what was measured meanwhile. Only the order of the numbers
// of one life means anything, so a checker that keeps the order may number them
// anew.
func (t *Table) Renumber(i int, s Seqs) {
	if i < len(t.peers) {
		p := &t.peers[i]
		*p = peer{boot: p.boot, seq: s.Heard, sent: s.Sent, echoed: s.Echoed, joining: p.joining}
	}
}

// AppendState appends all that t's answers about node i depend on, but for times
// and measurements.
func (t *Table) AppendState(b []byte, i int) []byte {
	var p peer
	if i < len(t.peers) {
		p = t.peers[i]
	}
	b = binary.AppendUvarint(b, p.boot)
	b = binary.AppendUvarint(b, p.seq)
	b = binary.AppendUvarint(b, p.sent)
	b = binary.AppendUvarint(b, p.echoed)
	if p.joining {
		return append(b, 1)
	}
	return append(b, 0)
}
