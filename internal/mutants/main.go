package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

// run reports whether all mutants were killed.
func run(ctx context.Context, args []string, out io.Writer) (bool, error) {
	f := flag.NewFlagSet("mutants", flag.ContinueOnError)
	update := f.Bool("update", false, "write "+page+", with what each layer makes of some mutants")
	hunt := f.Bool("hunt", false, "look for killers of the mutants that are named, and keep the scenarios that kill")
	seeds := f.Int("seeds", 40, "with -hunt, the number of random buildings for each")
	if err := f.Parse(args); err != nil {
		return false, err
	}
	mutants, err := choose(f.Args())
	if err != nil {
		return false, err
	}
	root, err := findRoot()
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	k, err := build(ctx, root, dir, catalogue())
	if err != nil {
		return false, err
	}
	if *hunt {
		return true, k.hunt(ctx, out, mutants, *seeds)
	}
	if err := k.tests(ctx, testPackages(mutants)); err != nil {
		return false, err
	}
	if err := k.sound(ctx, mutants); err != nil {
		return false, err
	}
	verdicts := k.all(ctx, mutants, func(m *Mutant, v verdict) {
		fmt.Fprintln(out, line(m, v))
		if f.NArg() > 0 {
			for i, step := range v.trace {
				fmt.Fprintf(out, "%5d. %s\n", i+1, step)
			}
		}
	})
	killed := 0
	for _, v := range verdicts {
		if v.killed {
			killed++
		}
	}
	fmt.Fprintf(out, "%d of %d mutants killed\n", killed, len(mutants))
	if killed == len(mutants) && *update {
		if err := k.writePage(ctx, verdicts); err != nil {
			return false, err
		}
	}
	return killed == len(mutants), ctx.Err()
}

// choose returns the mutants of these names, all if there are none.
func choose(names []string) ([]Mutant, error) {
	all := catalogue()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []Mutant
	for _, name := range names {
		at := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("there is no mutant %q", name)
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}

// all runs the killers of the mutants, on all cores, and tells of each in the
// order of the catalogue.
func (k *kit) all(ctx context.Context, mutants []Mutant, tell func(m *Mutant, v verdict)) []verdict {
	verdicts := make([]verdict, len(mutants))
	done := make([]chan struct{}, len(mutants))
	for i := range done {
		done[i] = make(chan struct{})
	}
	go side(len(mutants), func(i int) {
		verdicts[i] = k.kill(ctx, &mutants[i])
		close(done[i])
	})
	for i := range mutants {
		<-done[i]
		tell(&mutants[i], verdicts[i])
	}
	return verdicts
}

// side does n tasks on all cores, and returns when the last has ended.
func side(n int, task func(i int)) {
	next := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				task(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// soundStates bounds each search in which nothing may be found. Nearly all mutants
// that the model checker kills are found in fewer.
const soundStates = "150000"

// sound makes sure that the killers say nothing where nothing is wrong: it asks
// each of them with no mutant on.
func (k *kit) sound(ctx context.Context, mutants []Mutant) error {
	var ask []Mutant
	seen := make(map[string]bool)
	for _, m := range mutants {
		key := m.Check + m.Tests.Package + m.Tests.Run
		if key != "" && seen[key] {
			continue
		}
		seen[key] = true
		if m.Check != "" {
			m.Check += " --states " + soundStates
		}
		ask = append(ask, m)
	}
	errs := make([]error, len(ask))
	side(len(ask), func(i int) {
		v := k.killAs(ctx, "", &ask[i])
		switch {
		case v.err != nil:
			errs[i] = fmt.Errorf("with no mutant on, what kills %s fails: %w", ask[i].Name, v.err)
		case v.killed:
			errs[i] = fmt.Errorf("with no mutant on, what kills %s is noticed all the same: %s", ask[i].Name, v.what)
		}
	})
	return errors.Join(errs...)
}

// line is what is said of one mutant.
func line(m *Mutant, v verdict) string {
	took := v.took.Round(10 * time.Millisecond)
	switch {
	case v.err != nil:
		return fmt.Sprintf("%-28s SURVIVED  %v", m.Name, v.err)
	case !v.killed:
		return fmt.Sprintf("%-28s SURVIVED  the %s (%v)", m.Name, v.by, took)
	default:
		return fmt.Sprintf("%-28s killed by the %s in %v: %s", m.Name, v.by, took, strings.TrimSuffix(v.what, "."))
	}
}
