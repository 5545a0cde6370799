package elevio

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"elevnet/internal/elevator"
)

// Event is a snapshot of the inputs.
type Event struct {
	elevator.Inputs
	// Err says why the elevator server isn't connected, in words fit for a log.
	// It is nil exactly when Connected is true.
	Err error
}

// Stats counts what a [Driver] has seen since it was opened.
type Stats struct {
	// Connections is how many connections answered a first poll.
	Connections uint64
	// Failures is how many attempts to connect, and connections, failed.
	Failures uint64
	// Nonsense is how many of the failures were replies that were none.
	Nonsense uint64
	// Polls is how many polls were answered.
	Polls uint64
	// Slow is how many of those took longer than 20 ms.
	Slow uint64
}

// Driver keeps one elevator server connected. All its methods may be called
// from any goroutine.
type Driver struct {
	addr   string
	opts   Options
	plan   *plan
	events chan Event
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{}

	connections, failures, nonsense, polls, slow atomic.Uint64

	mu     sync.Mutex
	link   *link  // the connection, once its first poll was answered
	number uint32 // its number, or that of the last one
	panel  panel  // what it shows
	frames []byte // scratch of Set
	opened *link  // the connection, whether or not it has answered
	closed bool
}

// Grace periods of [Driver.Close]: for a poll under way to be answered, and for
// the server to take note that the connection ends.
const (
	pollGrace = 200 * time.Millisecond
	byeGrace  = 100 * time.Millisecond
)

// Open returns a driver for the elevator server at addr, "host:port". It
// returns at once; the driver connects in the background, and again whenever
// the connection is lost, until it is closed.
func Open(addr string, opts Options) *Driver {
	opts = opts.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	d := &Driver{
		addr:   addr,
		opts:   opts,
		plan:   newPlan(opts.Floors),
		events: make(chan Event, eventBuffer),
		ctx:    ctx,
		cancel: cancel,
		ended:  make(chan struct{}),
	}
	go d.run()
	return d
}

// Events returns the snapshots, in order: one whenever an input changed, one
// when the server was connected and has shown all its inputs, and one when it
// couldn't be reached or was lost, or for another reason than before. No
// snapshot is skipped: when the consumer falls behind by more than the channel
// buffers, polling waits for it. The channel is closed by [Driver.Close].
func (d *Driver) Events() <-chan Event { return d.events }

// Stats returns the counts so far.
func (d *Driver) Stats() Stats {
	return Stats{
		Connections: d.connections.Load(),
		Failures:    d.failures.Load(),
		Nonsense:    d.nonsense.Load(),
		Polls:       d.polls.Load(),
		Slow:        d.slow.Load(),
	}
}

// Set makes the elevator server show out: it writes what differs from what was
// last written on this connection, in one piece, before it returns. On a new
// connection that is everything. out.Indicator outside the building's floors
// leaves the indicator as it is; lamps of buttons that don't exist are ignored.
//
// Set returns [ErrStale], and writes nothing, unless out was computed from
// inputs of the present connection. After any other error the connection is
// given up and connected anew. On a closed driver it returns [net.ErrClosed].
func (d *Driver) Set(out elevator.Outputs) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	if d.link == nil || out.Link != d.number {
		return ErrStale
	}
	d.frames = d.panel.appendChanges(d.frames[:0], d.plan.floors, out)
	if len(d.frames) > 0 {
		if err := d.link.write(d.frames); err != nil {
			d.link = nil
			return lostError(d.addr, err, true, d.opts.WriteTimeout)
		}
	}
	d.panel.wrote(d.plan.floors, out)
	return nil
}

// Close stops the motor if the server is connected, ends the connection and
// waits for all that the driver has started to end. That takes about a poll, and
// a few hundred milliseconds with a server that doesn't answer. The error is
// that of stopping the motor. Further calls do nothing.
func (d *Driver) Close() error {
	err := d.stop()
	d.cancel()
	<-d.ended
	return err
}

func (d *Driver) stop() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	var err error
	if d.link != nil {
		if err = d.link.write(stopMotor); err != nil {
			err = lostError(d.addr, err, true, d.opts.WriteTimeout)
		}
		d.link = nil
	}
	if d.opened != nil {
		d.opened.end(pollGrace)
	}
	return err
}

// emit hands an event to the consumer, and waits for it if need be. It returns
// false if the driver was closed meanwhile.
func (d *Driver) emit(e Event) bool {
	select {
	case d.events <- e:
		return true
	case <-d.ctx.Done():
		return false
	}
}
