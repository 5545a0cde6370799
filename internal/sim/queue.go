package sim

import "time"

// kind says what an event is. The frequent ones are told by their fields; a
// closure for each would be half of the garbage of a run.
type kind uint64

const (
	call     kind = iota // do
	deliver              // packet arrives at w
	poll                 // w's node sees its elevator server
	commit               // what w's disk was writing is written
	kindBits = 2
)

// event is something that will happen.
type event struct {
	at time.Duration
	// order is the number of the event, in which it was made, and below it its
	// kind. Of two events at one time the earlier made comes first.
	order  uint64
	w      *Workspace
	packet *packet
	life   int // of w
	do     func()
}

func (e *event) kind() kind { return kind(e.order & (1<<kindBits - 1)) }

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.order < f.order
}

// events is a heap: what comes first is in front.
type events []event

func (h *events) push(e event) {
	q := append(*h, event{})
	*h = q
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(&q[up]) {
			break
		}
		q[i] = q[up]
		i = up
	}
	q[i] = e
}

func (h *events) pop() event {
	q := *h
	last := len(q) - 1
	first, e := q[0], q[last]
	q[last] = event{}
	q = q[:last]
	*h = q
	if last == 0 {
		return first
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && q[child+1].before(&q[child]) {
			child++
		}
		if !q[child].before(&e) {
			break
		}
		q[i] = q[child]
		i = child
	}
	q[i] = e
	return first
}

// schedule makes an event happen after a while.
func (b *Building) schedule(d time.Duration, k kind, e event) {
	b.seq++
	e.at, e.order = b.now+d, b.seq<<kindBits|uint64(k)
	b.due.push(e)
}

// After does something after a while of virtual time.
func (b *Building) After(d time.Duration, do func()) { b.after(d, do) }

func (b *Building) after(d time.Duration, do func()) { b.schedule(d, call, event{do: do}) }

// happen lets the first of the events happen.
func (b *Building) happen() {
	e := b.due.pop()
	switch e.kind() {
	case call:
		e.do()
	case deliver:
		if e.w.life == e.life || b.opts.Linger {
			e.w.deliver(e.packet)
		} else {
			b.release(e.packet)
		}
	case poll:
		e.w.poll(e.life)
	case commit:
		e.w.committed(e.life)
	}
}
