package web

import (
	"slices"
	"sync"
)

// logRoom is how many happenings a [Log] holds until they are taken.
const logRoom = 4096

// Log gathers what happens on several goroutines until a source hands it on. The
// zero value is ready.
type Log struct {
	mu      sync.Mutex
	waiting []Happen
}

// Add notes that something happened. When too much is waiting, the oldest half
// is forgotten.
func (l *Log) Add(h Happen) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) >= logRoom {
		l.waiting = slices.Delete(l.waiting, 0, logRoom/2)
	}
	l.waiting = append(l.waiting, h)
}

// Take returns what has happened since the last call, in the order of time.
func (l *Log) Take() []Happen {
	l.mu.Lock()
	taken := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	inOrder(taken)
	return taken
}

// inOrder sorts by time; what happened together stays in its order.
func inOrder(list []Happen) {
	slices.SortStableFunc(list, func(a, b Happen) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	})
}
