package peers

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// TestWhatMakesAPeerLive holds the table against the whole history of a peer: it
// is live if one of its datagrams that came in order, of its present life, echoed
// what this node sent in the last half second.
func TestWhatMakesAPeerLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable(mine, DefaultTimeout)
		now := time.Second
		var boot, newest, echoed uint64 // of the present life
		var sentThen uint64             // when it was last heard
		var heardAt time.Duration
		joining := false
		for range rapid.IntRange(1, 40).Draw(t, "datagrams") {
			now += time.Duration(rapid.IntRange(0, 400).Draw(t, "ms")) * ms
			sent := at(now) - uint64(rapid.IntRange(0, 300_000).Draw(t, "last sent"))
			d := Datagram{
				Boot:    rapid.SampledFrom([]uint64{hers, later}).Draw(t, "boot"),
				Seq:     uint64(rapid.IntRange(1, 20).Draw(t, "seq")),
				Joining: rapid.IntRange(0, 9).Draw(t, "joining") == 0,
			}
			if rapid.Bool().Draw(t, "echo") {
				d.EchoBoot = rapid.SampledFrom([]uint64{mine, mine, mine, later}).Draw(t, "echo boot")
				d.EchoSeq = at(now) - uint64(rapid.IntRange(0, 900_000).Draw(t, "echo"))
			}
			honest := d.EchoBoot == mine && d.EchoSeq <= sent

			v := table.Receive(4, d, sent, now)

			if v.NewLife {
				if d.Boot == boot {
					t.Fatal("the same life is new again")
				}
				if echoed != 0 && !honest || boot != 0 && honest && d.EchoSeq <= sentThen {
					t.Fatal("a life was replaced by one that may have ended before")
				}
				if boot != 0 && echoed == 0 && !honest && now-heardAt <= DefaultTimeout {
					t.Fatal("a life that speaks was replaced by one that proves nothing")
				}
				boot, newest, echoed = d.Boot, 0, 0
			}
			if want := d.Boot == boot && d.Seq > newest; v.Fresh != want {
				t.Fatalf("fresh %v, want %v", v.Fresh, want)
			}
			if want := v.Fresh && honest && !d.Joining; v.Acknowledges != want {
				t.Fatalf("acknowledges %v, want %v", v.Acknowledges, want)
			}
			if v.Fresh {
				newest, heardAt, sentThen, joining = d.Seq, now, sent, d.Joining
				if honest {
					echoed = max(echoed, d.EchoSeq)
				}
			}
			then := now + time.Duration(rapid.IntRange(0, 600).Draw(t, "later"))*ms
			want := echoed != 0 && !joining && then-time.Duration(echoed)*time.Microsecond <= DefaultTimeout
			if table.Live(4, then) != want {
				t.Fatalf("live %v, want %v", !want, want)
			}
			if _, seq, ok := table.Echo(4, then); ok != (boot != 0 && then-heardAt <= DefaultTimeout) || ok && seq != newest {
				t.Fatalf("echoes %d, %v", seq, ok)
			}
			if e := table.Expires(now); e != 0 && (!table.Live(4, e-1) || table.Live(4, e)) {
				t.Fatalf("doesn't expire at %v", e)
			}
		}
	})
}

// TestComponentIsSymmetric: whoever I reach reaches me and the same others.
func TestComponentIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) elevator.NodeSet {
			return elevator.NodeSet(rapid.Uint64Range(0, 1<<10-1).Draw(t, "links"))
		}), 1, 9).Draw(t, "nodes")
		me := rapid.IntRange(0, len(links)-1).Draw(t, "me")
		c := Component(me, links)
		if !c.Has(me) {
			t.Fatal("I can't reach myself")
		}
		for i := range c.All() {
			if got := Component(i, links); got != c {
				t.Fatalf("node %d reaches %b, and %d reaches %b", me, c, i, got)
			}
		}
		for i := range links {
			for j := range links {
				if links[i].Has(j) && links[j].Has(i) && c.Has(i) != c.Has(j) {
					t.Fatalf("%d and %d are linked, and only one is in %b", i, j, c)
				}
			}
		}
	})
}
