package bcast

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// watch keeps the outlets in step with the interfaces until Close.
func (c *Conn) watch(list *lister) {
	defer c.watching.Done()
	tick := time.NewTicker(c.options.Rescan)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-c.closed:
			return
		case <-tick.C:
		case <-c.look:
			select {
			case <-c.closed:
				return
			case <-time.After(soonest - time.Since(last)):
			}
		}
		c.refresh(list)
		last = time.Now()
	}
}

// refresh reads the interfaces, opens sockets for what is new and closes those
// of what is gone. It is called by one goroutine at a time.
func (c *Conn) refresh(list *lister) {
	links, err := list.read()
	if err != nil {
		err = fmt.Errorf("reading the network interfaces: %w", plain(err))
	}
	wanted := destinations(links, c.options.LoopbackOnly)

	// Sockets are opened without the lock, so that Send never waits for it.
	next := make([]*outlet, len(wanted))
	for k, d := range wanted {
		next[k] = c.outletFor(d)
	}

	c.mu.Lock()
	before := c.outlets
	for k, d := range wanted {
		next[k].destination = d
	}
	c.outlets, c.listErr = next, err
	c.publish()
	c.mu.Unlock()

	for _, o := range before {
		if !slices.Contains(next, o) {
			o.close()
		}
	}
}

// outletFor returns the outlet that is there for d, or a new one.
func (c *Conn) outletFor(d destination) *outlet {
	k := slices.IndexFunc(c.outlets, func(o *outlet) bool { return o.place == d.place })
	if k < 0 {
		return newOutlet(d, c.port, trouble{})
	}
	old := c.outlets[k]
	c.mu.Lock()
	past := old.trouble
	c.mu.Unlock()
	if (old.conn != nil) != d.open() {
		return newOutlet(d, c.port, trouble{})
	}
	// A socket can outlive what it was bound to: one that fails is replaced.
	// A full queue isn't the socket's fault.
	if past.err != nil && past.err != ErrQueueFull {
		return newOutlet(d, c.port, past)
	}
	return old
}

// lister reads the interfaces. The system wants one question per interface for
// its addresses; the lister asks two questions to learn that nothing changed.
type lister struct {
	links      []link
	complete   bool // links is what interfaces and addresses led to
	interfaces []net.Interface
	addresses  []netip.Prefix
	reads      int
}

// everyFull is after how many readings the addresses of each interface are
// asked for again, in case one moved from an interface to another.
const everyFull = 10

// read returns the interfaces. With an error come those of the last success.
func (l *lister) read() ([]link, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return l.links, err
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return l.links, err
	}
	addresses := prefixes(all)
	l.reads++
	if l.complete && l.reads%everyFull != 0 && slices.Equal(addresses, l.addresses) &&
		slices.EqualFunc(interfaces, l.interfaces, sameInterface) {
		return l.links, nil
	}
	links := make([]link, 0, len(interfaces))
	complete := true
	for _, i := range interfaces {
		a, err := i.Addrs()
		if err != nil { // it went away just now, most likely
			complete = false
			continue
		}
		links = append(links, link{index: i.Index, name: i.Name, flags: i.Flags, prefixes: prefixes(a)})
	}
	l.links, l.complete, l.interfaces, l.addresses = links, complete, interfaces, addresses
	return links, nil
}

func sameInterface(a, b net.Interface) bool {
	return a.Index == b.Index && a.Name == b.Name && a.Flags == b.Flags
}

// prefixes keeps the IPv4 addresses.
func prefixes(addresses []net.Addr) []netip.Prefix {
	var all []netip.Prefix
	for _, a := range addresses {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		ip = ip.Unmap()
		if ones, bits := n.Mask.Size(); ok && ip.Is4() && bits == 32 {
			all = append(all, netip.PrefixFrom(ip, ones))
		}
	}
	return all
}
