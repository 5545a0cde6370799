package bcast

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChanges(t *testing.T) {
	eth := func(err error) Interface {
		return Interface{Name: "eth0", Source: netip.MustParseAddr("10.0.0.1"), Destination: netip.MustParseAddr("10.0.0.255"), Err: err}
	}
	lo := func(err error) Interface {
		return Interface{Name: "lo", Loopback: true, Source: loopbackSource, Destination: netip.MustParseAddr("127.255.255.255"), Err: err}
	}
	moved := eth(nil)
	moved.Source, moved.Destination = netip.MustParseAddr("10.0.1.1"), netip.MustParseAddr("10.0.1.255")
	failed := errors.New("network is unreachable")

	type is = []Interface
	tests := []struct {
		name          string
		before, after is
		want          []string
		sending       int // after
		network       bool
	}{
		{"start", nil, is{lo(nil), eth(ErrNoCarrier)}, []string{"lo 127.255.255.255: sending", "eth0 10.0.0.255: no carrier"}, 1, false},
		{"nothing", is{lo(nil), eth(nil)}, is{lo(nil), eth(nil)}, nil, 2, true},
		{"lost", is{lo(nil), eth(nil)}, is{lo(nil), eth(failed)}, []string{"eth0 10.0.0.255: network is unreachable"}, 1, false},
		{"renamed failure", is{lo(nil), eth(failed)}, is{lo(nil), eth(ErrDown)}, nil, 1, false},
		{"back", is{lo(nil), eth(ErrDown)}, is{lo(nil), eth(nil)}, []string{"eth0 10.0.0.255: sending"}, 2, true},
		{"new address", is{lo(nil), eth(nil)}, is{lo(nil), moved}, []string{"eth0 10.0.1.255: sending", "eth0 10.0.0.255: gone"}, 2, true},
		{"unplugged", is{lo(nil), eth(nil)}, is{lo(nil)}, []string{"eth0 10.0.0.255: gone"}, 1, false},
		{"all down", is{lo(nil)}, is{lo(ErrDown)}, []string{"lo 127.255.255.255: interface is down"}, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			after := Status{Interfaces: test.after}
			var got []string
			for _, c := range Changes(Status{Interfaces: test.before}, after) {
				got = append(got, c.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if n := after.Sending(); n != test.sending {
				t.Errorf("Sending is %d, want %d", n, test.sending)
			}
			if on := after.Network(); on != test.network {
				t.Errorf("Network is %v, want %v", on, test.network)
			}
		})
	}
}
