package scenario

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// trial is a stage that fails a test.
type trial struct {
	t testing.TB
	*Stage
}

// try builds a healthy building of the course's elevators, but for what is
// changed.
func try(t testing.TB, nodes int, change func(*Setup)) *trial {
	t.Helper()
	setup := Setup{Nodes: nodes, Seed: 1, Timeline: true}
	if change != nil {
		change(&setup)
	}
	s, err := New(setup)
	if err != nil {
		t.Fatal(err)
	}
	return &trial{t, s}
}

// joined returns a building in which all know each other.
func joined(t testing.TB, nodes int, change func(*Setup)) *trial {
	t.Helper()
	x := try(t, nodes, change)
	x.Run(3 * time.Second)
	return x
}

// do carries out a command.
func (x *trial) do(format string, args ...any) {
	x.t.Helper()
	c, err := Parse(fmt.Sprintf(format, args...))
	if err == nil {
		err = x.Do(c)
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

// on carries out a command that has no operand but a workspace.
func (x *trial) on(v Verb, i int) {
	x.t.Helper()
	x.do("%s", Command{Verb: v, Who: i})
}

// Tap presses a button, unless somebody does so already.
func (x *trial) Tap(i, floor int, b elevator.Button) {
	_ = x.Do(Command{Verb: Press, Who: i, Floor: floor, Button: b})
}

// w returns a workspace.
func (x *trial) w(i int) *space { return &x.spaces[i] }

// within fails the test unless something happens in time.
func (x *trial) within(d time.Duration, what string, done func() bool) {
	x.t.Helper()
	if !x.RunUntil(d, done) {
		x.log()
		x.t.Fatalf("not within %v: %s", d, what)
	}
}

// lit reports whether all nodes that run show a lamp.
func (x *trial) lit(f int, b elevator.Button, at ...int) func() bool { return x.shows(f, b, true, at) }

// dark reports whether none shows it.
func (x *trial) dark(f int, b elevator.Button, at ...int) func() bool {
	return x.shows(f, b, false, at)
}

func (x *trial) shows(f int, b elevator.Button, on bool, at []int) func() bool {
	return func() bool {
		for i := range x.spaces {
			w := &x.spaces[i]
			if (len(at) == 0 || slices.Contains(at, i)) && w.Alive() && w.Lamps().Has(f, b) != on {
				return false
			}
		}
		return true
	}
}

// said returns how often nodes have said something.
func (x *trial) said(kind node.NoticeKind) int {
	n := 0
	for _, e := range x.Timeline() {
		if e.Kind == Said && e.Notice.Kind == kind {
			n++
		}
	}
	return n
}

// settle ends every fault, waits until all is quiet, and judges.
func (x *trial) settle(within time.Duration) {
	x.t.Helper()
	x.Settle(within)
	x.verdict()
}

// verdict fails the test for each promise that was broken.
func (x *trial) verdict() {
	x.t.Helper()
	x.judge.Finish(x.Now())
	for k, v := range x.Violations() {
		if k == 10 {
			break
		}
		x.t.Error(v)
	}
	if x.t.Failed() {
		x.log()
	}
}

func (x *trial) log() {
	for _, e := range x.Timeline() {
		x.t.Log(e)
	}
}
