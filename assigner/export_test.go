package assigner

import "fmt"

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
