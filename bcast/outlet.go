package bcast

import (
	"net"
	"net/netip"
	"time"
)

// trouble is what went wrong last with an outlet. It outlives the socket.
type trouble struct {
	err  error
	last time.Time
}

// outlet is the socket for one destination. Once made, only trouble and the
// reason of the destination change, and they need the lock of the Conn.
type outlet struct {
	destination
	trouble
	conn *net.UDPConn // nil if there is nothing to try, or it couldn't be opened
	out  writer
}

// newOutlet opens a socket that sends to d and nowhere else. A failure is kept
// as the outlet's trouble.
func newOutlet(d destination, port uint16, past trouble) *outlet {
	o := &outlet{destination: d, trouble: past}
	if !d.open() {
		return o
	}
	dialer := net.Dialer{
		LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(d.source, 0)),
		Control:   onSocket(func(fd uintptr) error { return prepareSender(fd, d.place) }),
	}
	conn, err := dialer.Dial("udp4", netip.AddrPortFrom(d.place.destination, port).String())
	if err == nil {
		o.conn = conn.(*net.UDPConn)
		err = o.out.init(o.conn)
	}
	if err != nil {
		o.close()
		o.conn = nil
		o.trouble = trouble{err: plain(err), last: time.Now()}
	}
	return o
}

// send puts b on the interface and reports whether that worked and whether the
// state of the outlet changed.
func (o *outlet) send(b []byte) (sent, changed bool) {
	err := o.out.write(b)
	if err == nil {
		if o.err == nil || time.Since(o.last) < calm {
			return true, false
		}
		o.err = nil
		return true, true
	}
	changed = !sameError(o.err, err)
	o.trouble = trouble{err: err, last: time.Now()}
	return false, changed
}

// report describes the outlet to the outside.
func (o *outlet) report() Interface {
	i := Interface{Name: o.name, Loopback: o.loopback, Source: o.source, Destination: o.place.destination, Err: o.reason}
	if i.Err == nil {
		i.Err = o.err
	}
	return i
}

func (o *outlet) close() {
	if o.conn != nil {
		o.conn.Close() // nothing is buffered that could be lost
	}
}
