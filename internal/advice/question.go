package advice

import (
	"math"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// Codec writes questions and reads their answers. The zero value is ready for
// use; it must not be used by two goroutines at once.
type Codec struct {
	request  hra.Request
	up, down elevator.FloorSet
	cabs     []elevator.FloorSet
	decoder  hra.AnswerDecoder
	calls    []elevator.Calls
}

// Append appends the question who takes the calls of in, in one line without its
// end. phase tells for how long each of in.Cars has been at what it does; it is
// nil if that isn't known.
//
// The time from one floor to the next is that of travelling and passing one
// floor: the contract knows no other. States that can't be, such as of a car that
// moves out of the shaft, are written as the prediction takes them, see
// [assigner.Input].
func (c *Codec) Append(dst []byte, in *assigner.Input, phase []time.Duration) []byte {
	r := &c.request
	n := min(max(in.Config.Floors, 0), elevator.MaxFloors)
	r.Travel = within(in.Config.Travel + in.Config.Pass)
	r.Door = within(in.Config.Door)
	r.UpAge, r.DownAge, r.Presses, r.More = r.UpAge[:0], r.DownAge[:0], r.Presses[:0], r.More[:0]
	for f := range n {
		r.UpAge, r.DownAge = append(r.UpAge, 0), append(r.DownAge, 0)
		r.Presses = append(r.Presses, in.Presses[f])
	}
	c.up, c.down = elevator.FloorSet{}, elevator.FloorSet{}
	for _, call := range in.Calls {
		if call.Button == elevator.Cab || !elevator.ButtonExists(n, call.Floor, call.Button) {
			continue
		}
		set, ages := &c.up, r.UpAge
		if call.Button == elevator.HallDown {
			set, ages = &c.down, r.DownAge
		}
		set.Put(call.Floor, true)
		ages[call.Floor] = max(ages[call.Floor], time.Duration(call.Age)*time.Second)
	}
	c.cabs = c.cabs[:0]
	for i := range in.Cars {
		c.cabs = append(c.cabs, in.Cars[i].Cab)
	}
	r.Input = hra.Input{Floors: n, Up: c.up[:], Down: c.down[:], Cars: r.Input.Cars[:0]}
	for i := range in.Cars {
		r.Input.Cars = append(r.Input.Cars, car(&in.Cars[i], c.cabs[i][:], n))
		m := hra.More{Phase: -1}
		if phase != nil {
			m.Phase = max(phase[i], 0)
		}
		r.More = append(r.More, m)
	}
	return hra.AppendRequest(dst, r)
}

// within returns a time that the contract can tell.
func within(t time.Duration) time.Duration { return min(max(t, 0), hra.MaxTime) }

// car returns an elevator in the words of the contract.
func car(x *assigner.Car, cab hra.Floors, floors int) hra.Car {
	top := floors - 1
	c := hra.Car{
		ID:        string(x.ID),
		Behaviour: x.State.Behaviour,
		Floor:     min(max(x.State.Floor, 0), max(top, 0)),
		Direction: x.State.Direction,
		Cab:       cab,
	}
	if c.Behaviour != elevator.Moving && c.Behaviour != elevator.DoorOpen {
		c.Behaviour = elevator.Idle
	}
	if c.Direction < elevator.Down || c.Direction > elevator.Up {
		c.Direction = elevator.Stop
	}
	if to := c.Floor + int(c.Direction); c.Behaviour == elevator.Moving && (to < 0 || to > top) {
		c.Behaviour = elevator.Idle
	}
	return c
}

// Read reads the answer to the last question: the hall calls that each elevator
// takes, in the order of Cars. The result is valid until the next call. An error
// says what is wrong with the answer, and where.
func (c *Codec) Read(answer []byte) ([]elevator.Calls, error) {
	taken, err := c.decoder.Decode(answer, &c.request)
	if err != nil {
		return nil, err
	}
	c.calls = c.calls[:0]
	for _, t := range taken {
		var calls elevator.Calls
		copy(calls.Up[:], t.Up)
		copy(calls.Down[:], t.Down)
		c.calls = append(c.calls, calls)
	}
	return c.calls, nil
}

// Inquiry is a question of the contract as package assigner takes it. Its zero
// value is ready for use.
type Inquiry struct {
	// Input is what is asked. An elevator that isn't available isn't among Cars.
	Input assigner.Input
	// Cars tells for each of Input.Cars which one of the request it is.
	Cars []int32
}

// Read sets q to what r asks. r has at least elevator.MinFloors and at most
// elevator.MaxFloors floors. Ages are replicated, and decided with, in whole
// seconds. At the ends of the shaft there is one hall button; the other one, if
// it is in the question, means the same.
func (q *Inquiry) Read(r *hra.Request) {
	n := r.Input.Floors
	q.Input.Config = elevator.Config{Floors: n, Door: r.Input.Config.Door, Travel: r.Input.Config.Travel}
	if r.Travel >= 0 {
		q.Input.Config.Travel = r.Travel
	}
	if r.Door >= 0 {
		q.Input.Config.Door = r.Door
	}
	q.Input.Calls = q.Input.Calls[:0]
	call := func(f int, b elevator.Button, age time.Duration) {
		seconds := min(age/time.Second, math.MaxUint16)
		q.Input.Calls = append(q.Input.Calls, assigner.HallCall{Floor: f, Button: b, Age: uint16(seconds)})
	}
	for f := range n {
		if r.Input.Up.Has(f) {
			b := elevator.HallUp
			if f == n-1 {
				b = elevator.HallDown
			}
			call(f, b, r.UpAge[f])
		}
		if r.Input.Down.Has(f) {
			b := elevator.HallDown
			if f == 0 {
				b = elevator.HallUp
			}
			call(f, b, r.DownAge[f])
		}
	}
	q.Input.Presses = [elevator.MaxFloors]uint32{}
	copy(q.Input.Presses[:], r.Presses)
	q.Input.Cars, q.Cars = q.Input.Cars[:0], q.Cars[:0]
	for i := range r.Input.Cars {
		c := &r.Input.Cars[i]
		if r.More[i].Unavailable {
			continue
		}
		x := assigner.Car{
			ID:    elevator.ID(c.ID),
			State: elevator.State{Floor: c.Floor, Direction: c.Direction, Behaviour: c.Behaviour},
		}
		copy(x.Cab[:], c.Cab)
		q.Input.Cars = append(q.Input.Cars, x)
		q.Cars = append(q.Cars, int32(i))
	}
}
