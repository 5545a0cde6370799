package host

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// Whatever comes from outside can change a hundred times a second: a peer
// behind a bad cable, an elevator server that comes and goes, a stranger that
// shouts on our port. So each line about such a thing has a subject. The first
// lines about a subject are said at once; if there is no end of them, the newest
// is held back and said when its time has come, with the number of those that
// went before it. How things stand is thus never hidden for longer than
// repeatAfter, unless very many subjects change at once.
const (
	// repeatAfter is the time between two lines about a subject that doesn't
	// come to rest, and between two about something that is only repeated it
	// grows to repeatSlowest.
	repeatAfter   = 5 * time.Second
	repeatSlowest = 10 * time.Minute
	// changesAtOnce is how many changes of one subject are said at once.
	changesAtOnce = 6
	// linesAtOnce and lineEvery bound the lines about all subjects together.
	linesAtOnce = 60
	lineEvery   = 500 * time.Millisecond
	// maxSubjects bounds how many subjects are told apart.
	maxSubjects = 512
)

// line is a line about a subject.
type line struct {
	level slog.Level
	text  string
	args  []any
	// state is how things stand after a change, "" for what merely happens.
	state string
}

// limiter says lines about subjects, not too many.
type limiter struct {
	log      *slog.Logger
	subjects map[string]*subject
	queue    []string // the subjects with a line that is held back, oldest first
	all      bucket
	looked   time.Time
}

type subject struct {
	bucket bucket
	atOnce int // how many lines are said at once
	every  time.Duration
	last   time.Time // when there was last something to say
	said   string    // the state that was said last
	held   *line
	more   int // lines since the last one that was said
}

func newLimiter(log *slog.Logger) *limiter {
	return &limiter{log: log, subjects: make(map[string]*subject)}
}

// change says that a subject's state has changed.
func (l *limiter) change(who string, x line) { l.say(who, changesAtOnce, x) }

// event says that something has happened, and is rarer the longer it goes on.
func (l *limiter) event(who string, x line) { l.say(who, 1, x) }

func (l *limiter) say(who string, atOnce int, x line) {
	now := time.Now()
	s := l.subjects[who]
	if s == nil {
		if len(l.subjects) >= maxSubjects {
			who, x.state = "", "" // too many to tell apart
		}
		if s = l.subjects[who]; s == nil {
			s = &subject{every: repeatAfter, atOnce: atOnce}
			l.subjects[who] = s
		}
	}
	if now.Sub(s.last) > s.every {
		s.every = repeatAfter // it was quiet
	}
	s.last = now
	s.more++
	if s.held == nil && s.bucket.full(now, s.every, s.atOnce) && l.all.full(now, lineEvery, linesAtOnce) {
		l.emit(s, x, now)
		return
	}
	if s.held == nil {
		l.queue = append(l.queue, who)
	}
	s.held = &x
}

// cancel drops the line about a subject that is held back: it isn't so any more.
func (l *limiter) cancel(who string) {
	if s := l.subjects[who]; s != nil && s.held != nil {
		s.held, s.more = nil, 0
		l.queue = slices.DeleteFunc(l.queue, func(w string) bool { return w == who })
	}
}

// catchUp says the lines whose time has come. It is cheap to be called often.
func (l *limiter) catchUp() {
	if len(l.queue) == 0 {
		return
	}
	now := time.Now()
	if now.Sub(l.looked) < 100*time.Millisecond {
		return
	}
	l.looked = now
	waiting := l.queue[:0]
	for _, who := range l.queue {
		s := l.subjects[who]
		if !s.bucket.full(now, s.every, s.atOnce) || !l.all.full(now, lineEvery, linesAtOnce) {
			waiting = append(waiting, who)
			continue
		}
		l.emit(s, l.again(who, s), now)
		s.held = nil
	}
	l.queue = waiting
}

// again returns the line to say about a subject after some were held back.
func (l *limiter) again(who string, s *subject) line {
	x := *s.held
	switch {
	case x.state == "":
		x.args = append(x.args, "times", s.more)
		s.every = min(2*s.every, repeatSlowest)
	case x.state == s.said:
		x.text, x.args = who+" keeps changing", []any{"changes", s.more, "now", x.state}
	case s.more > 1:
		x.args = append(x.args, "changes", s.more)
	}
	return x
}

func (l *limiter) emit(s *subject, x line, now time.Time) {
	s.bucket.take(now, s.every)
	l.all.take(now, lineEvery)
	s.said, s.more = x.state, 0
	l.log.Log(context.Background(), x.level, x.text, x.args...)
}

// bucket lets one thing happen in a given time, and some more at once after a
// pause. Its value is when it will be full again.
type bucket struct{ again time.Time }

// full reports whether one more may happen now.
func (b bucket) full(now time.Time, every time.Duration, atOnce int) bool {
	return b.again.Sub(now) <= time.Duration(atOnce-1)*every
}

func (b *bucket) take(now time.Time, every time.Duration) {
	if b.again.Before(now) {
		b.again = now
	}
	b.again = b.again.Add(every)
}
