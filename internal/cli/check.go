package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"elevnet/internal/model"
)

func runCheck(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("check", "  elevnet check                                a minute of everything that can happen\n  elevnet check --preset deep --mem 16         as far as 16 gigabytes reach\n  elevnet check --nodes 2 --hall 2 --crashes 1 bounds of your own\n")
	preset := f.choice("preset", "default", model.Presets(), "NAME: sets of bounds: small, default or deep; not used if any bound is given")
	var o model.Options
	bounds := checkBounds(f, &o)
	fair := f.number("fair", 64, 0, 1_000_000, "NUMBER: check that all is served in the end from one of so many states; 0 is never")
	most := f.number("states", 0, 0, 2_000_000_000, "NUMBER: of states of one set at which to stop; 0 is that of the preset")
	mem := f.number("mem", 2, 1, 1024, "GB: of memory for the search, about")
	workers := f.number("workers", runtime.GOMAXPROCS(0), 1, 256, "NUMBER: of processors to use")
	trace := f.Bool("trace", true, "tell the story of a violation")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	sets := model.Preset(*preset)
	if bounds() {
		o.Name = "bounds given"
		sets = []model.Options{o}
	}
	c := checker{out: std.out, ctx: ctx, trace: *trace}
	begin := time.Now()
	for _, o := range sets {
		o.Fair, o.MaxBytes = uint64(*fair), uint64(*mem)<<30
		o.Workers, o.Run = *workers, side
		if *most > 0 {
			o.MaxStates = uint64(*most)
		}
		if !c.check(o) {
			return exitBroken, nil
		}
		if ctx.Err() != nil {
			return exitFailed, fmt.Errorf("check: interrupted")
		}
	}
	fmt.Fprintf(std.out, "nothing is broken: %d states, %d transitions in %s\n", c.states, c.transitions, time.Since(begin).Round(100*time.Millisecond))
	return exitOK, nil
}

// checkBounds adds the flags that bound the search. What it returns puts their
// values into o, and says whether any was given.
func checkBounds(f *flags, o *model.Options) func() bool {
	type bound struct {
		name               string
		into               *int
		value, least, most int
		help               string
	}
	bounds := []bound{
		{"nodes", &o.Nodes, 2, 2, 3, "NUMBER: of nodes"},
		{"hall", &o.Hall, 1, 0, 4, "NUMBER: of presses of the hall button, on any panel"},
		{"cab", &o.Cab, 0, 0, 3, "NUMBER: of presses of the cab button of node A"},
		{"crashes", &o.Crashes, 0, 0, 6, "NUMBER: of crashes"},
		{"losses", &o.Losses, 0, 0, 6, "NUMBER: of crashes that lose the disk"},
		{"back", &o.Back, 0, 0, 6, "NUMBER: of restarts with a clock that was set back"},
		{"saved", &o.Saved, 0, 0, 3, "NUMBER: of datagrams that arrive late, any number of times"},
		{"failures", &o.Failures, 0, 0, 6, "NUMBER: of commits that fail or are slow, and of disks that can't be read at first"},
		{"diskless", &o.Diskless, 0, 0, 3, "NUMBER: of nodes without a disk"},
	}
	values := make(map[string]*int)
	for _, b := range bounds {
		values[b.name] = f.number(b.name, b.value, b.least, b.most, b.help)
	}
	f.BoolVar(&o.Acquainted, "acquainted", false, "everybody has heard everybody in the beginning")
	return func() bool {
		for _, b := range bounds {
			*b.into = *values[b.name]
		}
		given := false
		f.Visit(func(x *flag.Flag) { given = given || values[x.Name] != nil || x.Name == "acquainted" })
		return given
	}
}

// checker runs one search after the other and says what they find.
type checker struct {
	out                 io.Writer
	ctx                 context.Context
	trace               bool
	states, transitions uint64
}

// every is the pause between two lines about a search that goes on.
const every = 10 * time.Second

// check reports whether a search has found nothing broken.
func (c *checker) check(o model.Options) bool {
	begin := time.Now()
	told := begin
	o.Progress = func(r model.Result) bool {
		if now := time.Now(); now.Sub(told) >= every {
			told = now
			c.line(o, r, now.Sub(begin), "...")
		}
		return c.ctx.Err() == nil
	}
	r := model.Check(o)
	c.states += r.States
	c.transitions += r.Transitions
	end := "exhaustive within the bounds"
	switch {
	case r.Violation != nil:
		end = "a violation"
	case !r.Exhaustive:
		end = "not exhaustive: " + r.Stopped
	}
	c.line(o, r, time.Since(begin), end)
	if r.Violation == nil {
		return true
	}
	fmt.Fprintf(c.out, "BROKEN [%s]: %s\n", r.Violation.Property.Name(), r.Violation.Property)
	if c.trace {
		for i, s := range r.Violation.Trace {
			fmt.Fprintf(c.out, "%3d. %s\n", i+1, s)
		}
	}
	return false
}

func (c *checker) line(o model.Options, r model.Result, took time.Duration, end string) {
	fmt.Fprintf(c.out, "%s [%s]: %d states, %d transitions, depth %d, frontier %d, %d runs to the end, %.0f states/s, %d MB, %s; %s\n",
		o.Name, o.Bounds(), r.States, r.Transitions, r.Depth, r.Frontier, r.FairRuns,
		float64(r.States)/max(took.Seconds(), 1e-3), r.Bytes>>20, took.Round(100*time.Millisecond), end)
}

// side runs the workers side by side.
func side(workers int, task func(worker int)) {
	if workers == 1 {
		task(0)
		return
	}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { task(i) })
	}
	wg.Wait()
}
