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
)

// effort bounds the search of one decision: how many stops of elevators it may
// predict in all. Only the insertion, which can't be left out, may go beyond. Up
// to 3 × 9 and mostly at 8 × 16 the search ends by itself before; with 16 × 40 and
// every hall button lit, ten times the effort lowers the cost by about 1 %.
const effort = 20_000

// ages holds the age of each hall call in milliseconds, by button and floor.
type ages [2][elevator.MaxFloors]int64

// price returns (age + wait)² of the call at floor f, button b, if it is served
// at the given time from now.
func (a *Assigner) price(f int, b elevator.Button, at time.Duration) int64 {
	t := min(int64(at/time.Millisecond), maxWait)
	if b != elevator.Cab {
		t += a.ages[b][f]
	}
	return t * t
}

// settle sets the prices of the calls of x, and their sum, x.cost.
func (a *Assigner) settle(x *car) {
	w := x.start
	w.calls = x.calls
	x.cost = 0
	for {
		stop, ok := w.next(&a.shaft)
		if !ok {
			return
		}
		a.left--
		for b, served := range stop.served {
			if served {
				p := a.price(stop.floor, elevator.Button(b), stop.at)
				x.prices[b][stop.floor] = p
				x.cost += p
			}
		}
	}
}

// cost returns the sum of the prices if x serves calls, or limit if it is not
// below limit.
func (a *Assigner) cost(x *car, calls elevator.Calls, limit int64) int64 {
	w := x.start
	w.calls = calls
	var sum int64
	for sum < limit {
		stop, ok := w.next(&a.shaft)
		if !ok {
			return sum
		}
		a.left--
		for b, served := range stop.served {
			if served {
				sum += a.price(stop.floor, elevator.Button(b), stop.at)
			}
		}
	}
	return limit
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
	for {
		least := sum
		if open {
			way := time.Duration(max(c.floor-w.floor, w.floor-c.floor)) * a.shaft.leg
			least += a.price(c.floor, c.button, w.now+way)
		}
		if least >= limit {
			return limit
		}
		stop, ok := w.next(&a.shaft)
		if !ok {
			return sum
		}
		a.left--
		for b, served := range stop.served {
			if !served {
				continue
			}
			sum += a.price(stop.floor, elevator.Button(b), stop.at)
			if elevator.Button(b) == c.button && stop.floor == c.floor {
				open = false
			} else {
				sum -= x.prices[b][stop.floor]
			}
		}
	}
}

// insert gives each call to the elevator to whose cost it adds least.
func (a *Assigner) insert() {
	for i := range a.calls {
		c := &a.calls[i]
		c.car = a.cheapest(c, -1, math.MaxInt64)
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
		gain := x.cost - a.cost(x, without, x.cost)
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
