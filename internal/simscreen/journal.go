package simscreen

import (
	"slices"
	"sync"
	"time"

	"elevnet/internal/elevserver"
)

// logLength is how many events are kept for the screen.
const logLength = 100

// journal keeps the last events of one elevator.
type journal struct {
	mu      sync.Mutex
	entries []entry
}

// add returns a function that takes in the events of an elevator.
func (j *journal) add(started time.Time) func(elevserver.Event) {
	return func(e elevserver.Event) {
		j.mu.Lock()
		defer j.mu.Unlock()
		if len(j.entries) >= 2*logLength {
			j.entries = append(j.entries[:0], j.entries[len(j.entries)-logLength:]...)
		}
		bad := e.Kind == elevserver.OutOfBounds || e.Kind == elevserver.MisuseSeen || e.Kind == elevserver.EventsLost
		j.entries = append(j.entries, entry{At: e.At.Sub(started), Text: e.String(), Bad: bad})
	}
}

// last returns the newest events, oldest first.
func (j *journal) last() []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries[max(0, len(j.entries)-logLength):])
}
