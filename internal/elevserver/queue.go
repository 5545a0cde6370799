package elevserver

import "sync"

// maxQueued bounds the events that wait for one slow subscriber: half an hour
// of a busy elevator.
const maxQueued = 1 << 16

// queue holds the events that one subscriber has yet to see. Putting never
// waits: when the queue is full, events are dropped, and one event of the kind
// EventsLost says how many.
type queue struct {
	mu     sync.Mutex
	events []Event
	closed bool          // nothing more will come
	dead   bool          // nobody wants what is there
	ready  chan struct{} // holds one token when there may be something to take
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// put appends an event.
func (q *queue) put(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch last := len(q.events) - 1; {
	case q.closed:
		return
	case len(q.events) < maxQueued:
		q.events = append(q.events, e)
	case q.events[last].Kind == EventsLost:
		q.events[last].Count++
	default:
		q.events = append(q.events, Event{At: e.At, Kind: EventsLost, Position: e.Position, Count: 1})
	}
	q.wake()
}

// take returns the events that wait; open is false when there will be no more.
func (q *queue) take() (events []Event, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	events, q.events = q.events, nil
	return events, !q.closed
}

// close lets the reader take what is there, and then end.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

// discard ends the queue at once.
func (q *queue) discard() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.dead, q.events = true, true, nil
	q.wake()
}

// discarded reports whether the reader should throw away what it has taken.
func (q *queue) discarded() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dead
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}
