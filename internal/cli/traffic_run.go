package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"elevnet/internal/traffic"
)

// run measures on all cores. The result does not depend on how many there are.
func (s *study) run(ctx context.Context, errOut io.Writer) (*traffic.Results, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := traffic.NewResults(s.scenarios, s.policies, s.seeds)
	runs := len(s.scenarios) * len(s.policies) * len(s.seeds)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), runs) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= runs {
					return
				}
				if err := s.one(ctx, results, i); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		workers.Wait()
	}()
	showProgress(errOut, ended, runs, func() int { return int(done.Load()) })
	if err := context.Cause(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, errors.New("traffic: interrupted")
		}
		return nil, fmt.Errorf("traffic: %w", err)
	}
	return results, nil
}

// atOnce is how many moments of a run pass, in some milliseconds, before somebody
// who wants to end it is heard.
const atOnce = 1000

// one makes run number i. The last scenarios come first: those of the largest
// building, which take the longest.
func (s *study) one(ctx context.Context, results *traffic.Results, i int) error {
	policy := i % len(s.policies)
	i /= len(s.policies)
	seed := i % len(s.seeds)
	scenario := len(s.scenarios) - 1 - i/len(s.seeds)
	decides, end := s.policy(s.policies[policy])
	defer end()
	x, err := traffic.New(s.scenarios[scenario], s.seeds[seed], s.length, decides)
	for done := false; err == nil && !done; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		done, err = x.Advance(atOnce)
	}
	if err != nil {
		return fmt.Errorf("policy %s: %w", s.policies[policy], err)
	}
	results.Measures[scenario][policy][seed] = x.Measures()
	return nil
}

// policy returns the policy of that name for one run, and what ends it.
func (s *study) policy(name string) (traffic.Policy, func()) {
	if p := s.programs[name]; p != nil {
		return p.begin()
	}
	named, _ := traffic.PolicyNamed(name)
	return named.New(), func() {}
}

// showProgress shows how many runs are done, until all of them are: on a terminal
// as a bar, elsewhere as a line at the start, one now and then and one at the end.
func showProgress(out io.Writer, ended <-chan struct{}, runs int, done func() int) {
	const width = 40
	terminal := isTerminal(out) && enableEscapes(out)
	interval := 30 * time.Second
	if terminal {
		interval = 100 * time.Millisecond
	} else {
		fmt.Fprintf(out, "%s\n", counted(runs, "run"))
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	began := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ended:
			if terminal {
				fmt.Fprint(out, "\r\x1b[K")
			}
			fmt.Fprintf(out, "%d of %d runs in %v\n", done(), runs, time.Since(began).Round(100*time.Millisecond))
			return
		}
		if terminal {
			n := done() * width / runs
			fmt.Fprintf(out, "\r[%s%s] %d of %d runs\x1b[K", strings.Repeat("#", n), strings.Repeat(".", width-n), done(), runs)
		} else {
			fmt.Fprintf(out, "%d of %d runs\n", done(), runs)
		}
	}
}
