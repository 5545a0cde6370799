package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// twoComputers are network namespaces on one cable.
type twoComputers struct {
	t     *testing.T
	names [2]string
}

func newTwoComputers(t *testing.T) *twoComputers {
	t.Helper()
	tag := fmt.Sprintf("doc%06x", rand.Uint32()>>8)
	c := &twoComputers{t, [2]string{tag + "a", tag + "b"}}
	for _, name := range c.names {
		if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			t.Skipf("NOT TESTED: no network namespace to be had: %v: %s", err, out)
		}
		t.Cleanup(func() { exec.Command("ip", "netns", "delete", name).Run() }) //nolint:errcheck // it is gone or not
	}
	c.must("ip", "link", "add", "eth0", "netns", c.names[0], "type", "veth", "peer", "name", "eth0", "netns", c.names[1])
	for i := range c.names {
		c.must("ip", "-n", c.names[i], "addr", "add", fmt.Sprintf("10.77.0.%d/24", i+1), "dev", "eth0")
		c.must("ip", "-n", c.names[i], "link", "set", "lo", "up")
		c.must("ip", "-n", c.names[i], "link", "set", "eth0", "up")
	}
	return c
}

func (c *twoComputers) must(args ...string) {
	c.t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		c.t.Skipf("NOT TESTED: %v: %v: %s", args, err, out)
	}
}

// elevnet returns a command on one of the computers.
func (c *twoComputers) elevnet(i int, args ...string) *exec.Cmd {
	path, err := exec.LookPath("elevnet")
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command("ip", append([]string{"netns", "exec", c.names[i], path}, args...)...)
	cmd.Env = append(os.Environ(), "ELEVNET_LOCAL=", "HOME="+c.t.TempDir())
	return cmd
}

// doctor examines on one of the computers, and fails unless it finds all that is
// wanted.
func (c *twoComputers) doctor(i int, want []string, args ...string) {
	c.t.Helper()
	out, _ := c.elevnet(i, append([]string{"doctor", "--state-dir", "none"}, args...)...).CombinedOutput()
	for _, w := range want {
		if !regexp.MustCompile("(?m)^" + w).Match(out) {
			c.t.Errorf("computer %d: want %s in\n%s", i+1, w, out)
		}
	}
}

// On two computers: doctors hear each other, an id in use is found, and so is a
// firewall, wherever it is.
func TestDoctorOnTwoComputers(t *testing.T) {
	t.Parallel()
	c := newTwoComputers(t)
	const back = `ok +broadcast +eth0 10\.77\.0\.255: comes back`

	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			c.doctor(i, []string{back, fmt.Sprintf(`ok +other nodes +another elevnet doctor is heard, at 10\.77\.0\.%d`, 2-i)}, "--listen", "3s")
		})
	}
	both.Wait()

	node := c.elevnet(1, "--id", "1", "--state-dir", "none")
	var log strings.Builder
	node.Stderr = &log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- node.Wait() }()
	time.Sleep(time.Second) // let it begin; the doctor listens for longer than it takes
	c.doctor(0, []string{back, `fail +id +id 1 is in use by the node at 10\.77\.0\.2$`, `ok +other nodes +1 node heard: 1 at 10\.77\.0\.2`}, "--id", "1", "--listen", "4s")
	c.doctor(0, []string{`fail +floors +node 1 at 10\.77\.0\.2 has 4 floors`, `ok +id `}, "--id", "2", "--floors", "6", "--listen", "2s")
	node.Process.Signal(os.Interrupt) //nolint:errcheck // then the wait tells
	select {
	case <-ended:
	case <-time.After(patience):
		node.Process.Kill() //nolint:errcheck
		<-ended
		t.Error("the node doesn't end")
	}
	if strings.Contains(log.String(), "dropped") || strings.Contains(log.String(), "floors, this one") {
		t.Errorf("the node noticed:\n%s", &log)
	}

	// Interfaces without a cable, and without any network.
	c.must("ip", "-n", c.names[1], "link", "set", "eth0", "down")
	c.doctor(0, []string{`warn +broadcast +eth0 10\.77\.0\.255: no carrier`}, "--listen", "500ms")
	c.doctor(1, []string{`warn +broadcast +eth0 10\.77\.0\.255: interface is down`}, "--listen", "500ms")
	c.must("ip", "-n", c.names[1], "link", "set", "eth0", "up")
	c.doctor(0, []string{back}, "--listen", "1s")

	t.Run("firewall", func(t *testing.T) {
		c.t = t
		c.must("ip", "netns", "exec", c.names[0], "iptables", "-A", "INPUT", "-i", "eth0", "-p", "udp", "-j", "DROP")
		c.doctor(0, []string{`fail +broadcast +eth0 10\.77\.0\.255: what is sent doesn't come back: a firewall`, ` +-> let udp port 15680 through`, `ok +broadcast +lo `}, "--listen", "500ms")
		c.must("ip", "netns", "exec", c.names[0], "iptables", "-F", "INPUT")
		c.must("ip", "netns", "exec", c.names[0], "iptables", "-A", "OUTPUT", "-o", "eth0", "-p", "udp", "-j", "DROP")
		c.doctor(0, []string{`fail +broadcast +eth0 10\.77\.0\.255: can't be sent on: operation not permitted`}, "--listen", "500ms")
		c.must("ip", "netns", "exec", c.names[0], "iptables", "-F", "OUTPUT")
	})
}
