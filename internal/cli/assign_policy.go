package cli

import (
	"fmt"
	"slices"

	"elevnet/assigner"
	"elevnet/internal/advice"
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
	asked    advice.Inquiry
	answer   hra.Answer
}

func (p *oursPolicy) assign(r *hra.Request) (hra.Answer, error) {
	n := r.Input.Floors
	if n < elevator.MinFloors || n > elevator.MaxFloors {
		return hra.Answer{}, fmt.Errorf("$.hallRequests: --algorithm ours takes %d to %d floors, not %d; hra takes any",
			elevator.MinFloors, elevator.MaxFloors, n)
	}
	p.asked.Read(r)
	p.answer.Up = nobody(p.answer.Up, n)
	p.answer.Down = nobody(p.answer.Down, n)
	for i, calls := range p.assigner.Assign(p.asked.Input) {
		for f, b := range calls.All() {
			if b == elevator.HallUp {
				p.answer.Up[f] = p.asked.Cars[i]
			} else {
				p.answer.Down[f] = p.asked.Cars[i]
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
