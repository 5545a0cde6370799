package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"elevnet/internal/demo"
	"elevnet/internal/elevator"
)

func runDemo(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("demo", "  elevnet demo                                          three nodes, live; press ? for the keys\n  elevnet demo --nodes 5 --floors 8 --traffic           with people\n  elevnet demo --headless --for 1m --traffic --faults   a trial with a verdict\n")
	var opts demo.Options
	nodes := f.number("nodes", 3, 1, demo.MaxNodes, "NUMBER: of nodes, each with an elevator")
	floors := f.number("floors", elevator.DefaultConfig().Floors, elevator.MinFloors, elevator.MaxFloors, "NUMBER: of floors")
	udpPort := f.number("udp-port", defaultUDPPort, 1, 65535, "PORT: udp port on which the nodes talk, on this computer alone")
	f.BoolVar(&opts.Headless, "headless", false, "plain lines instead of the live screen")
	length := f.duration("for", 0, 0, 1000*time.Hour, "TIME: end after it, with --headless when all calls are served; 0s is never")
	f.BoolVar(&opts.Traffic, "traffic", false, "press random buttons")
	f.BoolVar(&opts.Faults, "faults", false, "make random faults of every kind, and heal them")
	seed := f.String("seed", "", "NUMBER: decides what is random (default another one each time)")
	f.StringVar(&opts.StateDir, "state-dir", "", "DIR: for what survives a crash; the next demo there goes on with what was lit (default a temporary one)")
	level := f.choice("log-level", "info", []string{"debug", "info", "warn", "error"}, "LEVEL: how much the nodes say: debug, info, warn or error")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	opts.Nodes, opts.Floors, opts.UDPPort, opts.For = *nodes, *floors, *udpPort, *length
	if *seed != "" {
		n, err := strconv.ParseUint(*seed, 10, 64)
		if err != nil || n == 0 {
			return exitUsage, usage("--seed %s: a whole number above 0 is needed", *seed)
		}
		opts.Seed = n
	}
	var least slog.Level
	if err := least.UnmarshalText([]byte(*level)); err != nil {
		return exitUsage, usage("--log-level: %v", err)
	}
	opts.LogLevel = least
	code, err := demo.Run(ctx, opts, std.in, std.out, std.err)
	if err != nil && code == exitUsage {
		return code, usageError{fmt.Errorf("demo: %w", err)}
	}
	return code, err
}
