package sim

import (
	"time"

	"elevnet/internal/node"
)

// disk is a file with two slots, as package store keeps it. A commit writes the
// slot that doesn't hold the last good state, so that whatever happens to it,
// that one is still there. The first commit of a process, and the one after an
// error, replaces the whole file, or doesn't.
type disk struct {
	slots [2]diskSlot
	good  int  // the slot that is not to be written next
	fresh bool // the next commit makes a new file
	count uint64

	writing    []byte // the commit under way, nil if none
	generation uint64 // the node's number of it
	fail       error  // nothing is written: the disk is full
	failSync   error  // something may have been written
}

type diskSlot struct {
	data  []byte // nil: blank
	count uint64
	bad   bool // the checksum doesn't fit
}

// whole returns the slots that can be read, newest first.
func (d *disk) whole() []int {
	var all []int
	for k := range d.slots {
		if s := &d.slots[k]; s.data != nil && !s.bad {
			all = append(all, k)
		}
	}
	if len(all) == 2 && d.slots[1].count > d.slots[0].count {
		all[0], all[1] = 1, 0
	}
	return all
}

// open returns what the disk gives back at the start of a process.
func (d *disk) open() [][]byte {
	var saved [][]byte
	for _, k := range d.whole() {
		saved = append(saved, d.slots[k].data)
	}
	d.fresh, d.writing = true, nil
	return saved
}

// write puts what is being written into its slot, torn or whole.
func (d *disk) write(torn bool) {
	d.count++
	s := diskSlot{data: d.writing, count: d.count, bad: torn}
	switch {
	case !d.fresh:
		d.slots[1-d.good] = s
	case !torn:
		d.slots, d.good = [2]diskSlot{0: s}, 1
	}
}

// interrupt ends a commit in the middle: nothing of it was written, a part, or
// all. outcome is 0, 1 or 2.
func (d *disk) interrupt(outcome int) {
	if outcome > 0 {
		d.write(outcome == 1)
	}
}

// crash is what the end of a process does to its disk.
func (w *Workspace) crash() {
	if w.disk.writing != nil && w.disk.fail == nil {
		w.disk.interrupt(w.b.rng.IntN(3))
	}
	w.disk.writing = nil
}

// save begins a commit.
func (w *Workspace) save(snapshot []byte, generation uint64) {
	w.disk.writing, w.disk.generation = snapshot, generation
	w.b.schedule(w.commit, commit, event{w: w, life: w.life})
}

// committed ends a commit and tells the node, once it isn't frozen.
func (w *Workspace) committed(life int) {
	if w.life != life {
		return // its process has ended: see crash
	}
	d := &w.disk
	ev := node.Event{Kind: node.Stored, Generation: d.generation}
	switch {
	case d.fail != nil:
		ev.Err, d.fresh = d.fail, true
	case d.failSync != nil:
		d.interrupt(w.b.rng.IntN(3))
		ev.Err, d.fresh = d.failSync, true
	default:
		d.write(false)
		d.good, d.fresh = 1-d.good, false
	}
	d.writing = nil
	if w.frozen {
		w.answer, w.answered = ev, true
		return
	}
	w.step(ev)
}

// LoseDisk empties the disk. A commit that is under way still ends well, on the
// new one.
func (w *Workspace) LoseDisk() { w.disk.slots = [2]diskSlot{} }

// TearDisk leaves half of the newest state alone, and lets it pass for whole:
// the node must see by itself that it makes no sense.
func (w *Workspace) TearDisk() {
	all := w.disk.whole()
	if len(all) == 0 {
		return
	}
	s := w.disk.slots[all[0]]
	s.data = s.data[:len(s.data)/2]
	w.disk.slots = [2]diskSlot{}
	w.disk.slots[all[0]] = s
}

// RotDisk flips a bit in the newest state, so that its checksum no longer fits,
// and reports whether there was one. What is left is the state before, if any:
// to a judge that is a lost disk.
func (w *Workspace) RotDisk() bool {
	all := w.disk.whole()
	if len(all) > 0 {
		w.disk.slots[all[0]].bad = true
	}
	return len(all) > 0
}

// DiskStates returns how many whole states the disk holds, 0 to 2.
func (w *Workspace) DiskStates() int { return len(w.disk.whole()) }

// SlowDisk sets the time that a commit takes, from the next one on.
func (w *Workspace) SlowDisk(each time.Duration) { w.commit = each }

// FailDisk makes commits fail with an error before anything is written, as on a
// full disk, or work again with nil.
func (w *Workspace) FailDisk(err error) { w.disk.fail = err }

// FailSync makes commits fail with an error after something may have been
// written: the state may be found at the next start or not. nil ends it.
func (w *Workspace) FailSync(err error) { w.disk.failSync = err }
