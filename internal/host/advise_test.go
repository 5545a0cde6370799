package host_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// oracle is an adviser that does as it is told.
type oracle struct {
	mu     sync.Mutex
	asked  int
	answer func(in *assigner.Input) ([]elevator.Calls, error)
	closed chan struct{}
}

func newOracle() *oracle { return &oracle{closed: make(chan struct{})} }

func (o *oracle) Advise(in *assigner.Input, phase []time.Duration) ([]elevator.Calls, error) {
	o.mu.Lock()
	o.asked++
	answer := o.answer
	o.mu.Unlock()
	return answer(in)
}

func (o *oracle) Close() error {
	close(o.closed)
	return nil
}

func (o *oracle) does(answer func(in *assigner.Input) ([]elevator.Calls, error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

// toLast gives everything to the elevator with the greatest id.
func toLast(in *assigner.Input) ([]elevator.Calls, error) {
	calls := make([]elevator.Calls, len(in.Cars))
	for _, c := range in.Calls {
		calls[len(calls)-1].Put(c.Floor, c.Button, true)
	}
	return calls, nil
}

// TestAdviser: a node asks, follows, says when there's no answer, and goes on.
func TestAdviser(t *testing.T) {
	t.Parallel()
	oracles := [2]*oracle{newOracle(), newOracle()}
	a := newStation(t, "a", 0)
	a.opts.Adviser = oracles[0]
	oracles[0].does(toLast)
	oracles[1].does(toLast)
	a.start()
	b := newStation(t, "b", a.port)
	b.opts.Adviser = oracles[1]
	b.start()
	linked(t, a, b)
	b.car.SetMotorPower(false) // so that the call stays, and is b's
	a.tap(elevator.HallUp, 1)
	for _, s := range []*station{a, b} {
		s.untilSays("the assigner that was given decides who takes which hall call")
	}
	until(t, "b is to go", func() bool { return b.host.Observe().Serves.Has(1, elevator.HallUp) })
	until(t, "a is not", func() bool { return a.host.Observe().Serves.Hall().Empty() })
	for _, o := range oracles {
		o.does(func(*assigner.Input) ([]elevator.Calls, error) { return nil, errors.New("no idea") })
	}
	b.car.SetMotorPower(true)
	for _, s := range []*station{a, b} {
		s.untilSays("gives no answer: the built-in one decides")
		s.untilSays("no idea")
		s.untilLamp(elevator.HallUp, 1, false)
	}
	if err := errors.Join(a.stop(), b.stop()); err != nil {
		t.Error(err)
	}
	for i, o := range oracles {
		<-o.closed
		if n := []*station{a, b}[i].log.lines(); n > 25 {
			t.Errorf("%d lines:\n%s", n, []*station{a, b}[i].log)
		}
	}
}

// TestAdviserThatHangs: calls are lit and served meanwhile, and the node ends.
func TestAdviserThatHangs(t *testing.T) {
	t.Parallel()
	o := newOracle()
	o.does(func(*assigner.Input) ([]elevator.Calls, error) {
		<-o.closed
		return nil, errors.New("closed")
	})
	s := newStation(t, "a", 0)
	s.opts.Adviser = o
	s.start()
	until(t, "joined", func() bool { return s.host.Observe().Joined })
	for range 2 {
		served(t, elevator.HallDown, 2, s, s)
		served(t, elevator.HallUp, 0, s, s)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	s.behaved()
}
