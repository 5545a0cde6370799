package bcast

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// loopbackDestination is the broadcast address of the loopback interface.
var loopbackDestination = netip.AddrFrom4([4]byte{127, 255, 255, 255})

// prepareReceiver lets several programs share the port. With SO_REUSEADDR each
// of them gets every broadcast; SO_REUSEPORT would have to be set by all, and
// only within one user.
func prepareReceiver(fd uintptr) error {
	if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
}

// prepareSender lets the socket broadcast, and on its interface alone. Before
// Linux 5.7 binding to an interface was a privilege; the option that serves
// instead is ignored by connected sockets before Linux 6.0, which matters only
// where two interfaces share a subnet.
func prepareSender(fd uintptr, p place) error {
	if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return err
	}
	if p.index == 0 {
		return nil
	}
	err := unix.BindToDevice(int(fd), p.name)
	if err == unix.EPERM {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_UNICAST_IF, networkOrder(p.index))
	}
	return err
}

// networkOrder returns the number whose bytes in memory are those of n, big
// endian.
func networkOrder(n int) int {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return int(int32(binary.NativeEndian.Uint32(b[:])))
}
