package demo

import (
	"io"
	"net"
	"net/netip"
	"sync"

	"elevnet/bcast"
)

// ether is a network in memory: what one of its ports sends, all receive, the
// sender included, in order and unaltered. It keeps the contract of [bcast.Conn]
// on a computer whose only interface is the loopback.
type ether struct {
	mu    sync.Mutex
	ports []*etherPort
	next  uint16
}

// etherRoom is how many datagrams wait at a port for their reader, as in the
// buffer of a socket. More are lost.
const etherRoom = 1024

// etherStatus is that of every port.
var etherStatus = bcast.Status{Generation: 1, Interfaces: []bcast.Interface{{
	Name: "memory", Loopback: true, Source: etherAddress, Destination: etherAddress,
}}}

var etherAddress = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// etherPort is a [bcast.Transport].
type etherPort struct {
	ether   *ether
	address netip.AddrPort
	queue   chan etherDatagram
	closed  chan struct{}
	closing sync.Once
}

type etherDatagram struct {
	data []byte // not altered by anybody
	from netip.AddrPort
}

// join returns a new port.
func (e *ether) join() *etherPort {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next++
	p := &etherPort{
		ether: e, address: netip.AddrPortFrom(etherAddress, e.next),
		queue: make(chan etherDatagram, etherRoom), closed: make(chan struct{}),
	}
	e.ports = append(e.ports, p)
	return p
}

// Send puts b into the queue of every port.
func (p *etherPort) Send(b []byte) (interfaces int, err error) {
	if len(b) > bcast.MaxDatagram {
		return 0, bcast.ErrTooLong
	}
	if p.isClosed() {
		return 0, net.ErrClosed
	}
	d := etherDatagram{append([]byte(nil), b...), p.address}
	p.ether.mu.Lock()
	defer p.ether.mu.Unlock()
	for _, to := range p.ether.ports {
		select {
		case to.queue <- d:
		default: // its reader is too slow
		}
	}
	return 1, nil
}

// Receive waits for the next datagram.
func (p *etherPort) Receive(buf []byte) (n int, from netip.AddrPort, err error) {
	if len(buf) == 0 {
		return 0, from, io.ErrShortBuffer
	}
	if p.isClosed() {
		return 0, from, net.ErrClosed
	}
	select {
	case d := <-p.queue:
		return copy(buf, d.data), d.from, nil
	case <-p.closed:
		return 0, from, net.ErrClosed
	}
}

// Status is always the same: memory doesn't fail.
func (p *etherPort) Status() bcast.Status { return etherStatus }

// Close leaves the ether.
func (p *etherPort) Close() error {
	p.closing.Do(func() {
		close(p.closed)
		e := p.ether
		e.mu.Lock()
		defer e.mu.Unlock()
		for i, o := range e.ports {
			if o == p {
				e.ports = append(e.ports[:i], e.ports[i+1:]...)
				break
			}
		}
	})
	return nil
}

func (p *etherPort) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}
