package elevio

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// serverKind is a way in which elevator servers differ for a poller.
type serverKind struct {
	name  string
	nagle bool          // small replies wait for an acknowledgement
	think time.Duration // how long each reply takes to make
}

var serverKinds = []serverKind{
	{name: "prompt"},
	{name: "nagle", nagle: true},
	{name: "slow", think: 200 * time.Microsecond},
	{name: "nagle-slow", nagle: true, think: 200 * time.Microsecond},
}

// serverEnv makes the test binary the elevator server of a benchmark, of the
// kind it names, so that the benchmark's own CPU time is the client's alone.
const serverEnv = "ELEVIO_TEST_SERVER"

func TestMain(m *testing.M) {
	name := os.Getenv(serverEnv)
	if name == "" {
		goleak.VerifyTestMain(m)
		return
	}
	for _, k := range serverKinds {
		if k.name == name {
			if err := serveBenchmark(k, os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

// serveBenchmark serves one client, whose stop button is pressed by '1' and
// released by '0' on orders, and writes its address to out.
func serveBenchmark(k serverKind, orders io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Fprintln(out, l.Addr())
	var stop atomic.Bool
	go func() {
		var order [1]byte
		for {
			if _, err := io.ReadFull(orders, order[:]); err != nil {
				os.Exit(0)
			}
			stop.Store(order[0] == '1')
		}
	}()
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.(*net.TCPConn).SetNoDelay(!k.nagle); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	var f elevproto.Frame
	for {
		if _, err := io.ReadFull(r, f[:]); err != nil {
			return nil // the client has gone
		}
		// Busy, not asleep: sleeping that short isn't exact.
		for start := time.Now(); time.Since(start) < k.think; {
		}
		if !f.HasReply() {
			continue
		}
		reply := replyTo(elevator.Inputs{Stop: stop.Load()}, f)
		if _, err := c.Write(reply[:]); err != nil {
			return nil
		}
	}
}
