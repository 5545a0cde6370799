package promise

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// Config describes the building and how patient the checker is.
type Config struct {
	// Workspaces is how many there are, 1 to elevator.MaxNodes. Events name them
	// from 0.
	Workspaces int
	// Elevator holds the floors and the timings of all elevators.
	Elevator elevator.Config
	// Parks is how many of the elevators, the first ones, may go, with nothing to
	// do, to where the next call is likely.
	Parks int
	// NoDisk: the nodes store nothing, so that one that is killed forgets.
	NoDisk bool
	// Bounds are the tolerances; a field that is 0 has its default.
	Bounds Bounds
	// MaxViolations is how many violations are kept; all are counted. 0 means
	// 1000.
	MaxViolations int
}

// Bounds are all the tolerances of a [Checker]. [DefaultBounds] has the
// defaults, which are meant for virtual time.
type Bounds struct {
	// Slack is added to everything that must happen in time, and is allowed
	// where something must not happen too early. In real time it is what a busy
	// machine may add. Default 0.
	Slack time.Duration
	// Jitter is by how much two things seen at different workspaces may be told
	// in the wrong order. Default 50 ms.
	Jitter time.Duration
	// MinPress is for how long a button must be held, and have been let go
	// before, to be seen for certain. Default 50 ms.
	MinPress time.Duration

	// Lamp is the time from a press to a lit lamp when all is well (S3).
	// Default 100 ms.
	Lamp time.Duration
	// Seen is for how long a lamp is lit at the least when all is well, so that
	// it can be seen (S3). Default 150 ms.
	Seen time.Duration
	// LampFault is the same as Lamp while the network is or was disturbed: 500 ms and a
	// broadcast. Default 700 ms.
	LampFault time.Duration
	// LampDisk is the same while a disk doesn't work. Default 4 s.
	LampDisk time.Duration

	// Settle is how long it takes nodes to notice that somebody came or went.
	// Default 1 s.
	Settle time.Duration
	// Agree is the time within which connected panels show the same, after all
	// has settled. Default 1.5 s.
	Agree time.Duration
	// AgreeLoss is the same while datagrams are lost. Default 5 s.
	AgreeLoss time.Duration
	// MaxLoss is the loss, in per cent, above which nobody counts as connected.
	// Default 80.
	MaxLoss int
	// Join is how long a node takes from its start until it takes part fully.
	// Default 3 s.
	Join time.Duration
	// Reconnect is how long a node takes to find an elevator server that is back
	// and to restore its lamps. Default 3 s.
	Reconnect time.Duration
	// Durable is how long it takes until all that a node knows is on a disk that
	// works. Default 1 s.
	Durable time.Duration

	// Serve is the time within which an elevator that can run goes to each lamp
	// that its panel shows. Default: one round trip with all stops, after which
	// every elevator goes for a call (R8), one more on which each stop takes four
	// door times (two directions, each lengthened once), and two motor time-outs.
	// A building with few calls can do with much less.
	Serve time.Duration
	// Sole is the same for the only call that is lit, while nothing else happens
	// and for each elevator that can't run a motor time-out has passed. Default:
	// from one end to the other and a floor back, two doors, each in two
	// directions, before, and five seconds.
	Sole time.Duration

	// DoorSlack is how much shorter than the door time a stop may be seen.
	// Default 50 ms.
	DoorSlack time.Duration
	// AnnounceSlack is how much shorter than the door time it may be open after
	// the opposite hall lamp has gone off: the time for which a lamp is lit at
	// the least. Default 300 ms.
	AnnounceSlack time.Duration
	// ObstructionSlack is how long before a door closes the obstruction switch
	// may be turned on without being seen. Default 50 ms.
	ObstructionSlack time.Duration
	// Motive is by how much a lamp may have gone off before, or come on after, the
	// car set out or opened its door for it. Default 100 ms.
	Motive time.Duration
	// StopButton is the time from a press of the stop button until motor and
	// lamp show it (E6). Default 250 ms.
	StopButton time.Duration
}

// DefaultBounds returns the defaults for such elevators.
func DefaultBounds(e elevator.Config) Bounds {
	stops := time.Duration(2 * (e.Floors - 1))
	trip := stops * (e.Travel + e.Pass + e.Door)
	slow := stops * (e.Travel + e.Pass + 4*e.Door)
	return Bounds{
		Jitter:           50 * time.Millisecond,
		MinPress:         50 * time.Millisecond,
		Lamp:             100 * time.Millisecond,
		LampFault:        700 * time.Millisecond,
		Seen:             150 * time.Millisecond,
		LampDisk:         4 * time.Second,
		Settle:           time.Second,
		Agree:            1500 * time.Millisecond,
		AgreeLoss:        5 * time.Second,
		MaxLoss:          80,
		Join:             3 * time.Second,
		Reconnect:        3 * time.Second,
		Durable:          time.Second,
		Serve:            trip + slow + 2*e.MotorTimeout,
		Sole:             time.Duration(e.Floors+1)*(e.Travel+e.Pass) + 2*e.Door + 5*time.Second,
		DoorSlack:        50 * time.Millisecond,
		AnnounceSlack:    300 * time.Millisecond,
		ObstructionSlack: 50 * time.Millisecond,
		Motive:           100 * time.Millisecond,
		StopButton:       250 * time.Millisecond,
	}
}

// fill gives the fields that are 0 their defaults and adds the slack.
func (b Bounds) fill(e elevator.Config) Bounds {
	d := DefaultBounds(e)
	for _, f := range [...]struct{ have, standard *time.Duration }{
		{&b.Jitter, &d.Jitter}, {&b.MinPress, &d.MinPress},
		{&b.Lamp, &d.Lamp}, {&b.LampFault, &d.LampFault}, {&b.LampDisk, &d.LampDisk},
		{&b.Settle, &d.Settle}, {&b.Agree, &d.Agree}, {&b.AgreeLoss, &d.AgreeLoss},
		{&b.Join, &d.Join}, {&b.Reconnect, &d.Reconnect}, {&b.Durable, &d.Durable},
		{&b.Serve, &d.Serve}, {&b.Sole, &d.Sole}, {&b.DoorSlack, &d.DoorSlack},
		{&b.AnnounceSlack, &d.AnnounceSlack}, {&b.ObstructionSlack, &d.ObstructionSlack},
		{&b.StopButton, &d.StopButton}, {&b.Motive, &d.Motive},
	} {
		if *f.have == 0 {
			*f.have = *f.standard
		}
		*f.have += b.Slack
	}
	if b.Seen == 0 {
		b.Seen = d.Seen
	}
	b.Seen -= b.Slack
	if b.MaxLoss == 0 {
		b.MaxLoss = d.MaxLoss
	}
	return b
}

func (c Config) validate() error {
	if c.Workspaces < 1 || c.Workspaces > elevator.MaxNodes {
		return fmt.Errorf("promise: workspaces must be 1 to %d, not %d", elevator.MaxNodes, c.Workspaces)
	}
	if c.Parks < 0 || c.Parks > c.Workspaces {
		return fmt.Errorf("promise: the elevators that park must be 0 to %d, not %d", c.Workspaces, c.Parks)
	}
	if err := c.Elevator.Validate(); err != nil {
		return fmt.Errorf("promise: %w", err)
	}
	return nil
}
