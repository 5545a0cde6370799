package bcast

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// loopbackDestination is a multicast group of administrative scope: the
// loopback interface of this system can't broadcast.
var loopbackDestination = netip.AddrFrom4([4]byte{239, 255, 76, 69})

// prepareReceiver lets several programs share the port, for which this system
// wants SO_REUSEPORT as well, and joins the group that stands in for broadcast
// on the loopback interface.
func prepareReceiver(fd uintptr) error {
	for _, option := range []int{unix.SO_REUSEADDR, unix.SO_REUSEPORT, unix.SO_BROADCAST} {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, option, 1); err != nil {
			return err
		}
	}
	// Without the group only programs on this computer, and only with the
	// network down, miss each other: no reason not to start.
	_ = unix.SetsockoptIPMreq(int(fd), unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreq{Multiaddr: loopbackDestination.As4(), Interface: loopbackSource.As4()})
	return nil
}

// prepareSender lets the socket broadcast, and on its interface alone.
func prepareSender(fd uintptr, p place) error {
	if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return err
	}
	if p.loopback {
		if err := unix.SetsockoptInet4Addr(int(fd), unix.IPPROTO_IP, unix.IP_MULTICAST_IF, p.source.As4()); err != nil {
			return err
		}
		return unix.SetsockoptByte(int(fd), unix.IPPROTO_IP, unix.IP_MULTICAST_TTL, 0)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BOUND_IF, p.index)
}
