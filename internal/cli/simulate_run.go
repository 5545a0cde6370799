package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"elevnet/internal/trial"
)

// shown is how many plans that fail are shortened and shown.
const shown = 3

// run runs all plans and tells how it went.
func (s *simulation) run(ctx context.Context, std stdio) (int, error) {
	// A building needs little memory and makes much garbage.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	began := time.Now()
	p := newProgress(std.err, s)
	sum, busy, err := s.all(ctx, p)
	p.end()
	if err != nil {
		return exitFailed, err
	}
	if s.timeline {
		if err := s.story(std); err != nil {
			return exitFailed, err
		}
	}
	if ctx.Err() != nil {
		fmt.Fprintln(std.out, "interrupted: this is what was found so far")
	}
	printSummary(std.out, sum, time.Since(began), busy)
	if len(sum.Violations) == 0 {
		return exitOK, nil
	}
	printViolations(std.out, sum.Violations)
	seeds := failed(sum.Violations)
	for _, seed := range seeds[:min(shown, len(seeds))] {
		if ctx.Err() != nil {
			break
		}
		fmt.Fprintf(std.err, "elevnet: making the plan of seed %d shorter\n", seed)
		f, err := s.shrink(ctx, seed)
		if err == nil {
			err = s.tell(f, std)
		}
		if err != nil {
			return exitBroken, fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return exitBroken, nil
}

// story prints what happens in the one plan.
func (s *simulation) story(std stdio) error {
	report, err := trial.Run(trial.Generate(s.first, s.profile), trial.Options{Record: true})
	if err != nil {
		return err
	}
	return printStory(report.Done.Text(), std)
}

// failed returns the seeds that failed, in order.
func failed(v []trial.Violation) []uint64 {
	var seeds []uint64
	for _, x := range v {
		seeds = append(seeds, x.Seed)
	}
	slices.Sort(seeds)
	return slices.Compact(seeds)
}

// all runs all plans, as many at one time as there are workers, and returns what
// they found together and how long the workers worked.
func (s *simulation) all(ctx context.Context, p *progress) (*trial.Report, time.Duration, error) {
	plans := make(chan trial.Plan)
	go func() {
		defer close(plans)
		planned := time.Duration(0)
		for i := 0; s.seeds == 0 && planned < s.length || i < s.seeds; i++ {
			plan := trial.Generate(s.first+uint64(i), s.profile)
			planned += plan.Length()
			select {
			case plans <- plan:
			case <-ctx.Done():
				return
			}
		}
	}()
	var group sync.WaitGroup
	var mu sync.Mutex
	var failure error
	sum, busy := &trial.Report{}, time.Duration(0)
	for range s.workers {
		group.Go(func() {
			began := time.Now()
			for plan := range plans {
				report, err := s.one(ctx, plan, p)
				mu.Lock()
				if err != nil && failure == nil {
					failure = fmt.Errorf("seed %d: %w", plan.Seed, err)
				}
				sum.Add(&report)
				mu.Unlock()
				p.finished(&report)
			}
			mu.Lock()
			busy += time.Since(began)
			mu.Unlock()
		})
	}
	group.Wait()
	slices.SortStableFunc(sum.Violations, func(a, b trial.Violation) int {
		switch {
		case a.Seed < b.Seed:
			return -1
		case a.Seed > b.Seed:
			return 1
		}
		return 0
	})
	return sum, busy, failure
}

// one runs one plan, or as much of it as there is time for.
func (s *simulation) one(ctx context.Context, plan trial.Plan, p *progress) (trial.Report, error) {
	r, err := trial.NewRunner(plan, trial.Options{})
	if err != nil {
		return trial.Report{}, err
	}
	before := time.Duration(0)
	for more := true; more && ctx.Err() == nil; {
		more = r.Episode()
		now := r.Now()
		p.passed(now - before)
		before = now
	}
	return r.Report(), nil
}
