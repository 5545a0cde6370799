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
	"elevnet/internal/host"
	"elevnet/internal/node"
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
	// Network is what the nodes talk over.
	Network Network
	// Parking lets idle elevators wait where the next call is likely.
	Parking bool
	// Headless writes plain lines instead of the live screen, serves no page and
	// judges at the end.
	Headless bool
	// Page is where the page is served: "" is web.DefaultAddr or, if that is
	// taken, the next free port; NoPage serves none.
	Page   string
	NoPage bool
	// NoOpen doesn't open the page in a browser, and NoScreen doesn't show the
	// live screen in a terminal.
	NoOpen, NoScreen bool
	// Scenes are played one after the other. Without a screen and without For,
	// they are all that there is.
	Scenes []Scene
	// Version is what this program calls itself.
	Version string
	// Record is the file to record in, "" for none; RecordLimit bounds it, in
	// bytes.
	Record      string
	RecordLimit int64
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
	// Policy, Adviser and Assigner are those of Config.
	Policy   func() node.Policy
	Adviser  func(log *slog.Logger) host.Adviser
	Assigner string
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
		Policy: opts.Policy, Adviser: opts.Adviser, Assigner: opts.Assigner,
		Seed: opts.Seed, LogLevel: opts.LogLevel, Network: opts.Network, Parking: opts.Parking,
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
	terminal := isTerminal(in) && isTerminal(out)
	if terminal && !opts.Headless && !opts.NoScreen {
		return runLive(ctx, opts, cfg, in, out)
	}
	if !terminal && !opts.Headless && !opts.NoScreen {
		fmt.Fprintln(errOut, "this is not a terminal: plain lines instead of the live screen")
	}
	opts.NoPage = opts.NoPage || opts.Headless
	opts.NoOpen = opts.NoOpen || !terminal
	return runPlain(ctx, opts, cfg, out)
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
