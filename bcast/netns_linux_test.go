package bcast

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The tests of this file make network namespaces: computers of their own as far
// as the network goes. Each belongs to a process that does nothing else, so that
// it ends with the test, however that ends, and needs no name.

// namespace is one computer.
type namespace struct {
	path string // of the namespace, for ip -n
	hold *program
}

// newNamespace makes a computer with a loopback interface that is down, as is
// usual for a new one.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("NOT TESTED: network namespaces need the program ip (iproute2)")
	}
	hold := startProgram(t, holdName, func(cmd *exec.Cmd) error {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
		if err := cmd.Start(); err != nil {
			t.Skipf("NOT TESTED: this system makes no network namespaces: %v", err)
		}
		return nil
	})
	return &namespace{path: fmt.Sprintf("/proc/%d/ns/net", hold.pid), hold: hold}
}

// ip runs the program ip in the namespace.
func (n *namespace) ip(t *testing.T, args string) {
	t.Helper()
	n.run(t, "ip "+args)
}

// run runs a command in the namespace, which must succeed.
func (n *namespace) run(t *testing.T, line string) {
	t.Helper()
	if err := n.try(t, line); err != nil {
		t.Fatal(err)
	}
}

func (n *namespace) try(t *testing.T, line string) error {
	t.Helper()
	words := strings.Fields(line)
	cmd := exec.Command(words[0], words[1:]...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := n.start(cmd); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", line, err, out.String())
	}
	return nil
}

// start starts cmd in the namespace: a process inherits that of the thread that
// makes it.
func (n *namespace) start(cmd *exec.Cmd) error {
	started := make(chan error)
	go func() {
		// The thread is never unlocked and so ends with the goroutine, and its
		// foreign namespace with it.
		runtime.LockOSThread()
		started <- func() error {
			fd, err := unix.Open(n.path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				return err
			}
			return cmd.Start()
		}()
	}()
	return <-started
}

// node starts a node in the namespace.
func (n *namespace) node(t *testing.T, name string, env ...string) *program {
	t.Helper()
	return startProgram(t, name, n.start, append(env, "BCAST_TEST_PORT=15000")...)
}

// network is a switch with computers at its ports.
type network struct{ bridge *namespace }

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{newNamespace(t)}
	if err := n.bridge.try(t, "ip link add bridge type bridge"); err != nil {
		t.Skipf("NOT TESTED: this system makes no bridges: %v", err)
	}
	n.bridge.ip(t, "link set bridge up")
	return n
}

// plug gives a computer a cable to the switch: its interface called name, which
// is down, and the port of that name of the switch, which is up.
func (n *network) plug(t *testing.T, to *namespace, name, port string) {
	t.Helper()
	n.bridge.ip(t, fmt.Sprintf("link add %s type veth peer name %s netns %d", port, name, to.hold.pid))
	n.bridge.ip(t, "link set "+port+" master bridge up")
}

func TestNodesFindEachOtherOnANetwork(t *testing.T) {
	t.Parallel()
	net := newNetwork(t)
	a, b := newNamespace(t), newNamespace(t)
	net.plug(t, a, "eth0", "port-a")
	net.plug(t, b, "eth0", "port-b")
	const eth, lo = "eth0 10.0.0.255", "lo 127.255.255.255"

	// Everything is down: a node starts all the same.
	a1 := a.node(t, "a1")
	a1.sees(t, lo, "interface is down")
	if s := a1.last.Load(); s.Network || len(s.Interfaces) != 1 {
		t.Fatalf("a1 starts with %+v", s)
	}

	// The network comes while it runs; loopback stays down.
	a.ip(t, "addr add 10.0.0.1/24 dev eth0")
	a1.sees(t, eth, "interface is down")
	a.ip(t, "link set eth0 up")
	a1.sees(t, eth, "")
	a2 := a.node(t, "a2")
	b.ip(t, "link set eth0 up")
	b.ip(t, "addr add 10.0.0.2/24 dev eth0")
	b1 := b.node(t, "b1")
	for _, p := range []*program{a1, a2, b1} {
		for _, q := range []*program{a1, a2, b1} {
			p.hears(t, q)
		}
	}
	a1.until(t, "Network", func(s *sight) bool { return s.Network })

	// Interface down: the computer's own nodes hear each other on.
	a.ip(t, "link set lo up")
	a1.sees(t, lo, "")
	a2.sees(t, lo, "")
	a.ip(t, "link set eth0 down")
	a1.sees(t, eth, "interface is down")
	a2.sees(t, eth, "interface is down")
	a1.hears(t, a2)
	a2.hears(t, a1)
	a1.hearsNot(t, b1, a2)
	b1.hearsNot(t, a1, b1)

	// Up again, without a restart.
	a.ip(t, "link set eth0 up")
	a1.sees(t, eth, "")
	a1.hears(t, b1)
	b1.hears(t, a1)
	b1.hears(t, a2)

	// The cable is pulled at the switch.
	net.bridge.ip(t, "link set port-a down")
	a1.sees(t, eth, "no carrier")
	a1.until(t, "no network", func(s *sight) bool { return !s.Network })
	a1.hears(t, a2)
	b1.hearsNot(t, a2, b1)
	net.bridge.ip(t, "link set port-a up")
	a1.sees(t, eth, "")
	b1.hears(t, a1)
	a1.hears(t, b1)
}

func TestAddressesChange(t *testing.T) {
	t.Parallel()
	net := newNetwork(t)
	a, b := newNamespace(t), newNamespace(t)
	for name, n := range map[string]*namespace{"a": a, "b": b} {
		net.plug(t, n, "eth0", "port-"+name)
		n.ip(t, "link set lo up")
		n.ip(t, "link set eth0 up")
	}
	b.ip(t, "addr add 10.0.0.2/24 dev eth0")
	b.ip(t, "addr add 192.168.5.2/16 dev eth0")
	a1, b1 := a.node(t, "a1"), b.node(t, "b1")
	b1.sees(t, "eth0 10.0.0.255", "")
	b1.sees(t, "eth0 192.168.255.255", "")

	// An address added later.
	a.ip(t, "addr add 10.0.0.1/24 dev eth0")
	a1.sees(t, "eth0 10.0.0.255", "")
	b1.hears(t, a1)
	a1.hears(t, b1)

	// Another subnet in its place.
	a.ip(t, "addr del 10.0.0.1/24 dev eth0")
	a.ip(t, "addr add 192.168.9.9/16 dev eth0")
	a1.sees(t, "eth0 192.168.255.255", "")
	a1.until(t, "the old subnet gone", func(s *sight) bool { _, there := s.Interfaces["eth0 10.0.0.255"]; return !there })
	b1.hears(t, a1)
	a1.hears(t, b1)

	// Another interface in its place, under the same name.
	a.ip(t, "link del eth0")
	a1.until(t, "no network", func(s *sight) bool { return !s.Network })
	a1.hears(t, a1)
	net.plug(t, a, "eth0", "port-new")
	a.ip(t, "addr add 192.168.9.9/16 dev eth0")
	a.ip(t, "link set eth0 up")
	a1.sees(t, "eth0 192.168.255.255", "")
	b1.hears(t, a1)
	a1.hears(t, b1)
}

// Two interfaces in one subnet: each carries each datagram, whatever the routes
// prefer. The one that they prefer is cut out of sight of its computer.
func TestTwoInterfacesInOneSubnet(t *testing.T) {
	t.Parallel()
	net := newNetwork(t)
	a, b := newNamespace(t), newNamespace(t)
	net.plug(t, a, "eth0", "port-a0")
	net.plug(t, a, "eth1", "port-a1")
	net.plug(t, b, "eth0", "port-b0")
	for k, n := range []*namespace{a, b} {
		n.ip(t, fmt.Sprintf("addr add 10.0.0.%d/24 dev eth0", k+1))
		n.ip(t, "link set eth0 up")
	}
	a.ip(t, "addr add 10.0.0.9/24 dev eth1")
	a.ip(t, "link set eth1 up")
	a1, b1 := a.node(t, "a1"), b.node(t, "b1")
	b1.hears(t, a1)
	for _, port := range []string{"port-a0", "port-a1"} {
		net.bridge.ip(t, "link set "+port+" nomaster")
		b1.hears(t, a1)
		net.bridge.ip(t, "link set "+port+" master bridge")
		b1.hears(t, a1)
	}
	net.bridge.ip(t, "link set port-a0 nomaster")
	net.bridge.ip(t, "link set port-a1 nomaster")
	b1.hearsNot(t, a1, b1)
}

// An interface whose queue is full, or that a firewall closes, neither stops
// nor delays the others.
func TestOneInterfaceFails(t *testing.T) {
	t.Parallel()
	net := newNetwork(t)
	a, b := newNamespace(t), newNamespace(t)
	net.plug(t, a, "eth0", "port-a0")
	net.plug(t, a, "eth1", "port-a1")
	net.plug(t, b, "eth0", "port-b0")
	a.ip(t, "link set lo up")
	b.ip(t, "link set lo up")
	a.ip(t, "addr add 10.0.0.1/24 dev eth0")
	a.ip(t, "addr add 10.0.1.1/24 dev eth1")
	a.ip(t, "link set eth0 up")
	a.ip(t, "link set eth1 up")
	b.ip(t, "addr add 10.0.1.2/24 dev eth0")
	b.ip(t, "link set eth0 up")
	a1, b1 := a.node(t, "a1", "BCAST_TEST_FLOOD=20"), b.node(t, "b1")
	a1.sees(t, "eth0 10.0.0.255", "")
	b1.hears(t, a1)

	t.Run("full queue", func(t *testing.T) {
		if err := a.try(t, "tc qdisc add dev eth0 root tbf rate 8kbit burst 1600 limit 10mb"); err != nil {
			t.Skipf("NOT TESTED: no slow interface to be had: %v", err)
		}
		a1.sees(t, "eth0 10.0.0.255", ErrQueueFull.Error())
		// Waiting for room would take a second for each of the 21 datagrams of
		// a round, and the three rounds that b1 must hear longer than it has.
		b1.hears(t, a1)
		a1.hears(t, b1)
		a1.sees(t, "eth1 10.0.1.255", "")
		a1.sees(t, "lo 127.255.255.255", "")
		a.run(t, "tc qdisc del dev eth0 root")
		a1.sees(t, "eth0 10.0.0.255", "")
	})

	t.Run("firewall", func(t *testing.T) {
		if err := a.try(t, "iptables -A OUTPUT -o eth0 -p udp -j DROP"); err != nil {
			t.Skipf("NOT TESTED: no firewall to be had: %v", err)
		}
		a1.sees(t, "eth0 10.0.0.255", unix.EPERM.Error())
		before := a1.last.Load().Generation
		b1.hears(t, a1)
		a1.hears(t, b1)
		a1.sees(t, "lo 127.255.255.255", "")
		if after := a1.last.Load().Generation; after != before {
			t.Errorf("the generation went from %d to %d though nothing changed", before, after)
		}
		a.run(t, "iptables -F OUTPUT")
		a1.sees(t, "eth0 10.0.0.255", "")
	})
}
