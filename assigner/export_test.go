package assigner

import (
	"fmt"

	"elevnet/internal/elevator"
)

// Consistent checks the books of the last decision: each call is with the
// elevator that it is noted with and with no other, and each elevator costs what
// its calls cost.
func (a *Assigner) Consistent() error {
	for _, c := range a.calls {
		for i := range a.cars {
			if has := a.cars[i].calls.Has(c.floor, c.button); has != (i == c.car) {
				return fmt.Errorf("call %d %v is noted with car %d; car %d has it: %v", c.floor, c.button, c.car, i, has)
			}
		}
	}
	for i := range a.cars {
		x := a.cars[i]
		noted := x.cost
		if a.settle(&x); x.cost != noted {
			return fmt.Errorf("car %d costs %d, noted is %d", i, x.cost, noted)
		}
	}
	return nil
}

// Cost returns what Assign is to minimize, of any assignment.
func Cost(in Input, share []elevator.Calls) int64 {
	var a Assigner
	a.shaft = newShaft(in.Config)
	a.gather(in.Calls)
	a.likely = a.shaft.likely(&in.Presses)
	a.shaft.to = a.likely.rides(a.shaft.floors)
	a.line(in.Cars)
	a.table = make([]row, len(a.cars))
	a.parts = make([]uint8, len(a.cars))
	var sum int64
	for i, at := range a.order {
		x := &a.cars[i]
		cost, end := a.follow(x, x.calls.Or(share[at]))
		a.table[i][0] = part{cost: cost, floor: end.floor, late: milliseconds(end.now / haste)}
		sum += cost
	}
	if len(a.calls) > few {
		return sum
	}
	return a.total(never)
}
