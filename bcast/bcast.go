// Package bcast sends bytes to everybody on the local networks and receives
// what others send. It knows nothing of what the bytes mean.
//
// A [Conn] is one UDP port. [Conn.Send] puts one datagram on every network this
// computer has a leg in: to the directed broadcast address of each IPv4
// interface, and to the loopback interface, so that several programs on one
// computer hear each other even with every cable pulled. Nothing is configured:
// interfaces may come, go and change their address while the program runs.
//
// That an interface can't be sent on is a state, not an error. It shows in
// [Conn.Status], the other interfaces go on, and it mends itself. Each interface
// has a socket of its own, bound to it and never waited for, so that neither a
// route through another network nor a full queue on one of them delays or loses
// what goes to the others.
//
// What a caller has to do for itself:
//
//   - A program hears its own datagrams, and a program on the same computer
//     hears each one once per interface. Number them and drop repetitions.
//   - The sender's port, as [Conn.Receive] gives it, is not the port that all
//     listen on.
//   - Anybody may send. [Sealer] tells whether a datagram is whole and, with a
//     key, that a holder of the key made it. It doesn't stop replay.
//
// Two interfaces in one subnet are both sent on. Point-to-point interfaces and
// the prefixes /31 and /32 have no broadcast address and are passed over.
//
// # Platforms
//
// Linux is tested, in network namespaces with links that go down, lose their
// carrier, change address, fill their queue and are firewalled. For Windows and
// macOS the package is compiled and vetted but not run by its tests. Loopback
// differs: Linux and Windows send to 127.255.255.255; macOS has no broadcast on
// its loopback interface, so there a multicast group confined to that interface
// takes its place.
package bcast

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// MaxDatagram is the largest payload of a UDP datagram over IPv4, in bytes.
// What is meant to arrive should fit in one packet of the network, 1,400 bytes
// on an ethernet: a larger datagram is cut in fragments and lost with any one
// of them.
const MaxDatagram = 65507

const (
	defaultRescan     = time.Second
	defaultReadBuffer = 1 << 20
	// soonest is the least time from one reading of the interfaces to one that
	// a send error asks for.
	soonest = 200 * time.Millisecond
	// calm is how long an interface must be free of send errors before it is
	// said to be well again, so that one that fails now and then does not
	// change its state with every datagram.
	calm = time.Second
	// slowestRetry bounds the pause after read errors that come in a row.
	slowestRetry = time.Second
)

// ErrTooLong is what Send returns for more than [MaxDatagram] bytes.
var ErrTooLong = fmt.Errorf("bcast: a datagram holds at most %d bytes", MaxDatagram)

// Options says how to listen. Only Port is needed.
type Options struct {
	// Port is the UDP port that all listen on and send to, 1 to 65535. With 0
	// the system picks a free one, which [Conn.Port] tells.
	Port int
	// LoopbackOnly keeps everything on this computer.
	LoopbackOnly bool
	// Rescan is the time between two looks at the interfaces; 1 s if 0.
	Rescan time.Duration
	// ReadBuffer is the size to ask of the kernel for datagrams that wait to be
	// received, in bytes; 1 MiB if 0. The kernel may grant less.
	ReadBuffer int
}

// Conn sends to and receives from everybody on one port. Its methods may be
// called from several goroutines at once.
type Conn struct {
	port    uint16
	options Options
	receive *net.UDPConn

	closing  sync.Once
	closed   chan struct{}
	look     chan struct{} // asks watch to read the interfaces soon
	watching sync.WaitGroup

	status atomic.Pointer[Status]
	deaf   atomic.Bool // receiveErr is set

	mu         sync.Mutex
	shut       bool
	outlets    []*outlet // one per destination; only watch replaces the slice
	listErr    error
	receiveErr error
}

// Listen opens the port, which other programs may have opened the same way, on
// this computer as well. It fails if the port can't be had; that no network is
// there is no failure.
func Listen(options Options) (*Conn, error) {
	if options.Port < 0 || options.Port > 65535 {
		return nil, fmt.Errorf("udp port %d: must be 1 to 65535", options.Port)
	}
	if options.Rescan <= 0 {
		options.Rescan = defaultRescan
	}
	if options.ReadBuffer <= 0 {
		options.ReadBuffer = defaultReadBuffer
	}
	config := net.ListenConfig{Control: onSocket(prepareReceiver)}
	pc, err := config.ListenPacket(context.Background(), "udp4", fmt.Sprintf("0.0.0.0:%d", options.Port))
	if err != nil {
		if portTaken(err) {
			return nil, &portInUseError{port: options.Port, cause: err}
		}
		return nil, fmt.Errorf("listening on udp port %d: %w", options.Port, err)
	}
	conn := pc.(*net.UDPConn)
	// A smaller buffer than asked for only costs datagrams in a burst.
	_ = conn.SetReadBuffer(options.ReadBuffer)

	c := &Conn{
		port:    conn.LocalAddr().(*net.UDPAddr).AddrPort().Port(),
		options: options,
		receive: conn,
		closed:  make(chan struct{}),
		look:    make(chan struct{}, 1),
	}
	c.status.Store(&Status{})
	list := new(lister)
	c.refresh(list)
	c.watching.Add(1)
	go c.watch(list)
	return c, nil
}

// Port returns the port listened on.
func (c *Conn) Port() int { return int(c.port) }

// Send puts b on every interface once and returns how many took it. It doesn't
// wait, and doesn't keep b. None at all is no error, see [Conn.Status]; an
// error is [ErrTooLong], or [net.ErrClosed] after Close.
func (c *Conn) Send(b []byte) (interfaces int, err error) {
	if len(b) > MaxDatagram {
		return 0, ErrTooLong
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut {
		return 0, net.ErrClosed
	}
	changed := false
	for _, o := range c.outlets {
		if o.conn == nil {
			continue
		}
		sent, news := o.send(b)
		if sent && o.destination.reason == nil {
			interfaces++
		}
		changed = changed || news
	}
	if changed {
		c.publish()
		select {
		case c.look <- struct{}{}:
		default:
		}
	}
	return interfaces, nil
}

// Receive waits for a datagram, writes it to buf and returns its length and its
// sender. A datagram longer than buf is cut to len(buf); so give a buffer one
// byte longer than the longest datagram you accept, and n greater than that
// means oversized. A datagram may be empty.
//
// The error is [net.ErrClosed] after Close, or [io.ErrShortBuffer] for an empty
// buf. Anything else that the system reports is waited out and shows in
// [Conn.Status].
func (c *Conn) Receive(buf []byte) (n int, from netip.AddrPort, err error) {
	if len(buf) == 0 {
		return 0, from, io.ErrShortBuffer
	}
	pause := time.Millisecond
	for {
		n, from, err = c.receive.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			if c.deaf.Load() {
				c.setReceiveError(nil)
			}
			return n, from, nil
		case datagramCut(err):
			return len(buf), from, nil
		case errors.Is(err, net.ErrClosed):
			return 0, netip.AddrPort{}, net.ErrClosed
		case echoOfSend(err):
			continue
		}
		c.setReceiveError(plain(err))
		select {
		case <-c.closed:
			return 0, netip.AddrPort{}, net.ErrClosed
		case <-time.After(pause):
		}
		pause = min(2*pause, slowestRetry)
	}
}

// Close ends a waiting Receive and gives the port back. It can be called more
// than once.
func (c *Conn) Close() error {
	var err error
	c.closing.Do(func() {
		close(c.closed)
		c.watching.Wait()
		c.mu.Lock()
		c.shut = true
		for _, o := range c.outlets {
			o.close()
		}
		c.mu.Unlock()
		err = c.receive.Close()
	})
	return err
}

// setReceiveError notes whether datagrams can be received.
func (c *Conn) setReceiveError(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.receiveErr = err
	c.deaf.Store(err != nil)
	c.publish()
}

// portInUseError says in a user's words that somebody holds the port alone.
type portInUseError struct {
	port  int
	cause error
}

func (e *portInUseError) Error() string {
	return fmt.Sprintf("udp port %d is in use by another program; choose another with --udp-port on every node", e.port)
}

func (e *portInUseError) Unwrap() error { return e.cause }

// onSocket makes a socket option setter of the form that package net calls.
func onSocket(set func(fd uintptr) error) func(network, address string, raw syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		var err error
		if e := raw.Control(func(fd uintptr) { err = set(fd) }); e != nil {
			return e
		}
		return err
	}
}

// plain strips what package net puts around the system's own words, which would
// repeat the addresses.
func plain(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
