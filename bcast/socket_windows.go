package bcast

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/windows"
)

// loopbackDestination is the broadcast address of the loopback interface.
var loopbackDestination = netip.AddrFrom4([4]byte{127, 255, 255, 255})

// ipUnicastIf is IP_UNICAST_IF of ws2ipdef.h.
const ipUnicastIf = 31

// prepareReceiver lets several programs share the port.
func prepareReceiver(fd uintptr) error {
	if err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, 1)
}

// prepareSender lets the socket broadcast, and on its interface alone. The
// interface is named by its index, big endian.
func prepareSender(fd uintptr, p place) error {
	if err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, 1); err != nil {
		return err
	}
	if p.index == 0 || p.loopback {
		return nil
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(p.index))
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, ipUnicastIf, int(int32(binary.NativeEndian.Uint32(b[:]))))
}

// portTaken reports whether somebody holds the port and doesn't share it. To a
// program that asks to share a port which another holds exclusively, this
// system says that access is denied.
func portTaken(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}

// datagramCut reports whether a datagram was longer than the buffer.
func datagramCut(err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }

// echoOfSend reports whether a read failed for something that was sent: this
// system reports there what routers and hosts answered.
func echoOfSend(err error) bool {
	return errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAENETRESET)
}

// writer writes datagrams to a connected socket. This system doesn't make a
// datagram wait for room in the queue of the interface.
type writer struct {
	conn *net.UDPConn
}

func (w *writer) init(conn *net.UDPConn) error {
	w.conn = conn
	return nil
}

// write sends b or returns the system's error, or [ErrQueueFull].
func (w *writer) write(b []byte) error {
	_, err := w.conn.Write(b)
	if err == nil {
		return nil
	}
	if errors.Is(err, windows.WSAENOBUFS) || errors.Is(err, windows.WSAEWOULDBLOCK) {
		return ErrQueueFull
	}
	return plain(err)
}
