package bcast

import "net/netip"

// Transport carries datagrams to everybody and back. The methods are described
// at [Conn].
type Transport interface {
	Send(b []byte) (interfaces int, err error)
	Receive(buf []byte) (n int, from netip.AddrPort, err error)
	Status() Status
	Close() error
}

var (
	_ Transport = (*Conn)(nil)
	_ Transport = (*Faulty)(nil)
)
