package peers

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
)

const (
	ms    = time.Millisecond
	mine  = 0xA // nonce of this node
	hers  = 0xB // of the peer
	later = 0xC // of the peer's next life
)

// at returns the sequence number of what is sent at a time.
func at(t time.Duration) uint64 { return uint64(t / time.Microsecond) }

// heard is a datagram of the peer, sent at a time, that echoes what this node
// sent at another.
func heard(boot uint64, sent, echo time.Duration) Datagram {
	return Datagram{Boot: boot, Seq: at(sent), EchoBoot: mine, EchoSeq: at(echo)}
}

// deaf is a datagram of a peer that hears nothing.
func deaf(boot uint64, sent time.Duration) Datagram { return Datagram{Boot: boot, Seq: at(sent)} }

func TestReceive(t *testing.T) {
	type arrival struct {
		now  time.Duration
		d    Datagram
		want Verdict
		live bool // just then
	}
	first := Verdict{Fresh: true, Acknowledges: true, NewLife: true}
	more := Verdict{Fresh: true, Acknowledges: true}
	for _, c := range []struct {
		name string
		all  []arrival
	}{
		{"heard only is not live", []arrival{
			{1000 * ms, deaf(hers, 10*ms), Verdict{Fresh: true, NewLife: true}, false},
			{1020 * ms, deaf(hers, 30*ms), Verdict{Fresh: true}, false},
		}},
		{"an echo makes live", []arrival{
			{1000 * ms, heard(hers, 10*ms, 990*ms), first, true},
			{1020 * ms, heard(hers, 30*ms, 1010*ms), more, true},
		}},
		{"an echo of half a second ago does", []arrival{
			{1000 * ms, heard(hers, 10*ms, 500*ms), first, true},
		}},
		{"an older one doesn't", []arrival{
			{1000 * ms, heard(hers, 10*ms, 500*ms-time.Microsecond), first, false},
		}},
		{"a repeated datagram proves nothing", []arrival{
			{1000 * ms, heard(hers, 10*ms, 600*ms), first, true},
			{1001 * ms, heard(hers, 10*ms, 600*ms), Verdict{}, true},
			{1101 * ms, heard(hers, 10*ms, 600*ms), Verdict{}, false},
		}},
		{"a late one proves nothing", []arrival{
			{1000 * ms, heard(hers, 30*ms, 600*ms), first, true},
			{1001 * ms, heard(hers, 10*ms, 990*ms), Verdict{}, true},
			{1101 * ms, heard(hers, 20*ms, 990*ms), Verdict{}, false},
		}},
		{"a recorded one with the echo of another life of mine proves nothing", []arrival{
			{1000 * ms, Datagram{Boot: hers, Seq: at(10 * ms), EchoBoot: later, EchoSeq: at(990 * ms)}, Verdict{Fresh: true, NewLife: true}, false},
		}},
		{"an echo of what was never sent is a lie", []arrival{
			{1000 * ms, heard(hers, 10*ms, 1001*ms), Verdict{Fresh: true, NewLife: true}, false},
		}},
		{"a new life voids the old one's echo", []arrival{
			{1000 * ms, heard(hers, 900*ms, 900*ms), first, true},
			{1100 * ms, heard(later, 10*ms, 1050*ms), first, true},
		}},
		{"a new life that hears nothing yet doesn't take over", []arrival{
			{1000 * ms, heard(hers, 900*ms, 900*ms), first, true},
			{1100 * ms, deaf(later, 10*ms), Verdict{}, true},
			{1401 * ms, deaf(later, 300*ms), Verdict{}, false},
			{1410 * ms, heard(later, 310*ms, 1401*ms), first, true},
		}},
		{"a late datagram of an earlier life doesn't flip back", []arrival{
			{1000 * ms, heard(hers, 900*ms, 900*ms), first, true},
			{1100 * ms, heard(later, 10*ms, 1050*ms), first, true},
			{1110 * ms, heard(hers, 950*ms, 990*ms), Verdict{}, true},
			{1120 * ms, deaf(hers, 960*ms), Verdict{}, true},
			{1130 * ms, heard(later, 40*ms, 1120*ms), more, true},
		}},
		{"nor from a life that hears nothing yet", []arrival{
			{1000 * ms, deaf(hers, 900*ms), Verdict{Fresh: true, NewLife: true}, false},
			{1501 * ms, deaf(later, 10*ms), Verdict{Fresh: true, NewLife: true}, false},
			{1510 * ms, heard(hers, 1390*ms, 1490*ms), Verdict{}, false}, // sent when nothing of it came through
			{1520 * ms, deaf(later, 30*ms), Verdict{Fresh: true}, false},
			{1530 * ms, heard(later, 40*ms, 1515*ms), more, true},
			{1540 * ms, heard(hers, 1400*ms, 1500*ms), Verdict{}, true},
		}},
		{"an echo of what was sent when the other was last heard proves nothing", []arrival{
			{1000 * ms, heard(hers, 900*ms, 900*ms), first, true},
			{1100 * ms, heard(later, 10*ms, 1000*ms), Verdict{}, true},
			{1110 * ms, heard(later, 20*ms, 1000*ms+time.Microsecond), first, true},
		}},
		{"of two lives that hear nothing the one that fell silent goes", []arrival{
			{1000 * ms, deaf(hers, 900*ms), Verdict{Fresh: true, NewLife: true}, false},
			{1500 * ms, deaf(later, 10*ms), Verdict{}, false},
			{1501 * ms, deaf(later, 20*ms), Verdict{Fresh: true, NewLife: true}, false},
		}},
		{"a replay before the first word of the peer is soon displaced", []arrival{
			{1000 * ms, deaf(hers, 99000*ms), Verdict{Fresh: true, NewLife: true}, false},
			{1010 * ms, deaf(later, 10*ms), Verdict{}, false},
			{1040 * ms, heard(later, 40*ms, 1020*ms), first, true},
		}},
		{"who joins is never live", []arrival{
			{1000 * ms, Datagram{Boot: hers, Seq: at(10 * ms), Joining: true, EchoBoot: mine, EchoSeq: at(990 * ms)}, Verdict{Fresh: true, NewLife: true}, false},
			{1020 * ms, heard(hers, 30*ms, 1010*ms), more, true},
		}},
		{"without a nonce it is nobody", []arrival{
			{1000 * ms, heard(0, 10*ms, 990*ms), Verdict{}, false},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := NewTable(mine, DefaultTimeout)
			for k, a := range c.all {
				if got := table.Receive(1, a.d, at(a.now), a.now); got != a.want {
					t.Errorf("arrival %d: verdict %+v, want %+v", k, got, a.want)
				}
				if got := table.Live(1, a.now); got != a.live {
					t.Errorf("arrival %d: live %v, want %v", k, got, a.live)
				}
				if table.Live(0, a.now) || table.Live(7, a.now) {
					t.Errorf("arrival %d: a node that was never heard is live", k)
				}
			}
		})
	}
}

// TestARestartedPeerIsAccepted: the first word of a new life that answers what I
// sent after the last word of the former one is enough, however many late ones of
// that come before and after.
func TestARestartedPeerIsAccepted(t *testing.T) {
	const (
		every = 20 * ms // pause between my datagrams
		way   = 3 * ms  // of mine to the peer, and of its answers
		end   = 1000 * ms
	)
	for _, c := range []struct {
		name string
		late time.Duration // way of the former life's datagrams
		want time.Duration // when the new life is accepted
	}{
		{"nothing is late", way, 1026 * ms},
		{"the former life's come just before mine go", 95 * ms, 1026 * ms},
		{"they come just after the answers", 107 * ms, 1026 * ms},
		{"they come between mine and the answers to them", 100 * ms, 1106 * ms}, // the last one comes at 1083 ms
	} {
		t.Run(c.name, func(t *testing.T) {
			table := NewTable(mine, DefaultTimeout)
			var accepted time.Duration
			for now := 500 * ms; now < 2000*ms; now += ms {
				sent := now.Truncate(every)
				receive := func(d Datagram) Verdict { return table.Receive(1, d, at(sent), now) }
				// The former life answers what I sent up to its end.
				if s := now - c.late - way; s%every == 0 && s+way <= end {
					if v := receive(heard(hers, s+way, s)); accepted != 0 && v != (Verdict{}) {
						t.Errorf("%v: a late datagram of the former life counts: %+v", now, v)
					}
				}
				// The new one begins 7 ms later.
				if s := now - 2*way; s%every == 0 && s+way > end+7*ms {
					v := receive(heard(later, s, s))
					switch {
					case v.NewLife && accepted == 0:
						accepted = now
					case accepted != 0 && (v.NewLife || !v.Acknowledges || !table.Live(1, now)):
						t.Errorf("%v: accepted at %v, and now %+v", now, accepted, v)
					}
				}
			}
			if accepted != c.want {
				t.Errorf("accepted at %v, want %v", accepted, c.want)
			}
		})
	}
}

func TestLiveUntilTheEchoIsTooOld(t *testing.T) {
	table := NewTable(mine, DefaultTimeout)
	now := 1000 * ms
	table.Receive(2, heard(hers, 10*ms, 900*ms), at(now), now)
	ends := table.Expires(now)
	if !table.Live(2, ends-1) || table.Live(2, ends) {
		t.Errorf("Expires says %v: live before %v, at that time %v", ends, table.Live(2, ends-1), table.Live(2, ends))
	}
	if want := (elevator.NodeSet)(1 << 2); table.AllLive(now) != want {
		t.Errorf("live: %b, want %b", table.AllLive(now), want)
	}
	if table.AllLive(ends) != 0 || table.Expires(ends) != 0 {
		t.Error("live, or about to expire, after the end")
	}
	table.Receive(1, heard(hers, 10*ms, 850*ms), at(now), now)
	if got := table.Expires(now); got != 1350*ms+1 {
		t.Errorf("the first of two expires at %v", got)
	}
}

func TestEcho(t *testing.T) {
	table := NewTable(mine, DefaultTimeout)
	if _, _, ok := table.Echo(1, 0); ok {
		t.Error("echoes a node that was never heard")
	}
	table.Receive(1, deaf(hers, 30*ms), at(1000*ms), 1000*ms)
	table.Receive(1, deaf(hers, 20*ms), at(1010*ms), 1010*ms)
	boot, seq, ok := table.Echo(1, 1500*ms)
	if boot != hers || seq != at(30*ms) || !ok {
		t.Errorf("echo %x %d %v, want the newest", boot, seq, ok)
	}
	if _, _, ok := table.Echo(1, 1500*ms+1); ok {
		t.Error("echoes a node that has fallen silent")
	}
	if _, _, ok := table.Echo(0, 1000*ms); ok {
		t.Error("echoes a node below the one that was heard")
	}
	if table.Boot(1) != hers || table.Boot(0) != 0 || table.Boot(9) != 0 {
		t.Error("wrong boot")
	}
}

func TestSettledAsksAllThatAreHeard(t *testing.T) {
	table := NewTable(mine, DefaultTimeout)
	if !table.Settled(5, 0) {
		t.Error("alone, and not settled")
	}
	joining := deaf(hers, 10*ms)
	joining.Digest, joining.Joining = 4, true
	table.Receive(1, joining, 0, 1000*ms)
	if table.Settled(5, 1000*ms) || !table.Settled(4, 1000*ms) {
		t.Error("a joining node that is heard must hold the same")
	}
	if !table.Settled(5, 1600*ms) {
		t.Error("one that has fallen silent doesn't count")
	}
}

func TestLoss(t *testing.T) {
	for _, c := range []struct {
		name  string
		keep  func(k int) bool
		first uint16
		want  uint8
	}{
		{"none", func(int) bool { return true }, 0, 0},
		{"half", func(k int) bool { return k%2 == 0 }, 0, 50},
		{"three of four", func(k int) bool { return k%4 == 0 }, 0, 75},
		{"none, counter wraps", func(int) bool { return true }, 65500, 0},
		{"half, counter wraps", func(k int) bool { return k%2 == 0 }, 65500, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := NewTable(mine, DefaultTimeout)
			now := time.Second
			for k := range 240 {
				now += 20 * ms
				if !c.keep(k) {
					continue
				}
				d := heard(hers, now, now-10*ms)
				d.Count, d.Loss = c.first+uint16(k), 33
				table.Receive(1, d, at(now), now)
			}
			in, reported := table.Loss(now)
			if in != c.want || reported != 33 {
				t.Errorf("loss %d %%, reported %d %%; want %d and 33", in, reported, c.want)
			}
			if in, reported := table.Loss(now + time.Second); in != 0 || reported != 0 {
				t.Errorf("loss %d, %d of a peer that isn't live", in, reported)
			}
		})
	}
}

func TestLossNeedsEnoughDatagrams(t *testing.T) {
	table := NewTable(mine, DefaultTimeout)
	for k, now := range []time.Duration{1000 * ms, 1400 * ms, 1800 * ms, 2200 * ms} {
		d := heard(hers, now, now-ms)
		d.Count = uint16(2 * k)
		table.Receive(1, d, at(now), now)
	}
	if in, _ := table.Loss(2200 * ms); in != 0 {
		t.Errorf("measured %d %% from six datagrams", in)
	}
}

func TestComponent(t *testing.T) {
	set := func(nodes ...int) (s elevator.NodeSet) {
		for _, i := range nodes {
			s.Put(i, true)
		}
		return s
	}
	for _, c := range []struct {
		name  string
		me    int
		links []elevator.NodeSet
		want  elevator.NodeSet
	}{
		{"alone", 0, []elevator.NodeSet{0}, set(0)},
		{"nothing known", 3, nil, set(3)},
		{"both ends", 0, []elevator.NodeSet{set(1), set(0)}, set(0, 1)},
		{"one end only", 0, []elevator.NodeSet{set(1), 0}, set(0)},
		{"the other end only", 0, []elevator.NodeSet{0, set(0)}, set(0)},
		{"a chain is one", 0, []elevator.NodeSet{set(1), set(0, 2), set(1)}, set(0, 1, 2)},
		{"from its middle", 1, []elevator.NodeSet{set(1), set(0, 2), set(1)}, set(0, 1, 2)},
		{"what a dead node said leads nowhere", 0, []elevator.NodeSet{set(1), set(0), set(0, 1, 3), set(2)}, set(0, 1)},
		{"two groups", 2, []elevator.NodeSet{set(1), set(0), set(3), set(2)}, set(2, 3)},
		{"links beyond what is known", 0, []elevator.NodeSet{set(0, 1, 9), set(0, 9)}, set(0, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Component(c.me, c.links); got != c.want {
				t.Errorf("component %b, want %b", got, c.want)
			}
		})
	}
}
