package trial

import (
	"time"

	"elevnet/internal/promise"
	"elevnet/internal/scenario"
)

// Plan is a building and what happens to it.
type Plan struct {
	// Seed is what the plan was made from, 0 if by hand.
	Seed     uint64
	Setup    scenario.Setup
	Episodes []Episode
}

// Episode is a list of steps, in the order of their times. At its end every
// fault is healed, and all must be served.
type Episode []Step

// Step is one command and when it is carried out, counted from the beginning of
// its episode.
type Step struct {
	At time.Duration
	Do scenario.Command
	// Kind is the kind of fault that begins with it, counted from 1; 0 if none.
	Kind uint8
	// Rides: whoever presses this hall button gets in where a door opens within
	// some time, and presses the cab button of floor To.
	Rides bool
	To    int
}

// Length returns how much time the plan takes at the least: the steps without
// what it takes to settle.
func (p Plan) Length() time.Duration {
	var d time.Duration
	for _, e := range p.Episodes {
		d += e.Length()
	}
	return d
}

// Length returns when the last step is carried out.
func (e Episode) Length() time.Duration {
	if len(e) == 0 {
		return 0
	}
	return e[len(e)-1].At
}

// Steps returns how many steps there are in all episodes.
func (p Plan) Steps() int {
	n := 0
	for _, e := range p.Episodes {
		n += len(e)
	}
	return n
}

// ending returns the commands that end an episode: every fault ends, and all
// must be served within at least the time that one elevator needs that serves
// every call alone.
func ending(s scenario.Setup) []scenario.Command {
	var c []scenario.Command
	if alone := promise.DefaultBounds(s.Elevator).Serve; alone > scenario.SettleTime {
		c = append(c, scenario.Command{Verb: scenario.Heal}, scenario.Command{Verb: scenario.UntilQuiet, For: alone})
	}
	return append(c, scenario.Command{Verb: scenario.Settle})
}
