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

const demoExamples = `  elevnet demo                                          three nodes, on a page in the browser and in the terminal
  elevnet demo --nodes 5 --floors 8 --traffic           with people
  elevnet demo --processes                              each node a process of its own, killed and frozen by signals
  elevnet demo --headless --scene all                   five guided scenes, each step with its measured time
  elevnet demo --headless --for 1m --traffic --faults   a trial with a verdict
`

func runDemo(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("demo", demoExamples)
	opts := demo.Options{Version: versionText()}
	nodes := f.number("nodes", 3, 1, demo.MaxNodes, "NUMBER: of nodes, each with an elevator")
	floors := f.number("floors", elevator.DefaultConfig().Floors, elevator.MinFloors, elevator.MaxFloors, "NUMBER: of floors")
	network := f.choice("network", "udp", []string{"udp", "memory"}, "NETWORK: udp is real sockets on this computer alone, memory is none")
	processes := f.Bool("processes", false, "each node is a process of its own")
	udpPort := f.number("udp-port", defaultUDPPort, 1, 65535, "PORT: udp port on which the nodes talk, on this computer alone")
	page := f.String("http", "", "ADDR: of the page, HOST:PORT or PORT, none for no page (default 127.0.0.1:8146, or the next free port)")
	f.BoolVar(&opts.NoOpen, "no-open", false, "don't open the page in the browser")
	f.BoolVar(&opts.NoScreen, "no-screen", false, "plain lines instead of the live screen in the terminal")
	f.BoolVar(&opts.Headless, "headless", false, "plain lines alone, no page, and a verdict at the end")
	scenes := f.String("scene", "", "LIST: play guided scenes: all, or some of 1 to 5 with commas; with --headless without a pause, then end")
	length := f.duration("for", 0, 0, 1000*time.Hour, "TIME: end after it, with --headless when all calls are served; scenes are played until then; 0s is never")
	f.BoolVar(&opts.Traffic, "traffic", false, "press random buttons")
	f.BoolVar(&opts.Faults, "faults", false, "make random faults of every kind, and heal them")
	f.BoolVar(&opts.Parking, "park", true, "idle elevators wait where the next call is likely; --park=false: where they are")
	seed := f.String("seed", "", "NUMBER: decides what is random (default another one each time)")
	f.StringVar(&opts.StateDir, "state-dir", "", "DIR: for what survives a crash; the next demo there goes on with what was lit (default a temporary one)")
	recorded := addRecordFlags(f)
	who := f.assigner(builtin, assignerHelp)
	level := f.choice("log-level", "info", []string{"debug", "info", "warn", "error"}, "LEVEL: how much the nodes say: debug, info, warn or error")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	opts.Nodes, opts.Floors, opts.UDPPort, opts.For = *nodes, *floors, *udpPort, *length
	opts.Policy, opts.Adviser, opts.Assigner = who.policy, who.adviser, who.text
	opts.Record, opts.RecordLimit = *recorded.file, int64(*recorded.limit)<<20
	opts.Page, opts.NoPage = *page, *page == "none"
	switch {
	case *processes && *network == "memory":
		return exitUsage, usage("--processes needs a network between processes: leave out --network memory")
	case *processes:
		opts.Network = demo.Processes
	case *network == "memory":
		opts.Network = demo.Memory
	}
	if *scenes != "" {
		var err error
		if opts.Scenes, err = demo.FindScenes(*scenes, opts.Nodes); err != nil {
			return exitUsage, usage("--scene: %v", err)
		}
	}
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
