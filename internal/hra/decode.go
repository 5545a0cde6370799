package hra

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// maxMillis is the greatest age and phase that a document may tell, in
// milliseconds: a thousand days.
const maxMillis = 1000 * 24 * 3600 * 1000

// Request is what one document asks: a JSON object of the contract. It doesn't
// hold the configuration.
type Request struct {
	// Input holds the elevators in the order of their ids.
	Input Input
	// UpAge and DownAge tell, by floor, for how long a hall call has waited; 0 if
	// the document doesn't say. The reference doesn't know ages.
	UpAge, DownAge []time.Duration
	// Presses tells, by floor, how often hall buttons were pressed there; 0 if the
	// document doesn't say. The reference doesn't know that either.
	Presses []uint32
	// Travel and Door are the times of Config, negative if the document doesn't
	// say. The reference takes them from the command line alone.
	Travel, Door time.Duration
	// More tells more of each of Input.Cars.
	More []More
}

// More is what the reference doesn't know of an elevator.
type More struct {
	// Phase is for how long it has been at what it does: since its door opened, or
	// since it left the floor. It is negative if the document doesn't say.
	Phase time.Duration
	// Unavailable: it can't take hall calls.
	Unavailable bool
}

// Decoder decodes documents. It holds memory that the next document uses again.
// The zero value is ready for use; it must not be used by two goroutines at once.
type Decoder struct {
	p       parser
	request Request
	root    fields
	ages    int // how many floors have ages
	presses int // and presses
	cars    []decodedCar
	ids     map[string]string
	idBytes int // how many bytes ids holds
}

// decodedCar is one elevator.
type decodedCar struct {
	car    Car
	more   More
	has    fields
	floors int // how many have a cab button
}

// fields is a set of members.
type fields uint8

// The members of the document, then those of an elevator.
const (
	hallRequests fields = 1 << iota
	states
	hallAges
	hallPresses
	travelDuration
	doorOpenDuration
)
const (
	behaviour fields = 1 << iota
	floor
	direction
	cabRequests
	phase
	available
	neededOfCar = behaviour | floor | direction | cabRequests
)

// carFields holds the names of the members of an elevator, in the order above.
var carFields = [...]string{"behaviour", "floor", "direction", "cabRequests", "phase", "available"}

// Decode decodes one document. The request is valid until the next call; but for
// its configuration, its Input can be assigned. Members that aren't known are
// ignored, whatever they hold. An error tells the place in the document.
func (d *Decoder) Decode(text []byte) (*Request, error) {
	r := &d.request
	r.Input = Input{Up: r.Input.Up[:0], Down: r.Input.Down[:0], Cars: r.Input.Cars[:0]}
	r.UpAge, r.DownAge, r.More, r.Presses = r.UpAge[:0], r.DownAge[:0], r.More[:0], r.Presses[:0]
	r.Travel, r.Door = -1, -1
	d.root, d.ages, d.presses, d.cars = 0, 0, 0, d.cars[:0]
	d.p.reset(text)
	if d.p.next(); d.p.at == len(text) {
		return nil, errors.New("$: the input is empty")
	}
	if err := d.p.object(d.rootMember); err != nil {
		return nil, err
	}
	if d.p.next(); d.p.at < len(text) {
		return nil, d.p.fail("the input goes on after its end, with %s", d.p.kind())
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return r, nil
}

func (d *Decoder) rootMember(name []byte) error {
	switch string(name) {
	case "hallRequests":
		return d.member(&d.root, hallRequests, "hallRequests", func() error { return d.p.list(d.hallFloor) })
	case "states":
		return d.member(&d.root, states, "states", func() error { return d.p.object(d.state) })
	case "hallAges":
		return d.member(&d.root, hallAges, "hallAges", func() error { return d.p.list(d.ageFloor) })
	case "hallPresses":
		return d.member(&d.root, hallPresses, "hallPresses", func() error { return d.p.list(d.pressFloor) })
	case "travelDuration":
		return d.member(&d.root, travelDuration, "travelDuration", func() error { return d.duration(&d.request.Travel) })
	case "doorOpenDuration":
		return d.member(&d.root, doorOpenDuration, "doorOpenDuration", func() error { return d.duration(&d.request.Door) })
	}
	return d.p.skip(0)
}

// member reads a member that must not be given twice.
func (d *Decoder) member(has *fields, f fields, name string, read func() error) error {
	d.p.enter(step{kind: member, name: name})
	if *has&f != 0 {
		return d.p.fail("given twice")
	}
	*has |= f
	if err := read(); err != nil {
		return err
	}
	d.p.leave()
	return nil
}

func (d *Decoder) hallFloor(f int) error {
	in := &d.request.Input
	if f >= MaxFloors {
		return d.p.fail("a building has at most %d floors", MaxFloors)
	}
	in.Floors++
	return d.pair(func(b int) error {
		on, err := d.p.bool()
		if b == 0 {
			in.Up = in.Up.with(f, on)
		} else {
			in.Down = in.Down.with(f, on)
		}
		return err
	})
}

// pair reads a list of two elements: up and down.
func (d *Decoder) pair(read func(b int) error) error {
	n := 0
	err := d.p.list(func(b int) error {
		if n++; n > 2 {
			return d.p.fail("a floor has two elements: up, down")
		}
		return read(b)
	})
	if err == nil && n < 2 {
		return d.p.fail("a floor has two elements: up, down; not %d", n)
	}
	return err
}

// with returns the set with floor f, or not; f is the floor after the last one
// that with was called for.
func (s Floors) with(f int, on bool) Floors {
	if f/64 >= len(s) {
		s = append(s, 0)
	}
	if on {
		s[f/64] |= 1 << (f % 64)
	}
	return s
}

func (d *Decoder) ageFloor(f int) error {
	if f >= MaxFloors {
		return d.p.fail("a building has at most %d floors", MaxFloors)
	}
	d.ages++
	r := &d.request
	return d.pair(func(b int) error {
		age, err := d.millis()
		if b == 0 {
			r.UpAge = append(r.UpAge, age)
		} else {
			r.DownAge = append(r.DownAge, age)
		}
		return err
	})
}

func (d *Decoder) pressFloor(f int) error {
	if f >= MaxFloors {
		return d.p.fail("a building has at most %d floors", MaxFloors)
	}
	d.presses++
	n, err := d.p.whole()
	if err == nil && (n < 0 || n > math.MaxUint32) {
		return d.p.fail("must be 0 to %d, not %d", uint32(math.MaxUint32), n)
	}
	d.request.Presses = append(d.request.Presses, uint32(n))
	return err
}

// millis reads a time.
func (d *Decoder) millis() (time.Duration, error) { return d.millisTo(maxMillis) }

// duration reads a door or travel time.
func (d *Decoder) duration(into *time.Duration) error {
	var err error
	*into, err = d.millisTo(int64(MaxTime / time.Millisecond))
	return err
}

func (d *Decoder) millisTo(most int64) (time.Duration, error) {
	ms, err := d.p.whole()
	if err == nil && (ms < 0 || ms > most) {
		return 0, d.p.fail("must be 0 to %d milliseconds, not %d", most, ms)
	}
	return time.Duration(ms) * time.Millisecond, err
}

// state reads one elevator.
func (d *Decoder) state(name []byte) error {
	if len(d.cars) == MaxCars {
		return d.p.fail("more than %d elevators", MaxCars)
	}
	if len(d.cars) < cap(d.cars) {
		d.cars = d.cars[:len(d.cars)+1] // with the memory of its cab calls
	} else {
		d.cars = append(d.cars, decodedCar{})
	}
	c := &d.cars[len(d.cars)-1]
	*c = decodedCar{car: Car{ID: d.intern(name), Cab: c.car.Cab[:0]}, more: More{Phase: -1}}
	d.p.enter(step{kind: id, name: c.car.ID})
	if c.car.ID == "" {
		return d.p.fail("an elevator needs an id that isn't empty")
	}
	if err := d.p.object(func(name []byte) error { return d.carMember(c, name) }); err != nil {
		return err
	}
	for i, name := range carFields {
		if missing := neededOfCar &^ c.has; missing&(1<<i) != 0 {
			d.p.enter(step{kind: member, name: name})
			return d.p.fail("missing")
		}
	}
	d.p.leave()
	return nil
}

// intern returns an id as a string, the same one for the same id.
func (d *Decoder) intern(b []byte) string {
	if s, ok := d.ids[string(b)]; ok {
		return s
	}
	const most = 1 << 20
	if d.ids == nil || d.idBytes > most {
		d.ids, d.idBytes = make(map[string]string), 0
	}
	s := string(b)
	d.ids[s] = s
	d.idBytes += len(s)
	return s
}

func (d *Decoder) carMember(c *decodedCar, name []byte) error {
	switch string(name) {
	case "behaviour":
		return d.member(&c.has, behaviour, "behaviour", func() error {
			w, err := d.oneOf("idle", "moving", "doorOpen")
			c.car.Behaviour = [...]elevator.Behaviour{elevator.Idle, elevator.Moving, elevator.DoorOpen}[w]
			return err
		})
	case "direction":
		return d.member(&c.has, direction, "direction", func() error {
			w, err := d.oneOf("up", "down", "stop")
			c.car.Direction = [...]elevator.Direction{elevator.Up, elevator.Down, elevator.Stop}[w]
			return err
		})
	case "floor":
		return d.member(&c.has, floor, "floor", func() error {
			f, err := d.p.whole()
			if err == nil && (f < 0 || f >= MaxFloors) {
				return d.p.fail("no floor %d", f)
			}
			c.car.Floor = int(f)
			return err
		})
	case "cabRequests":
		return d.member(&c.has, cabRequests, "cabRequests", func() error {
			return d.p.list(func(f int) error {
				if f >= MaxFloors {
					return d.p.fail("a building has at most %d floors", MaxFloors)
				}
				on, err := d.p.bool()
				c.car.Cab = c.car.Cab.with(f, on)
				c.floors = f + 1
				return err
			})
		})
	case "phase":
		return d.member(&c.has, phase, "phase", func() error {
			var err error
			c.more.Phase, err = d.millis()
			return err
		})
	case "available":
		return d.member(&c.has, available, "available", func() error {
			on, err := d.p.bool()
			c.more.Unavailable = !on
			return err
		})
	}
	return d.p.skip(0)
}

// oneOf reads one of three words, and returns which.
func (d *Decoder) oneOf(a, b, c string) (int, error) {
	d.p.next()
	begin := d.p.at
	text, err := d.p.string()
	if err != nil {
		return 0, err
	}
	switch string(text) {
	case a:
		return 0, nil
	case b:
		return 1, nil
	case c:
		return 2, nil
	}
	d.p.at = begin
	return 0, d.p.fail("must be %q, %q or %q, not %s", a, b, c, quoted(string(text)))
}

// finish checks what can be checked only when everything has been read.
func (d *Decoder) finish() error {
	r := &d.request
	n := r.Input.Floors
	switch {
	case d.root&hallRequests == 0:
		return errors.New("$.hallRequests: missing")
	case d.root&states == 0:
		return errors.New("$.states: missing")
	case n == 0:
		return errors.New("$.hallRequests: must have one element for each floor, not none")
	case len(d.cars) == 0:
		return errors.New("$.states: at least one elevator is needed")
	case d.root&hallAges != 0 && d.ages != n:
		return length("$.hallAges", d.ages, n)
	case d.root&hallPresses != 0 && d.presses != n:
		return length("$.hallPresses", d.presses, n)
	}
	for ; d.ages < n; d.ages++ {
		r.UpAge, r.DownAge = append(r.UpAge, 0), append(r.DownAge, 0)
	}
	for ; d.presses < n; d.presses++ {
		r.Presses = append(r.Presses, 0)
	}
	for i := range d.cars {
		c := &d.cars[i]
		if c.floors != n {
			return length(c.car.path()+".cabRequests", c.floors, n)
		}
		if err := c.car.validate(n); err != nil {
			return err
		}
	}
	slices.SortFunc(d.cars, func(x, y decodedCar) int { return strings.Compare(x.car.ID, y.car.ID) })
	for i := range d.cars {
		r.Input.Cars = append(r.Input.Cars, d.cars[i].car)
		r.More = append(r.More, d.cars[i].more)
		if i > 0 && d.cars[i].car.ID == d.cars[i-1].car.ID {
			return twice(d.cars[i].car.ID)
		}
	}
	return nil
}

// length returns the error of a list that has another length than the building.
func length(path string, have, want int) error {
	return fmt.Errorf("%s: must have one element for each floor of $.hallRequests, %d; not %d", path, want, have)
}
