package elevio

import "time"

// slowPoll is how long a poll takes that met a delayed acknowledgement: those
// take 40 ms on Linux and up to 200 ms elsewhere.
const slowPoll = 20 * time.Millisecond

// The pause before the write that releases the held-back replies: the first
// one tried, and the last. It must be as long as the server takes for a poll.
const (
	firstHold = time.Millisecond
	lastHold  = 8 * time.Millisecond
)

// hiccups is how many slow polls in a row are more than hiccups.
const hiccups = 3

// pace finds out how to poll a server: in one write, or with one request held
// back (see the package comment), and for how long.
type pace struct {
	hold  time.Duration // 0: all in one write
	ahead bool          // the next poll's first request has been written
	late  int           // slow polls in a row
}

// took notes how long a poll took, and reports whether that was slow. Few slow
// polls may be a hiccup of the machine; a delayed acknowledgement comes back
// with every poll until the hold is long enough.
func (p *pace) took(d time.Duration) bool {
	if d < slowPoll+p.hold {
		p.late = 0
		return false
	}
	if p.late++; p.late == hiccups {
		p.late = 0
		p.hold = min(max(2*p.hold, firstHold), lastHold)
	}
	return true
}
