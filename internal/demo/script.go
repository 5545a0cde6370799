package demo

import (
	"context"
	"time"
)

// runScenes plays scenes without a pause, prints each step with the time that it
// took, and judges at the end.
func (s *session) runScenes(ctx context.Context, p *printer, opts Options, began time.Time, end func() error) (int, error) {
	var failed error
	over := func() bool { return time.Since(began) >= opts.For }
	for round := 0; failed == nil && (round == 0 || !over()); round++ {
		for n, sc := range opts.Scenes {
			if round > 0 && over() {
				break
			}
			p.say("")
			p.say("scene %d of %d: %s", n+1, len(opts.Scenes), sc.Title)
			if failed = s.director(0, func(c cue) { s.printCue(p, c) }).play(ctx, sc); failed != nil {
				break
			}
		}
	}
	if ctx.Err() != nil {
		return s.finish(p, time.Since(began), unknown, end)
	}
	if failed != nil {
		p.say("")
		p.say("FAILED: %v", failed)
	}
	code, err := s.finish(p, time.Since(began), s.serveAll(ctx, p), end)
	if failed != nil && code == exitOK {
		code = exitBroken
	}
	return code, err
}

// printCue prints a step, or what was seen of it and how long that took.
func (s *session) printCue(p *printer, c cue) {
	if s.page != nil {
		s.page.cue(c)
	}
	switch {
	case c.step < 0:
	case c.caption:
		p.say("  %d. %8s  %s", c.step+1, measured(c.took), c.text)
	default:
		p.say("  %d. %s", c.step+1, c.text)
	}
}
