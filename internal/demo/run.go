package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"elevnet/internal/elevator"
)

// Exit codes of [Run].
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // bad input: nothing was done
	exitBroken = 3 // a promise was broken
)

// Options say how to demonstrate.
type Options struct {
	// Nodes is the number of nodes, 1 to [MaxNodes]; 0 means 3.
	Nodes int
	// Floors is the number of floors; 0 means 4.
	Floors int
	// UDPPort is where the nodes talk; 0 takes a free one.
	UDPPort int
	// Headless writes plain lines instead of the live screen.
	Headless bool
	// For ends the demonstration by itself; 0 means never. Without a screen it
	// then waits until every call was served.
	For time.Duration
	// Traffic begins with random presses, and Faults with random faults.
	Traffic, Faults bool
	// Seed decides what is random; 0 means another one each time.
	Seed uint64
	// StateDir is where the nodes keep what survives a crash; "" means a
	// temporary directory that is removed at the end. Demonstrations with one
	// directory are one building: the next goes on with what was lit.
	StateDir string
	// LogLevel is the least level of the nodes' log lines; nil means info.
	LogLevel slog.Leveler
}

// Run runs a demonstration until ctx is done, somebody quits, or its time is
// over. The exit code is 0, or 3 if a promise was broken; an error of code 2
// says what to change.
func Run(ctx context.Context, opts Options, in io.Reader, out, errOut io.Writer) (exitCode int, err error) {
	if opts.Nodes == 0 {
		opts.Nodes = 3
	}
	if opts.Seed == 0 {
		opts.Seed = rand.Uint64()>>32 | 1 // short enough to type
	}
	cfg := Config{
		Nodes: opts.Nodes, Elevator: elevator.DefaultConfig(), UDPPort: opts.UDPPort,
		Seed: opts.Seed, LogLevel: opts.LogLevel,
	}
	if opts.Floors != 0 {
		cfg.Elevator.Floors = opts.Floors
	}
	cfg.Name, cfg.StateDir, err = stateDir(opts.StateDir)
	if err != nil {
		return exitUsage, err
	}
	if opts.StateDir == "" {
		defer func() {
			if e := os.RemoveAll(cfg.StateDir); e != nil {
				exitCode, err = max(exitCode, exitFailed), errors.Join(err, e)
			}
		}()
	}
	ctx, stop := untilHangUp(ctx)
	defer stop()
	if !opts.Headless && !(isTerminal(in) && isTerminal(out)) {
		fmt.Fprintln(errOut, "this is not a terminal: running without the live screen, as with --headless")
		opts.Headless = true
	}
	if opts.Headless {
		return runHeadless(ctx, opts, cfg, out)
	}
	s, err := openSession(cfg, opts.Seed)
	if err != nil {
		return exitUsage, err
	}
	s.visitors.in.Store(opts.Traffic)
	s.setFaults(opts.Faults)
	if opts.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.For)
		defer cancel()
	}
	err = runScreen(ctx, s, in, out)
	if err = errors.Join(err, s.close()); err != nil {
		return exitFailed, err
	}
	return exitOK, nil
}

// untilHangUp returns a context that also ends when the terminal is closed,
// unless the process was started to survive that.
func untilHangUp(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

func isTerminal(x any) bool {
	f, ok := x.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
