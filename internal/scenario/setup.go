package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/sim"
)

// Setup describes a building before anything happens in it. It is a plain
// value. A field that is zero has its default.
type Setup struct {
	// Nodes is how many workspaces there are, 1 to elevator.MaxNodes. Default 3.
	Nodes int
	// Started is how many of them run from the beginning; the others wait for a
	// Join. 0 means all.
	Started int
	// Elevator holds floors and timings. Default: elevator.DefaultConfig.
	Elevator elevator.Config
	// Seed chooses what is left to chance. 0 is a seed as any other.
	Seed uint64
	// NoDisk starts the nodes without disks.
	NoDisk bool
	// Latency, Poll and Commit are those of [sim.Options]. Default: 200 µs, 8 ms,
	// 3 ms.
	Latency, Poll, Commit time.Duration
	// Interval is the time between two broadcasts when nothing changes. Default:
	// the nodes' default.
	Interval time.Duration
	// Parks is how many of the nodes, the first ones, park their elevators where the
	// next call is likely.
	Parks int
	// Timeline keeps what happens, for [Stage.Timeline].
	Timeline bool
}

// filled returns the setup with its defaults.
func (s Setup) filled() Setup {
	if s.Nodes == 0 {
		s.Nodes = 3
	}
	if s.Started == 0 {
		s.Started = s.Nodes
	}
	d := elevator.DefaultConfig()
	if s.Elevator.Floors == 0 {
		s.Elevator.Floors = d.Floors
	}
	for _, f := range [...]struct {
		have     *time.Duration
		standard time.Duration
	}{
		{&s.Elevator.Door, d.Door}, {&s.Elevator.Travel, d.Travel}, {&s.Elevator.Pass, d.Pass},
		{&s.Elevator.MotorTimeout, d.MotorTimeout},
		{&s.Interval, node.DefaultInterval},
		{&s.Latency, 200 * time.Microsecond}, {&s.Poll, 8 * time.Millisecond}, {&s.Commit, 3 * time.Millisecond},
	} {
		if *f.have == 0 {
			*f.have = f.standard
		}
	}
	return s
}

func (s Setup) validate() error {
	switch {
	case s.Nodes < 1 || s.Nodes > elevator.MaxNodes:
		return fmt.Errorf("nodes must be 1 to %d, not %d", elevator.MaxNodes, s.Nodes)
	case s.Parks < 0 || s.Parks > s.Nodes:
		return fmt.Errorf("park must be 0 to %d, not %d", s.Nodes, s.Parks)
	case s.Started < 1 || s.Started > s.Nodes:
		return fmt.Errorf("started must be 1 to %d, not %d", s.Nodes, s.Started)
	}
	for _, d := range [...]time.Duration{s.Latency, s.Poll, s.Commit} {
		if d < 0 || d > time.Minute {
			return fmt.Errorf("latency, poll and commit must be 0 to 1m, not %v", d)
		}
	}
	if s.Interval < 0 || s.Interval > node.MaxInterval {
		return fmt.Errorf("interval must be 0 to %v, not %v", node.MaxInterval, s.Interval)
	}
	return s.Elevator.Validate()
}

func (s Setup) options() sim.Options {
	return sim.Options{
		Nodes: s.Nodes, Spare: s.Nodes - s.Started, Elevator: s.Elevator, Seed: s.Seed, NoDisk: s.NoDisk,
		Latency: s.Latency, Poll: s.Poll, Commit: s.Commit, Interval: s.Interval,
		Parks: s.Parks,
		Names: func(i int) elevator.ID { return elevator.ID(Name(i)) },
	}
}

// setting is one word of a setup line and what it sets.
type setting struct {
	word   string
	number func(s *Setup) *int
	time   func(s *Setup) *time.Duration
}

var settings = []setting{
	{"nodes", func(s *Setup) *int { return &s.Nodes }, nil},
	{"started", func(s *Setup) *int { return &s.Started }, nil},
	{"park", func(s *Setup) *int { return &s.Parks }, nil},
	{"floors", func(s *Setup) *int { return &s.Elevator.Floors }, nil},
	{"door", nil, func(s *Setup) *time.Duration { return &s.Elevator.Door }},
	{"travel", nil, func(s *Setup) *time.Duration { return &s.Elevator.Travel }},
	{"pass", nil, func(s *Setup) *time.Duration { return &s.Elevator.Pass }},
	{"motor-timeout", nil, func(s *Setup) *time.Duration { return &s.Elevator.MotorTimeout }},
	{"latency", nil, func(s *Setup) *time.Duration { return &s.Latency }},
	{"poll", nil, func(s *Setup) *time.Duration { return &s.Poll }},
	{"commit", nil, func(s *Setup) *time.Duration { return &s.Commit }},
	{"interval", nil, func(s *Setup) *time.Duration { return &s.Interval }},
}

// String writes the setup as a line that [ParseSetup] reads, without what has
// its default.
func (s Setup) String() string {
	s, d := s.filled(), Setup{Nodes: s.Nodes}.filled()
	line := "building"
	for _, x := range settings {
		switch {
		case x.number != nil && (*x.number(&s) != *x.number(&d) || x.word == "nodes"):
			line += " " + x.word + " " + strconv.Itoa(*x.number(&s))
		case x.time != nil && *x.time(&s) != *x.time(&d):
			line += " " + x.word + " " + short(*x.time(&s))
		}
	}
	if s.Seed != 0 {
		line += " seed " + strconv.FormatUint(s.Seed, 10)
	}
	if s.NoDisk {
		line += " no-disk"
	}
	return line
}

// ParseSetup reads a line such as
//
//	building nodes 3 floors 6 seed 7 no-disk
//
// Any of it but the first word may be left out.
func ParseSetup(line string) (Setup, error) {
	words := strings.Fields(line)
	if len(words) == 0 || words[0] != "building" {
		return Setup{}, fmt.Errorf("want a line that begins with building")
	}
	var s Setup
	for words = words[1:]; len(words) > 0; words = words[1:] {
		if words[0] == "no-disk" {
			s.NoDisk = true
			continue
		}
		if len(words) == 1 {
			return Setup{}, fmt.Errorf("%q: want a word and its value", clip(words[0]))
		}
		if err := s.set(words[0], words[1]); err != nil {
			return Setup{}, err
		}
		words = words[1:]
	}
	s = s.filled()
	return s, s.validate()
}

func (s *Setup) set(word, value string) (err error) {
	if word == "seed" {
		if s.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			return fmt.Errorf("%q is not a seed", clip(value))
		}
		return nil
	}
	for _, x := range settings {
		switch {
		case x.word != word:
			continue
		case x.number != nil:
			*x.number(s), err = strconv.Atoi(value)
		default:
			*x.time(s), err = time.ParseDuration(value)
		}
		if err != nil {
			return fmt.Errorf("%s can't be %q", word, clip(value))
		}
		return nil
	}
	return fmt.Errorf("there is no setting %q", clip(word))
}
