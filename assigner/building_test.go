package assigner_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/requests"
)

// policy says which hall calls each car serves, in the order of in.Cars.
type policy func(in assigner.Input) []elevator.Calls

// rider presses a hall button and, once a door opens for it, a cab button.
type rider struct {
	at       time.Duration
	from, to int
}

func (r rider) button() elevator.Button {
	if r.to > r.from {
		return elevator.HallUp
	}
	return elevator.HallDown
}

// never is the due time of a car that waits for calls.
const never = time.Duration(math.MaxInt64)

// liftCar is a car of a building in virtual time, driven floor by floor with the
// rules of package requests.
type liftCar struct {
	id    elevator.ID
	state elevator.State
	cab   elevator.FloorSet
	hall  elevator.Calls // as assigned
	due   time.Duration  // when it reaches the next floor or its door time ends
	// extended: the time of this announcement has been lengthened once.
	extended bool
}

// building is a simulation in virtual time: the cars, the riders and a policy,
// which is asked again after every event and at every full second, since ages
// are counted in seconds.
type building struct {
	cfg    elevator.Config
	policy policy
	cars   []liftCar
	now    time.Duration
	noCab  bool // riders press no cab button
	strict bool // a door is not kept open for new calls

	since   map[assigner.HallCall]time.Duration // lit hall calls (age 0 as key)
	waiting map[assigner.HallCall][]rider
	server  map[assigner.HallCall]int

	lit       int           // hall calls so far
	served    int           // riders
	waits     time.Duration // sum over the riders
	worst     time.Duration
	flips     int // how often a lit call went from one car to another
	flipsOf   map[assigner.HallCall]int
	worstFlip int // the most of one call
	detours   int // stops of a moving car at which no door opened
}

func newBuilding(cfg elevator.Config, p policy, start []int) *building {
	b := &building{
		cfg: cfg, policy: p,
		since:   map[assigner.HallCall]time.Duration{},
		waiting: map[assigner.HallCall][]rider{},
		server:  map[assigner.HallCall]int{},
		flipsOf: map[assigner.HallCall]int{},
	}
	for i, f := range start {
		b.cars = append(b.cars, liftCar{
			id:    elevator.ID(fmt.Sprint(i + 1)),
			state: elevator.State{Floor: f},
			due:   never,
		})
	}
	return b
}

func (b *building) leg() time.Duration { return b.cfg.Travel + b.cfg.Pass }

// run plays the riders, sorted by time, until all calls are served. It returns
// an error if that takes until the limit or if assignments never settle.
func (b *building) run(riders []rider, limit time.Duration) error {
	for {
		next := never
		if len(riders) > 0 {
			next = riders[0].at
		}
		for i := range b.cars {
			next = min(next, b.cars[i].due)
		}
		if len(b.since) > 0 {
			// The ages tick with a fixed phase per call.
			for _, t := range b.since {
				next = min(next, t+(b.now-t)/time.Second*time.Second+time.Second)
			}
		}
		if next == never {
			return nil
		}
		b.now = next
		if b.now > limit {
			return fmt.Errorf("at %v these calls are not served yet: %v", b.now, b.since)
		}
		for len(riders) > 0 && riders[0].at <= b.now {
			r := riders[0]
			riders = riders[1:]
			k := assigner.HallCall{Floor: r.from, Button: r.button()}
			if _, lit := b.since[k]; !lit {
				b.since[k] = b.now
				b.lit++
			}
			b.waiting[k] = append(b.waiting[k], r)
		}
		for i := range b.cars {
			if c := &b.cars[i]; c.due <= b.now {
				b.due(c)
			}
		}
		if err := b.settle(); err != nil {
			return err
		}
	}
}

// due lets a car act whose leg or door time is over.
func (b *building) due(c *liftCar) {
	c.due = never
	if c.state.Behaviour == elevator.Moving {
		c.state.Floor += int(c.state.Direction)
		if !requests.ShouldStop(c.calls(), b.cfg.Floors, c.state.Floor, c.state.Direction) {
			c.due = b.now + b.leg()
			return
		}
	}
	moving := c.state.Behaviour == elevator.Moving
	b.choose(c)
	if moving && c.state.Behaviour != elevator.DoorOpen {
		b.detours++
	}
}

func (c *liftCar) calls() elevator.Calls {
	all := c.hall
	all.Cab = c.cab
	return all
}

// choose lets a car decide that stands with its door closed or about to close.
func (b *building) choose(c *liftCar) {
	c.state.Direction, c.state.Behaviour = requests.Choose(c.calls(), c.state.Floor, c.state.Direction)
	switch c.state.Behaviour {
	case elevator.DoorOpen:
		b.serve(c)
		c.due, c.extended = b.now+b.cfg.Door, false
	case elevator.Moving:
		c.due = b.now + b.leg()
	}
}

// serve clears what the open door of c serves; the riders get in.
func (b *building) serve(c *liftCar) {
	served := requests.Serves(c.calls(), c.state.Floor, c.state.Direction)
	for f, btn := range served.All() {
		if btn == elevator.Cab {
			c.cab.Put(f, false)
			continue
		}
		k := assigner.HallCall{Floor: f, Button: btn}
		for _, r := range b.waiting[k] {
			b.served++
			b.waits += b.now - r.at
			b.worst = max(b.worst, b.now-r.at)
			if !b.noCab {
				c.cab.Put(r.to, true)
			}
		}
		delete(b.waiting, k)
		delete(b.since, k)
		delete(b.server, k)
		b.worstFlip = max(b.worstFlip, b.flipsOf[k])
		delete(b.flipsOf, k)
		for i := range b.cars {
			b.cars[i].hall.Put(f, btn, false)
		}
	}
}

// settle assigns, lets the cars act on it, and assigns again, until nothing
// changes any more.
func (b *building) settle() error {
	for range 4 * (len(b.cars) + 1) {
		b.assign()
		changed := false
		for i := range b.cars {
			c := &b.cars[i]
			switch c.state.Behaviour {
			case elevator.Idle:
				if !c.calls().Empty() {
					b.choose(c)
					changed = true
				}
			case elevator.DoorOpen:
				changed = b.pressed(c) || changed
			}
		}
		if !changed {
			return nil
		}
	}
	return fmt.Errorf("at %v the assignments don't settle", b.now)
}

// pressed lets an open door take notice of new calls, and reports whether it
// did: one that announces nothing takes a direction from them, and one that
// serves them does so and stays open for longer, once.
func (b *building) pressed(c *liftCar) bool {
	if c.state.Direction == elevator.Stop {
		rest := c.calls()
		rest.Cab.Put(c.state.Floor, false)
		d, what := requests.Choose(rest, c.state.Floor, elevator.Stop)
		if what != elevator.Idle {
			c.state.Direction, c.extended = d, false
			if what == elevator.DoorOpen {
				b.serve(c)
				c.due = b.now + b.cfg.Door
			}
			return true
		}
	}
	if requests.Serves(c.calls(), c.state.Floor, c.state.Direction).Empty() {
		return false
	}
	b.serve(c)
	if !c.extended && !b.strict {
		c.due, c.extended = b.now+b.cfg.Door, true
	}
	return true
}

// input is what the policy sees.
func (b *building) input() assigner.Input {
	in := assigner.Input{Config: b.cfg}
	for k, t := range b.since {
		k.Age = uint16((b.now - t) / time.Second)
		in.Calls = append(in.Calls, k)
	}
	for i := range b.cars {
		c := &b.cars[i]
		in.Cars = append(in.Cars, c.seen(b.cfg))
	}
	return in
}

// seen is what the others see of a car.
func (c *liftCar) seen(cfg elevator.Config) assigner.Car {
	car := assigner.Car{ID: c.id, State: c.state, Cab: c.cab}
	car.Goal = assigner.Goal(cfg, car, c.hall)
	return car
}

func (b *building) assign() {
	in := b.input()
	out := b.policy(in)
	for i := range b.cars {
		b.cars[i].hall = out[i]
	}
	for _, k := range in.Calls {
		k.Age = 0
		to := slices.IndexFunc(out, func(c elevator.Calls) bool { return c.Has(k.Floor, k.Button) })
		if old, ok := b.server[k]; ok && old != to {
			b.flips++
			b.flipsOf[k]++
		}
		b.server[k] = to
	}
}

// everyCar is the policy by which every car serves all calls.
func everyCar(in assigner.Input) []elevator.Calls {
	var all elevator.Calls
	for _, c := range in.Calls {
		all.Put(c.Floor, c.Button, true)
	}
	return slices.Repeat([]elevator.Calls{all}, len(in.Cars))
}

// nearestCar returns the policy by which the car that is nearest when the button
// is pressed serves the call.
func nearestCar() policy {
	kept := map[assigner.HallCall]int{}
	return func(in assigner.Input) []elevator.Calls {
		out := make([]elevator.Calls, len(in.Cars))
		lit := map[assigner.HallCall]int{}
		for _, c := range in.Calls {
			c.Age = 0
			to, ok := kept[c]
			if !ok {
				for i := range in.Cars {
					if abs(in.Cars[i].State.Floor-c.Floor) < abs(in.Cars[to].State.Floor-c.Floor) {
						to = i
					}
				}
			}
			lit[c] = to
			out[to].Put(c.Floor, c.Button, true)
		}
		kept = lit
		return out
	}
}

func abs(x int) int { return max(x, -x) }

// traffic returns riders from a seed: n of them, at every period on average,
// share of them (in percent) from the entrance floor.
func traffic(seed uint64, floors, n int, period time.Duration, share int) []rider {
	r := rand.New(rand.NewPCG(seed, 0))
	var riders []rider
	var at time.Duration
	for range n {
		at += time.Duration(r.Int64N(int64(2 * period)))
		from := 0
		if r.IntN(100) >= share {
			from = r.IntN(floors)
		}
		to := r.IntN(floors - 1)
		if to >= from {
			to++
		}
		riders = append(riders, rider{at: at, from: from, to: to})
	}
	return riders
}
