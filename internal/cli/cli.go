// Package cli is the command line: flags, wiring, and what is said to a person
// who starts a command. It decides nothing about elevators.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something went wrong while running
	exitUsage  = 2 // bad input: nothing was done
	exitBroken = 3 // a promise was broken
)

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// command is one subcommand.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, std stdio) (int, error)
}

func commands() []command {
	return []command{
		{"node", "run a node: one elevator of the network (the default)", runNode},
		{"demo", "several nodes with simulated elevators in one process, live in the terminal", runDemo},
		{"assign", "who takes which hall call: JSON in, JSON out, as the course's hall_request_assigner", runAssign},
		{"sim", "simulated elevators behind the elevator-server protocol, on the screen", runSim},
		{"doctor", "examine whether a node would do well here: elevator server, network, disk, clock", runDoctor},
		{"simulate", "many buildings in virtual time, with every fault, and a verdict", runSimulate},
		{"traffic", "how long people wait under this and other ways to assign calls, simulated", runTraffic},
		{"replay", "show what was recorded, run it again, and say whether it is decided the same", runReplay},
		{"watch", "listen silently and print the worldview", runWatch},
		{"check", "try everything that can happen to a call, within bounds", runCheck},
		{"version", "print the version", runVersion},
	}
}

// usageError is bad input: one line that says what is wrong and what to do.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errHelp is returned after help was printed.
var errHelp = errors.New("help")

// Main runs elevnet with the given arguments and returns its exit status.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	std := stdio{in, out, errOut}
	ctx, stop := interruptible(context.Background())
	defer stop()
	code, err := dispatch(ctx, args, std)
	var bad usageError
	switch {
	case err == nil:
		return code
	case errors.Is(err, errHelp):
		return exitOK
	case errors.As(err, &bad):
		code = exitUsage
	case code == exitOK:
		code = exitFailed
	}
	fmt.Fprintln(errOut, "elevnet:", oneLine(err.Error()))
	return code
}

func dispatch(ctx context.Context, args []string, std stdio) (int, error) {
	if len(args) > 0 {
		switch args[0] {
		case "help", "-h", "-help", "--help":
			if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
				return dispatch(ctx, []string{args[1], "--help"}, std)
			}
			printHelp(std.out)
			return exitOK, nil
		case "-version", "--version":
			return runVersion(ctx, nil, std)
		}
	}
	name, rest := "node", args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, rest = args[0], args[1:]
	}
	var names []string
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, rest, std)
		}
		names = append(names, c.name)
	}
	hint := "; see elevnet --help"
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return exitUsage, usage("unknown command %q%s", name, hint)
}

// interruptible returns a context that the first Ctrl-C (or SIGTERM) ends, so
// that everything ends in good order. The second one ends the process at once.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel()
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(exitFailed)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// nearest returns the name that s was probably meant to be, "" if none is near.
func nearest(s string, names []string) string {
	best, least := "", 3
	for _, n := range names {
		if d := distance(s, n); d < least && 2*d <= len(s) {
			best, least = n, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
