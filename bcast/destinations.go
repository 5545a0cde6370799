package bcast

import (
	"net"
	"net/netip"
)

// link is what the system says of one interface.
type link struct {
	index    int
	name     string
	flags    net.Flags
	prefixes []netip.Prefix // its IPv4 addresses with their masks
}

// place is where datagrams are sent. Two equal places can share a socket.
type place struct {
	index       int // of the interface; 0 means that the routes decide
	name        string
	loopback    bool
	source      netip.Addr
	destination netip.Addr
}

// destination is a place and what speaks against it.
type destination struct {
	place
	reason error // ErrDown, ErrNoCarrier or nil
}

// open reports whether it is worth sending. Without a carrier it is: the cable
// may be back before the next look at the interfaces.
func (d destination) open() bool { return d.reason != ErrDown }

// loopbackSource is the address of every loopback interface.
var loopbackSource = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// destinations decides where to send: to the loopback interface, always listed
// and always first, and to each subnet of each interface that can broadcast.
func destinations(links []link, loopbackOnly bool) []destination {
	all := []destination{loopback(links)}
	if loopbackOnly {
		return all
	}
	for _, l := range links {
		if l.flags&net.FlagBroadcast == 0 || l.flags&(net.FlagLoopback|net.FlagPointToPoint) != 0 {
			continue
		}
		first := len(all)
	prefixes:
		for _, p := range l.prefixes {
			to, ok := directedBroadcast(p)
			if !ok {
				continue
			}
			for _, d := range all[first:] {
				if d.destination == to {
					continue prefixes
				}
			}
			all = append(all, destination{
				place:  place{index: l.index, name: l.name, source: p.Addr(), destination: to},
				reason: obstacle(l.flags),
			})
		}
	}
	return all
}

// loopback finds the loopback interface. All programs of a computer must agree
// on its addresses, so they are fixed. Where the system lists none, it is tried
// all the same.
func loopback(links []link) destination {
	d := destination{place: place{name: "loopback", loopback: true, source: loopbackSource, destination: loopbackDestination}}
	for _, l := range links {
		if l.flags&net.FlagLoopback == 0 {
			continue
		}
		d.index, d.name, d.reason = l.index, l.name, obstacle(l.flags)
		if d.open() {
			break
		}
	}
	return d
}

// obstacle says why an interface with these flags carries nothing.
func obstacle(flags net.Flags) error {
	switch {
	case flags&net.FlagUp == 0:
		return ErrDown
	case flags&net.FlagRunning == 0:
		return ErrNoCarrier
	default:
		return nil
	}
}

// directedBroadcast returns the last address of the subnet, which reaches all
// in it. A subnet of one or two addresses has none.
func directedBroadcast(p netip.Prefix) (netip.Addr, bool) {
	a := p.Addr()
	if !p.IsValid() || !a.Is4() || a.IsUnspecified() || a.IsLoopback() || p.Bits() > 30 {
		return netip.Addr{}, false
	}
	b := a.As4()
	for k := p.Bits(); k < 32; k++ {
		b[k/8] |= 0x80 >> (k % 8)
	}
	return netip.AddrFrom4(b), true
}
