package node

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

func advisable(c *Config) { c.Advised = true }

// inquired is a rig whose questions are kept until they are answered.
type inquired struct {
	*rig
	q     *Question // the newest, not answered
	asked int       // questions so far
}

// inquire returns a rig with a car at floor 0 and another one, "2", at floor 3.
func inquire(t testing.TB, change func(*Config)) *inquired {
	r := &inquired{rig: setup(t, 1, change)}
	r.keep()
	r.sense(0)
	r.all[0].state(elevator.State{Floor: 3})
	r.run(time.Second)
	return r
}

func (r *inquired) keep() {
	r.after = func(Event) {
		if r.a.Ask != nil {
			r.q = r.a.Ask
			r.asked++
		}
	}
}

// untilAsked runs until there is a question, and returns it.
func (r *inquired) untilAsked() *Question {
	r.t.Helper()
	r.until(3*time.Second, "asks", func() bool { return r.q != nil })
	return r.q
}

// advise answers the question: the car of that number takes everything.
func (r *inquired) advise(car int) {
	r.t.Helper()
	q := r.untilAsked()
	r.q = nil
	r.do(Event{Kind: Advice, Question: q, Assigned: given(q, car)})
}

// keepAdvising answers all questions for a while.
func (r *inquired) keepAdvising(d time.Duration, car int) {
	for end := r.now + d; r.now < end; r.run(ms) {
		if r.q != nil {
			r.advise(car)
		}
	}
}

// untilLit presses a button and answers all that is asked before its lamp is lit.
func (r *inquired) untilLit(f int, b elevator.Button, car int) {
	r.t.Helper()
	r.press(f, b)
	r.until(100*ms, "lit", func() bool {
		if !r.lit(f, b) && r.q != nil {
			r.advise(car)
		}
		return r.lit(f, b)
	})
}

func given(q *Question, car int) []elevator.Calls {
	calls := make([]elevator.Calls, len(q.Input.Cars))
	for _, c := range q.Input.Calls {
		calls[car].Put(c.Floor, c.Button, true)
	}
	return calls
}

// TestAdviceIsFollowed: the elevator that is further away goes, because somebody
// says so; and back to the policy when he is silent, or fails.
func TestAdviceIsFollowed(t *testing.T) {
	r := inquire(t, advisable)
	r.press(1, up)
	q := r.untilAsked()
	if len(q.Input.Cars) != 2 || len(q.Input.Calls) != 1 || q.Input.Calls[0].Floor != 1 {
		t.Fatalf("asked %+v", q.Input)
	}
	if !r.n.Serves().Has(1, up) || r.a.Outputs.Motor != elevator.Up {
		t.Fatal("who has never given advice is waited for")
	}
	r.advise(1)
	if r.n.Serves().Has(1, up) {
		t.Error("the other one was advised to go")
	}
	for id, calls := range r.n.Assigned() {
		if calls.Has(1, up) != (id == "2") {
			t.Errorf("%s takes %v", id, calls)
		}
	}

	r.keepAdvising(300*ms, 1)
	r.untilAsked() // the call is a second older
	if r.n.Serves().Has(1, up) {
		t.Error("the policy is followed though there is advice")
	}
	r.run(AdvicePatience)
	if !r.n.Serves().Has(1, up) {
		t.Error("nobody has answered for the whole patience")
	}
	r.advise(1) // late, but the newest
	if r.n.Serves().Has(1, up) {
		t.Error("a late answer is better than none")
	}
	r.do(Event{Kind: Advice, Question: r.untilAsked(), Err: errors.New("it crashed")})
	if !r.n.Serves().Has(1, up) {
		t.Error("the advice has failed")
	}
}

// TestWrongAdvice is as none.
func TestWrongAdvice(t *testing.T) {
	for name, wrong := range map[string]func(q *Question) []elevator.Calls{
		"nothing":         func(*Question) []elevator.Calls { return nil },
		"a car too few":   func(q *Question) []elevator.Calls { return given(q, 1)[1:] },
		"a call too few":  func(q *Question) []elevator.Calls { return make([]elevator.Calls, len(q.Input.Cars)) },
		"a call too many": func(q *Question) []elevator.Calls { c := given(q, 1); c[0].Put(2, down, true); return c },
		"a cab call":      func(q *Question) []elevator.Calls { c := given(q, 1); c[0].Put(2, cab, true); return c },
	} {
		r := inquire(t, advisable)
		r.press(1, up)
		q := r.untilAsked()
		r.do(Event{Kind: Advice, Question: q, Assigned: wrong(q)})
		if !r.n.Serves().Has(1, up) {
			t.Errorf("%s: the policy isn't followed", name)
		}
		forged := *q
		forged.Number++
		r.do(Event{Kind: Advice, Question: &forged, Assigned: given(q, 1)})
		r.do(Event{Kind: Advice, Assigned: given(q, 1)})
		if !r.n.Serves().Has(1, up) {
			t.Errorf("%s: an answer to what was never asked", name)
		}
	}
}

// TestNobodyIsAskedUnlessSaid: not without an adviser, not without a call, and not
// when this elevator stands in for others that can't run either.
func TestNobodyIsAskedUnlessSaid(t *testing.T) {
	r := inquire(t, nil)
	r.press(1, up)
	r.run(3 * time.Second)
	if r.asked > 0 {
		t.Error("asked without an adviser")
	}
	r = inquire(t, advisable)
	r.run(3 * time.Second)
	if r.asked > 0 {
		t.Error("asked without a call")
	}
	r.in.Stop = true
	r.do(Event{Kind: Inputs, Inputs: r.in})
	r.all[0].state(elevator.State{Floor: 3, Unavailable: elevator.Stopped})
	r.run(time.Second)
	r.press(1, up)
	r.run(3 * time.Second)
	if !r.lit(1, up) || r.asked > 0 {
		t.Error("asked about elevators that can't run")
	}
}

// TestMotorWaitsForAdvice: an elevator at rest sets off for a new call when the
// advice comes, or its time is over; but neither the lamp nor the door waits.
func TestMotorWaitsForAdvice(t *testing.T) {
	trusted := func() *inquired {
		r := inquire(t, advisable)
		r.press(3, down) // which is for the other one, whoever decides
		r.advise(1)
		r.keepAdvising(500*ms, 1)
		if r.a.Outputs.Motor != elevator.Stop || r.q != nil {
			t.Fatalf("%+v, %+v", r.a.Outputs, r.q)
		}
		return r
	}
	r := trusted()
	r.untilLit(1, up, 1)
	if r.a.Outputs.Motor != elevator.Stop {
		t.Error("it sets off before there's advice")
	}
	r.advise(0)
	if r.a.Outputs.Motor != elevator.Up {
		t.Error("it doesn't set off when it's told to")
	}

	r = trusted()
	r.untilLit(1, up, 1)
	began := r.now
	r.until(AdvicePatience+ms, "sets off", func() bool { return r.a.Outputs.Motor == elevator.Up })
	if waited := r.now - began; waited < AdvicePatience-ms {
		t.Errorf("it sets off after %v", waited)
	}

	r = trusted()
	r.untilLit(0, up, 1)
	if !r.a.Outputs.Door {
		t.Error("a door waits for advice")
	}
}

// TestNewCallsGoByThePolicyUntilAdvised: what the advice doesn't cover is decided
// by the policy, what it covers is not; what was served and pressed again is new.
func TestNewCallsGoByThePolicyUntilAdvised(t *testing.T) {
	r := inquire(t, advisable)
	r.all[0].state(elevator.State{Floor: 3, Direction: elevator.Up, Behaviour: elevator.DoorOpen})
	r.press(1, up)
	r.advise(1)
	r.keepAdvising(500*ms, 1)
	if s := r.n.Serves(); !s.Empty() {
		t.Fatalf("serves %v", s)
	}
	r.untilLit(1, down, 1)
	if r.run(AdvicePatience - 5*ms); r.n.Serves().Has(1, up) {
		t.Errorf("a new call takes the advice from the older one: %+v", r.n.advice)
	}
	q := r.untilAsked()
	r.all[0].serves(1, up)
	r.all[0].say()
	if r.lit(1, up) {
		t.Fatal("not served")
	}
	// It was asked before, and so covers what isn't lit any more.
	r.do(Event{Kind: Advice, Question: q, Assigned: given(q, 1)})
	if s := r.n.Serves(); !s.Empty() {
		t.Errorf("serves %v", s)
	}
	r.keepAdvising(100*ms, 1)
	r.untilLit(1, up, 1)
	if c := r.n.advice.covers; c.Has(1, up) || !c.Has(1, down) {
		t.Errorf("the advice covers %v", c)
	}
}

// TestOtherCarsVoidAdvice: advice about other elevators isn't followed.
func TestOtherCarsVoidAdvice(t *testing.T) {
	r := inquire(t, advisable)
	r.press(1, up)
	r.advise(1)
	r.all[0].state(elevator.State{Floor: 3, Unavailable: elevator.Stopped})
	r.until(200*ms, "taken over", func() bool { return r.n.Serves().Has(1, up) })
}

// TestPolicy: another policy decides in the place of ours.
func TestPolicy(t *testing.T) {
	r := inquire(t, func(c *Config) { c.Policy = last{} })
	r.press(1, up)
	r.until(100*ms, "lit", func() bool { return r.lit(1, up) })
	for id, calls := range r.n.Assigned() {
		if calls.Has(1, up) != (id == "2") {
			t.Errorf("%s takes %v", id, calls)
		}
	}
}

// last gives everything to the last car.
type last struct{}

func (last) Assign(in assigner.Input) []elevator.Calls {
	return given(&Question{Input: in}, len(in.Cars)-1)
}

// TestAdviserCantStopANode: whatever an adviser answers and when, every call is
// served: this node's car is the only one, or the other one never moves, and then
// rule 12 takes what the advice gives away.
func TestAdviserCantStopANode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		peers := rapid.IntRange(0, 1).Draw(t, "peers")
		r := setup(panics{}, peers, advisable)
		r.sense(0)
		r.run(300 * ms)
		var open []*Question
		r.after = func(Event) {
			if r.a.Ask != nil {
				open = append(open, r.a.Ask)
			}
		}
		floor := rapid.IntRange(1, 3).Draw(t, "floor")
		r.press(floor, down)
		for end := r.now + assigner.Patience(r.cfg.Elevator) + 30*time.Second; r.lit(floor, down) || r.own(floor, down).Active(); {
			if r.now > end {
				t.Fatalf("not served after %v: %v", r.now, r.n.Serves())
			}
			r.ride(time.Duration(rapid.SampledFrom([]int{10, 60, 400, 2000}).Draw(t, "ms")) * ms)
			if len(open) == 0 || rapid.IntRange(0, 3).Draw(t, "silent") == 0 {
				continue
			}
			q := open[rapid.IntRange(0, len(open)-1).Draw(t, "question")]
			ev := Event{Kind: Advice, Question: q}
			switch rapid.IntRange(0, 3).Draw(t, "answer") {
			case 0:
				ev.Err = errors.New("no")
			case 1:
				ev.Assigned = given(q, rapid.IntRange(0, len(q.Input.Cars)-1).Draw(t, "car"))
				ev.Assigned[0].Put(rapid.IntRange(0, 3).Draw(t, "extra"), up, true)
			default:
				ev.Assigned = given(q, rapid.IntRange(0, len(q.Input.Cars)-1).Draw(t, "car"))
			}
			r.do(ev)
		}
	})
}
