package program

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Patience is how long an answer may take.
const Patience = 50 * time.Millisecond

// Errors of [Program.Ask]; others say why the program doesn't run.
var (
	// ErrStarting: the program was just started and hasn't answered anything yet.
	ErrStarting = errors.New("it is starting")
	// ErrLate: no answer within the patience.
	ErrLate = fmt.Errorf("no answer within %v", Patience)
	// ErrBusy: it is still at an earlier question, whose answer is late.
	ErrBusy = errors.New("it is still at an earlier question")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("it isn't asked any more")
)

// Options say how to run a program.
type Options struct {
	// Log takes what a person should know: that the program ended and why, and
	// what it writes on its standard error. Nil for nothing.
	Log *slog.Logger
	// Patient is for simulated time, which stands still meanwhile: Ask waits for a
	// process to start, and to be done with an earlier question, for as long as that
	// may take, and only then lets it have the usual time. A program that ended is
	// started again sooner.
	Patient bool
}

// times are what a program is given time for.
type times struct {
	patience time.Duration // for an answer
	start    time.Duration // for the first answer of a process
	stuck    time.Duration // for any other, however late: then it is killed
	pause    time.Duration // until it is started again, doubled each time up to
	longest  time.Duration
	sound    time.Duration // that it has run for, to begin with the first pause again
	goodbye  time.Duration // to end by itself when its standard input ends
	last     time.Duration // for its last words, once it has ended
}

var usual = times{
	patience: Patience,
	start:    10 * time.Second,
	stuck:    5 * time.Second,
	pause:    250 * time.Millisecond,
	longest:  30 * time.Second,
	sound:    30 * time.Second,
	goodbye:  500 * time.Millisecond,
	last:     100 * time.Millisecond,
}

// maxUnasked is how many lines a program may write without being asked.
const maxUnasked = 100

// Program is a program that answers questions. Its methods may be called from any
// goroutine; questions are asked one after the other.
type Program struct {
	command Command
	opts    Options
	times   times
	asks    chan ask
	quit    chan struct{}
	ended   chan struct{}
	closing sync.Once

	// The rest belongs to run.
	child   *child // nil while there is none
	why     error  // there is none
	again   *time.Timer
	pause   time.Duration
	unasked int
}

type ask struct {
	question []byte
	reply    chan<- reply
}

type reply struct {
	line []byte
	err  error
}

// Start starts a program, which runs until Close. Whether that works is seen when
// it is asked.
func Start(c Command, opts Options) *Program {
	t := usual
	if opts.Patient {
		t.pause, t.longest = time.Millisecond, time.Second
	}
	return start(c, opts, t)
}

func start(c Command, opts Options, t times) *Program {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	p := &Program{
		command: c, opts: opts, times: t, why: ErrStarting, pause: t.pause,
		asks: make(chan ask), quit: make(chan struct{}), ended: make(chan struct{}),
		again: time.NewTimer(t.longest),
	}
	go p.run()
	return p
}

// Ask asks a question, a line without its end, and returns the answer, without
// its end. It returns within the patience, or a little later if the program has
// to be ended.
func (p *Program) Ask(question []byte) ([]byte, error) {
	replies := make(chan reply, 1)
	// A copy: a program that doesn't read may be given it after the patience.
	line := append(bytes.Clone(question), '\n')
	select {
	case p.asks <- ask{line, replies}:
		r := <-replies
		return r.line, r.err
	case <-p.ended:
		return nil, ErrClosed
	}
}

// Close ends the program: its standard input ends, and if it doesn't end then, it
// is killed.
func (p *Program) Close() error {
	p.closing.Do(func() { close(p.quit) })
	<-p.ended
	return nil
}

// run owns the process, until Close.
func (p *Program) run() {
	defer close(p.ended)
	p.begin()
	for {
		var lines <-chan line
		var exited <-chan struct{}
		var overdue <-chan time.Time
		if c := p.child; c != nil {
			lines, exited, overdue = c.lines, c.exited, c.overdue.C
		}
		select {
		case <-p.quit:
			p.again.Stop()
			if p.child != nil {
				p.child.end(p.times.goodbye)
				p.child.lastWords(p.times.last)
			}
			return
		case <-p.again.C:
			p.begin()
		case a := <-p.asks:
			text, err := p.exchange(a.question)
			a.reply <- reply{text, err}
		case l := <-lines:
			p.unexpected(l)
		case <-exited:
			p.gone(errors.New("it ended"), p.times.last)
		case <-overdue:
			p.overdue()
		}
	}
}

// begin starts a process.
func (p *Program) begin() {
	if p.child != nil {
		return
	}
	c, err := p.command.start(p.opts.Log)
	if err != nil {
		p.retry(err)
		return
	}
	p.child, p.unasked = c, 0
}

// retry notes why there is no process, and when to start the next one.
func (p *Program) retry(why error) {
	p.why = fmt.Errorf("it doesn't run: %w", why)
	p.opts.Log.Warn("program "+p.command.String()+" doesn't run: started again in "+p.pause.String(), "error", why)
	p.again.Reset(p.pause)
	p.pause = min(2*p.pause, p.times.longest)
}

// gone ends the process, which is of no use any more, or has ended by itself; it
// is given some time to say how.
func (p *Program) gone(why error, time time.Duration) {
	c := p.child
	p.child = nil
	if how := c.end(time); time > 0 && how != "" {
		why = fmt.Errorf("%w: %s", why, how)
	}
	if said := c.lastWords(p.times.last); said != "" {
		why = fmt.Errorf("%w: %s", why, said)
	}
	if c.answered && c.age() >= p.times.sound {
		p.pause = p.times.pause
	}
	p.retry(why)
}

// unexpected takes a line for which nobody waits: a late answer, or one too many.
func (p *Program) unexpected(l line) {
	c := p.child
	switch {
	case l.err != nil:
		p.closed(l.err)
	case c.owes:
		c.paid()
	default:
		if p.unasked++; p.unasked > maxUnasked {
			p.gone(fmt.Errorf("%d lines that nobody asked for: killed", p.unasked), 0)
		}
	}
}

// closed ends a process whose standard output has ended, or can't be read on.
func (p *Program) closed(err error) {
	if errors.Is(err, io.EOF) {
		p.gone(errors.New("its standard output ended"), p.times.last)
		return
	}
	p.gone(fmt.Errorf("%w: killed", err), 0)
}

// exchange asks the process and waits for the answer.
func (p *Program) exchange(question []byte) ([]byte, error) {
	p.settle()
	for p.opts.Patient && p.child != nil && p.child.owes {
		if !p.awaits() {
			return nil, ErrClosed
		}
	}
	c := p.child
	switch {
	case c == nil:
		return nil, p.why
	case c.owes && !c.answered:
		return nil, ErrStarting
	case c.owes:
		return nil, ErrBusy
	}
	p.unasked = 0
	if !c.ask(question, p.times) {
		p.gone(errors.New("it doesn't read what it is asked: killed"), 0)
		return nil, p.why
	}
	patience := p.times.patience
	if !c.answered && p.opts.Patient {
		patience = p.times.start
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case l := <-c.lines:
		if l.err != nil {
			p.closed(l.err)
			return nil, p.why
		}
		c.paid()
		return l.text, nil
	case <-late.C:
		if !c.answered {
			return nil, ErrStarting
		}
		return nil, ErrLate
	case <-p.quit:
		return nil, ErrClosed
	}
}

// awaits waits for a late answer, or for the end of the process. It returns false
// if the program is to be closed.
func (p *Program) awaits() bool {
	c := p.child
	select {
	case l := <-c.lines:
		p.unexpected(l)
	case <-c.overdue.C:
		p.overdue()
	case <-p.quit:
		return false
	}
	return true
}

// overdue ends a process that takes too long to answer.
func (p *Program) overdue() {
	p.gone(fmt.Errorf("no answer within %v: killed", p.child.patience(p.times)), 0)
}

// settle takes the lines that have come before the question, so that none of them
// is taken for its answer.
func (p *Program) settle() {
	for p.child != nil {
		select {
		case l := <-p.child.lines:
			p.unexpected(l)
		default:
			return
		}
	}
}
