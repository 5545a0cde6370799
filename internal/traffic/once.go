package traffic

import (
	"math"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// once assigns each call when it is made, and never again.
type once struct {
	// choose returns the car for a new call, number k of in; given holds what the
	// cars already go to, cab calls included.
	choose func(in *Input, k int, given []elevator.Calls) int

	owners [2][elevator.MaxFloors]owner
	given  []elevator.Calls
}

// owner tells who goes to the call that was lit at a time.
type owner struct {
	known bool
	since time.Duration
	car   int
}

func (*once) Ages() bool { return false }

func (*once) Parks() bool { return false }

func (p *once) Decide(in *Input, out *Decision) {
	p.given = p.given[:0]
	for i := range in.Cars {
		p.given = append(p.given, elevator.Calls{Cab: in.Cars[i].Cab})
	}
	give := func(k, car int) {
		c := &in.Calls[k]
		p.given[car].Put(c.Floor, c.Button, true)
		out.Calls[car].Put(c.Floor, c.Button, true)
	}
	for k, c := range in.Calls {
		o := &p.owners[c.Button][c.Floor]
		o.known = o.known && o.since == in.Since[k]
		if o.known {
			give(k, o.car)
		}
	}
	for k, c := range in.Calls {
		if o := &p.owners[c.Button][c.Floor]; !o.known {
			*o = owner{true, in.Since[k], p.choose(in, k, p.given)}
			give(k, o.car)
		}
	}
}

// best returns the index, below n, of the smallest cost, the first of equals.
func best(n int, cost func(i int) time.Duration) int {
	which, least := 0, time.Duration(math.MaxInt64)
	for i := range n {
		if c := cost(i); c < least {
			which, least = i, c
		}
	}
	return which
}

// nearest chooses by the figure of suitability, which is what "nearest car" means
// in the field. With N floors to travel at most and a call d floors away it is
//
//	N + 2 − d  for a car that comes nearer, and travels the way of the call
//	N + 1 − d  for one that comes nearer, but travels the other way, or stands
//	1          for one that goes away from it
//
// and the greatest wins.
func nearest(in *Input, k int, _ []elevator.Calls) int {
	call, n := &in.Calls[k], in.Config.Floors-1
	return best(len(in.Cars), func(i int) time.Duration {
		s := &in.Cars[i].State
		d := call.Floor - s.Floor
		way := elevator.Up
		if d < 0 {
			d, way = -d, elevator.Down
		}
		suits := n + 1 - d
		switch {
		case s.Direction == elevator.Stop:
		case d == 0 && s.Behaviour == elevator.Moving, d > 0 && s.Direction != way:
			suits = 1
		case s.Direction == call.Button.Direction():
			suits++
		}
		return time.Duration(-suits)
	})
}

// firstIdle chooses the car that has served everything first, this call included.
func firstIdle(in *Input, k int, given []elevator.Calls) int {
	var buf []assigner.Service
	return best(len(in.Cars), func(i int) time.Duration {
		buf = predict(buf, in, k, i, given)
		return buf[len(buf)-1].In + in.Config.Door
	})
}

// firstThere chooses the car that serves this call first.
func firstThere(in *Input, k int, given []elevator.Calls) int {
	var buf []assigner.Service
	return best(len(in.Cars), func(i int) time.Duration {
		buf = predict(buf, in, k, i, given)
		for _, s := range buf {
			if s.Floor == in.Calls[k].Floor && s.Button == in.Calls[k].Button {
				return s.In
			}
		}
		return math.MaxInt64 // unreachable: every existing call is predicted
	})
}

// predict returns when car i serves what it already goes to, and call k.
func predict(buf []assigner.Service, in *Input, k, i int, given []elevator.Calls) []assigner.Service {
	calls := given[i]
	calls.Put(in.Calls[k].Floor, in.Calls[k].Button, true)
	car := in.Cars[i]
	car.Cab = calls.Cab
	return assigner.Predict(buf[:0], in.Config, car, calls)
}
