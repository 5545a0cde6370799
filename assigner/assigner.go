// Package assigner decides who serves which hall call.
//
// [Assign] is one pure function of one value (SPEC R4): the lit hall calls with
// their ages, the elevators that may take them, and the configuration. It reads
// no clock, draws no random number, uses no float, walks no map and remembers no
// earlier answer, so nodes that hold the same worldview compute the same
// assignment on every platform, whatever each of them saw before. Memory, even
// as hysteresis, would let nodes with different histories each believe that
// another one goes.
//
// The answer minimizes a sum over all hall calls together, of
//
//	T · (T + 30 s),  T = age + predicted wait,
//
// so that a long wait is dearer than several short ones and a call weighs the
// more the older it is: no call starves (SPEC R8). The wait is predicted by
// running each elevator by the rules of package requests with the timings of the
// configuration (predict.go, walk.go). Whoever boards is expected to ride to the mean
// of the floors in his direction, by how often hall buttons were pressed there
// ([Input].Presses); whoever rides already counts by the stops that he makes.
//
// Two things are added. Every elevator says which hall call it goes to first
// ([Goal]), and it costs a charge that another one serves that call: so calls change
// hands only where that gains something. What should stick is thereby replicated.
// And while there are few calls, the elevators' positions when they have served
// them count: the wait to be expected of the next call, wherever it is made, by the
// presses again.
//
// What an optimizer can't promise, [Overdue] catches: it names the calls that have
// waited for longer than any single elevator would have needed, and every
// elevator takes those.
//
// Up to five calls, all assignments are compared (exact.go); for more, they are
// inserted oldest first and improved by moves (search.go). Either is bounded by
// counts and never by a clock. [Park] says where those wait that have nothing
// to do.
package assigner

import (
	"cmp"
	"math"
	"slices"
	"time"

	"elevnet/internal/elevator"
)

// Car is one elevator that may take hall calls. The caller leaves out those that
// are not available or not reachable: State.Unavailable is not looked at.
type Car struct {
	// ID names the elevator. Of two equally good ones the smaller id serves.
	// Ids should be unique; if they are not, the rest of the value decides.
	ID elevator.ID
	// State is what the building knows of it.
	State elevator.State
	// Cab holds its cab calls.
	Cab elevator.FloorSet
	// Goal is the hall call that it goes to first, as it says (see [Goal]).
	Goal elevator.Goal
}

// HallCall is one lit hall call.
type HallCall struct {
	Floor  int
	Button elevator.Button // HallUp or HallDown
	// Age is for how long it has waited, in whole seconds, as replicated.
	Age uint16
}

// Input is all that an assignment depends on, apart from the order of Calls and
// Cars, on which it does not depend.
//
// No value is refused, since parts of it come from other nodes. A call whose
// button does not exist is ignored, and of a call given twice the greater age
// counts. Floors of the building beyond elevator.MaxFloors are left out, times
// below 0 count as 0 and above an hour as an hour, and an elevator outside the
// shaft counts as standing at, or arriving at, the nearer end of it.
type Input struct {
	Config elevator.Config
	Calls  []HallCall
	Cars   []Car
	// Presses tells how often hall buttons were pressed at each floor, as
	// replicated. Only their ratios matter, and those above a million count as
	// a million. Without any, every floor is as likely as any other.
	Presses [elevator.MaxFloors]uint32
}

// Assign returns the hall calls that each elevator must serve, in the order of
// in.Cars. Each call of in is assigned to exactly one elevator, if there is one.
func Assign(in Input) []elevator.Calls {
	var a Assigner
	return a.Assign(in)
}

// Assigner holds the memory that an assignment needs, so that the next one need
// not allocate it again. Nothing in it reaches a later result. The zero value is
// ready for use; it must not be used by two goroutines at once.
type Assigner struct {
	shaft shaft
	ages  ages
	calls []call
	order []int // indices of Input.Cars by id
	cars  []car // in that order
	out   []elevator.Calls
	// handover is what it costs that a call goes to another elevator than to the one
	// that says that it goes there.
	handover int64
	left     int // stops that may still be predicted in this decision

	likely likely
	table  []row   // of the exact search, by car
	parts  []uint8 // the calls of each car in it
	kept   []uint8 // those that it says it goes to

	// Of Park: its answer, the elevators that are placed and the floors of those
	// that aren't, and for what the places were found.
	park, free, still, spots []int
	parked                   likely
	parkedFloors             int
	parkedStill              []int
}

// car is one elevator during the search.
type car struct {
	start  walk           // where it is, without calls
	goal   elevator.Goal  // what it says it goes to
	others elevator.Calls // hall calls that others go to, and it doesn't
	calls  elevator.Calls // what it serves: its cab calls and what it was assigned
	// prices holds what each of calls costs, by button and floor, and cost the
	// sum of it.
	prices [2][elevator.MaxFloors]int64
	cost   int64
}

// call is one hall call during the search.
type call struct {
	floor  int
	button elevator.Button
	car    int // index in Assigner.cars
}

// Assign is [Assign]; its result is valid until the next call of a.Assign.
func (a *Assigner) Assign(in Input) []elevator.Calls {
	a.shaft = newShaft(in.Config)
	a.left = effort * max(a.shaft.floors, 1) * len(in.Cars)
	a.gather(in.Calls)
	a.likely = a.shaft.likely(&in.Presses)
	a.shaft.to = a.likely.rides(a.shaft.floors)
	a.handover = handover + crowd*int64(min(max(len(a.calls)-1, 0), 3))
	a.line(in.Cars)
	switch {
	case len(a.cars) == 0:
	case len(a.calls) <= few:
		a.exact()
	default:
		a.insert()
		a.improve()
	}
	a.out = slices.Grow(a.out[:0], len(in.Cars))[:len(in.Cars)]
	for i, at := range a.order {
		a.out[at] = a.cars[i].calls.Hall()
	}
	return a.out
}

// gather sets a.calls and a.ages: each existing call once, in the order of
// insertion. That is oldest first, in whole minutes only: in seconds, calls made
// shortly after one another would change places every second, for a while in
// each, and the search would end in one local optimum and in the other in turn.
func (a *Assigner) gather(calls []HallCall) {
	a.ages = ages{}
	a.calls = a.calls[:0]
	var seen elevator.Calls
	for _, c := range calls {
		if c.Button == elevator.Cab || !elevator.ButtonExists(a.shaft.floors, c.Floor, c.Button) {
			continue
		}
		if !seen.Has(c.Floor, c.Button) {
			seen.Put(c.Floor, c.Button, true)
			a.calls = append(a.calls, call{floor: c.Floor, button: c.Button})
		}
		age := &a.ages[c.Button][c.Floor]
		*age = max(*age, min(int64(c.Age)*1000, maxAge))
	}
	slices.SortFunc(a.calls, func(x, y call) int {
		return cmp.Or(
			cmp.Compare(a.ages[y.button][y.floor]/minute, a.ages[x.button][x.floor]/minute),
			cmp.Compare(x.floor, y.floor),
			cmp.Compare(x.button, y.button))
	})
}

// line sets a.order and a.cars.
func (a *Assigner) line(cars []Car) {
	a.order = a.order[:0]
	for i := range cars {
		a.order = append(a.order, i)
	}
	slices.SortFunc(a.order, func(i, j int) int { return compare(&cars[i], &cars[j]) })
	var goals elevator.Calls
	for i := range cars {
		if f, b, ok := cars[i].Goal.Call(); ok {
			goals.Put(f, b, true)
		}
	}
	a.cars = slices.Grow(a.cars[:0], len(cars))[:len(cars)]
	for k, i := range a.order {
		c := &a.cars[k]
		c.start = a.shaft.enter(&cars[i])
		c.calls = a.shaft.existing(elevator.Calls{Cab: cars[i].Cab})
		c.others, c.goal = goals, cars[i].Goal
		if f, b, ok := cars[i].Goal.Call(); ok {
			c.others.Put(f, b, false)
		}
		a.settle(c)
	}
}

// compare orders by id. Only equal values compare as equal, so that even with an
// id given twice the order of the input decides nothing.
func compare(x, y *Car) int {
	return cmp.Or(
		cmp.Compare(x.ID, y.ID),
		cmp.Compare(x.State.Floor, y.State.Floor),
		cmp.Compare(x.State.Direction, y.State.Direction),
		cmp.Compare(x.State.Behaviour, y.State.Behaviour),
		cmp.Compare(x.State.Unavailable, y.State.Unavailable),
		cmp.Compare(number(x.State.Parking), number(y.State.Parking)),
		cmp.Compare(x.Goal, y.Goal),
		slices.Compare(x.Cab[:], y.Cab[:]))
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Patience returns how old a call may get before it counts as overdue: an upper
// bound of the time in which a single elevator, wherever it is, serves all calls
// that a building can have. That is three runs through the shaft, because a call
// just behind it in its own direction takes two turns, with a door opened for
// every call, the door that may be open at the start, and one second because
// ages are whole seconds. It is at most the greatest age.
func Patience(c elevator.Config) time.Duration {
	s := newShaft(c)
	n := time.Duration(max(s.floors, 1))
	return min(3*n*s.leg+(3*n+1)*s.door+time.Second, math.MaxUint16*time.Second)
}

// Overdue returns the hall calls of in that have waited for longer than expected:
// than one elevator needs to go all the way up and down again with a door opened
// for every call there is, and one more. Every elevator that can move takes them,
// whoever they are assigned to (SPEC R8): should the nodes disagree on an
// assignment for so long, or an elevator promise what it doesn't do, it costs a
// detour and not a passenger. No call is overdue later than by [Patience].
func Overdue(in Input) elevator.Calls {
	var o elevator.Calls
	s := newShaft(in.Config)
	stops := len(in.Calls) + 2
	for i := range in.Cars {
		stops += in.Cars[i].Cab.Len()
	}
	expected := 2*time.Duration(s.floors)*s.leg + time.Duration(stops)*s.door + time.Second
	expected = min(expected, Patience(in.Config))
	for _, c := range in.Calls {
		if c.Button != elevator.Cab && elevator.ButtonExists(s.floors, c.Floor, c.Button) &&
			time.Duration(c.Age)*time.Second >= expected {
			o.Put(c.Floor, c.Button, true)
		}
	}
	return o
}
