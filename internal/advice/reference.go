package advice

import (
	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// Reference answers as the field's reference assigner does, which knows neither
// ages nor presses. The zero value is ready for use; it must not be used by two
// goroutines at once.
type Reference struct {
	reference hra.Assigner
	ours      assigner.Assigner
	in        hra.Input
	up, down  elevator.FloorSet
	cabs      []elevator.FloorSet
	calls     []elevator.Calls
}

// Assign returns the hall calls that each elevator must serve, in the order of
// in.Cars, valid until the next call. What the reference can't be asked, such as
// without an elevator, is answered as [assigner.Assign] does.
func (p *Reference) Assign(in assigner.Input) []elevator.Calls {
	p.ask(&in)
	answer, err := p.reference.Assign(&p.in)
	if err != nil {
		return p.ours.Assign(in)
	}
	p.calls = p.calls[:0]
	for range in.Cars {
		p.calls = append(p.calls, elevator.Calls{})
	}
	for f := range p.in.Floors {
		if i := answer.Up[f]; i != hra.Nobody {
			p.calls[i].Put(f, elevator.HallUp, true)
		}
		if i := answer.Down[f]; i != hra.Nobody {
			p.calls[i].Put(f, elevator.HallDown, true)
		}
	}
	return p.calls
}

// ask sets p.in.
func (p *Reference) ask(in *assigner.Input) {
	n := min(max(in.Config.Floors, 0), elevator.MaxFloors)
	p.up, p.down = elevator.FloorSet{}, elevator.FloorSet{}
	for _, c := range in.Calls {
		switch {
		case c.Button == elevator.Cab || !elevator.ButtonExists(n, c.Floor, c.Button):
		case c.Button == elevator.HallUp:
			p.up.Put(c.Floor, true)
		default:
			p.down.Put(c.Floor, true)
		}
	}
	p.cabs = p.cabs[:0]
	for i := range in.Cars {
		p.cabs = append(p.cabs, in.Cars[i].Cab)
	}
	p.in = hra.Input{
		Config: hra.Config{Travel: within(in.Config.Travel + in.Config.Pass), Door: within(in.Config.Door), Clear: hra.InDirection},
		Floors: n, Up: p.up[:], Down: p.down[:], Cars: p.in.Cars[:0],
	}
	for i := range in.Cars {
		p.in.Cars = append(p.in.Cars, car(&in.Cars[i], p.cabs[i][:], n))
	}
}
