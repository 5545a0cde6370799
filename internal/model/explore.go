package model

import (
	"fmt"
	"slices"
	"unsafe"
)

// found is a state with its fingerprint and that of the state before.
type found struct {
	state  state
	fp     uint64
	parent uint64
}

// fault is a violation, before its story is told.
type fault struct {
	broken Property
	parent uint64 // of the state in which it happens
	act    act
	fp     uint64 // of the state to which it leads
	err    error
}

// round is how many states a worker expands before what it found is sorted in.
const round = 1 << 12

const stateBytes = uint64(unsafe.Sizeof(state{}))

// search is one search. Each state belongs to the worker that its fingerprint
// names: it alone knows whether it is new, and expands it.
type search struct {
	opts    Options
	lib     library
	workers []*worker
	visited []*visited
	// frontier holds the states of the present depth, and next those one step
	// further, by worker. at is how far a worker has come with its frontier.
	frontier, next []queue
	// out holds what was found in this round, by finder and owner.
	out    [][][]found
	faults [][]fault
	trans  []uint64
	fair   []uint64
	result Result
}

// Check explores what opts bound.
func Check(opts Options) Result {
	s := &search{opts: opts.with()}
	n := s.opts.Workers
	s.lib = library{make([][]*ledgerEntry, n), make([][]*diskEntry, n), make([][]*messageEntry, n)}
	s.frontier, s.next = make([]queue, n), make([]queue, n)
	s.out = make([][][]found, n)
	s.faults, s.trans, s.fair = make([][]fault, n), make([]uint64, n), make([]uint64, n)
	for i := range n {
		s.workers = append(s.workers, newWorker(i, &s.opts, &s.lib))
		s.visited = append(s.visited, newVisited())
		s.out[i] = make([][]found, n)
	}
	first := s.workers[0].begin()
	fp := s.workers[0].fingerprint(&first)
	s.workers[0].publish()
	owner := s.owner(fp)
	s.visited[owner].add(fp, 0)
	s.frontier[owner].push(first)
	s.run()
	return s.result
}

func (s *search) owner(fp uint64) int { return int(fp >> 33 % uint64(s.opts.Workers)) }

func (s *search) run() {
	for {
		for !s.empty(s.frontier) {
			s.opts.Run(s.opts.Workers, s.expand)
			for _, w := range s.workers {
				w.publish()
			}
			s.opts.Run(s.opts.Workers, s.insert)
			if s.stops() {
				return
			}
		}
		if s.violated() {
			return
		}
		if s.empty(s.next) {
			s.result.Exhaustive = true
			return
		}
		s.result.Depth++
		s.frontier, s.next = s.next, s.frontier
	}
}

func (s *search) empty(q []queue) bool {
	return !slices.ContainsFunc(q, func(q queue) bool { return q.len() > 0 })
}

// expand looks at some states of worker i.
func (s *search) expand(i int) {
	w := s.workers[i]
	for range round {
		st, ok := s.frontier[i].pop()
		if !ok {
			return
		}
		parent := w.fingerprint(&st)
		err := w.guard(func() {
			w.successors(&st, func(a act, next *state, broken Property) {
				fp := w.fingerprint(next)
				if fp == parent {
					return
				}
				s.trans[i]++
				if broken != none {
					s.faults[i] = append(s.faults[i], fault{broken: broken, parent: parent, act: a, fp: fp})
					return
				}
				owner := s.owner(fp)
				s.out[i][owner] = append(s.out[i][owner], found{*next, fp, parent})
			})
			if k := s.opts.Fair; k > 0 && parent%k == 0 {
				s.fair[i]++
				if !w.settles(&st, parent) {
					s.faults[i] = append(s.faults[i], fault{broken: Stuck, parent: parent, fp: parent})
				}
			}
		})
		if err != nil {
			s.faults[i] = append(s.faults[i], fault{broken: Panic, parent: parent, fp: parent, err: err})
		}
	}
}

// guard returns what do panics with.
func (w *worker) guard(do func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	do()
	return nil
}

// insert sorts in what belongs to worker i.
func (s *search) insert(i int) {
	for from := range s.out {
		for k := range s.out[from][i] {
			f := &s.out[from][i][k]
			if s.visited[i].add(f.fp, f.parent) {
				s.next[i].push(f.state)
			}
		}
		s.out[from][i] = s.out[from][i][:0]
	}
}

// stops sums up, and reports whether the search ends here.
func (s *search) stops() bool {
	r := &s.result
	r.States, r.Transitions, r.Frontier, r.Bytes, r.Ledgers, r.FairRuns = 0, 0, 0, 0, 0, 0
	for i, w := range s.workers {
		r.States += uint64(s.visited[i].count)
		r.Transitions += s.trans[i]
		r.Frontier += uint64(s.frontier[i].len() + s.next[i].len())
		r.Bytes += s.visited[i].bytes() + w.taken.bytes() + w.bytes
		r.Ledgers += len(w.ledgers)
		r.FairRuns += s.fair[i]
	}
	r.Bytes += r.Frontier * stateBytes
	switch {
	case s.opts.MaxStates > 0 && r.States >= s.opts.MaxStates && r.Frontier > 0:
		r.Stopped = "as many states as allowed"
	case s.opts.MaxBytes > 0 && r.Bytes >= s.opts.MaxBytes:
		r.Stopped = "as much memory as allowed"
	case s.opts.Progress != nil && !s.opts.Progress(*r):
		r.Stopped = "interrupted"
	default:
		return false
	}
	s.violated()
	return true
}

// violated tells the story of the violation that comes first, if there is any.
func (s *search) violated() bool {
	faults := slices.Concat(s.faults...)
	if len(faults) == 0 {
		return false
	}
	first := slices.MinFunc(faults, func(a, b fault) int {
		switch {
		case a.broken != b.broken:
			return int(a.broken) - int(b.broken)
		case a.fp != b.fp && a.fp < b.fp, a.fp == b.fp && a.parent < b.parent:
			return -1
		default:
			return 1
		}
	})
	s.result.Violation = &Violation{Property: first.broken, Trace: s.story(first)}
	return true
}

// story finds the way from the beginning to a fault again.
func (s *search) story(f fault) []Step {
	var way []uint64
	for fp := f.parent; fp != 0; fp = s.visited[s.owner(fp)].parent(fp) {
		way = append(way, fp)
	}
	slices.Reverse(way)
	w := s.workers[0]
	now := w.begin()
	var trace []Step
	for _, fp := range way[1:] {
		var after state
		var how act
		w.successors(&now, func(a act, t *state, _ Property) {
			if w.fingerprint(t) == fp {
				after, how = *t, a
			}
		})
		trace = append(trace, w.tell(how, &now, &after))
		now = after
	}
	switch f.broken {
	case Stuck:
		return append(trace, Step{"All faults end, and everything that is sent arrives."})
	case Panic:
		return append(trace, Step{f.err.Error()})
	}
	w.successors(&now, func(a act, t *state, broken Property) {
		if broken == f.broken && len(trace) < len(way) && w.fingerprint(t) == f.fp {
			trace = append(trace, w.tell(a, &now, t))
		}
	})
	return trace
}

// queue is a first-in first-out list of states that gives its memory back.
type queue struct {
	full [][]state
	head int // in full[0]
}

const queueChunk = 1 << 10

func (q *queue) push(s state) {
	if n := len(q.full); n == 0 || len(q.full[n-1]) == queueChunk {
		q.full = append(q.full, make([]state, 0, queueChunk))
	}
	last := &q.full[len(q.full)-1]
	*last = append(*last, s)
}

func (q *queue) pop() (state, bool) {
	if q.len() == 0 {
		return state{}, false
	}
	s := q.full[0][q.head]
	if q.head++; q.head == len(q.full[0]) {
		q.full[0] = nil
		q.full, q.head = q.full[1:], 0
	}
	return s, true
}

func (q *queue) len() int {
	if len(q.full) == 0 {
		return 0
	}
	return (len(q.full)-1)*queueChunk + len(q.full[len(q.full)-1]) - q.head
}
