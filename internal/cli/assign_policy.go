package cli

import (
	"fmt"
	"math"
	"slices"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// hraPolicy is that of the field's reference. It knows neither ages nor phases nor
// that an elevator is not available.
type hraPolicy struct{ hra.Assigner }

func (p *hraPolicy) assign(r *hra.Request) (hra.Answer, error) { return p.Assign(&r.Input) }

// oursPolicy is that of the nodes, package assigner.
type oursPolicy struct {
	assigner assigner.Assigner
	in       assigner.Input
	cars     []int32 // for each of in.Cars, its index in the request
	answer   hra.Answer
}

func (p *oursPolicy) assign(r *hra.Request) (hra.Answer, error) {
	n := r.Input.Floors
	if n < elevator.MinFloors || n > elevator.MaxFloors {
		return hra.Answer{}, fmt.Errorf("$.hallRequests: --algorithm ours takes %d to %d floors, not %d; hra takes any",
			elevator.MinFloors, elevator.MaxFloors, n)
	}
	p.ask(r)
	p.answer.Up = nobody(p.answer.Up, n)
	p.answer.Down = nobody(p.answer.Down, n)
	for i, calls := range p.assigner.Assign(p.in) {
		for f, b := range calls.All() {
			if b == elevator.HallUp {
				p.answer.Up[f] = p.cars[i]
			} else {
				p.answer.Down[f] = p.cars[i]
			}
		}
	}
	// At the ends of the shaft there's one hall button; the other one, if it is
	// in the question, means the same.
	top := n - 1
	same(r.Input.Up.Has(top), r.Input.Down.Has(top), &p.answer.Up[top], &p.answer.Down[top])
	same(r.Input.Down.Has(0), r.Input.Up.Has(0), &p.answer.Down[0], &p.answer.Up[0])
	return p.answer, nil
}

// ask sets p.in and p.cars. The documents know the time from one floor to the next
// as a whole; the age of a call is replicated, and decided with, in seconds.
func (p *oursPolicy) ask(r *hra.Request) {
	q := &r.Input
	top := q.Floors - 1
	p.in.Config = elevator.Config{Floors: q.Floors, Door: q.Config.Door, Travel: q.Config.Travel}
	p.in.Calls = p.in.Calls[:0]
	call := func(f int, b elevator.Button, age time.Duration) {
		seconds := min(age/time.Second, math.MaxUint16)
		p.in.Calls = append(p.in.Calls, assigner.HallCall{Floor: f, Button: b, Age: uint16(seconds)})
	}
	for f := range q.Floors {
		if q.Up.Has(f) {
			b := elevator.HallUp
			if f == top {
				b = elevator.HallDown
			}
			call(f, b, r.UpAge[f])
		}
		if q.Down.Has(f) {
			b := elevator.HallDown
			if f == 0 {
				b = elevator.HallUp
			}
			call(f, b, r.DownAge[f])
		}
	}
	p.in.Cars, p.cars = p.in.Cars[:0], p.cars[:0]
	for i := range q.Cars {
		c := &q.Cars[i]
		if r.More[i].Unavailable {
			continue
		}
		car := assigner.Car{
			ID:    elevator.ID(c.ID),
			State: elevator.State{Floor: c.Floor, Direction: c.Direction, Behaviour: c.Behaviour},
		}
		copy(car.Cab[:], c.Cab)
		p.in.Cars = append(p.in.Cars, car)
		p.cars = append(p.cars, int32(i))
	}
}

// same moves the answer for a button that exists to one that doesn't, if that one
// was asked for; to both of them, if both were.
func same(asked, askedReal bool, answer, real *int32) {
	if asked {
		*answer = *real
		if !askedReal {
			*real = hra.Nobody
		}
	}
}

// nobody returns a list of n times hra.Nobody, in the memory of s.
func nobody(s []int32, n int) []int32 {
	s = slices.Grow(s[:0], n)[:n]
	for i := range s {
		s[i] = hra.Nobody
	}
	return s
}
