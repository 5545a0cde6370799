package node

import (
	"iter"
	"slices"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// Policy decides who takes which hall call: for each of in.Cars the calls that it
// must serve, all of in.Calls and no others. It is as pure a function as
// [assigner.Assign], with memory that it may use again: the result is valid until
// the next call, and equal inputs have equal results whatever was asked before.
type Policy interface {
	Assign(in assigner.Input) []elevator.Calls
}

// AdvicePatience is how long an elevator at rest waits for advice before it sets
// off for a call by the policy of its own.
const AdvicePatience = 50 * time.Millisecond

// Question asks whoever advises the node who takes which hall call. It shares
// nothing with the node.
type Question struct {
	// Number grows from one question to the next. Only the newest needs an answer.
	Number uint64
	Input  assigner.Input
}

// advice is what somebody outside this process has said of who takes which hall
// call. It may come late, or never, and may be wrong: so it stands in for the
// policy's answer call by call, for as long as that call is lit and the elevators
// are those that the question was about, and only while there is no later failure.
// No lamp and no door waits for it. A motor that doesn't run may, for
// AdvicePatience, and only for those who have answered in time before: an
// elevator that sets off by one policy and is called back by the other would have
// to go to the next floor first.
type advice struct {
	asked  uint64 // number of the newest question
	due    bool   // the question is to be asked
	open   bool   // it is not answered yet
	since  time.Duration
	trust  bool // the last thing that came was an answer
	cars   []elevator.ID
	calls  []elevator.Calls // by car
	covers elevator.Calls   // all of them, as far as they are still lit

	policy   []elevator.Calls // what the policy says, not kept here
	assigned []elevator.Calls
}

// reconsider notes that there's something new to ask, and what the policy says.
func (a *advice) reconsider(policy []elevator.Calls, now time.Duration) {
	a.policy = policy
	a.due = true
	if !a.open {
		a.open, a.since = true, now
	}
}

// drop forgets what was said.
func (a *advice) drop() {
	a.trust = false
	a.covers = elevator.Calls{}
}

// rest is for when there is nothing to decide.
func (a *advice) rest() {
	a.due, a.open = false, false
	a.covers = elevator.Calls{}
}

// settle forgets what isn't lit any more, and an adviser who is silent.
func (a *advice) settle(hall elevator.Calls, now time.Duration) {
	a.covers = elevator.Calls{Up: a.covers.Up.And(hall.Up), Down: a.covers.Down.And(hall.Down)}
	if a.open && now-a.since >= AdvicePatience {
		a.open = false
		a.drop()
	}
}

// waits reports whether the answer may still come in time.
func (a *advice) waits() bool { return a.open && a.trust }

// fits reports whether the advice is about these elevators.
func (a *advice) fits(cars []assigner.Car) bool {
	return slices.EqualFunc(a.cars, cars, func(id elevator.ID, c assigner.Car) bool { return id == c.ID })
}

// assign returns what each of the cars is to serve: what the advice says of the
// calls that it covers, and what the policy says of the others.
func (a *advice) assign(cars []assigner.Car) []elevator.Calls {
	if a.covers.Empty() || !a.fits(cars) {
		return a.policy
	}
	a.assigned = a.assigned[:0]
	for k, own := range a.policy {
		said := elevator.Calls{Up: a.calls[k].Up.And(a.covers.Up), Down: a.calls[k].Down.And(a.covers.Down)}
		a.assigned = append(a.assigned, own.AndNot(a.covers).Or(said))
	}
	return a.assigned
}

// advised takes in an answer, or why there is none.
func (n *Node) advised(q *Question, calls []elevator.Calls, err error) {
	a := &n.advice
	if !n.cfg.Advised || q == nil || q.Number == 0 || q.Number > a.asked {
		return
	}
	n.settled = false
	a.open, a.since = q.Number < a.asked, n.now
	if err != nil || !answers(&q.Input, calls) {
		a.drop()
		return
	}
	a.trust = true
	a.cars, a.calls, a.covers = a.cars[:0], append(a.calls[:0], calls...), elevator.Calls{}
	for i := range q.Input.Cars {
		a.cars = append(a.cars, q.Input.Cars[i].ID)
		a.covers = a.covers.Or(calls[i])
	}
}

// answers reports whether calls is an answer to in: somebody takes each call, and
// nobody anything else.
func answers(in *assigner.Input, calls []elevator.Calls) bool {
	if len(calls) != len(in.Cars) {
		return false
	}
	var asked, taken elevator.Calls
	for _, c := range in.Calls {
		asked.Put(c.Floor, c.Button, true)
	}
	for _, c := range calls {
		taken = taken.Or(c)
	}
	return asked == taken
}

// ask returns the question to ask now, if any. An elevator that stands in for
// others though it can't run has nobody to choose from.
func (n *Node) ask() *Question {
	a := &n.advice
	if !a.due {
		return nil
	}
	a.due = false
	if len(n.input.Calls) == 0 || !n.input.Cars[0].State.Unavailable.Available() {
		a.open = false
		return nil
	}
	a.asked++
	q := &Question{Number: a.asked, Input: n.input}
	q.Input.Calls, q.Input.Cars = slices.Clone(n.input.Calls), slices.Clone(n.input.Cars)
	return q
}

// adviceAt returns when the node stops waiting for advice, 0 if it doesn't wait.
func (n *Node) adviceAt() time.Duration {
	if !n.advice.open {
		return 0
	}
	return n.advice.since + AdvicePatience
}

// Assigned yields the elevators that take hall calls, in the order of their ids,
// and which they take, as this node sees it, but for those that have waited for too
// long, which are everybody's.
func (n *Node) Assigned() iter.Seq2[elevator.ID, elevator.Calls] {
	return func(yield func(elevator.ID, elevator.Calls) bool) {
		if len(n.input.Calls) == 0 {
			return
		}
		for k := range n.input.Cars {
			if !yield(n.input.Cars[k].ID, n.assigned[k]) {
				return
			}
		}
	}
}
