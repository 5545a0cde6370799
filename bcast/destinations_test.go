package bcast

import (
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	upFlags = net.FlagUp | net.FlagRunning
	ethUp   = upFlags | net.FlagBroadcast | net.FlagMulticast
)

func TestDestinations(t *testing.T) {
	lo := link{1, "lo", upFlags | net.FlagLoopback, list("127.0.0.1/8")}
	loUp := "lo " + loopbackDestination.String()
	tests := []struct {
		name  string
		links []link
		only  bool
		want  []string
	}{
		{"nothing at all", nil, false, []string{"loopback " + loopbackDestination.String()}},
		{"loopback", []link{lo}, false, []string{loUp}},
		{"loopback down", []link{{1, "lo", net.FlagLoopback, nil}}, false, []string{loUp + " interface is down"}},
		{"a second loopback that is up", []link{{1, "lo0", net.FlagLoopback, nil}, {2, "lo1", upFlags | net.FlagLoopback, nil}}, false,
			[]string{"lo1 " + loopbackDestination.String()}},
		{"loopback with other addresses", []link{{1, "lo", upFlags | net.FlagLoopback, list("127.0.0.1/8", "10.1.1.1/24")}}, false, []string{loUp}},
		{"loopback listed last comes first", []link{{2, "eth0", ethUp, list("10.0.0.5/24")}, lo}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255"}},
		{"/24", []link{lo, {2, "eth0", ethUp, list("10.0.0.5/24")}}, false, []string{loUp, "eth0 10.0.0.5 10.0.0.255"}},
		{"/16", []link{lo, {2, "eth0", ethUp, list("172.16.3.4/16")}}, false, []string{loUp, "eth0 172.16.3.4 172.16.255.255"}},
		{"/8", []link{lo, {2, "eth0", ethUp, list("10.1.2.3/8")}}, false, []string{loUp, "eth0 10.1.2.3 10.255.255.255"}},
		{"/20", []link{lo, {2, "eth0", ethUp, list("10.0.17.9/20")}}, false, []string{loUp, "eth0 10.0.17.9 10.0.31.255"}},
		{"/30", []link{lo, {2, "eth0", ethUp, list("10.0.0.1/30")}}, false, []string{loUp, "eth0 10.0.0.1 10.0.0.3"}},
		{"/31", []link{lo, {2, "eth0", ethUp, list("10.0.0.1/31")}}, false, []string{loUp}},
		{"/32", []link{lo, {2, "eth0", ethUp, list("10.0.0.1/32")}}, false, []string{loUp}},
		{"/32 beside /24", []link{lo, {2, "eth0", ethUp, list("10.0.0.1/32", "10.0.0.2/24")}}, false, []string{loUp, "eth0 10.0.0.2 10.0.0.255"}},
		{"link-local", []link{lo, {2, "eth0", ethUp, list("169.254.7.8/16")}}, false, []string{loUp, "eth0 169.254.7.8 169.254.255.255"}},
		{"IPv6 alone", []link{lo, {2, "eth0", ethUp, list("fe80::1/64")}}, false, []string{loUp}},
		{"no address", []link{lo, {2, "eth0", ethUp, nil}}, false, []string{loUp}},
		{"unspecified address", []link{lo, {2, "eth0", ethUp, list("0.0.0.0/8")}}, false, []string{loUp}},
		{"address of the loopback", []link{lo, {2, "eth0", ethUp, list("127.0.0.2/8")}}, false, []string{loUp}},
		{"down", []link{lo, {2, "eth0", net.FlagBroadcast, list("10.0.0.5/24")}}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255 interface is down"}},
		{"no carrier", []link{lo, {2, "eth0", net.FlagUp | net.FlagBroadcast, list("10.0.0.5/24")}}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255 no carrier"}},
		{"point-to-point", []link{lo, {2, "ppp0", upFlags | net.FlagPointToPoint, list("10.0.0.5/24")}}, false, []string{loUp}},
		{"point-to-point that claims to broadcast", []link{lo, {2, "tun0", ethUp | net.FlagPointToPoint, list("10.0.0.5/24")}}, false, []string{loUp}},
		{"cannot broadcast", []link{lo, {2, "wg0", upFlags, list("10.0.0.5/24")}}, false, []string{loUp}},
		{"two subnets of one interface", []link{lo, {2, "eth0", ethUp, list("10.0.0.5/24", "192.168.1.2/24")}}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255", "eth0 192.168.1.2 192.168.1.255"}},
		{"two addresses in one subnet", []link{lo, {2, "eth0", ethUp, list("10.0.0.5/24", "10.0.0.6/24")}}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255"}},
		{"two interfaces in one subnet", []link{lo, {2, "eth0", ethUp, list("10.0.0.5/24")}, {3, "wlan0", ethUp, list("10.0.0.6/24")}}, false,
			[]string{loUp, "eth0 10.0.0.5 10.0.0.255", "wlan0 10.0.0.6 10.0.0.255"}},
		{"loopback only", []link{lo, {2, "eth0", ethUp, list("10.0.0.5/24")}}, true, []string{loUp}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for k, d := range destinations(test.links, test.only) {
				if d.loopback != (k == 0) {
					t.Errorf("destination %d: loopback is %v", k, d.loopback)
				}
				text := d.name
				if !d.loopback {
					text += " " + d.source.String()
				}
				text += " " + d.destination.String()
				if d.reason != nil {
					text += " " + d.reason.Error()
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("destinations (-want +got):\n%s", diff)
			}
		})
	}
}

func list(prefixes ...string) (all []netip.Prefix) {
	for _, p := range prefixes {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// The broadcast address is the last of its subnet: in it, and the next is not.
func TestDirectedBroadcastIsTheLastAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a [4]byte
		for k := range a {
			a[k] = rapid.Byte().Draw(t, "byte")
		}
		p := netip.PrefixFrom(netip.AddrFrom4(a), rapid.IntRange(0, 32).Draw(t, "bits"))
		to, ok := directedBroadcast(p)
		if !ok {
			if p.Bits() <= 30 && !p.Addr().IsLoopback() && !p.Addr().IsUnspecified() {
				t.Fatalf("%s has none", p)
			}
			return
		}
		if !p.Contains(to) || p.Bits() > 30 {
			t.Fatalf("%s: %s", p, to)
		}
		if next := to.Next(); next.IsValid() && p.Contains(next) {
			t.Fatalf("%s: %s isn't the last", p, to)
		}
	})
}
