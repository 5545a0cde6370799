package traffic

import (
	"time"

	"elevnet/internal/elevator"
)

// people are the passengers of a run, by the order of their arrival.
type people struct {
	list    []Passenger
	coming  int            // the first who hasn't come yet
	queues  [2][][]int     // who waits, by hall button and floor, first come first
	waiting elevator.Calls // the queues that aren't empty
	served  int            // who have left at their destination
}

func newPeople(list []Passenger, floors int) people {
	p := people{list: list}
	for b := range p.queues {
		p.queues[b] = make([][]int, floors)
	}
	return p
}

// next returns when the next one comes.
func (p *people) next() time.Duration {
	if p.coming == len(p.list) {
		return never
	}
	return p.list[p.coming].At
}

// last returns when the last one comes.
func (p *people) last() time.Duration {
	if len(p.list) == 0 {
		return 0
	}
	return p.list[len(p.list)-1].At
}

// allServed reports whether everybody has come and left.
func (p *people) allServed() bool { return p.served == len(p.list) }

// arrive puts who has come by now into the queues.
func (p *people) arrive(now time.Duration) {
	for ; p.coming < len(p.list) && p.list[p.coming].At <= now; p.coming++ {
		x := &p.list[p.coming]
		b := elevator.HallUp
		if x.To < x.From {
			b = elevator.HallDown
		}
		p.queues[b][x.From] = append(p.queues[b][x.From], p.coming)
		p.waiting.Put(x.From, b, true)
	}
}

// take lets as many as there is room for leave a queue.
func (p *people) take(floor int, b elevator.Button, room int) []int {
	q := p.queues[b][floor]
	n := min(len(q), room)
	p.queues[b][floor] = q[n:]
	p.waiting.Put(floor, b, n < len(q))
	return q[:n]
}

// riders are the people in a car, by destination.
type riders struct {
	to     [][]int
	aboard int
}

func newRiders(floors int) riders { return riders{to: make([][]int, floors)} }

func (r *riders) board(who, to int) {
	r.to[to] = append(r.to[to], who)
	r.aboard++
}

// leave lets those go who want to this floor. The result is valid until somebody
// boards for it.
func (r *riders) leave(floor int) []int {
	who := r.to[floor]
	r.to[floor] = who[:0]
	r.aboard -= len(who)
	return who
}

// transfer lets people through the open doors, and puts out the lamps of the
// calls that these serve.
func (b *building) transfer() {
	for i := range b.cars {
		c := &b.cars[i]
		if !c.out.Door {
			continue
		}
		f := c.state.Floor
		if c.out.Serving.Cab.Has(f) {
			b.leave(c, f)
		}
		for _, button := range [...]elevator.Button{elevator.HallUp, elevator.HallDown} {
			if c.out.Serving.Has(f, button) {
				b.board(c, f, button)
			}
		}
	}
}

func (b *building) leave(c *car, floor int) {
	for _, who := range c.riders.leave(floor) {
		b.people.served++
		b.log.left(who, b.now)
	}
	if c.cab.Has(floor) {
		c.cab.Put(floor, false)
		b.changed = true
	}
}

func (b *building) board(c *car, floor int, button elevator.Button) {
	if b.people.waiting.Has(floor, button) {
		for _, who := range b.people.take(floor, button, b.room-c.riders.aboard) {
			to := b.people.list[who].To
			c.riders.board(who, to)
			if !c.cab.Has(to) {
				c.cab.Put(to, true)
				b.changed = true
			}
			b.log.boarded(who, b.now)
		}
	}
	if b.lit.Has(floor, button) {
		b.lit.Put(floor, button, false)
		b.changed = true
	}
}
