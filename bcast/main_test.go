package bcast

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary plays other programs too: started with this variable, it is
// a node that broadcasts its name and tells what it hears and sees.
const (
	nodeVariable = "BCAST_TEST_NODE"
	holdName     = "HOLD" // a process that only lives, for its network namespace
)

func TestMain(m *testing.M) {
	switch name := os.Getenv(nodeVariable); name {
	case "":
		goleak.VerifyTestMain(m)
	case holdName:
		fmt.Println("{}")
		io.Copy(io.Discard, os.Stdin)
	default:
		if err := runNode(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// sight is what a node tells, as a line of JSON.
type sight struct {
	Heard      map[string]int    // datagrams from each name
	Interfaces map[string]string // "eth0 10.0.0.255" to "" or what is wrong
	Network    bool
	Generation uint64
}

// runNode broadcasts name every 10 ms, if it isn't told to be silent, until its
// standard input ends.
func runNode(name string) error {
	port, err := strconv.Atoi(os.Getenv("BCAST_TEST_PORT"))
	if err != nil {
		return err
	}
	c, err := Listen(Options{
		Port:         port,
		LoopbackOnly: os.Getenv("BCAST_TEST_LOOPBACK") != "",
		Rescan:       50 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	heard := map[string]int{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, _, err := c.Receive(buf)
			if err != nil {
				return
			}
			if n > 0 && buf[0] != 0 { // a zero opens the ballast of a test
				mu.Lock()
				heard[string(buf[:n])]++
				mu.Unlock()
			}
		}
	}()
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	ballast := make([]byte, 1000)
	flood, _ := strconv.Atoi(os.Getenv("BCAST_TEST_FLOOD"))
	lines := json.NewEncoder(os.Stdout)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case <-ended:
			return c.Close()
		case <-tick.C:
		}
		for range flood {
			c.Send(ballast)
		}
		if os.Getenv("BCAST_TEST_SILENT") == "" {
			if _, err := c.Send([]byte(name)); err != nil {
				return err
			}
		}
		status := c.Status()
		s := sight{Interfaces: map[string]string{}, Network: status.Network(), Generation: status.Generation}
		for _, i := range status.Interfaces {
			text := ""
			if i.Err != nil {
				text = i.Err.Error()
			}
			s.Interfaces[i.Name+" "+i.Destination.String()] = text
		}
		mu.Lock()
		s.Heard = heard
		err := lines.Encode(s)
		mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// program is a running copy of the test binary.
type program struct {
	name string
	pid  int
	last atomic.Pointer[sight]
}

// startProgram runs cmd as a node called name until the test ends, and waits
// for its first sight. start is cmd.Start or what must be done around it.
func startProgram(t *testing.T, name string, start func(*exec.Cmd) error, env ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	// Under the race detector a program lingers for a second when it ends.
	cmd.Env = append(os.Environ(), nodeVariable+"="+name, "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := start(cmd); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	p := &program{name: name, pid: cmd.Process.Pid}
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s := new(sight)
			if json.Unmarshal(lines.Bytes(), s) != nil {
				continue
			}
			if p.last.Swap(s) == nil {
				close(first)
			}
		}
	}()
	t.Cleanup(func() {
		in.Close()
		// A node that doesn't end by itself hangs in Close.
		kill := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		<-done
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		kill.Stop()
	})
	select {
	case <-first:
	case <-done:
		t.Fatalf("%s ended at once", name)
	case <-time.After(patience):
		t.Fatalf("%s says nothing", name)
	}
	return p
}

// patience is how long a test waits for what should take milliseconds.
const patience = 20 * time.Second

// until waits for a sight that satisfies ok.
func (p *program) until(t *testing.T, what string, ok func(*sight) bool) {
	t.Helper()
	for start := time.Now(); !ok(p.last.Load()); time.Sleep(2 * time.Millisecond) {
		if time.Since(start) > patience {
			t.Fatalf("%s: not seen: %s; last was %+v", p.name, what, *p.last.Load())
		}
	}
}

// hears waits until more datagrams of other have come than have by now.
func (p *program) hears(t *testing.T, other *program) {
	t.Helper()
	before := p.last.Load().Heard[other.name]
	p.until(t, "datagrams of "+other.name, func(s *sight) bool { return s.Heard[other.name] >= before+3 })
}

// hearsNot checks that nothing of other comes while other goes on: p goes on
// hearing witness, which is a third or p itself.
func (p *program) hearsNot(t *testing.T, other, witness *program) {
	t.Helper()
	p.hears(t, witness) // what was under way has come by then
	before := p.last.Load().Heard[other.name]
	for range 5 {
		p.hears(t, witness)
	}
	if n := p.last.Load().Heard[other.name] - before; n != 0 {
		t.Errorf("%s: %d datagrams of %s came, none should have", p.name, n, other.name)
	}
}

// sees waits for the state of one interface, "" if it is sent on.
func (p *program) sees(t *testing.T, iface, state string) {
	t.Helper()
	p.until(t, fmt.Sprintf("%s: %q", iface, state), func(s *sight) bool {
		now, ok := s.Interfaces[iface]
		return ok && now == state
	})
}
