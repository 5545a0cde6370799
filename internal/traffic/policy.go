package traffic

import (
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// Policy decides which car goes to which hall call. A policy belongs to one run
// and may remember what it has decided.
type Policy interface {
	// Decide fills in out, which comes with nothing assigned and nobody to park.
	// Each hall call of in must be given to at least one car. Neither in nor out
	// may be kept.
	Decide(in *Input, out *Decision)
	// Ages reports whether decisions depend on the ages of calls, so that the
	// policy is asked again at each whole second with a lit call.
	Ages() bool
	// Parks reports whether decisions say where to wait.
	Parks() bool
}

// Input is what a policy decides from: what the production assigner is given, and
// times that it isn't.
type Input struct {
	// Input holds the lit hall calls, by floor and button, with their ages, and
	// the cars by number, all of them available.
	assigner.Input
	// Now is the time.
	Now time.Duration
	// Since tells, for each of Calls, when it was lit.
	Since []time.Duration
	// Phase tells, for each of Cars, how long ago what it is doing began: that it
	// set out from, or passed, State.Floor; that its door opened, or was last
	// held open for another door time; that it came to rest.
	Phase []time.Duration
}

// Decision is what a policy decides.
type Decision struct {
	// Calls tells, for each car, the hall calls that it goes to.
	Calls []elevator.Calls
	// Park tells, for each car, at which floor it waits while it has nothing to
	// do, or elevator.NoFloor to stay where it is. It goes there when it has had
	// nothing to do for assigner.ParkAfter, without opening its door, and turns at
	// any floor if there is a call.
	Park []int
}

// Named is a policy that can be asked for by name.
type Named struct {
	Name, Summary string
	New           func() Policy
}

// Policies returns the policies that there are.
func Policies() []Named {
	return []Named{
		{"all", "every car goes to every call", func() Policy { return every{} }},
		{"nearest", "once for each call: the nearest car, by the figure of suitability", func() Policy { return &once{choose: nearest} }},
		{"idle", "once for each call: the car that would be idle first", func() Policy { return &once{choose: firstIdle} }},
		{"serve", "once for each call: the car that would be there first", func() Policy { return &once{choose: firstThere} }},
		{"hra", "the field's reference assigner, asked at each change", func() Policy { return new(reference) }},
		{"ours", "the assigner of our nodes", func() Policy { return new(ours) }},
		{"ours+park", "the same, and who has nothing to do waits where the next call is likely", func() Policy { return &ours{park: true} }},
	}
}

// PolicyNamed returns the policy of that name.
func PolicyNamed(name string) (Named, bool) {
	for _, p := range Policies() {
		if p.Name == name {
			return p, true
		}
	}
	return Named{}, false
}

// every lets every car go to every call.
type every struct{}

func (every) Ages() bool { return false }

func (every) Parks() bool { return false }

func (every) Decide(in *Input, out *Decision) {
	for _, c := range in.Calls {
		for i := range out.Calls {
			out.Calls[i].Put(c.Floor, c.Button, true)
		}
	}
}

// ours is the assigner of our nodes, and the rule that every car goes to a call
// that has waited for too long, as package node applies them.
type ours struct {
	assigner assigner.Assigner
	park     bool
}

func (*ours) Ages() bool { return true }

func (p *ours) Parks() bool { return p.park }

func (p *ours) Decide(in *Input, out *Decision) {
	copy(out.Calls, p.assigner.Assign(in.Input))
	if p.park {
		copy(out.Park, p.assigner.Park(in.Input, out.Calls))
	}
	everybody(out.Calls, assigner.Overdue(in.Input))
}
