package peers

import "encoding/binary"

// Seqs returns what t remembers of sequence numbers: the newest one heard from
// node i, and the newest one of its own that node i has echoed.
func (t *Table) Seqs(i int) (heard, echoed uint64) {
	if i >= len(t.peers) {
		return 0, 0
	}
	return t.peers[i].seq, t.peers[i].echoed
}

// Renumber replaces the sequence numbers that t remembers of node i, and forgets
// when they came and what was measured meanwhile. Only the order of the numbers
// of one life means anything, so a checker that keeps the order may number them
// anew.
func (t *Table) Renumber(i int, heard, echoed uint64) {
	if i < len(t.peers) {
		p := &t.peers[i]
		*p = peer{boot: p.boot, seq: heard, echoed: echoed, joining: p.joining}
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
	b = binary.AppendUvarint(b, p.echoed)
	if p.joining {
		return append(b, 1)
	}
	return append(b, 0)
}
