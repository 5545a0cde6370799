package assigner

import (
	"math"
	"time"

	"elevnet/internal/elevator"
)

// Times are counted in whole milliseconds where they are squared. The bounds
// keep every sum within an int64: an elevator has fewer than 2^9 calls, of at
// most (2^24)² each, so 2^57 in all, and no more than two elevators are ever
// added. They also leave a difference between a wait and a longer wait, however
// old the call is, up to a wait of three and a half hours.
const (
	minute  = 60_000
	maxAge  = 1 << 22 // 70 minutes
	maxWait = 1<<24 - maxAge
	never   = math.MaxInt64 / 4 // no cost reaches it
)

// What the prices are made of; docs/dispatching.md tells how they were found.
const (
	linear = 30_000 // ms: the price of a wait is T·(T + linear)
	// handover, in ms², is what it costs that a call is served by an elevator other
	// than the one that says that it goes there: this much if it is the only call, and
	// crowd more for each further one, up to three.
	handover = 30_000_000
	crowd    = 40_000_000
	// next, in ms, times the wait to be expected of the next call is added to the
	// prices of those that there are. An elevator counts as late by one
	// haste-th of the time for which it is still busy.
	next  = 60_000
	haste = 5
)

// effort bounds the search among more than a few calls: how many stops it may
// predict, for each floor and elevator there is. Only the insertion, which can't
// be left out, may go beyond.
const effort = 30

// ages holds the age of each hall call in milliseconds, by button and floor.
type ages [2][elevator.MaxFloors]int64

// price returns what a stop of x costs. Cab calls cost nothing but time.
func (a *Assigner) price(x *car, st *stop) int64 {
	switch st.hall {
	case elevator.Up:
		return a.priceOf(x, elevator.HallUp, st.floor, st.at)
	case elevator.Down:
		return a.priceOf(x, elevator.HallDown, st.floor, st.at)
	default:
		return 0
	}
}

// priceOf returns what a hall call costs if x serves it at the given time from
// now.
func (a *Assigner) priceOf(x *car, b elevator.Button, f int, at time.Duration) int64 {
	t := milliseconds(at) + a.ages[b][f]
	p := t * (t + linear)
	if x.others.Has(f, b) {
		p += a.handover
	}
	return p
}

func milliseconds(t time.Duration) int64 { return min(int64(t/time.Millisecond), maxWait) }

// settle sets the prices of the hall calls of x, and x.cost.
func (a *Assigner) settle(x *car) {
	w := x.start
	w.calls = x.calls
	x.cost = 0
	for w.asks() {
		st, _ := w.next(&a.shaft)
		a.left--
		if st.hall == elevator.Stop {
			continue
		}
		p := a.price(x, &st)
		x.prices[st.hall.Hall()][st.floor] = p
		x.cost += p
	}
}

// cost returns what it costs that x serves calls, or limit if that is not below
// limit.
func (a *Assigner) cost(x *car, calls elevator.Calls, limit int64) int64 {
	w := x.start
	w.calls = calls
	var sum int64
	for sum < limit && w.asks() {
		st, _ := w.next(&a.shaft)
		a.left--
		sum += a.price(x, &st)
	}
	return min(sum, limit)
}

// follow returns what it costs that x serves calls, and the end of the walk.
func (a *Assigner) follow(x *car, calls elevator.Calls) (int64, walk) {
	w := x.start
	w.calls = calls
	var sum int64
	for {
		st, ok := w.next(&a.shaft)
		if !ok {
			return sum, w
		}
		sum += a.price(x, &st)
	}
}

// adds returns by how much the cost of x rises if it serves c as well, or limit
// if that is not below limit. It gives up as soon as the calls that were
// delayed so far, and c itself if it were served straight away, cost limit: the
// calls that come later can only be delayed as well.
func (a *Assigner) adds(x *car, c *call, limit int64) int64 {
	w := x.start
	w.calls = x.calls
	w.calls.Put(c.floor, c.button, true)
	var sum int64
	open := true // c is not yet served
	for w.asks() {
		least := sum
		if open {
			way := time.Duration(max(c.floor-w.floor, w.floor-c.floor)) * a.shaft.leg
			least += a.priceOf(x, c.button, c.floor, w.now+way)
		}
		if least >= limit {
			return limit
		}
		st, _ := w.next(&a.shaft)
		a.left--
		if st.hall == elevator.Stop {
			continue
		}
		sum += a.price(x, &st)
		if b := st.hall.Hall(); b == c.button && st.floor == c.floor {
			open = false
		} else {
			sum -= x.prices[b][st.floor]
		}
	}
	return min(sum, limit)
}

// insert gives each call to the elevator to whose cost it adds least.
func (a *Assigner) insert() {
	for i := range a.calls {
		c := &a.calls[i]
		c.car = a.cheapest(c, -1, never)
		x := &a.cars[c.car]
		x.calls.Put(c.floor, c.button, true)
		a.settle(x)
	}
}

// cheapest returns the elevator, other than number except, to whose cost c adds
// least, the first of equals; -1 if that is less than limit for none.
func (a *Assigner) cheapest(c *call, except int, limit int64) int {
	best := -1
	for i := range a.cars {
		if i == except {
			continue
		}
		if more := a.adds(&a.cars[i], c, limit); more < limit {
			best, limit = i, more
		}
	}
	return best
}

// improve makes moves that lower the sum of the costs until there is none, or
// the effort is used up. The sum falls with every move, so that none is ever
// taken back.
func (a *Assigner) improve() {
	if len(a.cars) < 2 {
		return
	}
	for a.left > 0 {
		if !a.relocate() && !a.trade() && !a.exchange() {
			return
		}
	}
}

// relocate goes once through the calls and gives each to another elevator if
// that is better, and reports whether any was given away.
func (a *Assigner) relocate() bool {
	moved := false
	for i := range a.calls {
		if a.left <= 0 {
			break
		}
		c := &a.calls[i]
		x := &a.cars[c.car]
		without := x.calls
		without.Put(c.floor, c.button, false)
		gain := x.cost - a.cost(x, without, never)
		to := a.cheapest(c, c.car, gain)
		if to < 0 {
			continue
		}
		x.calls = without
		a.settle(x)
		c.car = to
		x = &a.cars[to]
		x.calls.Put(c.floor, c.button, true)
		a.settle(x)
		moved = true
	}
	return moved
}

// exchange goes through the pairs of calls of two elevators and swaps them if
// that is better; it reports whether any pair was swapped.
func (a *Assigner) exchange() bool {
	moved := false
	for i := range a.calls {
		for j := range i {
			if a.left <= 0 {
				return moved
			}
			moved = a.swap(&a.calls[i], &a.calls[j]) || moved
		}
	}
	return moved
}

// trade goes through the pairs of elevators and lets them take over all of each
// other's hall calls if that is better, and reports whether any two did. Two
// elevators that just passed each other, each on its way to what the other is
// nearer to, come out of that by no smaller move.
func (a *Assigner) trade() bool {
	moved := false
	for i := range a.cars {
		for j := range i {
			if a.left <= 0 {
				return moved
			}
			x, y := &a.cars[i], &a.cars[j]
			xs, ys := y.calls.Hall(), x.calls.Hall()
			if xs == ys {
				continue // both empty
			}
			xs.Cab, ys.Cab = x.calls.Cab, y.calls.Cab
			limit := x.cost + y.cost
			limit -= a.cost(x, xs, limit)
			if a.cost(y, ys, limit) >= limit {
				continue
			}
			x.calls, y.calls = xs, ys
			a.settle(x)
			a.settle(y)
			for k := range a.calls {
				switch c := &a.calls[k]; c.car {
				case i:
					c.car = j
				case j:
					c.car = i
				}
			}
			moved = true
		}
	}
	return moved
}

// swap swaps the elevators of c and d if that is better, and reports whether.
func (a *Assigner) swap(c, d *call) bool {
	if c.car == d.car {
		return false
	}
	x, y := &a.cars[c.car], &a.cars[d.car]
	xs, ys := x.calls, y.calls
	xs.Put(c.floor, c.button, false)
	xs.Put(d.floor, d.button, true)
	ys.Put(d.floor, d.button, false)
	ys.Put(c.floor, c.button, true)
	limit := x.cost + y.cost
	limit -= a.cost(x, xs, limit)
	if a.cost(y, ys, limit) >= limit {
		return false
	}
	x.calls, y.calls = xs, ys
	a.settle(x)
	a.settle(y)
	c.car, d.car = d.car, c.car
	return true
}
