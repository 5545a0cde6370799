package elevio

import "time"

// slowPoll is how long a poll takes that met a delayed acknowledgement: those
// take 40 ms on Linux and up to 200 ms elsewhere.
const slowPoll = 20 * time.Millisecond

// The pause before the write that releases the held-back replies: the first
// one tried, and the last. It must be as long as the server takes for a poll.
const (
	firstHold = 2 * time.Millisecond
	lastHold  = 8 * time.Millisecond
)

// The evidence for changing the hold: how much a slow poll adds to it, while
// each other poll takes 1 away, and how much is enough. Three slow polls in a
// row are, or more than one in forty for long.
const (
	slowWeight = 40
	enough     = 3*slowWeight - 2
)

// pace finds out how to poll a server: in one write, or with one request held
// back (see the package comment), and for how long.
type pace struct {
	hold     time.Duration // 0: all in one write
	ahead    bool          // the next poll's first request has been written
	evidence int           // that the hold is wrong
}

// took notes how long a poll took, and reports whether that was slow. A slow
// poll now and then is a hiccup of the machine; delayed acknowledgements come
// back until the hold is long enough. When even the longest hold doesn't help,
// it wasn't the matter, and the search starts over.
func (p *pace) took(d time.Duration) bool {
	if d < slowPoll+p.hold {
		p.evidence = max(p.evidence-1, 0)
		return false
	}
	if p.evidence += slowWeight; p.evidence >= enough {
		p.evidence = 0
		if p.hold = max(2*p.hold, firstHold); p.hold > lastHold {
			p.hold = 0
		}
	}
	return true
}
