package bcast

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// listen opens the port on loopback alone until the test ends.
func listen(t testing.TB, port int) *Conn {
	t.Helper()
	c, err := Listen(Options{Port: port, LoopbackOnly: true, Rescan: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if s := c.Status(); s.Sending() != 1 {
		t.Skipf("NOT TESTED: no loopback interface to send on: %+v", s)
	}
	return c
}

// mustReceive returns the next datagram, which must come.
func mustReceive(t testing.TB, c *Conn, buf []byte) ([]byte, netip.AddrPort) {
	t.Helper()
	late := time.AfterFunc(patience, func() { c.Close() })
	defer late.Stop()
	n, from, err := c.Receive(buf)
	if err != nil {
		t.Fatalf("nothing received: %v", err)
	}
	return buf[:n], from
}

func mustSend(t testing.TB, c *Conn, b []byte) {
	t.Helper()
	n, err := c.Send(b)
	if n != 1 || err != nil {
		t.Fatalf("Send of %d bytes: %d interfaces, %v; %+v", len(b), n, err, c.Status())
	}
}

func TestEverybodyReceivesEverything(t *testing.T) {
	first := listen(t, 0)
	conns := []*Conn{first}
	for range 3 {
		conns = append(conns, listen(t, first.Port()))
	}
	const rounds = 20
	for sender, c := range conns {
		for k := range rounds {
			mustSend(t, c, fmt.Appendf(nil, "%d from %d", k, sender))
		}
	}
	buf := make([]byte, 100)
	for receiver, c := range conns {
		for sender := range conns {
			for k := range rounds {
				got, from := mustReceive(t, c, buf)
				if want := fmt.Sprintf("%d from %d", k, sender); string(got) != want {
					t.Fatalf("%d received %q, want %q", receiver, got, want)
				}
				if from.Addr() != netip.MustParseAddr("127.0.0.1") {
					t.Fatalf("%d received from %s", receiver, from)
				}
			}
		}
	}
}

func TestProcessesShareThePort(t *testing.T) {
	c := listen(t, 0)
	start := func(cmd *exec.Cmd) error { return cmd.Start() }
	env := []string{fmt.Sprintf("BCAST_TEST_PORT=%d", c.Port()), "BCAST_TEST_LOOPBACK=1"}
	a := startProgram(t, "a", start, append(env, "BCAST_TEST_SILENT=1")...)
	b := startProgram(t, "b", start, env...)
	a.hears(t, b)
	b.hears(t, b)
	const count = 50
	for range count {
		mustSend(t, c, []byte("test"))
	}
	for _, p := range []*program{a, b} {
		p.until(t, "every datagram", func(s *sight) bool { return s.Heard["test"] == count })
	}
	for range 3 {
		if got, _ := mustReceive(t, c, make([]byte, 10)); string(got) != "b" && string(got) != "test" {
			t.Errorf("received %q", got)
		}
	}
}

func TestSizes(t *testing.T) {
	c := listen(t, 0)
	limit := 1400
	small := make([]byte, limit+1)
	random := rand.NewChaCha8([32]byte{1})
	for _, size := range []int{0, 1, limit - 1, limit, limit + 1, limit + 2, 1472, 1473, 9000, 1 << 15, MaxDatagram} {
		b := make([]byte, size)
		random.Read(b)
		mustSend(t, c, b)
		mustSend(t, c, b)
		whole, _ := mustReceive(t, c, make([]byte, MaxDatagram+1))
		if !bytes.Equal(whole, b) {
			t.Errorf("%d bytes: received %d others", size, len(whole))
		}
		cut, _ := mustReceive(t, c, small)
		if oversized := len(cut) > limit; oversized != (size > limit) {
			t.Errorf("%d bytes: received %d of at most %d", size, len(cut), limit)
		}
		if !bytes.HasPrefix(b, cut) {
			t.Errorf("%d bytes: cut to something else", size)
		}
	}
	if n, err := c.Send(make([]byte, MaxDatagram+1)); n != 0 || err != ErrTooLong {
		t.Errorf("too long: %d, %v", n, err)
	}
	if err := c.Status().Interfaces[0].Err; err != nil {
		t.Errorf("the interface suffered: %v", err)
	}
	mustSend(t, c, []byte("still there"))
	if got, _ := mustReceive(t, c, small); string(got) != "still there" {
		t.Errorf("received %q", got)
	}
}

func TestReceiveNeedsABuffer(t *testing.T) {
	if _, _, err := listen(t, 0).Receive(nil); !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("error %v", err)
	}
}

func TestCloseEndsReceive(t *testing.T) {
	c := listen(t, 0)
	ended := make(chan error)
	for range 2 {
		go func() {
			_, _, err := c.Receive(make([]byte, 10))
			ended <- err
		}()
	}
	time.Sleep(10 * time.Millisecond) // most likely both wait by then; neither order may hang
	var closers sync.WaitGroup
	for range 2 {
		closers.Go(func() {
			if err := c.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	for range 2 {
		select {
		case err := <-ended:
			if err != net.ErrClosed {
				t.Errorf("Receive: %v", err)
			}
		case <-time.After(patience):
			t.Fatal("Receive still waits")
		}
	}
	closers.Wait()
	if n, err := c.Send([]byte("x")); n != 0 || err != net.ErrClosed {
		t.Errorf("Send after Close: %d, %v", n, err)
	}
	if _, _, err := c.Receive(make([]byte, 10)); err != net.ErrClosed {
		t.Errorf("Receive after Close: %v", err)
	}
	again := listen(t, c.Port())
	mustSend(t, again, []byte("x"))
}

func TestPortInUse(t *testing.T) {
	alone, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	port := alone.LocalAddr().(*net.UDPAddr).Port
	c, err := Listen(Options{Port: port, LoopbackOnly: true})
	if err == nil {
		c.Close()
		t.Fatal("no error")
	}
	want := fmt.Sprintf("udp port %d is in use by another program; choose another with --udp-port on every node", port)
	if err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if !portTaken(err) {
		t.Errorf("the cause is lost")
	}
}

func TestPortRange(t *testing.T) {
	for _, port := range []int{-1, 65536, 1 << 40} {
		if c, err := Listen(Options{Port: port, LoopbackOnly: true}); err == nil {
			c.Close()
			t.Errorf("port %d accepted", port)
		}
	}
}

// A read error that isn't the end shows in the state, is waited out, and the
// state is clean again after the next datagram.
func TestReceiveSurvivesErrors(t *testing.T) {
	c := listen(t, 0)
	quiet := c.Status()
	if err := c.receive.SetReadDeadline(time.Unix(1, 0)); err != nil { // reads fail at once
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		buf := make([]byte, 10)
		n, _, err := c.Receive(buf)
		got <- fmt.Sprint(string(buf[:n]), err)
	}()
	wait := func(what string, ok func(Status) bool) Status {
		t.Helper()
		for start := time.Now(); ; time.Sleep(time.Millisecond) {
			if s := c.Status(); ok(s) {
				return s
			}
			if time.Since(start) > patience {
				t.Fatalf("no %s: %+v", what, c.Status())
			}
		}
	}
	bad := wait("receive error", func(s Status) bool { return s.ReceiveErr != nil })
	if bad.Generation <= quiet.Generation {
		t.Errorf("generation %d after %d", bad.Generation, quiet.Generation)
	}
	if err := c.receive.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	mustSend(t, c, []byte("hello"))
	if s := <-got; s != "hello<nil>" {
		t.Errorf("received %s", s)
	}
	if s := wait("recovery", func(s Status) bool { return s.ReceiveErr == nil }); s.Generation <= bad.Generation {
		t.Errorf("generation %d after %d", s.Generation, bad.Generation)
	}
}

// Close ends a Receive that waits out an error, too.
func TestCloseEndsPause(t *testing.T) {
	c := listen(t, 0)
	c.receive.SetReadDeadline(time.Unix(1, 0))
	ended := make(chan error)
	go func() {
		_, _, err := c.Receive(make([]byte, 10))
		ended <- err
	}()
	for c.Status().ReceiveErr == nil {
		time.Sleep(time.Millisecond)
	}
	c.Close()
	if err := <-ended; err != net.ErrClosed {
		t.Errorf("Receive: %v", err)
	}
}

// An interface that fails is said to fail at once, and to be well again only
// after a calm second; the generation moves with each of the two, not with each
// datagram.
func TestStateFollowsSend(t *testing.T) {
	c := listen(t, 0)
	before := c.Status()
	c.outlets[0].conn.Close() // stands in for whatever the system may refuse
	if n, err := c.Send([]byte("x")); n != 0 || err != nil {
		t.Fatalf("Send: %d, %v", n, err)
	}
	bad := c.Status()
	if bad.Generation != before.Generation+1 || bad.Interfaces[0].Err == nil || bad.Sending() != 0 {
		t.Fatalf("before %+v, after %+v", before, bad)
	}
	if len(Changes(before, bad)) != 1 {
		t.Errorf("changes %v", Changes(before, bad))
	}
	// The error makes the Conn look at the interfaces and replace the socket,
	// though the next regular look is an hour away.
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if n, _ := c.Send([]byte("x")); n == 1 {
			break
		}
		if time.Since(start) > patience {
			t.Fatal("the socket isn't replaced")
		}
	}
	c.mu.Lock()
	c.outlets[0].last = time.Now().Add(-2 * calm)
	c.mu.Unlock()
	mustSend(t, c, []byte("x"))
	if good := c.Status(); good.Generation != bad.Generation+1 || good.Sending() != 1 {
		t.Errorf("state %+v, was %+v", good, bad)
	}
}

func TestConcurrentUse(t *testing.T) {
	c := listen(t, 0)
	var all sync.WaitGroup
	all.Go(func() {
		buf := make([]byte, 100)
		for {
			if _, _, err := c.Receive(buf); err != nil {
				return
			}
		}
	})
	var senders sync.WaitGroup
	for k := range 3 {
		senders.Go(func() {
			for n := range uint32(200) {
				c.Send(binary.BigEndian.AppendUint32(nil, n<<2|uint32(k)))
				c.Status().Sending()
				select {
				case c.look <- struct{}{}:
				default:
				}
			}
		})
	}
	senders.Wait()
	c.Close()
	all.Wait()
}

func TestSendAndReceiveDoNotAllocate(t *testing.T) {
	c := listen(t, 0)
	b, buf := make([]byte, 300), make([]byte, 1500)
	for name, run := range map[string]func(){
		"Send and Receive": func() { mustSend(t, c, b); c.Receive(buf) },
		"Status":           func() { c.Status().Network() },
	} {
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
