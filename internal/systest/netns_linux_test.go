package systest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// run runs a command and fails the test if it fails.
func run(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// needs skips the test where it can't run.
func needs(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: network namespaces need root")
	}
	for _, tool := range []string{"ip", "iptables"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: %s isn't installed", tool)
		}
	}
	if out, err := exec.Command("ip", "netns", "add", "elv-probe").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: no network namespaces here: %s", out)
	}
	exec.Command("ip", "netns", "del", "elv-probe").Run() //nolint:errcheck
}

// wires is a bridge in a namespace of its own, to which others are wired.
type wires struct {
	t      testing.TB
	prefix string
	count  int
}

func newWires(t testing.TB) *wires {
	w := &wires{t: t, prefix: fmt.Sprintf("elv%d", os.Getpid()%100000)}
	w.addNamespace(w.bridge())
	run(t, "ip", "-n", w.bridge(), "link", "add", "br0", "type", "bridge", "forward_delay", "0")
	run(t, "ip", "-n", w.bridge(), "link", "set", "br0", "up")
	return w
}

func (w *wires) bridge() string { return w.prefix + "b" }

func (w *wires) addNamespace(name string) {
	run(w.t, "ip", "netns", "add", name)
	w.t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() }) //nolint:errcheck
	run(w.t, "ip", "-n", name, "link", "set", "lo", "up")
}

// add makes a namespace that is wired to the bridge and returns its name and
// its address.
func (w *wires) add() (name, address string) {
	w.count++
	name = fmt.Sprintf("%s%d", w.prefix, w.count)
	address = fmt.Sprintf("10.99.0.%d", w.count)
	w.addNamespace(name)
	port := fmt.Sprintf("p%d", w.count)
	run(w.t, "ip", "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", w.bridge())
	run(w.t, "ip", "-n", w.bridge(), "link", "set", port, "master", "br0", "up")
	run(w.t, "ip", "-n", name, "addr", "add", address+"/24", "brd", "+", "dev", "eth0")
	run(w.t, "ip", "-n", name, "link", "set", "eth0", "up")
	return name, address
}

// inside runs f in a network namespace. Sockets that f opens stay in it.
func inside(t testing.TB, name string, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		// The thread isn't unlocked: it ends with this goroutine, and its
		// namespace with it.
		runtime.LockOSThread()
		ns, err := os.Open("/var/run/netns/" + name)
		if err == nil {
			defer ns.Close()
			err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatalf("enter namespace %s: %v", name, err)
	}
}
