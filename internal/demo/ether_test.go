package demo

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"elevnet/bcast"
)

// TestTransports holds the network in memory to the contract of the real one.
func TestTransports(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) func() bcast.Transport{
		"memory": func(*testing.T) func() bcast.Transport {
			var e ether
			return func() bcast.Transport { return e.join() }
		},
		"udp": func(t *testing.T) func() bcast.Transport {
			port := 0
			return func() bcast.Transport {
				c, err := bcast.Listen(bcast.Options{Port: port, LoopbackOnly: true})
				if err != nil {
					t.Fatal(err)
				}
				port = c.Port()
				return c
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			join := open(t)
			a, b := join(), join()
			defer a.Close()
			defer b.Close()
			if s := a.Status(); s.Sending() != 1 || s.Network() {
				t.Errorf("status %+v: want the loopback alone", s)
			}
			data := []byte("one")
			if n, err := a.Send(data); n != 1 || err != nil {
				t.Errorf("sent on %d, %v", n, err)
			}
			copy(data, "abc") // what was sent isn't kept
			for _, d := range [][]byte{[]byte("two two"), {}, []byte("last")} {
				if _, err := a.Send(d); err != nil {
					t.Error(err)
				}
			}
			for _, to := range []bcast.Transport{a, b} { // the sender hears itself
				buf := make([]byte, 5)
				for _, want := range []string{"one", "two t", "", "last"} {
					n, from, err := to.Receive(buf)
					if err != nil || !bytes.Equal(buf[:n], []byte(want)) || !from.IsValid() || !from.Addr().IsLoopback() {
						t.Fatalf("received %q from %v, %v, want %q", buf[:n], from, err, want)
					}
				}
			}
			if _, err := a.Send(make([]byte, bcast.MaxDatagram+1)); !errors.Is(err, bcast.ErrTooLong) {
				t.Errorf("too long: %v", err)
			}
			if _, _, err := a.Receive(nil); !errors.Is(err, io.ErrShortBuffer) {
				t.Errorf("no buffer: %v", err)
			}
			waits := make(chan error)
			go func() {
				_, _, err := b.Receive(make([]byte, 10))
				waits <- err
			}()
			time.Sleep(10 * time.Millisecond)
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if err := <-waits; !errors.Is(err, net.ErrClosed) {
				t.Errorf("a receiver that waited: %v", err)
			}
			if _, err := b.Send([]byte("x")); !errors.Is(err, net.ErrClosed) {
				t.Errorf("send after the end: %v", err)
			}
			if _, _, err := b.Receive(make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("receive after the end: %v", err)
			}
			if err := b.Close(); err != nil {
				t.Errorf("closed again: %v", err)
			}
			if _, err := a.Send([]byte("alone")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A reader that is too slow loses datagrams, and makes nobody wait.
func TestEtherIsBounded(t *testing.T) {
	var e ether
	a, b := e.join(), e.join()
	defer a.Close()
	defer b.Close()
	for range 2 * etherRoom {
		if _, err := a.Send([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.queue); n != etherRoom {
		t.Errorf("%d wait, want %d", n, etherRoom)
	}
}
