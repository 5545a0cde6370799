package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progressEvery is the time from one line of progress to the next.
const progressEvery = 10 * time.Second

// lastCalls is for how long, at the end of a limited time, nobody presses and
// nothing breaks: a quarter of it, at most this.
const lastCalls = 15 * time.Second

// printer writes whole lines from several goroutines.
type printer struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *printer) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// line writes a line of the log.
func (p *printer) line(l Line) {
	who := "building"
	if l.Node != "" {
		who = "node " + string(l.Node)
	}
	text := mark(l.Level) + l.Text
	switch {
	case l.Seen:
		text = "  " + l.Text
	case l.Hand:
		text = "» " + l.Text
	}
	p.say("%s  %-8s  %s", l.At.Format("15:04:05.000"), who, text)
}

// runPlain demonstrates with plain lines, beside the page if there is one, and
// judges at the end.
func runPlain(ctx context.Context, opts Options, cfg Config, out io.Writer) (int, error) {
	p := &printer{out: out}
	cfg.OnLine = p.line
	began := time.Now()
	s, end, err := openShow(opts, cfg)
	if err != nil {
		return exitUsage, err
	}
	s.introduce(p, cfg)
	switch {
	case len(opts.Scenes) > 0 && opts.Headless:
		return s.runScenes(ctx, p, opts, began, end)
	case len(opts.Scenes) > 0:
		if err := s.startScenes(opts.Scenes); err != nil {
			return exitFailed, errors.Join(err, end())
		}
	case !opts.Traffic && opts.NoPage:
		p.say("nobody presses a button; random presses come with --traffic")
	}
	s.visitors.in.Store(opts.Traffic)
	s.setFaults(opts.Faults)

	interrupted := s.pass(ctx, p, began, opts.For)
	s.setTraffic(false)
	s.setFaults(false)
	last := unknown
	if !interrupted && opts.For > 0 {
		last = s.serveAll(ctx, p)
	}
	return s.finish(p, time.Since(began), last, end)
}

// introduce says what is demonstrated.
func (s *session) introduce(p *printer, cfg Config) {
	p.say("elevnet demo: %d nodes, %d floors, building %s, %s, seed %d",
		cfg.Nodes, cfg.Elevator.Floors, cfg.Name, s.building.networkText(), cfg.Seed)
	if s.url != "" {
		p.say("the page: %s", s.url)
		if s.moved != 0 {
			p.say("(port %d is taken, by another demonstration perhaps)", s.moved)
		}
	}
}

// finish judges, closes the building and prints what happened.
func (s *session) finish(p *printer, took time.Duration, last ending, end func() error) (int, error) {
	violations := s.violations(last)
	err := end()
	s.summarize(p, took, violations)
	switch {
	case err != nil:
		return exitFailed, err
	case len(violations) > 0:
		return exitBroken, nil
	}
	return exitOK, nil
}

// pass lets the time pass, with a line of progress now and then, and without
// presses at the end of it. It reports whether it was interrupted.
func (s *session) pass(ctx context.Context, p *printer, began time.Time, total time.Duration) (interrupted bool) {
	progress := time.NewTicker(progressEvery)
	defer progress.Stop()
	var stopPressing, over <-chan time.Time
	if total > 0 {
		stopPressing = time.After(total - min(lastCalls, total/4))
		over = time.After(total)
	}
	for {
		select {
		case <-ctx.Done():
			return true
		case <-over:
			return false
		case <-stopPressing:
			s.setTraffic(false)
			s.setFaults(false)
		case <-progress.C:
			c := s.look()
			f := c.Figures
			p.say("%7s  %d pressed, %d served, %d lit now, wait %.1f s on average and %.1f s at worst, %d promises broken",
				time.Since(began).Round(time.Second), f.Presses, f.Served, c.Lit(),
				f.WaitAverage.Seconds(), f.WaitWorst.Seconds(), c.Broken)
		}
	}
}

// ending is how a demonstration ended.
type ending uint8

const (
	unknown   ending = iota // calls may be under way
	allServed               // and every lamp is dark
	stillLit                // though there was time enough
)

// serveAll waits until all calls are served.
func (s *session) serveAll(ctx context.Context, p *printer) ending {
	if s.building.Snapshot().Lit() > 0 {
		p.say("waiting until all lit lamps are served, for at most %v", s.patience())
	}
	switch {
	case s.untilDark(ctx):
		return allServed
	case ctx.Err() != nil:
		return unknown
	}
	return stillLit
}

// lit lists the lamps that are lit, as in "node 1: 2↑ 3•".
func (b *Building) lit() string {
	var list []string
	for _, w := range b.Snapshot().Workspaces {
		if !w.Car.Lamps.Empty() {
			list = append(list, fmt.Sprintf("node %s: %v", w.ID, w.Car.Lamps))
		}
	}
	return strings.Join(list, "; ")
}

// violations returns the judge's last word.
func (s *session) violations(e ending) []string {
	// What happened until now is told within this time.
	time.Sleep(feedDelay + feedDelay/2)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judged = true
	if e == allServed {
		s.judge.Finish(time.Since(s.building.feed.began) - feedDelay)
	}
	var list []string
	for _, v := range s.judge.Violations() {
		list = append(list, v.String())
	}
	if e == stillLit {
		list = append(list, "S1 at the end: calls are open that should have been served by now: "+s.building.lit())
	}
	return list
}

// summarize prints what happened, once the building is closed.
func (s *session) summarize(p *printer, took time.Duration, violations []string) {
	s.mu.Lock()
	f, faults := s.tally.figures(), s.begun
	s.mu.Unlock()
	p.say("")
	p.say("ran for %v: %d presses, %d calls served, %d random faults", took.Round(time.Second), f.Presses, f.Served, faults)
	if f.Lamps > 0 {
		p.say("press to lamp on all panels: median %s, 99th percentile %s, worst %s (%d presses with all well)",
			ms(f.LampMedian), ms(f.Lamp99th), ms(f.LampWorst), f.Lamps)
	}
	if f.Served > 0 {
		p.say("press to service: average %.1f s, worst %.1f s", f.WaitAverage.Seconds(), f.WaitWorst.Seconds())
	}
	for _, w := range s.building.all {
		r := perSecond(volume{}, w.total(), took)
		p.say("node %s sent %.0f datagrams and %.1f kB a second, took in %.0f and %.1f kB",
			w.id, r.SentDatagrams, r.SentBytes/1000, r.GotDatagrams, r.GotBytes/1000)
	}
	if len(violations) == 0 {
		p.say("no promise was broken")
		return
	}
	p.say("PROMISES BROKEN: %d", len(violations))
	for _, v := range violations {
		p.say("  %s", v)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
