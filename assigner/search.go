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
	linear = 30_000      // ms: the price of a wait is T·(T + linear)
	charge = 100_000_000 // ms²: that an elevator turns back, or stops for nothing
	// next, in ms, times the wait to be expected of the next call is added to the
	// prices of those that there are. An elevator counts as late by one
	// haste-th of the time for which it is still busy.
	next  = 45_000
	haste = 5
)

// effort bounds the search among more than a few calls: how many stops it may
// predict, for each floor and elevator there is. Only the insertion, which can't
// be left out, may go beyond.
const effort = 15

// ages holds the age of each hall call in milliseconds, by button and floor.
type ages [2][elevator.MaxFloors]int64

// price returns what the call at floor f, button b, costs if it is served at the
// given time from now. Cab calls cost nothing but time.
func (a *Assigner) price(f int, b elevator.Button, at time.Duration) int64 {
	if b == elevator.Cab {
		return 0
	}
	t := milliseconds(at) + a.ages[b][f]
	return t * (t + linear)
}

func milliseconds(t time.Duration) int64 { return min(int64(t/time.Millisecond), maxWait) }

// turns returns the charge if x, which is under way or announces that it goes on,
// has nothing to go there for among calls. One that parks never had.
func (x *car) turns(calls *elevator.Calls) int64 {
	w := &x.start
	at := calls.Floors()
	switch {
	case w.doing == elevator.Idle, w.dir == elevator.Stop, w.parking,
		w.doing == elevator.Moving && at.Has(w.floor),
		w.dir == elevator.Up && at.AnyAbove(w.floor),
		w.dir == elevator.Down && at.AnyBelow(w.floor):
		return 0
	}
	return charge
}

// settle sets the prices of the calls of x, and their sum, x.cost.
func (a *Assigner) settle(x *car) {
	w := x.start
	w.calls = x.calls
	x.turn = x.turns(&x.calls)
	x.cost = x.turn
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

// cost returns what it costs that x serves calls, or limit if that is not below
// limit.
func (a *Assigner) cost(x *car, calls elevator.Calls, limit int64) int64 {
	sum, _ := a.follow(x, calls, limit)
	return sum
}

// follow returns cost and, if that is below limit, the end of the walk.
func (a *Assigner) follow(x *car, calls elevator.Calls, limit int64) (int64, walk) {
	w := x.start
	w.calls = calls
	sum := x.turns(&calls)
	for sum < limit {
		stop, ok := w.next(&a.shaft)
		if !ok {
			return sum, w
		}
		a.left--
		for b, served := range stop.served {
			if served {
				sum += a.price(stop.floor, elevator.Button(b), stop.at)
			}
		}
	}
	return limit, w
}

// adds returns by how much the cost of x rises if it serves c as well, or limit
// if that is not below limit. It gives up as soon as the calls that were
// delayed so far, and c itself if it were served straight away, cost limit: the
// calls that come later can only be delayed as well.
func (a *Assigner) adds(x *car, c *call, limit int64) int64 {
	w := x.start
	w.calls = x.calls
	w.calls.Put(c.floor, c.button, true)
	sum := x.turns(&w.calls) - x.turn
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
