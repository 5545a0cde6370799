package bcast

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// The lister asks every interface again when something changed, and now and
// then; otherwise it answers from memory.
func TestListerNoticesChange(t *testing.T) {
	l := new(lister)
	if _, err := l.read(); err != nil {
		t.Skipf("NOT TESTED: this system doesn't tell its interfaces: %v", err)
	}
	if len(l.interfaces) == 0 {
		t.Skip("NOT TESTED: no interfaces")
	}
	remembered := []link{{index: 1, name: "remembered"}}
	tests := []struct {
		name  string
		doubt func()
		again bool
	}{
		{"nothing", func() {}, false},
		{"an address went", func() {
			l.addresses = append(slices.Clone(l.addresses), netip.MustParsePrefix("10.0.0.1/24"))
		}, true},
		{"an address changed its mask", func() {
			if len(l.addresses) > 0 {
				l.addresses = slices.Clone(l.addresses)
				l.addresses[0] = netip.PrefixFrom(l.addresses[0].Addr(), l.addresses[0].Bits()-1)
			} else {
				l.complete = false
			}
		}, true},
		{"an interface came", func() { l.interfaces = l.interfaces[1:] }, true},
		{"an interface went up", func() { l.interfaces = slices.Clone(l.interfaces); l.interfaces[0].Flags ^= 1 }, true},
		{"an interface was renamed", func() { l.interfaces = slices.Clone(l.interfaces); l.interfaces[0].Name += "x" }, true},
		{"an interface was replaced", func() { l.interfaces = slices.Clone(l.interfaces); l.interfaces[0].Index++ }, true},
		{"an interface didn't answer", func() { l.complete = false }, true},
		{"much time", func() { l.reads = everyFull - 1 }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l.reads = 0
			if _, err := l.read(); err != nil {
				t.Fatal(err)
			}
			l.reads, l.links = 0, remembered
			test.doubt()
			links, err := l.read()
			if err != nil {
				t.Fatal(err)
			}
			if again := len(links) == 0 || links[0].name != "remembered"; again != test.again {
				t.Errorf("asked again: %v, want %v: %+v", again, test.again, links)
			}
		})
	}
}

// The generation moves with every difference and with nothing else.
func TestGeneration(t *testing.T) {
	place := func(name, to string) place {
		return place{index: 2, name: name, source: netip.MustParseAddr("10.0.0.1"), destination: netip.MustParseAddr(to)}
	}
	failed := errors.New("network is unreachable")
	c := &Conn{}
	c.status.Store(&Status{})
	steps := []struct {
		name   string
		change func()
		moves  bool
	}{
		{"nothing", func() {}, false},
		{"an interface", func() {
			c.outlets = []*outlet{{destination: destination{place: place("eth0", "10.0.0.255")}}}
		}, true},
		{"the same again", func() {
			c.outlets = []*outlet{{destination: destination{place: place("eth0", "10.0.0.255")}}}
		}, false},
		{"another address", func() {
			c.outlets = []*outlet{{destination: destination{place: place("eth0", "10.0.255.255")}}}
		}, true},
		{"another name", func() {
			c.outlets = []*outlet{{destination: destination{place: place("eth1", "10.0.255.255")}}}
		}, true},
		{"a failure", func() { c.outlets[0].err = failed }, true},
		{"a failure of the same name", func() { c.outlets[0].err = errors.New(failed.Error()) }, false},
		{"another failure", func() { c.outlets[0].err = ErrQueueFull }, true},
		{"a reason before it", func() { c.outlets[0].reason = ErrNoCarrier }, true},
		{"a failure behind it", func() { c.outlets[0].err = failed }, false},
		{"no list", func() { c.listErr = failed }, true},
		{"nothing received", func() { c.receiveErr = failed }, true},
		{"both well", func() { c.listErr, c.receiveErr = nil, nil }, true},
		{"all gone", func() { c.outlets = nil }, true},
	}
	for _, step := range steps {
		before := c.Status().Generation
		step.change()
		c.publish()
		if moved := c.Status().Generation - before; (moved == 1) != step.moves || moved > 1 {
			t.Errorf("%s: the generation moved by %d", step.name, moved)
		}
	}
}

// An interface that failed a moment ago is not said to be well yet.
func TestRecoveryNeedsCalm(t *testing.T) {
	c := listen(t, 0)
	state := func(since time.Duration) Status {
		c.mu.Lock()
		c.outlets[0].trouble = trouble{err: ErrQueueFull, last: time.Now().Add(-since)}
		c.publish()
		c.mu.Unlock()
		mustSend(t, c, []byte("x")) // it is sent on all the same
		return c.Status()
	}
	if s := state(-time.Hour); s.Sending() != 0 || s.Interfaces[0].Err != ErrQueueFull {
		t.Errorf("well at once: %+v", s)
	}
	if s := state(2 * calm); s.Sending() != 1 {
		t.Errorf("not well after %s: %+v", 2*calm, s)
	}
}
