package traffic

import (
	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// Adviser decides in the place of a policy that is here.
type Adviser interface {
	// Advise returns the hall calls that each car takes, in the order of in.Cars:
	// all that are lit and no others. It may keep neither in nor what it points to.
	// An error says why there is no decision.
	Advise(in *Input) ([]elevator.Calls, error)
	// Failed is told of each decision that could not be taken from Advise.
	Failed(err error)
}

// Advised returns the policy of an adviser, as nodes apply it: what the adviser
// doesn't decide is decided by the assigner of our nodes, and every car goes to a
// call that has waited for too long.
func Advised(a Adviser) Policy { return &advised{adviser: a} }

type advised struct {
	adviser Adviser
	ours    assigner.Assigner
}

func (*advised) Ages() bool { return true }

func (*advised) Parks() bool { return false }

func (p *advised) Decide(in *Input, out *Decision) {
	if len(in.Calls) > 0 {
		calls, err := p.adviser.Advise(in)
		if err != nil {
			p.adviser.Failed(err)
			calls = p.ours.Assign(in.Input)
		}
		copy(out.Calls, calls)
	}
	everybody(out.Calls, assigner.Overdue(in.Input))
}

// everybody sends every car to calls as well.
func everybody(out []elevator.Calls, calls elevator.Calls) {
	if calls.Empty() {
		return
	}
	for i := range out {
		out[i] = out[i].Or(calls)
	}
}
