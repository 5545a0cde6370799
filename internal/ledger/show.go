package ledger

import "elevnet/worldview"

// Acked returns the newest press of slot (i, number) that peer p's present life
// has shown to have in its memory at the least, and as safely as it can; 0 for
// none.
func (l *Ledger) Acked(p, i, number int) (seen, held worldview.Stamp) {
	a := l.ackOf(p, i, number)
	return a.seen, a.held
}
