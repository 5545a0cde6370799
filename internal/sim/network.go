package sim

import (
	"math/rand/v2"
	"slices"
	"time"

	"elevnet/worldview"
)

// network is what happens to datagrams.
type network struct {
	loss     int // per cent
	blackout bool
	bursts   Bursts
	links    [][]link
	late     time.Duration
	reorder  int           // per cent
	back     time.Duration // by which those are held back at the most
	twice    int           // per cent
	cut      [][]bool
	attack

	decoder worldview.Decoder
	packets []*packet // of nobody, not in use
	// onRelease, if set, is told of each packet that nobody needs any more.
	onRelease func(*packet)
}

// link is the way from one workspace to another, in a network with bursts.
type link struct {
	bad   bool
	until time.Duration
}

// Counts says what became of the datagrams of a building so far.
type Counts struct {
	// Sent counts broadcasts; all others count arrivals, one for each receiver.
	Sent int
	// Cut, Lost and Corrupted did not arrive: the way was cut, chance or a burst
	// took them, or the checksum in the trailer didn't fit.
	Cut, Lost, Corrupted int
	// Repeated arrived twice, and HeldBack were overtaken on purpose.
	Repeated, HeldBack int
	// Replayed, Foreign and Hostile were made by an attacker or by another
	// building.
	Replayed, Foreign, Hostile int
	// Refused were turned down by the decoder, and Believable were lies that it
	// took for true: see [Building.Hostile].
	Refused, Believable int
	// Delivered reached a node.
	Delivered int
}

// Counts returns what became of the datagrams so far.
func (b *Building) Counts() Counts { return b.counts }

// Loss sets the share of datagrams that are lost, in per cent.
func (b *Building) Loss(percent int) { b.loss = percent }

// Blackout makes all datagrams be lost, everywhere, until it is turned off.
func (b *Building) Blackout(on bool) { b.blackout = on }

// Bursts is the model of Gilbert and Elliott: each way from one workspace to
// another is good or bad for some time, by turns, independently of the others.
// A state lasts for an exponentially distributed time.
type Bursts struct {
	Good, Bad         time.Duration // how long a state lasts, on average
	GoodLoss, BadLoss int           // share of datagrams lost in it, in per cent
}

// Bursts makes datagrams be lost in bursts; the zero value ends it.
func (b *Building) Bursts(model Bursts) {
	b.bursts = model
	for _, links := range b.links {
		clear(links)
	}
}

// Delay makes every datagram take up to so much longer, at random, so that they
// overtake each other.
func (b *Building) Delay(most time.Duration) { b.late = most }

// Reorder sets the share of datagrams that are held back, in per cent, and by
// how much at the most, so that later ones overtake them.
func (b *Building) Reorder(percent int, most time.Duration) { b.reorder, b.back = percent, most }

// Duplicate sets the share of datagrams that arrive twice, in per cent.
func (b *Building) Duplicate(percent int) { b.twice = percent }

// Cut cuts, or mends, the way from one workspace to another. What is under way
// still arrives.
func (b *Building) Cut(from, to int, on bool) { b.cut[from][to] = on }

// IsCut reports whether the way from one workspace to another is cut.
func (b *Building) IsCut(from, to int) bool { return b.cut[from][to] }

// Isolate cuts, or mends, all ways to and from a workspace.
func (b *Building) Isolate(i int, on bool) {
	for j := range b.all {
		if j != i {
			b.cut[i][j], b.cut[j][i] = on, on
		}
	}
}

// Partition splits the network: workspace i can reach those that have the same
// group[i], and no other. All ways are cut or mended by it.
func (b *Building) Partition(group ...int) {
	for i := range b.all {
		for j := range b.all {
			b.cut[i][j] = group[i] != group[j]
		}
	}
}

// Mend makes the network as it was at the beginning. What is under way still
// arrives as late as it was to.
func (b *Building) Mend() {
	b.loss, b.late, b.reorder, b.twice = 0, 0, 0, 0
	b.blackout = false
	b.attack.end()
	b.Bursts(Bursts{})
	for i := range b.cut {
		clear(b.cut[i])
	}
}

// chance says yes in so many of a hundred cases. It draws nothing for 0.
func (b *Building) chance(percent int) bool { return percent > 0 && b.rng.IntN(100) < percent }

// broadcast sends a message of a node to all others.
func (b *Building) broadcast(from *Workspace, m *worldview.Message) {
	p := newPacket(&from.packets)
	p.ours = true
	p.data = from.encoder.Append(p.data, m)
	b.counts.Sent++
	b.Bytes += len(p.data) + sealSize
	if b.OnSend != nil {
		b.OnSend(from, slices.Clone(p.data))
	}
	for _, to := range b.all {
		if to != from {
			b.send(from, to, p)
		}
	}
	b.record(from, p.data)
	if b.attack.on {
		b.strike(from, p)
	}
	b.release(p)
}

// send lets a datagram take its chances on the way to a workspace.
func (b *Building) send(from, to *Workspace, p *packet) {
	switch {
	case b.cut[from.Index][to.Index]:
		b.counts.Cut++
		return
	case b.blackout || b.chance(b.loss) || b.bursts != Bursts{} && b.burst(&b.links[from.Index][to.Index]):
		b.counts.Lost++
		return
	case b.chance(b.attack.corrupt):
		b.corrupted(to, p)
		return
	}
	b.carry(to, p)
	if b.chance(b.twice) {
		b.counts.Repeated++
		b.carry(to, p)
	}
}

// burst reports whether a datagram is lost, and turns a way that was good for
// long enough bad, and back.
func (b *Building) burst(l *link) bool {
	if l.until == 0 { // never used
		l.bad = true // so that it begins as good
		l.until = b.now
	}
	for l.until <= b.now {
		l.bad = !l.bad
		l.until += max(lasting(b.rng, b.bursts, l.bad), time.Nanosecond)
	}
	if l.bad {
		return b.chance(b.bursts.BadLoss)
	}
	return b.chance(b.bursts.GoodLoss)
}

func lasting(rng *rand.Rand, model Bursts, bad bool) time.Duration {
	mean := model.Good
	if bad {
		mean = model.Bad
	}
	return time.Duration(rng.ExpFloat64() * float64(mean))
}

// carry brings a datagram to a workspace after a while. Without Linger, a
// process doesn't get what was on its way to the one before.
func (b *Building) carry(to *Workspace, p *packet) {
	delay := b.opts.Latency + time.Duration(b.rng.Int64N(int64(b.opts.Latency+b.late)+1))
	if b.chance(b.reorder) {
		b.counts.HeldBack++
		delay += time.Duration(b.rng.Int64N(int64(b.back) + 1))
	}
	p.refs++
	b.schedule(delay, deliver, event{w: to, packet: p, life: to.life})
}
