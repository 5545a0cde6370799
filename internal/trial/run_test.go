package trial

import (
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
)

// short returns a plan that takes little time to run.
func short(seed uint64, faults Faults) Plan {
	p := Generate(seed, Profile{Nodes: Range{2, 3}, Floors: Range{3, 5}, Faults: faults})
	p.Episodes = p.Episodes[:1]
	e := p.Episodes[0]
	for len(e) > 0 && e.Length() > 2*time.Minute {
		e = e[:len(e)-1]
	}
	p.Episodes[0] = e
	return p
}

func run(t testing.TB, p Plan, o Options) Report {
	t.Helper()
	r, err := Run(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRunIsDeterministic: the same plan twice, and what was carried out in it,
// as a plan and as a story, give the same building to the last datagram.
func TestRunIsDeterministic(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		p := short(seed, All())
		a, b := run(t, p, Options{Record: true}), run(t, p, Options{Timeline: true})
		c := run(t, a.Done, Options{})
		d, err := Play(a.Done.Text(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Trace != b.Trace || a.Trace != c.Trace || a.Trace != d.Trace {
			t.Errorf("seed %d: traces %x %x %x %x", seed, a.Trace, b.Trace, c.Trace, d.Trace)
		}
		if a.Presses == 0 || a.Served == 0 || a.Faults() == 0 || a.Presses != d.Presses || a.Served != d.Served {
			t.Errorf("seed %d: %d presses, %d served, %d faults; as a story %d and %d", seed, a.Presses, a.Served, a.Faults(), d.Presses, d.Served)
		}
		if other := run(t, short(seed+100, All()), Options{}); other.Trace == a.Trace {
			t.Errorf("two seeds have the same trace")
		}
	}
}

// TestFaultsComeOften: without what is refused, and while the episodes last.
func TestFaultsComeOften(t *testing.T) {
	for _, text := range []string{"all", "kill", "motor,loss", "partition,freeze,obstruct", "motor,obstruct,kill,loss"} {
		faults, err := ParseFaults(text)
		if err != nil {
			t.Fatal(err)
		}
		for seed := uint64(1); seed <= 3; seed++ {
			r := run(t, short(seed, faults), Options{})
			if r.FaultGap > maxGap {
				t.Errorf("%s, seed %d: %v without a fault", text, seed, r.FaultGap)
			}
			if every := r.Simulated / time.Duration(r.Faults()); every > maxGap {
				t.Errorf("%s, seed %d: a fault every %v", text, seed, every)
			}
		}
	}
}

// TestPassengersRide: who presses a hall button presses a cab button where a
// door opens.
func TestPassengersRide(t *testing.T) {
	p := Plan{Setup: scenario.Setup{Nodes: 2}, Episodes: []Episode{{
		{At: time.Second, Do: scenario.Command{Verb: scenario.Press, Floor: 2, Button: elevator.HallUp}, Rides: true, To: 3},
		{At: 30 * time.Second, Do: scenario.Command{Verb: scenario.State}},
	}}}
	r := run(t, p, Options{Record: true})
	if r.Served != 2 || r.Presses != 2 || len(r.Violations) > 0 {
		t.Errorf("%d presses, %d served, %v", r.Presses, r.Served, r.Violations)
	}
	if text := r.Done.Text(); !strings.Contains(text, "press cab 3 on ") {
		t.Errorf("carried out was:\n%s", text)
	}
}

// TestPanicIsAViolation: what panics while a building runs is reported.
func TestPanicIsAViolation(t *testing.T) {
	p := short(1, 0)
	r := run(t, p, Options{Stage: func(s *scenario.Stage) {
		s.Building().After(20*time.Second, func() { panic("on purpose") })
	}})
	if len(r.Violations) != 1 {
		t.Fatalf("%v", r.Violations)
	}
	v := r.Violations[0]
	if v.Requirement != Crash || v.Since != 20*time.Second-joining || !strings.Contains(v.Text, "on purpose") || !strings.Contains(v.Text, "run_test.go") {
		t.Errorf("%+v", v)
	}
}

// deaf is a broken rule that needs no other program: a node that is restarted
// behind the judge's back, without its disk, when it has lit a lamp.
func deaf(s *scenario.Stage) {
	w := s.Building().Workspaces()[0]
	s.Building().After(10*time.Second, func() {
		w.Kill()
		w.LoseDisk()
		if err := w.Start(); err != nil {
			panic(err)
		}
	})
}

// lonely is a plan in which that breaks a promise, with much else around it.
func lonely() Plan {
	var e Episode
	do := func(at time.Duration, text string) {
		c, err := scenario.Parse(text)
		if err != nil {
			panic(err)
		}
		e = append(e, Step{At: at, Do: c, Kind: kindOf(c)})
	}
	do(1*time.Second, "press hall-up 0 on B")
	do(2*time.Second, "loss 10%")
	do(3*time.Second, "loss 0%")
	do(4200*time.Millisecond, "kill B")
	do(5*time.Second, "kill C")
	do(6130*time.Millisecond, "press cab 3 on A")
	do(6900*time.Millisecond, "motor A off")
	do(8*time.Second, "clock C 1h")
	do(20*time.Second, "motor A on")
	do(25*time.Second, "start C")
	return Plan{Setup: scenario.Setup{Nodes: 3, Poll: 12 * time.Millisecond, Seed: 9}, Episodes: []Episode{{}, e}}
}

// TestBrokenRuleIsNoticed, and the plan is made short.
func TestBrokenRuleIsNoticed(t *testing.T) {
	p := lonely()
	if r := run(t, p, Options{}); len(r.Violations) > 0 {
		t.Fatalf("without it: %v", r.Violations)
	}
	p.Episodes = p.Episodes[1:]
	o := Options{Stage: deaf}
	r := run(t, p, o)
	if len(r.Violations) == 0 {
		t.Fatal("not noticed")
	}
	name := r.Violations[0].Requirement
	got, tries := Shrink(p, Fails(name, o), 2000)
	if got.Steps() > 4 || got.Setup.Elevator.Floors > 4 {
		t.Errorf("%d steps after %d tries:\n%s", got.Steps(), tries, got.Text())
	}
	if !Fails(name, o)(got) {
		t.Errorf("the short plan doesn't break %s:\n%s", name, got.Text())
	}
	if Fails(name, Options{})(got) {
		t.Errorf("it breaks %s without the broken rule:\n%s", name, got.Text())
	}
	t.Logf("%s, %d tries:\n%s", name, tries, got.Text())
}

// TestReportsAddUp: the figures of two runs together.
func TestReportsAddUp(t *testing.T) {
	a, b := run(t, short(1, All()), Options{}), run(t, short(2, All()), Options{})
	var sum Report
	sum.Add(&a)
	sum.Add(&b)
	if sum.Plans != 2 || sum.Episodes != 2 || sum.Simulated != a.Simulated+b.Simulated ||
		sum.NodeTime != a.NodeTime+b.NodeTime || sum.Presses != a.Presses+b.Presses ||
		sum.Served != a.Served+b.Served || sum.Faults() != a.Faults()+b.Faults() ||
		sum.FaultGap != max(a.FaultGap, b.FaultGap) || sum.Sent != a.Sent+b.Sent || sum.Delivered != a.Delivered+b.Delivered {
		t.Errorf("%+v", sum)
	}
	if w := sum.Wait(); w.Count != a.Wait().Count+b.Wait().Count || w.Worst != max(a.Wait().Worst, b.Wait().Worst) ||
		w.Median > w.P99 || w.P99 > w.Worst || w.Median < min(a.Wait().Median, b.Wait().Median) {
		t.Errorf("%+v of %+v and %+v", w, a.Wait(), b.Wait())
	}
	total := 0
	for _, c := range sum.ByKind() {
		total += c.Times
	}
	if total != sum.Faults() {
		t.Errorf("%d faults by kind, %d altogether", total, sum.Faults())
	}
}

func TestPlayRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "want a line that begins with building",
		"press cab 1 on A":                 "line 1",
		"building\npress cab 1 on":         "line 2",
		"building nodes 99":                "line 1",
		"building\n\n# x\nkill everything": "line 4",
	} {
		if _, err := Play(text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
