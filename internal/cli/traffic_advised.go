package cli

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"elevnet/internal/elevator"
	"elevnet/internal/program"
	"elevnet/internal/traffic"
)

// programPolicy is a program as a policy, in all runs together.
type programPolicy struct {
	name    string // as in --policies
	command program.Command
	log     *slog.Logger

	mu        sync.Mutex
	decisions int
	failures  map[string]int // by what was wrong
}

// begin returns the policy for one run, with a process of its own, and what ends it.
func (p *programPolicy) begin() (traffic.Policy, func()) {
	r := &programRun{
		policy:  p,
		adviser: program.NewAdviser(program.Start(p.command, program.Options{Log: p.log, Patient: true})),
	}
	return traffic.Advised(r), func() {
		r.adviser.Close() //nolint:errcheck // it has no error
		p.mu.Lock()
		p.decisions += r.decisions
		p.mu.Unlock()
	}
}

// programRun is the program in one run.
type programRun struct {
	policy    *programPolicy
	adviser   *program.Adviser
	decisions int
}

// Advise implements traffic.Adviser.
func (r *programRun) Advise(in *traffic.Input) ([]elevator.Calls, error) {
	r.decisions++
	calls, err := r.adviser.Advise(&in.Input, in.Phase)
	if err == nil && calls == nil {
		err = errNoStart
	}
	return calls, err
}

// maxFailures is how many things that go wrong are told apart.
const maxFailures = 5

// Failed implements traffic.Adviser.
func (r *programRun) Failed(err error) {
	p := r.policy
	p.mu.Lock()
	defer p.mu.Unlock()
	text := err.Error()
	if _, ok := p.failures[text]; !ok && len(p.failures) >= maxFailures {
		text = "something else"
	}
	if p.failures == nil {
		p.failures = make(map[string]int)
	}
	p.failures[text]++
}

// report says how often the program did not decide, and what was wrong. An error
// says that it never did, so that the figures would be another policy's.
func (p *programPolicy) report(out io.Writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	failed := 0
	for _, n := range p.failures {
		failed += n
	}
	if failed == 0 {
		return nil
	}
	texts := slices.Collect(maps.Keys(p.failures))
	slices.SortFunc(texts, func(x, y string) int {
		if d := p.failures[y] - p.failures[x]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%s (%d)", text, p.failures[text])
	}
	why := strings.Join(texts, "; ")
	if failed == p.decisions {
		return fmt.Errorf("traffic: %s has not given a single answer that can be used: %s", p.name, why)
	}
	fmt.Fprintf(out, "%s: the built-in policy made %d of %d decisions: %s\n", p.name, failed, p.decisions, why)
	return nil
}
