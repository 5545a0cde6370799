package cli

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/store"
)

// nodeSettings are the flags of a node.
type nodeSettings struct {
	id, host, stateDir         *string
	port, floors               *int
	door, travel, motorTimeout *time.Duration
	interval                   *time.Duration
	assigner                   *assignerValue
	park                       *bool
	logLevel, logFormat        *string
	network                    networkFlags
	record                     recordFlags
	page                       pageFlags
}

func nodeFlags() (*flags, *nodeSettings) {
	d := elevator.DefaultConfig()
	f := newFlags("node", "")
	s := &nodeSettings{
		id:           f.String("id", "", "ID: names this node; letters, digits, '.', '-', '_'; needed, and unique in the building"),
		host:         f.String("host", "localhost", "HOST: where the elevator server is"),
		port:         f.number("port", 15657, 1, 65535, "PORT: of the elevator server"),
		floors:       f.number("floors", d.Floors, elevator.MinFloors, elevator.MaxFloors, "NUMBER: of floors; the same for all nodes"),
		door:         f.duration("door", d.Door, 100*time.Millisecond, time.Minute, "TIME: for which a door stays open"),
		travel:       f.duration("travel", d.Travel, 100*time.Millisecond, time.Minute, "TIME: from leaving one floor sensor to reaching the next, for predictions"),
		motorTimeout: f.duration("motor-timeout", d.MotorTimeout, 200*time.Millisecond, 5*time.Minute, "TIME: without a change of the floor sensor after which the motor counts as lost"),
		interval:     f.duration("interval", node.DefaultInterval, 5*time.Millisecond, node.MaxInterval, "TIME: between two broadcasts when nothing changes; the longer, the less loss is borne"),
		stateDir:     f.String("state-dir", "", "DIR: for what survives a crash; \"none\" for nothing (default by the system's convention)"),
		assigner:     f.assigner(builtin, assignerHelp),
		park:         f.Bool("park", false, "wait, when idle, where the next call is likely"),
		network:      addNetworkFlags(f),
		record:       addRecordFlags(f),
		page:         addPageFlags(f),
	}
	s.logLevel, s.logFormat = logFlags(f)
	return f, s
}

func runNode(ctx context.Context, args []string, std stdio) (int, error) {
	f, s := nodeFlags()
	if err := f.parse(joinPageAddr(args), std.out); err != nil {
		return exitUsage, err
	}
	if *s.id == "" {
		return exitUsage, usage("an id is needed: elevnet --id 1. Without an elevator try: elevnet demo")
	}
	id, err := elevator.ParseID(*s.id)
	if err != nil {
		return exitUsage, usageError{err}
	}
	cfg := elevator.DefaultConfig()
	cfg.Floors, cfg.Door, cfg.Travel, cfg.MotorTimeout = *s.floors, *s.door, *s.travel, *s.motorTimeout
	if err := cfg.Validate(); err != nil {
		return exitUsage, usageError{err}
	}
	log := newLogger(std.err, *s.logLevel, *s.logFormat)
	key, transport, err := s.network.open(func(text string) { log.Warn(text) })
	if err != nil {
		return exitUsage, err
	}
	opts := host.Options{
		Node:      node.Config{ID: id, Building: *s.network.building, Elevator: cfg, Interval: *s.interval, Park: *s.park, Policy: s.assigner.policy()},
		Server:    net.JoinHostPort(*s.host, strconv.Itoa(*s.port)),
		Key:       key,
		Transport: transport,
		Start:     time.Now(),
		Log:       log,
	}
	if opts.Boot, err = randomBoot(); err != nil {
		transport.Close()
		return exitFailed, err
	}
	dir, err := s.openDisk(&opts, log)
	if err != nil {
		transport.Close()
		return exitUsage, err
	}
	endRecord, err := s.record.tap(&opts, log)
	if err != nil {
		transport.Close()
		if opts.Disk != nil {
			opts.Disk.Close()
		}
		return exitUsage, err
	}
	defer endRecord()
	page, err := s.page.open(&opts, s.network)
	if err != nil {
		transport.Close()
		if opts.Disk != nil {
			opts.Disk.Close()
		}
		return exitUsage, err
	}
	defer page.close()
	opts.Adviser = s.assigner.adviser(log)
	h, err := host.New(opts)
	if err != nil {
		transport.Close()
		if opts.Adviser != nil {
			opts.Adviser.Close()
		}
		if opts.Disk != nil {
			opts.Disk.Close()
		}
		return exitUsage, usageError{err}
	}
	log.Info(versionText()+": node "+string(id)+" starts", "building", *s.network.building, "floors", cfg.Floors,
		"elevator-server", opts.Server, "udp-port", *s.network.udpPort, "state", dir, "assigner", s.assigner.text)
	page.serve(h)
	quiet := context.AfterFunc(ctx, func() { log.Info("ending: stops the motor, saves the state; Ctrl-C again ends at once") })
	defer quiet()
	err = h.Run(ctx)
	var duplicate host.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		return exitUsage, usageError{err}
	case err != nil:
		return exitFailed, err
	}
	if dir == "none" {
		log.Info("ended: motor stopped, nothing saved")
	} else {
		log.Info("ended: motor stopped, state saved")
	}
	return exitOK, nil
}

// openDisk opens what survives a crash and returns its place, for the log. A
// disk that is only full or failing doesn't keep a node from starting: it is
// tried again for ever. A place that can't be right is bad input.
func (s *nodeSettings) openDisk(opts *host.Options, log *slog.Logger) (string, error) {
	if *s.stateDir == "none" {
		log.Warn("no state directory: calls that only this node knows are lost if it crashes")
		return "none", nil
	}
	dir := *s.stateDir
	if dir == "" {
		var err error
		if dir, err = store.DefaultDir(); err != nil {
			return "", usage("%v; or give one with --state-dir, or --state-dir none", err)
		}
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", usage("--state-dir %s is a file; give a directory, or --state-dir none", dir)
	}
	name := store.FileName(opts.Node.Building, string(opts.Node.ID))
	opts.OpenDisk = func() (host.Disk, [][]byte, error) {
		d, found, err := store.Open(store.OS(), dir, name)
		if err != nil {
			return nil, nil, err
		}
		for _, line := range found.Damaged {
			log.Warn("state: " + line)
		}
		return d, found.Payloads, nil
	}
	disk, saved, err := opts.OpenDisk()
	switch {
	case errors.Is(err, store.ErrLocked):
		return "", usage("a node with id %s is running on this computer already; give each node an id of its own with --id (%v)", opts.Node.ID, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrInvalid), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return "", usage("%v; give another place with --state-dir, or --state-dir none", err)
	case err == nil:
		opts.Disk, opts.Saved = disk, saved
	}
	return filepath.Join(dir, name), nil
}
