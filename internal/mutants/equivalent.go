package main

// Equivalent is a change that looks like a mistake and breaks no promise.
type Equivalent struct {
	Change, Why string
}

// equivalents are left out of the catalogue: nothing that is promised depends on
// them. That is argued, not tried.
func equivalents() []Equivalent {
	return []Equivalent{
		{"Confirm also raises C to a press that has been served (`w > c.S` left out)",
			"C ≤ S isn't lit, and the next press is above both."},
		{"A datagram is fresh when its sequence number equals the last one (`<` for `<=`)",
			"A repeated datagram says what it said before, and its echo is as old as it was."},
		{"What peers are known to have in memory is counted by the best of them, not by the worst (max for min in BySome)",
			"It is asked only when patience is over, and then one other holder is enough."},
		{"Acknowledgements of a peer that only listens yet are counted",
			"It sends no calls, so that there is nothing to count."},
		{"The life that a disk held isn't compared at the start (LiveAbove left out of Restore)",
			"Every stamp that this node has on its disk came back with it, and a press that finds its slot ahead takes a life above; what only peers know is told while the node listens, or repaired by rule 7."},
		{"Of the two slots of a disk only the newest is joined",
			"A snapshot holds everything that the one before held, since watermarks only grow; the other slot is there for when the newest can't be read."},
		{"No candidate instead of this node when nobody is available",
			"Who is unavailable can't go, and whoever comes back first becomes the only candidate."},
		{"A served call is committed as late as a confirmation (S counts as lazy)",
			"Only a crash within a second of the service brings it back, at this node alone, and then costs a visit: the order that rule 5 chooses anyway."},
		{"The own nonce isn't compared at the reception of a datagram",
			"Nothing that this node sent can tell it anything: merging is idempotent, and it isn't its own peer."},
		{"A car stops at the end floor only because nothing is beyond (`f >= n-1` left out of ShouldStop)",
			"Calls beyond the end don't exist: package fsm drops them before it asks."},
	}
}
