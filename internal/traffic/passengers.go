package traffic

import (
	"math/bits"
	"math/rand/v2"
	"time"
)

// Passenger is one person's journey.
type Passenger struct {
	// At is when he comes to floor From.
	At time.Duration
	// From and To are different floors.
	From, To int
}

// Passengers returns who comes before the time until, in the order of arrival. It
// depends on the scenario, but for the capacity of the cars, and on the seed. A
// longer time only adds passengers at the end.
func Passengers(s Scenario, seed uint64, until time.Duration) []Passenger {
	d := newDraw(s, seed)
	mean := s.meanGap()
	if s.Batch {
		mean *= meanGroup
	}
	var all []Passenger
	for at := d.exponential(mean); at < until; at += d.exponential(mean) {
		p := Passenger{At: at}
		kind := d.kind(s)
		p.From = d.origin(s, kind)
		for range d.group(s) {
			p.To = d.destination(s, kind, p.From)
			all = append(all, p)
		}
	}
	return all
}

// Groups of a batch scenario have two people on average, and largestGroup at most.
const (
	meanGroup    = 2
	largestGroup = 16
)

// kind is what sort of journey a group makes.
type kind uint8

const (
	incoming kind = iota
	outgoing
	between // two floors other than the entrance
	anywhere
)

// draw is the randomness of one run.
type draw struct{ *rand.Rand }

func newDraw(s Scenario, seed uint64) draw {
	which := uint64(s.Cars)<<40 | uint64(s.Floors)<<32 | uint64(s.Pattern)<<24 | uint64(s.Intensity)<<8
	if s.Batch {
		which |= 1
	}
	return draw{rand.New(rand.NewPCG(seed, which))}
}

// exponential draws a time from the exponential distribution, by von Neumann's
// method: it compares uniform numbers and nothing else, so that it is exact in
// integers. Of a sequence of uniform numbers, the chance that the first, u, is
// followed by a falling run of even length is exp(−u); with each run of odd
// length, whose chance is 1/e, one mean is added.
func (d draw) exponential(mean time.Duration) time.Duration {
	for whole := time.Duration(0); ; whole += mean {
		first := d.Uint64()
		last, run := first, 0
		for next := d.Uint64(); next < last; next = d.Uint64() {
			last = next
			run++
		}
		if run%2 == 0 {
			part, _ := bits.Mul64(first, uint64(mean))
			return whole + time.Duration(part)
		}
	}
}

func (d draw) kind(s Scenario) kind {
	if s.Pattern == Interfloor {
		return anywhere
	}
	in, out := s.Pattern.shares()
	switch x := d.IntN(100); {
	case x < in:
		return incoming
	case x < in+out:
		return outgoing
	case s.Floors < 3:
		return anywhere // there is but one floor above the entrance
	default:
		return between
	}
}

func (d draw) origin(s Scenario, k kind) int {
	switch k {
	case incoming:
		return 0
	case anywhere:
		return d.IntN(s.Floors)
	default:
		return 1 + d.IntN(s.Floors-1)
	}
}

func (d draw) destination(s Scenario, k kind, from int) int {
	least := 0 // the lowest floor in question
	switch k {
	case outgoing:
		return 0
	case between:
		least = 1
	}
	to := least + d.IntN(s.Floors-least-1)
	if to >= from {
		to++
	}
	return to
}

// group draws how many people come together.
func (d draw) group(s Scenario) int {
	if !s.Batch {
		return 1
	}
	return 1 + bits.TrailingZeros64(d.Uint64()|1<<(largestGroup-1))
}
