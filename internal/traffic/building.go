package traffic

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"elevnet/assigner"
	"elevnet/fsm"
	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
)

// never is when what doesn't happen happens.
const never = time.Duration(math.MaxInt64)

// building is a run: the cars, the people and the policy, at one moment.
type building struct {
	cfg    elevator.Config
	room   int // people that fit into a car
	policy Policy
	log    log

	now    time.Duration
	cars   []car
	people people
	lit    elevator.Calls // hall calls
	since  [2][elevator.MaxFloors]time.Duration
	owners [2][elevator.MaxFloors]uint64 // cars that go there, a bit each

	changed  bool // what the policy decides from has changed
	nextTick time.Duration
	in       Input
	decision Decision
}

// car is one elevator.
type car struct {
	shaft hoistway.Car
	fsm   fsm.Elevator
	out   fsm.Output
	state elevator.State // that of fsm
	since time.Duration  // when what it does began

	cab    elevator.FloorSet // lit cab calls
	hall   elevator.Calls    // assigned to it
	park   int               // where the policy lets it wait
	placed time.Duration     // since when it says so
	calls  elevator.Calls    // what fsm was last told to serve
	waits  int               // and where to wait

	sensorAt time.Duration // when it next reaches or leaves a sensor
	dirty    bool          // fsm must look
	riders   riders
}

// newBuilding returns a building with all cars at rest at the entrance.
func newBuilding(s Scenario, coming []Passenger, policy Policy, log log) (*building, error) {
	b := &building{
		cfg:      s.config(),
		room:     math.MaxInt,
		policy:   policy,
		log:      log,
		cars:     make([]car, s.Cars),
		people:   newPeople(coming, s.Floors),
		nextTick: never,
		changed:  true,
	}
	if s.Capacity > 0 {
		b.room = s.Capacity
	}
	b.in.Config = b.cfg
	b.decision = Decision{Calls: make([]elevator.Calls, s.Cars), Park: make([]int, s.Cars)}
	for i := range b.cars {
		shaft, err := hoistway.New(hoistway.Config{Floors: s.Floors, Travel: b.cfg.Travel, Pass: b.cfg.Pass}, 0, 0)
		if err != nil {
			return nil, err
		}
		b.cars[i] = car{
			shaft: shaft, fsm: fsm.New(b.cfg), park: elevator.NoFloor, waits: elevator.NoFloor, sensorAt: never,
			dirty: true, riders: newRiders(s.Floors),
		}
		b.in.Cars = append(b.in.Cars, assigner.Car{ID: elevator.ID(strconv.Itoa(i + 1))})
		b.in.Phase = append(b.in.Phase, 0)
	}
	return b, b.settle()
}

// next returns when something happens next, never if nothing does.
func (b *building) next() time.Duration {
	t := min(b.people.next(), b.nextTick)
	for i := range b.cars {
		c := &b.cars[i]
		t = min(t, c.sensorAt)
		if at := c.parksAt(); at > b.now {
			t = min(t, at)
		}
		if d := c.out.Deadline; d != 0 {
			t = min(t, d)
		}
	}
	return t
}

// patience is how long after the last arrival everybody must have been served.
const patience = 100 * time.Hour

// advance goes on to the next moment at which something happens.
func (b *building) advance() error {
	now := b.next()
	if now == never || now > b.people.last()+patience {
		return fmt.Errorf("%d of %d passengers have been served, and the others aren't", b.people.served, len(b.people.list))
	}
	b.now = now
	b.people.arrive(now)
	for i := range b.cars {
		c := &b.cars[i]
		if c.sensorAt <= now {
			before := c.shaft.Sensor()
			c.shaft.Advance(now)
			c.look()
			if at := c.shaft.Sensor(); at != elevator.NoFloor && before == elevator.NoFloor {
				b.log.floor(now)
			}
			c.dirty = true
		}
		if d := c.out.Deadline; d != 0 && d <= now {
			c.dirty = true
		}
	}
	if now >= b.nextTick {
		b.changed = true
	}
	return b.settle()
}

// rounds bounds how often the policy may change its mind at one moment. Each
// round but the last lets some car do what it can't undo in the same moment, so a
// sound policy needs a few for each car.
const rounds = 20 * MaxCars

// settle lets everybody act on what has changed until nothing changes any more: a
// car decides by the assignment under which it travelled, its door serves, and
// then the calls are assigned anew.
func (b *building) settle() error {
	for range rounds {
		for i := range b.cars {
			if c := &b.cars[i]; c.dirty {
				b.step(c)
			}
		}
		b.transfer()
		b.press()
		if b.changed {
			if err := b.decide(); err != nil {
				return err
			}
		}
		settled := true
		for i := range b.cars {
			c := &b.cars[i]
			if calls, waits := c.toServe(), c.toWait(b.now); calls != c.calls || waits != c.waits {
				c.calls, c.waits = calls, waits
				c.dirty = true
				settled = false
			}
		}
		if settled {
			b.tick()
			return nil
		}
	}
	return fmt.Errorf("at %v the policy changes its mind for ever", b.now)
}

// step lets a car see its sensor and its calls, and carries out what it wants.
func (b *building) step(c *car) {
	c.dirty = false
	c.out = c.fsm.Step(fsm.Input{
		Inputs: elevator.Inputs{Connected: true, Floor: c.shaft.Sensor()},
		Calls:  c.calls,
		Parks:  b.policy.Parks(),
		Park:   c.waits,
	}, b.now)
	if c.out.Motor != c.shaft.Motor() {
		c.shaft.Command(b.now, c.out.Motor)
		c.look()
	}
	if s := c.fsm.State(); s != c.state {
		c.state, c.since = s, b.now
		b.changed = true
	}
	if c.state.Behaviour == elevator.DoorOpen {
		c.since = c.out.Deadline - b.cfg.Door // an open door may have been given more time
	}
}

// look notes when the car will reach or leave a sensor.
func (c *car) look() {
	at, moving := c.shaft.Next()
	if !moving {
		at = never
	}
	c.sensorAt = at
}

// toServe returns the calls that the car is to serve.
func (c *car) toServe() elevator.Calls {
	calls := c.hall
	calls.Cab = c.cab
	return calls
}

// parksAt returns when the car, if it is at rest, may go to where it waits.
func (c *car) parksAt() time.Duration {
	if c.park == elevator.NoFloor || c.park == c.state.Floor || c.state.Behaviour != elevator.Idle {
		return never
	}
	return max(c.since, c.placed) + assigner.ParkAfter
}

// toWait returns the floor to which the car goes to wait there, as package node
// has it: when it is at rest and was to wait there for some time, and then until it
// is there.
func (c *car) toWait(now time.Duration) int {
	if c.state.Parking && (c.state.Behaviour == elevator.Moving || now >= c.parksAt()) {
		return c.park
	}
	return elevator.NoFloor
}

// press lights the lamps of those who wait without one and in front of no door
// that serves them.
func (b *building) press() {
	unlit := b.people.waiting.AndNot(b.lit)
	if unlit.Empty() {
		return
	}
	for i := range b.cars {
		if out := &b.cars[i].out; out.Door {
			unlit = unlit.AndNot(out.Serving)
		}
	}
	for f, button := range unlit.All() {
		b.lit.Put(f, button, true)
		b.since[button][f] = b.now
		b.owners[button][f] = 0
		b.in.Presses[f]++
		b.changed = true
		b.log.call(b.now)
	}
}

// tick sets when ages are counted next: at whole seconds, with a call lit, for a
// policy that looks at them.
func (b *building) tick() {
	b.nextTick = never
	if b.policy.Ages() && !b.lit.Empty() {
		b.nextTick = b.now.Truncate(time.Second) + time.Second
	}
}

// decide asks the policy.
func (b *building) decide() error {
	b.changed = false
	b.describe()
	for i := range b.cars {
		b.decision.Calls[i] = elevator.Calls{}
		b.decision.Park[i] = elevator.NoFloor
	}
	b.policy.Decide(&b.in, &b.decision)
	open := b.lit
	for i := range b.cars {
		c := &b.cars[i]
		hall, park := b.decision.Calls[i].Hall(), b.decision.Park[i]
		if extra := hall.AndNot(b.lit); !extra.Empty() {
			return fmt.Errorf("at %v the policy sends car %d to %v, which nobody called for", b.now, i+1, extra)
		}
		if park != elevator.NoFloor && (park < 0 || park >= b.cfg.Floors) {
			return fmt.Errorf("at %v the policy parks car %d at floor %d, which isn't there", b.now, i+1, park)
		}
		if park != c.park {
			c.placed = b.now
		}
		c.hall, c.park = hall, park
		open = open.AndNot(hall)
	}
	if !open.Empty() {
		return fmt.Errorf("at %v the policy sends no car to %v", b.now, open)
	}
	b.countReassigned()
	return nil
}

// describe sets b.in. Ages are those at the last whole second, as in a node.
func (b *building) describe() {
	in := &b.in
	in.Now = b.now
	in.Calls, in.Since = in.Calls[:0], in.Since[:0]
	counted := b.now.Truncate(time.Second)
	for f, button := range b.lit.All() {
		since := b.since[button][f]
		age := max(counted-since, 0) / time.Second
		in.Calls = append(in.Calls, assigner.HallCall{Floor: f, Button: button, Age: uint16(min(age, math.MaxUint16))})
		in.Since = append(in.Since, since)
	}
	for i := range b.cars {
		c := &b.cars[i]
		in.Cars[i].State, in.Cars[i].Cab = c.state, c.cab
		in.Phase[i] = b.now - c.since
		in.Cars[i].Goal = assigner.Goal(b.cfg, in.Cars[i], c.hall.AndNot(c.hall.AndNot(b.lit)))
	}
}

// countReassigned counts the calls to which none of the cars goes any more that
// went there before.
func (b *building) countReassigned() {
	for f, button := range b.lit.All() {
		var now uint64
		for i := range b.cars {
			if b.cars[i].hall.Has(f, button) {
				now |= 1 << i
			}
		}
		was := &b.owners[button][f]
		if *was != 0 && *was&now == 0 {
			b.log.reassigned(b.now)
		}
		*was = now
	}
}
