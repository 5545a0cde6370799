package elevserver

import "time"

// grace is how long a client may ask nothing before a patient elevator waits
// for it. Clients ask every few milliseconds.
const grace = 50 * time.Millisecond

// tardy is by how much the timer may be late before this process counts as one
// that wasn't run: on a busy computer, suspended, or stopped.
const tardy = 100 * time.Millisecond

// clock is the time of a simulated elevator, from 0 on. It runs as the real time
// does, but not while this process isn't run: a car would pass floors that nobody
// could see. That of a patient one stands still, too, while clients are connected
// and none of them has asked anything for a while.
type clock struct {
	patient bool
	waits   bool          // clients are connected, and their questions answered
	asked   time.Duration // when there was last a question, in real time
	looked  time.Duration // the last look at the real time
	stood   time.Duration // for how long it has stood still
	last    time.Duration // what was read last
	// due is when the timer is to fire, if it is armed.
	due   time.Duration
	armed bool
}

// read returns the time, given the real one.
func (c *clock) read(real time.Duration) time.Duration {
	from := c.looked
	c.looked = max(real, from)
	if c.patient && c.waits {
		if late := c.looked - max(c.asked+grace, from); late > 0 {
			c.stood += late
		}
	}
	if late := c.looked - c.stood - max(c.due+tardy, c.last); c.armed && late > 0 {
		c.stood += late
	}
	c.last = c.looked - c.stood
	return c.last
}

// question notes that a client has asked something, or has just come.
func (c *clock) question(real time.Duration) {
	c.read(real)
	c.asked = c.looked
}

// wait says whether there is anybody to wait for.
func (c *clock) wait(real time.Duration, somebody bool) {
	c.question(real)
	c.waits = somebody
}
