package host

import (
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// Adviser says who takes which hall call. It may be slow, wrong, or broken: the
// node waits for nobody.
type Adviser interface {
	// Advise returns the hall calls that each elevator takes, in the order of
	// in.Cars, valid until the next call: all of in.Calls and no others. phase is
	// nil: nodes don't tell each other. An error says why there's no answer, and no
	// answer without an error that there is none yet. It is not called by two
	// goroutines at once.
	Advise(in *assigner.Input, phase []time.Duration) ([]elevator.Calls, error)
	// Close ends what it has running, and makes Advise return.
	Close() error
}

// ask hands on a question, in the place of one that nobody has begun to answer.
// The lock is held.
func (h *Host) ask(q *node.Question) {
	for {
		select {
		case h.asks <- q:
			return
		case <-h.asks:
		}
	}
}

// advise has the questions answered, one after the other.
func (h *Host) advise() {
	for q := range h.asks {
		calls, err := h.opts.Adviser.Advise(&q.Input, nil)
		h.mu.Lock()
		if !h.over && (err != nil || calls != nil) {
			h.log.advised(err)
		}
		h.stepLocked(node.Event{Kind: node.Advice, Question: q, Assigned: calls, Err: err}, sender{})
		h.mu.Unlock()
	}
}
