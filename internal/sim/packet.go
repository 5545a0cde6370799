package sim

import "elevnet/worldview"

// packet is one datagram under way. It is taken apart once, by the first
// process that gets it, and all that get it read the same message: a node
// neither keeps nor changes what it is given.
type packet struct {
	pool    *[]*packet // where it goes when nobody needs it any more
	data    []byte
	refs    int  // arrivals that are still to come, and inboxes that it is in
	ours    bool // as a node encoded it
	decoded bool
	message worldview.Message
	err     error
}

// newPacket returns an empty packet from a pool, with one reference for its
// maker. Each sender has a pool, since its next message is mostly the last one.
func newPacket(pool *[]*packet) *packet {
	if n := len(*pool); n > 0 {
		p := (*pool)[n-1]
		*pool = (*pool)[:n-1]
		p.data, p.refs, p.ours, p.decoded = p.data[:0], 1, false, false
		return p
	}
	return &packet{pool: pool, refs: 1}
}

// release gives a reference back.
func (b *Building) release(p *packet) {
	if p.refs--; p.refs > 0 {
		return
	}
	if b.onRelease != nil {
		b.onRelease(p)
	}
	*p.pool = append(*p.pool, p)
}

// open takes a packet apart. The building has one decoder, so that what it
// remembers of a sender serves for all receivers.
func (b *Building) open(p *packet) (*worldview.Message, error) {
	if !p.decoded {
		var m *worldview.Message
		p.decoded = true
		if m, p.err = b.decoder.Decode(p.data); p.err == nil {
			m.CopyTo(&p.message)
		} else if p.ours {
			panic("sim: what a node encoded can't be decoded: " + p.err.Error())
		}
	}
	return &p.message, p.err
}
