package assigner

import (
	"cmp"
	"slices"

	"elevnet/internal/elevator"
)

// second is how much the second nearest elevator counts, in per cent of the
// nearest: the nearest may be away when the next call comes.
const second = 30

// rounds bounds how often each elevator is placed anew.
const rounds = 4

// Park returns, for each of in.Cars, the floor at which it is to wait, or
// elevator.NoFloor for one that has something to do. out is the answer of Assign
// to in. It is as pure a function as [Assign], and does not look at Calls.
//
// The floors depend on how many elevators have nothing to do and on in.Presses
// alone, and not on where these elevators are, so that they stay while the
// elevators go there: those for which the sum over all floors of
//
//	presses · (distance to the nearest + 30 % of that to the second nearest)
//
// is about the least. They are given to the elevators in the order in which
// these stand, so that none passes another and all together travel least.
func (a *Assigner) Park(in Input, out []elevator.Calls) []int {
	s := newShaft(in.Config)
	a.park = slices.Grow(a.park[:0], len(in.Cars))[:len(in.Cars)]
	a.free = a.free[:0]
	for i := range in.Cars {
		a.park[i] = elevator.NoFloor
		c := &in.Cars[i]
		if c.State.Behaviour != elevator.DoorOpen && c.Cab.Empty() && out[i].Empty() {
			a.free = append(a.free, i)
		}
	}
	if len(a.free) == 0 || s.floors == 0 {
		return a.park
	}
	slices.SortFunc(a.free, func(i, j int) int {
		x, y := &in.Cars[i], &in.Cars[j]
		return cmp.Or(cmp.Compare(x.State.Floor, y.State.Floor), compare(x, y))
	})
	l := s.likely(&in.Presses)
	a.spots = l.spots(a.spots[:0], len(a.free), s.floors)
	for k, i := range a.free {
		a.park[i] = a.spots[k]
	}
	return a.park
}

// spots appends to dst the floors, ascending, at which n elevators wait: each is
// placed best among those that are there already, and then each anew.
func (l *likely) spots(dst []int, n, floors int) []int {
	for range n {
		dst = append(dst, l.best(dst, floors))
	}
	for range rounds {
		moved := false
		for range n {
			was := dst[0]
			dst = append(dst[:0], dst[1:]...)
			now := l.best(dst, floors)
			dst = append(dst, now)
			moved = moved || now != was
		}
		if !moved {
			break
		}
	}
	slices.Sort(dst)
	return dst
}

// best returns the best floor, the lowest of equals, for one more elevator than
// those at the given floors.
func (l *likely) best(others []int, floors int) int {
	far := 2 * floors
	var near, then [elevator.MaxFloors]int // distances to the two nearest
	for f := range floors {
		near[f], then[f] = far, far
		for _, o := range others {
			d := max(f-o, o-f)
			then[f] = min(then[f], max(d, near[f]))
			near[f] = min(near[f], d)
		}
	}
	floor, least := 0, int64(never)
	for at := range floors {
		var sum int64
		for f := range floors {
			d := max(f-at, at-f)
			first := min(near[f], d)
			other := min(then[f], max(d, near[f]))
			sum += l.weight[f] * int64(100*first+second*other)
		}
		if sum < least {
			floor, least = at, sum
		}
	}
	return floor
}
