//go:build unix

package bcast

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// writer writes datagrams to a connected socket without waiting: package net
// would wait until the queue of the interface has room.
type writer struct {
	raw  syscall.RawConn
	call func(fd uintptr) bool
	b    []byte
	err  error
}

func (w *writer) init(conn *net.UDPConn) (err error) {
	w.raw, err = conn.SyscallConn()
	w.call = w.try // once: a method value made per datagram would be an allocation
	return err
}

// write sends b or returns the system's error, or [ErrQueueFull].
func (w *writer) write(b []byte) error {
	w.b = b
	err := w.raw.Write(w.call)
	w.b = nil
	if err != nil {
		return plain(err)
	}
	return w.err
}

// try makes one attempt; true means that it needn't be called again.
func (w *writer) try(fd uintptr) bool {
	for {
		_, err := unix.Write(int(fd), w.b)
		switch {
		case err == nil:
			w.err = nil
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.ENOBUFS):
			w.err = ErrQueueFull
		default:
			w.err = err
		}
		return true
	}
}

// portTaken reports whether somebody holds the port and doesn't share it.
func portTaken(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

// datagramCut reports whether a datagram was longer than the buffer: here that
// is no error.
func datagramCut(error) bool { return false }

// echoOfSend reports whether a read failed for something that was sent: here
// the receiving socket never hears of that.
func echoOfSend(error) bool { return false }
