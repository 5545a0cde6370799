package elevio

import (
	"errors"
	"net"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

var stopMotor = func() []byte {
	f := elevproto.Motor(elevator.Stop)
	return f[:]
}()

// run connects, for ever, until the driver is closed.
func (d *Driver) run() {
	defer close(d.ended)
	defer close(d.events)
	backoff := d.opts.BackoffMin
	var told string
	for {
		lasted, err := d.session()
		if d.ctx.Err() != nil {
			return
		}
		d.failures.Add(1)
		if errors.Is(err, ErrNonsense) {
			d.nonsense.Add(1)
		}
		if lasted > 0 {
			told = ""
		}
		if lasted > d.opts.BackoffMax {
			backoff = d.opts.BackoffMin
		}
		// A server that stays away is reported once, not on every attempt.
		if text := err.Error(); text != told {
			told = text
			if !d.emit(Event{Inputs: elevator.Inputs{Link: d.number, Floor: elevator.NoFloor}, Err: err}) {
				return
			}
		}
		select {
		case <-time.After(backoff):
		case <-d.ctx.Done():
			return
		}
		backoff = min(2*backoff, d.opts.BackoffMax)
	}
}

// session connects once and polls until that fails, or the driver is closed.
// It returns for how long the server answered, and why it no longer does.
func (d *Driver) session() (time.Duration, error) {
	dialer := net.Dialer{Timeout: d.opts.DialTimeout, KeepAlive: -1}
	c, err := dialer.DialContext(d.ctx, "tcp", d.addr)
	if err != nil {
		return 0, dialError(d.addr, err, d.opts.DialTimeout)
	}
	l, err := newLink(c.(*net.TCPConn), d.opts.WriteTimeout)
	if err != nil {
		return 0, lostError(d.addr, err, false, d.opts.IOTimeout)
	}
	defer l.close()
	if !d.attach(l) {
		return 0, net.ErrClosed
	}
	defer d.detach()
	p := poller{driver: d, link: l, plan: d.plan, replies: make([]byte, len(d.plan.requests))}
	err = p.poll()
	lasted := time.Duration(0)
	if !p.since.IsZero() {
		lasted = max(time.Since(p.since), 1)
	}
	if d.ctx.Err() != nil {
		l.finish(byeGrace)
		return lasted, net.ErrClosed
	}
	return lasted, lostError(d.addr, err, lasted > 0, d.opts.IOTimeout)
}

// attach lets Close find the connection. It returns false if it came too late.
func (d *Driver) attach(l *link) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = l
	return !d.closed
}

// detach makes Set and Close leave the connection alone.
func (d *Driver) detach() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened, d.link = nil, nil
}

// connected makes l the connection that Set writes to and returns its number.
func (d *Driver) connected(l *link) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.number++
	d.panel = panel{}
	if !d.closed {
		d.link = l
	}
	d.connections.Add(1)
	return d.number
}

// poller polls one connection.
type poller struct {
	driver  *Driver
	link    *link
	plan    *plan
	replies []byte
	since   time.Time // of the first answered poll
	pace    pace
}

// poll polls until the connection fails or the driver is closed.
func (p *poller) poll() error {
	d := p.driver
	last := elevator.Inputs{Connected: true}
	var deadline time.Time
	next := time.Now()
	for {
		start := time.Now()
		// Setting a deadline costs more than reading the clock: not every time.
		if deadline.Sub(start) < d.opts.IOTimeout {
			deadline = start.Add(d.opts.IOTimeout * 5 / 4)
			if err := p.link.extend(deadline); err != nil {
				return err
			}
		}
		in := last
		if err := p.round(&in); err != nil {
			return err
		}
		now := time.Now()
		d.polls.Add(1)
		if p.pace.took(now.Sub(start)) {
			d.slow.Add(1)
		}
		if p.since.IsZero() {
			p.since = now
			in.Link = d.connected(p.link)
		}
		if in != last && !d.emit(Event{Inputs: in}) {
			return net.ErrClosed
		}
		last = in
		if d.ctx.Err() != nil {
			return net.ErrClosed
		}
		// A poll that came late isn't made up for.
		if next = next.Add(d.opts.Poll); next.Before(now) {
			next = now
		}
		p.link.wire.pause(next.Sub(now))
	}
}

// round makes one poll. The stream of requests is the same poll after poll,
// whether or not its first request was already written in the round before.
func (p *poller) round(in *elevator.Inputs) error {
	requests := p.plan.requests
	if p.pace.ahead {
		requests = requests[elevproto.Size:]
	}
	p.pace.ahead = false
	if p.pace.hold > 0 {
		if err := p.link.wire.post(requests); err != nil {
			return err
		}
		p.link.wire.pause(p.pace.hold)
		requests = p.plan.requests[:elevproto.Size]
		p.pace.ahead = true
	}
	n, err := p.link.exchange(requests, p.replies)
	if bad := p.plan.decode(p.replies[:n], in); bad != nil {
		return bad
	}
	return err
}
