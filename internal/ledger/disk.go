package ledger

import (
	"errors"
	"fmt"
	"slices"

	"elevnet/worldview"
)

// Disk returns what is known of this node's disk.
func (l *Ledger) Disk() worldview.Disk { return l.disk }

// SetDisk says that the disk works, or doesn't. A node without a disk stays
// without.
func (l *Ledger) SetDisk(d worldview.Disk) {
	if l.disk != worldview.DiskNone && l.disk != d {
		l.disk = d
		l.news = true
	}
}

// Snapshot returns what a commit that begins now makes durable (rule 9). It
// counts as held once [Ledger.Committed] says so; there is at most one commit
// under way.
func (l *Ledger) Snapshot() []byte {
	for i := range l.held {
		for number := range l.held[i] {
			l.held[i][number].pending = l.view.Call(i, number).P
		}
	}
	return l.view.AppendSnapshot(nil, l.life)
}

// Committed notes that the commit has succeeded, and tells of each open call
// that is safer by it.
func (l *Ledger) Committed(safer func(i, number int)) {
	l.news = true
	for i := range l.held {
		for number := range l.held[i] {
			h := &l.held[i][number]
			if h.durable == h.pending {
				continue
			}
			h.durable = h.pending
			if safer != nil && l.view.Call(i, number).Active() {
				safer(i, number)
			}
		}
	}
}

// Restore joins what a disk held, whatever of it can be read. Unreadable holds
// what could not be. A [worldview.FloorsError] means that the saved state is of a
// building with other floors and has open calls.
func (l *Ledger) Restore(saved [][]byte) (unreadable []error, err error) {
	var stored worldview.Life
	for _, b := range saved {
		before := l.calls()
		life, err := l.view.Restore(b)
		var floors worldview.FloorsError
		switch {
		case errors.As(err, &floors):
			// Without an open call nothing is lost but the life, which is kept.
			old := worldview.New(floors.Stored)
			if life, _ = old.Restore(b); anyOpen(old) {
				return unreadable, fmt.Errorf("%w, and has open calls: start with --floors %d, or with another --building or --state-dir", err, floors.Stored)
			}
		case err != nil:
			unreadable = append(unreadable, err)
		}
		stored = max(stored, life)
		l.tellSince(before)
	}
	l.stored = max(l.stored, stored)
	l.LiveAbove(stored)
	return unreadable, nil
}

// Recover joins what a disk held that could not be read at the start. What was
// pressed since then may have to be pressed again, as in rule 7.
func (l *Ledger) Recover(saved [][]byte) (unreadable []error, err error) {
	before := slices.Clone(l.view.Node(l.me).Calls)
	unreadable, err = l.Restore(saved)
	for number, c := range before {
		l.repair(number, c, l.view.Call(l.me, number))
	}
	return unreadable, err
}

func (l *Ledger) calls() [][]worldview.Call {
	calls := make([][]worldview.Call, l.view.Len())
	for i := range calls {
		calls[i] = slices.Clone(l.view.Node(i).Calls)
	}
	return calls
}

// tellSince tells of what has changed since the given calls were copied.
func (l *Ledger) tellSince(before [][]worldview.Call) {
	for i := range l.view.Len() {
		for number, c := range l.view.Node(i).Calls {
			var was worldview.Call
			if i < len(before) {
				was = before[i][number]
			}
			if c != was {
				l.tell(i, number, was, c)
			}
		}
	}
}

func anyOpen(w *worldview.Worldview) bool {
	for i := range w.Len() {
		if slices.ContainsFunc(w.Node(i).Calls, worldview.Call.Active) {
			return true
		}
	}
	return false
}
