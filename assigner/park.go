package assigner

import (
	"cmp"
	"slices"
	"time"

	"elevnet/internal/elevator"
)

// second is how much the second nearest elevator counts, in per cent of the
// nearest: the nearest may be away when the next call comes.
const second = 30

// rounds bounds how often each elevator is placed anew.
const rounds = 4

// ParkAfter is for how long an elevator has had nothing to do before it goes to
// where it waits: who has just got off may want to go on, and one that is soon
// needed again where it is need not travel.
const ParkAfter = 2 * time.Second

// worth is by how much the way to the next call must become shorter, in hundredths
// of a floor for each floor that an elevator at rest would travel for that.
const worth = 5

// Park returns, for each of in.Cars, the floor to which it goes to wait there, or
// elevator.NoFloor to stay: it has something to do, doesn't park (its state says
// so), or wouldn't gain enough. out is the answer of Assign to in. It is as pure a
// function as [Assign], and does not look at Calls. Without presses nobody goes
// anywhere.
//
// The floors depend on how many elevators that park have nothing to do, on where
// those without anything to do stand that don't, and on in.Presses alone, and not
// on where the elevators that park are, so that they stay while the elevators go
// there: those for which the sum over all floors of
//
//	presses · (distance to the nearest + 30 % of that to the second nearest)
//
// is about the least. They are given to the elevators in the order in which
// these stand, or can stop next, so that all together travel least. And so it
// ends: each leg towards its place brings an elevator, and with it all together,
// one floor nearer, even if another one is given that place meanwhile.
func (a *Assigner) Park(in Input, out []elevator.Calls) []int {
	s := newShaft(in.Config)
	a.park = slices.Grow(a.park[:0], len(in.Cars))[:len(in.Cars)]
	a.free, a.still = a.free[:0], a.still[:0]
	for i := range in.Cars {
		a.park[i] = elevator.NoFloor
		c := &in.Cars[i]
		switch {
		case c.State.Behaviour == elevator.DoorOpen || !c.Cab.Empty() || !out[i].Empty():
		case c.State.Parking:
			a.free = append(a.free, i)
		default:
			w := s.enter(c)
			a.still = append(a.still, w.floor)
		}
	}
	if len(a.free) == 0 || s.floors == 0 || in.Presses == ([elevator.MaxFloors]uint32{}) {
		return a.park
	}
	slices.SortFunc(a.free, func(i, j int) int {
		x, y := &in.Cars[i], &in.Cars[j]
		return cmp.Or(cmp.Compare(s.enter(x).floor, s.enter(y).floor), compare(x, y))
	})
	slices.Sort(a.still)
	a.spread(s.likely(&in.Presses), s.floors)
	for k, i := range a.free {
		st := in.Cars[i].State
		if to := a.spots[k]; st.Behaviour == elevator.Moving || a.gains(k, s.enter(&in.Cars[i]).floor) {
			a.park[i] = to
		}
	}
	return a.park
}

// spread sets a.spots to the floors, ascending, at which the elevators of a.free
// wait: each is placed best among those that are there already, and then each
// anew. What it found the last time it takes over if all is as it was.
func (a *Assigner) spread(l likely, floors int) {
	n := len(a.free)
	if l == a.parked && floors == a.parkedFloors && len(a.spots) == n && slices.Equal(a.still, a.parkedStill) {
		return
	}
	a.parked, a.parkedFloors = l, floors
	a.parkedStill = append(a.parkedStill[:0], a.still...)
	a.spots = a.spots[:0]
	for range n {
		a.spots = append(a.spots, a.parked.best(floors, a.still, a.spots))
	}
	for range rounds {
		moved := false
		for range n {
			was := a.spots[0]
			copy(a.spots, a.spots[1:])
			a.spots = a.spots[:n-1]
			now := a.parked.best(floors, a.still, a.spots)
			a.spots = append(a.spots, now)
			moved = moved || now != was
		}
		if !moved {
			break
		}
	}
	slices.Sort(a.spots)
}

// gains reports whether it is worth it that elevator k of a.free goes from where it
// stands to where it is to wait, if the others are where they are to wait.
func (a *Assigner) gains(k, from int) bool {
	l, floors, to := &a.parked, a.parkedFloors, a.spots[k]
	if from == to {
		return false
	}
	d := newDistances(floors, a.still, a.spots[:k], a.spots[k+1:])
	return l.cost(&d, floors, from)-l.cost(&d, floors, to) >= worth*l.sum*int64(max(from-to, to-from))
}

// distances are those from each floor to the two nearest elevators.
type distances struct{ near, then [elevator.MaxFloors]int }

func newDistances(floors int, others ...[]int) distances {
	var d distances
	for f := range floors {
		d.near[f], d.then[f] = 2*floors, 2*floors
		for _, some := range others {
			for _, o := range some {
				x := max(f-o, o-f)
				d.then[f] = min(d.then[f], max(x, d.near[f]))
				d.near[f] = min(d.near[f], x)
			}
		}
	}
	return d
}

// cost returns the sum over all floors if one more elevator waits at a floor.
func (l *likely) cost(d *distances, floors, at int) int64 {
	var sum int64
	for f := range floors {
		x := max(f-at, at-f)
		first := min(d.near[f], x)
		other := min(d.then[f], max(x, d.near[f]))
		sum += l.weight[f] * int64(100*first+second*other)
	}
	return sum
}

// best returns the best floor, the lowest of equals, for one more elevator than
// those at the given floors.
func (l *likely) best(floors int, others ...[]int) int {
	d := newDistances(floors, others...)
	floor, least := 0, int64(never)
	for at := range floors {
		if sum := l.cost(&d, floors, at); sum < least {
			floor, least = at, sum
		}
	}
	return floor
}
