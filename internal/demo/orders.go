package demo

import (
	"fmt"
	"slices"

	"elevnet/internal/elevator"
	"elevnet/internal/web"
)

// orders does what a page asks for: it is a [web.Hands].
type orders struct{ session *session }

// Kinds implements [web.Hands].
func (o orders) Kinds() []string {
	kinds := []string{
		web.FaultKill, web.FaultRestart, web.FaultWipe, web.FaultFreeze, web.FaultThaw, web.FaultUnplug, web.FaultLink,
		web.FaultLoss, web.FaultMotor, web.FaultObstruct, web.FaultServer, web.FaultStop, web.FaultPowerCut, web.FaultHealAll,
	}
	if o.session.building.cfg.Network == Processes && !canFreeze {
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == web.FaultFreeze || k == web.FaultThaw })
	}
	return kinds
}

// Press implements [web.Hands].
func (o orders) Press(p web.Press) error {
	i, err := o.find(p.ID)
	if err != nil {
		return err
	}
	for b := range elevator.Button(elevator.Buttons) {
		if web.ButtonName(b) == p.Button {
			return o.session.building.Press(i, p.Floor, b)
		}
	}
	return fmt.Errorf("there is no button %.20q, only up, down and cab", p.Button)
}

func (o orders) find(id elevator.ID) (int, error) {
	for i, w := range o.session.building.all {
		if w.id == id {
			return i, nil
		}
	}
	return 0, fmt.Errorf("there is no node %.40q", id)
}

// Fault implements [web.Hands].
func (o orders) Fault(f web.Fault) error {
	b := o.session.building
	switch f.Kind {
	case web.FaultLoss:
		return b.SetLoss(f.Value)
	case web.FaultPowerCut:
		if f.On {
			return b.PowerCut()
		}
		return b.PowerOn()
	case web.FaultHealAll:
		return b.HealAll()
	}
	if !slices.Contains(o.Kinds(), f.Kind) {
		return fmt.Errorf("%.20q is not a fault that can be made here", f.Kind)
	}
	i, err := o.find(f.ID)
	if err != nil {
		return err
	}
	switch f.Kind {
	case web.FaultKill:
		return b.Kill(i)
	case web.FaultRestart, web.FaultWipe:
		if err := b.Kill(i); err != nil {
			return err
		}
		return b.Restart(i, f.Kind == web.FaultWipe)
	case web.FaultFreeze, web.FaultThaw:
		return b.Freeze(i, f.Kind == web.FaultFreeze)
	case web.FaultUnplug:
		return o.unplug(i, f)
	case web.FaultLink:
		peer, err := o.find(f.Peer)
		if err != nil {
			return err
		}
		return b.SetLink(peer, i, f.On)
	case web.FaultMotor:
		return b.Motor(i, !f.On)
	case web.FaultObstruct:
		return b.Obstruct(i, f.On)
	case web.FaultServer:
		return b.Server(i, !f.On)
	}
	return b.Stop(i)
}

// unplug cuts one direction or both, and leaves the other as it is.
func (o orders) unplug(i int, f web.Fault) error {
	b := o.session.building
	in, out, _ := b.wire.cuts(i)
	switch f.Way {
	case "", web.WayBoth:
		in, out = f.On, f.On
	case web.WayIn:
		in = f.On
	case web.WayOut:
		out = f.On
	default:
		return fmt.Errorf("a cable has no way %.20q, only in, out and both", f.Way)
	}
	return b.SetNetwork(i, in, out)
}

// Scene implements [web.Hands].
func (o orders) Scene(s web.SceneOrder) error {
	if s.Stop {
		o.session.stopScene()
		return nil
	}
	list, err := FindScenes(s.ID, len(o.session.building.all))
	if err != nil {
		return err
	}
	return o.session.startScenes(list)
}

// Traffic implements [web.Hands].
func (o orders) Traffic(t web.TrafficOrder) error {
	if t.Chaos {
		o.session.setFaults(t.On)
	} else {
		o.session.setTraffic(t.On)
	}
	return nil
}
