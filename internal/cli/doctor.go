package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"time"

	"elevnet/bcast"
	"elevnet/internal/doctor"
	"elevnet/internal/elevator"
	"elevnet/internal/store"
)

func runDoctor(ctx context.Context, args []string, std stdio) (int, error) {
	// Whatever a node is started with, so that one command line, environment or
	// file serves both.
	f, s := nodeFlags()
	f.command = "doctor"
	f.examples = "  elevnet doctor                    would a node do well here?\n" +
		"  elevnet doctor --id 1 --port 15658 --key-file building.key\n" +
		"  elevnet doctor --json             for scripts\n"
	f.after = "\nIt takes the flags of a node, and disturbs neither a running node nor an elevator.\n" +
		"The exit status is 1 if anything fails, warnings aside.\n"
	asJSON := f.Bool("json", false, "print the findings as JSON")
	listen := f.duration("listen", 1500*time.Millisecond, 200*time.Millisecond, time.Hour, "TIME: for which to listen to the network")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	o := doctor.Options{
		Building: *s.network.building, Elevator: elevator.DefaultConfig(),
		Server: net.JoinHostPort(*s.host, strconv.Itoa(*s.port)),
		Port:   *s.network.udpPort, Local: *s.network.local, Listen: *listen,
	}
	if *s.id != "" {
		id, err := elevator.ParseID(*s.id)
		if err != nil {
			return exitUsage, usageError{err}
		}
		o.ID = id
	}
	o.Elevator.Floors, o.Elevator.Door, o.Elevator.Travel, o.Elevator.MotorTimeout = *s.floors, *s.door, *s.travel, *s.motorTimeout
	if err := o.Elevator.Validate(); err != nil {
		return exitUsage, usageError{err}
	}
	switch *s.stateDir {
	case "none":
	case "":
		dir, err := store.DefaultDir()
		if err != nil {
			return exitUsage, usage("%v; or give one with --state-dir, or --state-dir none", err)
		}
		o.StateDir = dir
	default:
		o.StateDir = *s.stateDir
	}
	var err error
	if o.Nonce, err = randomBoot(); err != nil {
		return exitFailed, err
	}
	var warnings []string
	if o.Key, o.Transport, err = s.network.open(func(text string) { warnings = append(warnings, text) }); err != nil {
		o.Transport, o.TransportErr = nil, err
		if *s.network.keyFile != "" {
			if _, _, o.KeyErr = bcast.ReadKeyFile(*s.network.keyFile); o.KeyErr != nil {
				o.TransportErr = nil // it was the key
			}
		}
	}
	o.Warnings = warnings
	r := doctor.Examine(ctx, o)
	if *asJSON {
		enc := json.NewEncoder(std.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		err = r.Print(std.out)
	}
	switch {
	case err != nil:
		return exitFailed, err
	case ctx.Err() != nil:
		return exitFailed, errInterruptedExamination
	case !r.OK:
		return exitFailed, nil
	}
	return exitOK, nil
}

var errInterruptedExamination = errors.New("interrupted: what was heard until then is all there is")
