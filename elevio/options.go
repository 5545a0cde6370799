package elevio

import (
	"time"

	"elevnet/internal/elevator"
)

// Options are the settings of a [Driver]. A zero value stands for the default.
type Options struct {
	// Floors is the number of floors to poll: by default that of
	// [elevator.DefaultConfig]. Values outside [elevator.MinFloors] to
	// [elevator.MaxFloors] are moved into that range.
	Floors int
	// Poll is the time from the start of one poll to the start of the next: 8 ms
	// by default, at least 1 ms. It bounds how late a press is seen.
	Poll time.Duration
	// DialTimeout bounds one attempt to connect, 2 s by default.
	DialTimeout time.Duration
	// IOTimeout is how long a server may leave a poll unanswered before it
	// counts as lost, 1 s by default. It is noticed at most a quarter later.
	IOTimeout time.Duration
	// WriteTimeout bounds how long [Driver.Set] may take, 500 ms by default.
	WriteTimeout time.Duration
	// BackoffMin is the pause before the first attempt to connect again, 50 ms
	// by default. It doubles with every failure, up to BackoffMax, 1 s by
	// default, and starts again from BackoffMin after a connection that was
	// good for longer than BackoffMax.
	BackoffMin, BackoffMax time.Duration
}

// eventBuffer is how many snapshots wait for a slow consumer before polling
// pauses. A press changes the snapshot twice.
const eventBuffer = 64

func (o Options) withDefaults() Options {
	if o.Floors == 0 {
		o.Floors = elevator.DefaultConfig().Floors
	}
	o.Floors = min(max(o.Floors, elevator.MinFloors), elevator.MaxFloors)
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&o.Poll, 8 * time.Millisecond},
		{&o.DialTimeout, 2 * time.Second},
		{&o.IOTimeout, time.Second},
		{&o.WriteTimeout, 500 * time.Millisecond},
		{&o.BackoffMin, 50 * time.Millisecond},
		{&o.BackoffMax, time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.fallback
		}
	}
	o.Poll = max(o.Poll, time.Millisecond)
	o.BackoffMax = max(o.BackoffMax, o.BackoffMin)
	return o
}
