package assigner

import (
	"slices"

	"elevnet/internal/elevator"
)

// few is up to how many hall calls all assignments are compared.
const few = 5

// part is what an elevator has of the few calls, and where that leads.
type part struct {
	cost  int64
	floor int   // where it is in the end
	late  int64 // by how much the next call waits for that end
	best  uint8 // of a share of it and the elevators before: the share
}

// row holds the parts of one elevator, by sets of calls, a bit each.
type row [1 << few]part

// exact finds, by dynamic programming over the sets of calls, the cheapest
// assignment there is, the first of equals, and goes on from there to one that
// leaves the elevators in better places, as long as each step is worth its price.
func (a *Assigner) exact() {
	sets := 1 << len(a.calls)
	a.table = slices.Grow(a.table[:0], len(a.cars))[:len(a.cars)]
	a.parts = slices.Grow(a.parts[:0], len(a.cars))[:len(a.cars)]
	var least [1 << few]int64 // for each set, served by the elevators so far
	for s := 1; s < sets; s++ {
		least[s] = never
	}
	for i := range a.cars {
		a.fill(i, sets)
		a.choose(&a.table[i], &least, sets)
	}
	rest := sets - 1
	for i := len(a.cars) - 1; i >= 0; i-- {
		a.parts[i] = a.table[i][rest].best
		rest &^= int(a.parts[i])
	}
	a.place()
	for i, p := range a.parts {
		x := &a.cars[i]
		x.calls = a.with(x, int(p))
		for k := range a.calls {
			if p>>k&1 != 0 {
				a.calls[k].car = i
			}
		}
		a.settle(x)
	}
}

// with returns the calls of x and a set of the hall calls.
func (a *Assigner) with(x *car, set int) elevator.Calls {
	calls := x.calls
	for k := range a.calls {
		if set>>k&1 != 0 {
			calls.Put(a.calls[k].floor, a.calls[k].button, true)
		}
	}
	return calls
}

// fill predicts what elevator i does with each set of the calls.
func (a *Assigner) fill(i, sets int) {
	x := &a.cars[i]
	for s := range sets {
		cost, end := a.follow(x, a.with(x, s))
		a.table[i][s] = part{cost: cost, floor: end.floor, late: milliseconds(end.now / haste)}
	}
}

// choose takes one more elevator into least, and notes its shares.
func (a *Assigner) choose(r *row, least *[1 << few]int64, sets int) {
	before := *least
	for s := range sets {
		least[s] = never
		for own := 0; ; own = (own - s) & s { // the next greater one
			if c := before[s&^own] + r[own].cost; c < least[s] {
				least[s], r[s].best = c, uint8(own)
			}
			if own == s {
				break
			}
		}
	}
}

// place makes moves that lower the sum of the costs and of what the next call
// costs, until there is none: a call goes to another elevator, or two elevators
// trade all their calls. A call that an elevator says it goes to is not given to one
// at rest: that the next one may be served sooner is no reason to turn back, and
// whoever pressed would see two elevators set out.
func (a *Assigner) place() {
	a.keep()
	total := a.total(never)
	better := func() bool {
		t := a.total(total)
		if t >= total {
			return false
		}
		total = t
		return true
	}
	for moved := true; moved; {
		moved = false
		for k := range a.calls {
			from := slices.IndexFunc(a.parts, func(p uint8) bool { return p>>k&1 != 0 })
			for to := range a.parts {
				if to == from || a.kept[from]>>k&1 != 0 && a.rests(to) {
					continue
				}
				a.parts[from] ^= 1 << k
				a.parts[to] ^= 1 << k
				if better() {
					from, moved = to, true
					continue
				}
				a.parts[from] ^= 1 << k
				a.parts[to] ^= 1 << k
			}
		}
		for i := range a.parts {
			for j := range i {
				if a.parts[i] == a.parts[j] || a.parts[i]&a.kept[i] != 0 && a.rests(j) || a.parts[j]&a.kept[j] != 0 && a.rests(i) {
					continue // both empty, or not to be moved
				}
				a.parts[i], a.parts[j] = a.parts[j], a.parts[i]
				if better() {
					moved = true
					continue
				}
				a.parts[i], a.parts[j] = a.parts[j], a.parts[i]
			}
		}
	}
}

// rests reports whether an elevator stands with its door closed.
func (a *Assigner) rests(i int) bool { return !a.cars[i].start.moving && !a.cars[i].start.open }

// keep sets a.kept.
func (a *Assigner) keep() {
	a.kept = slices.Grow(a.kept[:0], len(a.cars))[:len(a.cars)]
	for i := range a.cars {
		a.kept[i] = 0
		f, b, ok := a.cars[i].goal.Call()
		for k := range a.calls {
			if c := &a.calls[k]; ok && c.floor == f && c.button == b {
				a.kept[i] |= 1 << k
			}
		}
	}
}

// total returns what a.parts costs, the next call included, or something that is
// not below limit if that isn't.
func (a *Assigner) total(limit int64) int64 {
	var sum int64
	for i, set := range a.parts {
		sum += a.table[i][set].cost
	}
	if sum >= limit {
		return sum
	}
	var late [elevator.MaxFloors]int64 // for the next call at each floor
	floors := a.shaft.floors
	for f := range floors {
		late[f] = maxWait
	}
	for i, set := range a.parts {
		p := &a.table[i][set]
		late[p.floor] = min(late[p.floor], p.late)
	}
	leg := milliseconds(a.shaft.leg)
	for f := 1; f < floors; f++ {
		late[f] = min(late[f], late[f-1]+leg)
	}
	var wait int64
	below := int64(maxWait)
	for f := floors - 1; f >= 0; f-- {
		below = min(late[f], below+leg)
		wait += a.likely.weight[f] * below
	}
	return sum + wait/max(a.likely.sum, 1)*next
}
