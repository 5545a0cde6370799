package traffic

import (
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// reference is the field's reference assigner, used as its users do: asked anew
// at each change, and told what its JSON can say.
type reference struct {
	assigner hra.Assigner
	in       hra.Input
	up, down elevator.FloorSet
	cabs     []elevator.FloorSet
}

func (*reference) Ages() bool { return false }

func (p *reference) Decide(in *Input, out *Decision) {
	p.ask(in)
	answer, err := p.assigner.Assign(&p.in)
	if err != nil {
		return // nothing is assigned, which the run reports
	}
	for _, c := range in.Calls {
		by := answer.Up
		if c.Button == elevator.HallDown {
			by = answer.Down
		}
		out.Calls[by[c.Floor]].Put(c.Floor, c.Button, true)
	}
}

// ask sets p.in.
func (p *reference) ask(in *Input) {
	p.up, p.down = elevator.FloorSet{}, elevator.FloorSet{}
	for _, c := range in.Calls {
		if c.Button == elevator.HallUp {
			p.up.Put(c.Floor, true)
		} else {
			p.down.Put(c.Floor, true)
		}
	}
	p.in.Config = hra.Config{Travel: in.Config.Travel + in.Config.Pass, Door: in.Config.Door, Clear: hra.InDirection}
	p.in.Floors = in.Config.Floors
	p.in.Up, p.in.Down = p.up[:], p.down[:]
	p.in.Cars, p.cabs = p.in.Cars[:0], p.cabs[:0]
	for i := range in.Cars {
		p.cabs = append(p.cabs, in.Cars[i].Cab)
	}
	for i := range in.Cars {
		c := &in.Cars[i]
		p.in.Cars = append(p.in.Cars, hra.Car{
			ID:        string(c.ID),
			Behaviour: c.State.Behaviour,
			Floor:     c.State.Floor,
			Direction: c.State.Direction,
			Cab:       p.cabs[i][:],
		})
	}
}
