package scenario

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/promise"
)

// TestAnyCommandsDoNoHarm: whatever is done, in whatever order, with whatever
// operands, the stage says why it doesn't do it, or does it.
func TestAnyCommandsDoNoHarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 4).Draw(t, "nodes")
		s, err := New(Setup{Nodes: nodes, Started: rapid.IntRange(1, nodes).Draw(t, "started"), Timeline: true})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 25).Draw(t, "commands") {
			c := drawCommand(t)
			c.For = min(c.For, 2*time.Second)
			if rapid.IntRange(0, 9).Draw(t, "wild") > 0 {
				c.Who, c.Peer, c.Floor = c.Who%nodes, c.Peer%nodes, c.Floor%4
			} else {
				c.Who, c.Floor, c.Button = c.Who-5, c.Floor-5, c.Button*2
			}
			if c.Verb == Settle || c.Verb == Heal {
				continue // minutes of virtual time, see TestRandomFaults
			}
			before := s.Counts()
			err := s.Do(c)
			var refused Refused
			var missed Missed
			switch {
			case err == nil && s.Counts()[c.Verb] != before[c.Verb]+1:
				t.Fatalf("%v wasn't counted", c)
			case errors.As(err, &refused) && (refused.Why == "" || refused.Command != c):
				t.Fatalf("%v: refused as %v", c, refused)
			case err != nil && !errors.As(err, &refused) && !errors.As(err, &missed):
				t.Fatalf("%v: %v", c, err)
			}
			for v := State; v < Verbs; v++ {
				s.Show(v)
			}
		}
		for _, line := range Tell(s.Timeline(), 0) {
			if strings.Contains(line, "\n") || strings.Contains(line, "unknown") {
				t.Fatalf("%q", line)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	x := joined(t, 3, func(s *Setup) { s.Started = 2 })
	x.do("kill B")
	x.do("freeze A")
	x.do("hold cab 1 on A")
	x.do("obstruct A on")
	for line, want := range map[string]string{
		"kill B":                           "it isn't running",
		"freeze B":                         "it isn't running",
		"freeze A":                         "it is frozen already",
		"thaw B":                           "it isn't running",
		"start A":                          "it is running",
		"start C":                          "it has not joined",
		"join B":                           "it has joined before",
		"leave C":                          "it isn't running",
		"start B as B":                     "that takes two workspaces",
		"kill D":                           "there is no such workspace",
		"press cab 1 on A":                 "it is held already",
		"mash cab 1 on A for 1s":           "it is held already",
		"release cab 2 on A":               "it isn't held",
		"press hall-up 3 on A":             "there is no such button",
		"press hall-down 0 on A":           "there is no such button",
		"press cab 4 on A":                 "there is no such floor",
		"obstruct A on":                    "the switch stands so already",
		"server A on":                      "it is so already",
		"motor A on":                       "it is so already",
		"place A 9":                        "that is outside the shaft",
		"place A -1":                       "that is outside the shaft",
		"stuck-sensor A off":               "it isn't broken",
		"flip-disk C":                      "nothing is on it",
		"replay to B":                      "it isn't running",
		"reorder 10% by 1s":                "that is more than nodes can live with: use delay",
		"until lit hall-down 0 within 1ms": "there is no such button",
	} {
		c, err := Parse(line)
		if err != nil {
			t.Error(err)
			continue
		}
		log := len(x.Timeline())
		if err := x.Do(c); err == nil || err.Error() != c.String()+": "+want {
			t.Errorf("got %v, want %s: %s", err, c, want)
		}
		if len(x.Timeline()) != log {
			t.Errorf("%s is told, though it was refused", line)
		}
	}
}

// TestEachFaultDoesWhatItSays checks that commands reach the building.
func TestEachFaultDoesWhatItSays(t *testing.T) {
	type fault struct {
		do   string
		over bool // after it was healed
		seen func(x *trial) bool
	}
	counted := func(of func(x *trial) int) func(x *trial) bool {
		return func(x *trial) bool { return of(x) > 0 }
	}
	for _, f := range []fault{
		{"loss 50%", false, counted(func(x *trial) int { return x.b.Counts().Lost })},
		{"burst 1s", false, counted(func(x *trial) int { return x.b.Counts().Lost })},
		{"duplicate 50%", false, counted(func(x *trial) int { return x.b.Counts().Repeated })},
		{"reorder 50% by 10ms", false, counted(func(x *trial) int { return x.b.Counts().HeldBack })},
		{"corrupt 50%", false, counted(func(x *trial) int { return x.b.Counts().Corrupted })},
		{"foreign 50%", false, counted(func(x *trial) int { return x.b.Counts().Foreign })},
		{"hostile 50%", false, counted(func(x *trial) int { return x.b.Counts().Hostile })},
		{"echoes 50%", false, counted(func(x *trial) int { return x.b.Counts().Replayed })},
		{"cut A>B", true, func(x *trial) bool { return x.b.IsCut(0, 1) && !x.b.IsCut(1, 0) }},
		{"cut A-B", true, func(x *trial) bool { return x.b.IsCut(0, 1) && x.b.IsCut(1, 0) }},
		{"unplug C", true, func(x *trial) bool { return x.b.IsCut(2, 1) && x.b.IsCut(1, 2) && !x.b.IsCut(0, 1) }},
		{"partition A|BC", true, func(x *trial) bool { return x.b.IsCut(0, 1) && x.b.IsCut(2, 0) && !x.b.IsCut(1, 2) }},
		{"partition A", true, func(x *trial) bool { return x.b.IsCut(0, 1) && x.b.IsCut(2, 0) && !x.b.IsCut(1, 2) }},
		{"kill A", true, func(x *trial) bool { return !x.w(0).Alive() && x.w(1).Alive() }},
		{"leave A", false, func(x *trial) bool { return !x.w(0).Alive() && x.w(0).absent }},
		{"power-cut", true, func(x *trial) bool { return !x.w(0).Alive() && !x.w(1).Alive() }},
		{"freeze A", true, func(x *trial) bool { return x.w(0).Frozen() }},
		{"obstruct A on", true, func(x *trial) bool { return x.w(0).Obstructed() }},
		{"server A off", true, func(x *trial) bool { return !x.w(0).ServerUp() }},
		{"motor A off", true, func(x *trial) bool { car := x.w(0).Car(); return !car.Powered() }},
		{"place A 2", false, func(x *trial) bool { car := x.w(0).Car(); return car.Floor() == 2 }},
		{"stuck-sensor A 2", true, func(x *trial) bool { car := x.w(0).Car(); return car.Sensor() == 2 && car.Floor() == 0 }},
		{"stuck-sensor A nowhere", true, func(x *trial) bool { car := x.w(0).Car(); return car.Sensor() == elevator.NoFloor }},
		{"stop A", true, func(x *trial) bool { return x.w(0).Shown().StopLamp }},
		{"press cab 0 on A", false, func(x *trial) bool { return x.Summary().Presses == 1 }},
		{"hold cab 0 on A", true, func(x *trial) bool { return x.w(0).Held().Len() == 1 }},
		{"mash cab 0 on A for 900ms", false, func(x *trial) bool { return x.Summary().Presses == 18 && x.w(0).Held().Empty() }},
	} {
		t.Run(f.do, func(t *testing.T) {
			x := joined(t, 3, nil)
			if f.seen(x) {
				t.Fatal("it is seen before it is done")
			}
			x.do("%s", f.do)
			x.Run(time.Second)
			if !f.seen(x) {
				t.Error("nothing is seen of it")
			}
			if c, _ := Parse(f.do); (x.Faults() == 1) != c.Verb.Fault() {
				t.Errorf("%d faults counted", x.Faults())
			}
			x.settle(time.Minute)
			if f.over && f.seen(x) {
				t.Error("it isn't over after it was healed")
			}
		})
	}
}

// TestMendEndsABurst: a burst that was mended doesn't end a later one early.
func TestMendEndsABurst(t *testing.T) {
	x := joined(t, 2, nil)
	lost := func() int { return x.b.Counts().Lost }
	x.do("burst 10s")
	x.Run(time.Second)
	x.do("mend")
	before := lost()
	x.Run(time.Second)
	if lost() != before {
		t.Error("mended, and still lost")
	}
	x.do("burst 1m")
	x.Run(20 * time.Second)
	before = lost()
	x.Run(time.Second)
	if lost() == before {
		t.Error("the first burst has ended the second")
	}
	x.settle(time.Minute)
}

func TestLeaveIsForGood(t *testing.T) {
	x := joined(t, 3, nil)
	x.do("press cab 3 on C")
	x.Run(time.Second)
	x.do("leave C")
	x.do("press hall-up 2 on A")
	x.settle(time.Minute)
	if x.w(2).Alive() {
		t.Error("the healing has started it")
	}
	x.do("join C")
	x.within(time.Second, "its cab call comes back", x.lit(3, cab, 2))
	x.settle(time.Minute)
}

// TestTheStageSees what the judge can't: what nodes know, and that it ends.
func TestTheStageSees(t *testing.T) {
	has := func(x *trial, requirement, text string) {
		t.Helper()
		for _, v := range x.Violations() {
			if v.Requirement == requirement && strings.Contains(v.Text, text) {
				return
			}
		}
		t.Errorf("no %s: %v", requirement, x.Violations())
	}
	x := joined(t, 2, nil)
	x.do("unplug A")
	x.do("press hall-up 2 on A")
	x.Run(time.Second)
	x.agree()
	has(x, "R3", "hall-up 2 by A confirmed")
	has(x, "S2", "the panels of A and B differ: 2↑; ")

	x = joined(t, 2, nil)
	x.do("press hall-up 2 on A")
	x.Run(time.Second)
	x.Settle(time.Millisecond)
	has(x, "S1", "not quiet 1ms after all faults")

	x = joined(t, 2, nil)
	x.tell(0, promise.Event{Kind: promise.ButtonLamp, Floor: 2, Button: up, On: true})
	err := x.Do(Command{Verb: Settle})
	var broken Broken
	if !errors.As(err, &broken) || !strings.Contains(err.Error(), " broken: R6 at ") {
		t.Errorf("%v", err)
	}
	err = x.Do(Command{Verb: UntilOpen, For: time.Second})
	if err == nil || err.Error() != "until open A within 1s: it did not happen" {
		t.Errorf("%v", err)
	}
}

// TestLog: an entry is a line, whatever it tells.
func TestLog(t *testing.T) {
	want := []string{
		"    1.500s  > kill B",
		"    1.500s  B: lost A",
		"    1.500s  cab 2 lit on B",
		"    1.500s  B opens at 2",
		"    1.500s  B closes",
		"    1.500s  B goes down",
		"    1.500s  B stops",
		"    1.500s  B: the stop lamp is off",
		"    1.500s  B ends: input/output error",
		"    1.500s  B ran out of the shaft",
	}
	var got []string
	for _, e := range []Entry{
		{Kind: Did, Command: Command{Verb: Kill, Who: 1}},
		{Kind: Said, Notice: node.Notice{Kind: node.PeerLost, Peer: "A"}},
		{Kind: Lamp, Floor: 2, Button: cab, On: true},
		{Kind: Door, Floor: 2, On: true},
		{Kind: Door, Floor: 2},
		{Kind: Motor, Direction: elevator.Down},
		{Kind: Motor},
		{Kind: StopLight},
		{Kind: Ended, Err: errFails},
		{Kind: Overran},
	} {
		e.At, e.Who = 1500*time.Millisecond, 1
		got = append(got, e.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSetupErrors(t *testing.T) {
	for _, s := range []Setup{{Nodes: -1}, {Nodes: 65}, {Started: 4}, {Elevator: elevator.Config{Floors: 1}}, {Poll: -1}} {
		if _, err := New(s); err == nil {
			t.Errorf("%+v is built", s)
		}
	}
}

func TestTimelineOnlyIfAskedFor(t *testing.T) {
	x := joined(t, 2, func(s *Setup) { s.Timeline = false })
	x.do("press hall-up 2 on A")
	x.Run(10 * time.Second)
	if len(x.Timeline()) != 0 {
		t.Error("something was written down")
	}
	x.settle(time.Minute)
}

// BenchmarkStage measures how much faster than real time a judged building runs
// with a passenger every four seconds.
func BenchmarkStage(b *testing.B) {
	for _, nodes := range []int{1, 3, 10} {
		b.Run(fmt.Sprint(nodes, "nodes"), func(b *testing.B) {
			x := joined(b, nodes, func(s *Setup) { s.Timeline = false })
			began := x.Now()
			for k := 0; b.Loop(); k++ {
				if k%4 == 0 {
					x.Tap(k/4%nodes, k/4*7%4, elevator.Button(k/4%elevator.Buttons))
				}
				x.Run(time.Second)
			}
			b.ReportMetric((x.Now()-began).Seconds()/b.Elapsed().Seconds(), "×real")
			if v := x.Violations(); len(v) > 0 {
				b.Error(v[0])
			}
		})
	}
}
