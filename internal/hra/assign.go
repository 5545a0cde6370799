package hra

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// Nobody stands for the elevator of a call that isn't there.
const Nobody = -1

// Answer tells who takes each hall call: by floor, the index in Input.Cars, or
// Nobody if there's no such call.
type Answer struct {
	Up, Down []int32
}

// Assign returns who takes each hall call of in. An error means that in is not
// valid, see [Input.Validate].
func Assign(in *Input) (Answer, error) {
	var a Assigner
	return a.Assign(in)
}

// Assigner holds the memory that an assignment needs, so that the next one need
// not allocate it again. Nothing in it reaches a later answer. The zero value is
// ready for use; it must not be used by two goroutines at once.
type Assigner struct {
	travel, door int64 // in microseconds, as are all clocks
	all          bool  // the clear rule

	order []int32 // indices of Input.Cars by id
	cars  []car   // in that order
	cabs  []calls // of all cars, which share this memory
	hall  []calls // by floor: the hall calls that nobody has taken
	ends  span    // of them

	queue    queue
	at       []int32 // how many cars are at each floor
	takers   [2][]int32
	untaken  int  // hall calls that nobody has taken
	unserved int  // cab calls that are left
	both     bool // a floor had both hall calls
	bare     int  // floors with a call that nobody has taken, and no car
}

// calls is a set of calls at one floor.
type calls uint8

const (
	up calls = 1 << iota
	down
	cab
)

// car is one elevator in the simulation.
type car struct {
	cab    []calls // by floor: cab, if there's a cab call left
	ends   span    // of them
	floor  int
	dir    elevator.Direction
	moving bool
}

// span holds the lowest and the highest floor with a call; more than the highest
// floor, and -1, if there is none.
type span struct{ low, high int }

// Assign is [Assign]; its answer is valid until the next call of a.Assign.
func (a *Assigner) Assign(in *Input) (Answer, error) {
	if !a.sort(in) {
		return Answer{}, in.Validate()
	}
	a.enter(in)
	moves := len(a.cars) * (8*in.Floors + 16) // see the package comment
	for ; a.untaken > 0 && !a.within(); moves-- {
		if moves == 0 {
			return Answer{}, fmt.Errorf("the simulation of %d elevators at %d floors doesn't end", len(a.cars), in.Floors)
		}
		next := &a.queue[0]
		next.clock += a.move(next.car)
		a.queue.settle(0)
	}
	if a.untaken > 0 {
		a.takeWhereTheyAre()
	}
	for _, takers := range a.takers {
		for f, x := range takers {
			if x != Nobody {
				takers[f] = a.order[x]
			}
		}
	}
	return Answer{Up: a.takers[0], Down: a.takers[1]}, nil
}

// sort sets a.order and reports whether in is valid.
func (a *Assigner) sort(in *Input) bool {
	c := &in.Config
	if c.Travel < 0 || c.Travel > MaxTime || c.Door < 0 || c.Door > MaxTime || c.Clear > All ||
		in.Floors < 1 || in.Floors > MaxFloors || len(in.Cars) == 0 || len(in.Cars) > MaxCars {
		return false
	}
	for i := range in.Cars {
		x := &in.Cars[i]
		if x.ID == "" || x.Behaviour >= elevator.Behaviours || x.Direction < elevator.Down || x.Direction > elevator.Up ||
			x.Floor < 0 || x.Floor >= in.Floors || x.leaves(in.Floors) {
			return false
		}
	}
	// The order of the last time is probably that of this time.
	if len(a.order) != len(in.Cars) {
		a.order = a.order[:0]
		for i := range in.Cars {
			a.order = append(a.order, int32(i))
		}
	}
	if a.ascends(in) {
		return true
	}
	slices.SortFunc(a.order, func(i, j int32) int { return strings.Compare(in.Cars[i].ID, in.Cars[j].ID) })
	return a.ascends(in)
}

// ascends reports whether a.order is that of the ids, which are unique.
func (a *Assigner) ascends(in *Input) bool {
	for i := 1; i < len(a.order); i++ {
		if in.Cars[a.order[i-1]].ID >= in.Cars[a.order[i]].ID {
			return false
		}
	}
	return true
}

// enter sets up the simulation and makes the first move of each car.
func (a *Assigner) enter(in *Input) {
	n := in.Floors
	a.travel = int64(in.Config.Travel / time.Microsecond)
	a.door = int64(in.Config.Door / time.Microsecond)
	a.all = in.Config.Clear == All
	for b := range a.takers {
		a.takers[b] = resize(a.takers[b], n)
		for f := range a.takers[b] {
			a.takers[b][f] = Nobody
		}
	}
	a.hall = resize(a.hall, n)
	clear(a.hall)
	a.untaken = fill(a.hall, in.Up, up) + fill(a.hall, in.Down, down)
	if a.untaken == 0 {
		return
	}

	a.at = resize(a.at, n)
	clear(a.at)
	a.cabs = resize(a.cabs, len(in.Cars)*n)
	clear(a.cabs)
	a.cars = resize(a.cars, len(in.Cars))
	a.queue = resize(a.queue, len(in.Cars))
	a.unserved = 0
	for i, at := range a.order {
		x, c := &in.Cars[at], &a.cars[i]
		c.cab = a.cabs[i*n : (i+1)*n : (i+1)*n]
		a.unserved += fill(c.cab, x.Cab, cab)
		c.ends = span{0, n - 1}.shrink(c.cab)
		c.floor, c.dir, c.moving = x.Floor, x.Direction, x.Behaviour == elevator.Moving
		clock := int64(i)
		if c.moving {
			c.floor += int(c.dir)
			clock += a.travel / 2
		} else {
			if x.Behaviour == elevator.DoorOpen {
				clock += a.door / 2
			}
			clock += a.door * int64(a.give(c.floor, a.hall[c.floor], int32(i)))
		}
		a.at[c.floor]++
		a.queue[i] = turn{clock, int32(i)}
	}

	a.both, a.bare = false, 0
	for f, c := range a.hall {
		a.both = a.both || c == up|down
		switch {
		case c == 0:
		case a.at[f] == 0:
			a.bare++
		case a.takers[0][f] != Nobody || a.takers[1][f] != Nobody:
			// Only now is it out of sight: two cars at one floor both took it.
			a.untaken -= bits.OnesCount8(uint8(c))
			a.hall[f] = 0
		}
	}
	if a.untaken == 0 {
		return
	}
	a.ends = span{0, n - 1}.shrink(a.hall)
	for i := len(a.queue)/2 - 1; i >= 0; i-- {
		a.queue.settle(i)
	}
}

// give notes that car i takes calls at floor f, and returns how many these are.
func (a *Assigner) give(f int, c calls, i int32) int {
	if c&up != 0 {
		a.takers[0][f] = i
	}
	if c&down != 0 {
		a.takers[1][f] = i
	}
	return bits.OnesCount8(uint8(c))
}

// resize returns a slice of n elements of any value, in the memory of s if it fits.
func resize[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n)
}

// fill adds c to dst at the floors of set, and returns how many these are.
func fill(dst []calls, set Floors, c calls) int {
	count := 0
	for w, rest := range set {
		for ; rest != 0; rest &= rest - 1 {
			f := w*64 + bits.TrailingZeros64(rest)
			if f >= len(dst) {
				return count
			}
			dst[f] |= c
			count++
		}
	}
	return count
}

// shrink returns the span of the calls at the floors of s, outside of which there
// are none.
func (s span) shrink(at []calls) span {
	for s.low < len(at) && at[s.low] == 0 {
		s.low++
	}
	for s.high >= 0 && at[s.high] == 0 {
		s.high--
	}
	return s
}

// within reports whether the calls that are left go to the cars at their floors.
func (a *Assigner) within() bool { return a.unserved == 0 && a.bare == 0 && !a.both }

// takeWhereTheyAre gives each call that is left to the car at its floor whose
// turn is first.
func (a *Assigner) takeWhereTheyAre() {
	for f, c := range a.hall {
		if c == 0 {
			continue
		}
		first := turn{car: Nobody}
		for _, t := range a.queue {
			if a.cars[t.car].floor == f && (first.car == Nobody || t.before(first)) {
				first = t
			}
		}
		a.give(f, c, first.car)
	}
}

// move makes a single move of car i and returns how long it takes.
func (a *Assigner) move(i int32) int64 {
	c := &a.cars[i]
	f := c.floor
	hall, here := a.hall[f], a.hall[f]|c.cab[f]
	above := max(c.ends.high, a.ends.high) > f
	below := min(c.ends.low, a.ends.low) < f
	if c.moving {
		beyond, same := above, up
		switch c.dir {
		case elevator.Down:
			beyond, same = below, down
		case elevator.Stop:
			beyond, same = false, 0
		}
		// Where the shaft ends nothing is beyond.
		if beyond && here&(cab|same) == 0 {
			a.travels(c)
			return a.travel
		}
		if hall&same != 0 && !a.all {
			hall = same
		} else if beyond && !a.all {
			hall = 0
		}
		c.moving = false
		a.take(c, hall, i)
		return a.door
	}
	switch goesUp := c.dir == elevator.Up; {
	case goesUp && above, !goesUp && !below && here == 0 && above:
		c.dir = elevator.Up
	case !goesUp && below, goesUp && here == 0 && below:
		c.dir = elevator.Down
	default:
		c.dir = elevator.Stop
		if here == 0 {
			return 0
		}
		a.take(c, hall, i)
		return a.door
	}
	c.moving = true
	a.travels(c)
	return a.travel
}

// travels takes c to the next floor in its direction.
func (a *Assigner) travels(c *car) {
	from := c.floor
	to := from + int(c.dir)
	c.floor = to
	if a.both {
		return // nobody asks who is where
	}
	a.at[from]--
	if a.at[from] == 0 && a.hall[from] != 0 {
		a.bare++
	}
	if a.at[to] == 0 && a.hall[to] != 0 {
		a.bare--
	}
	a.at[to]++
}

// take lets c, which is car i, take its cab call and the given hall calls at its
// floor.
func (a *Assigner) take(c *car, hall calls, i int32) {
	f := c.floor
	if c.cab[f] != 0 {
		c.cab[f] = 0
		a.unserved--
		c.ends = c.ends.shrink(c.cab)
	}
	if hall != 0 {
		a.untaken -= a.give(f, hall, i)
		a.hall[f] &^= hall
		a.ends = a.ends.shrink(a.hall)
	}
}

// turn says when a car moves next.
type turn struct {
	clock int64
	car   int32
}

func (t turn) before(u turn) bool {
	return t.clock < u.clock || t.clock == u.clock && t.car < u.car
}

// queue is a binary heap: the first is the one whose turn it is.
type queue []turn

// settle puts the turn at i, which may be too far up, where it belongs.
func (q queue) settle(i int) {
	t := q[i]
	for {
		child := 2*i + 1
		if child >= len(q) {
			break
		}
		if child+1 < len(q) && q[child+1].before(q[child]) {
			child++
		}
		if !q[child].before(t) {
			break
		}
		q[i] = q[child]
		i = child
	}
	q[i] = t
}
