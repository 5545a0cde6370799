package trial

import (
	"fmt"
	"strings"
	"time"

	"elevnet/internal/promise"
	"elevnet/internal/scenario"
)

// maxKinds is how many kinds of faults there can be.
const maxKinds = 64

// Crash is what stands for a requirement in a violation that is a panic in the
// program.
const Crash = "crash"

// Violation is a promise that was broken.
type Violation struct {
	Seed    uint64
	Episode int           // from 0
	Since   time.Duration // the beginning of the episode
	scenario.Violation
}

func (v Violation) String() string {
	text, _, _ := strings.Cut(v.Text, "\n")
	return fmt.Sprintf("%s at %v, workspace %s: %s", v.Requirement, v.At, scenario.Name(v.Workspace), text)
}

// Report says what happened in a run, or in many together.
type Report struct {
	Seed      uint64 // of the one run
	Plans     int
	Episodes  int
	Simulated time.Duration
	// NodeTime is the simulated time, counted once for each workspace.
	NodeTime time.Duration
	Presses  int
	Served   int
	Commands [scenario.Verbs]int // how often each was carried out
	// FaultGap is the longest time between two faults of an episode.
	FaultGap        time.Duration
	Sent, Delivered int // datagrams
	Violations      []Violation
	// Trace is a hash of all that the building did; that of several is the sum.
	Trace uint64

	// Timeline and Done are what happened and what was carried out, if the
	// options asked for it.
	Timeline []scenario.Entry
	Done     Plan

	faults               [maxKinds]int
	lamp, allLamps, wait promise.Histogram
	lastFault            time.Duration
}

// Lamp returns the times from a press to the lamp beside it.
func (r *Report) Lamp() promise.Times { return r.lamp.Times() }

// AllLamps returns those to the last lamp on connected panels.
func (r *Report) AllLamps() promise.Times { return r.allLamps.Times() }

// Wait returns the times from the first press of a call until it was served.
func (r *Report) Wait() promise.Times { return r.wait.Times() }

// Faults returns how many faults there were.
func (r *Report) Faults() int {
	n := 0
	for _, k := range r.faults {
		n += k
	}
	return n
}

// Add adds another report; what belongs to one run alone is left out.
func (r *Report) Add(o *Report) {
	r.Plans += o.Plans
	r.Episodes += o.Episodes
	r.Simulated += o.Simulated
	r.NodeTime += o.NodeTime
	r.Presses += o.Presses
	r.Served += o.Served
	for v, k := range o.Commands {
		r.Commands[v] += k
	}
	for i, k := range o.faults {
		r.faults[i] += k
	}
	r.FaultGap = max(r.FaultGap, o.FaultGap)
	r.Sent += o.Sent
	r.Delivered += o.Delivered
	r.Violations = append(r.Violations, o.Violations...)
	r.Trace += o.Trace
	r.lamp.Merge(&o.lamp)
	r.allLamps.Merge(&o.allLamps)
	r.wait.Merge(&o.wait)
}
