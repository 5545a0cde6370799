package sim

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// TestNetworkFaults: each fault begins, is seen at work, and ends; and whatever
// goes on, a call is lit and served.
func TestNetworkFaults(t *testing.T) {
	for name, c := range map[string]struct {
		begin, end func(b *Building)
		count      func(c Counts) int
	}{
		"loss": {func(b *Building) { b.Loss(50) }, func(b *Building) { b.Loss(0) },
			func(c Counts) int { return c.Lost }},
		"blackout": {func(b *Building) { b.Blackout(true) }, func(b *Building) { b.Blackout(false) },
			func(c Counts) int { return c.Lost }},
		"bursts": {func(b *Building) { b.Bursts(Bursts{400 * time.Millisecond, 200 * time.Millisecond, 5, 100}) },
			func(b *Building) { b.Bursts(Bursts{}) }, func(c Counts) int { return c.Lost }},
		"duplicates": {func(b *Building) { b.Duplicate(50) }, func(b *Building) { b.Duplicate(0) },
			func(c Counts) int { return c.Repeated }},
		"reordering": {func(b *Building) { b.Reorder(30, time.Second) }, func(b *Building) { b.Reorder(0, 0) },
			func(c Counts) int { return c.HeldBack }},
		"one-way cut": {func(b *Building) { b.Cut(0, 1, true) }, func(b *Building) { b.Cut(0, 1, false) },
			func(c Counts) int { return c.Cut }},
		"chain": {func(b *Building) { b.Cut(0, 2, true); b.Cut(2, 0, true) }, (*Building).Mend,
			func(c Counts) int { return c.Cut }},
		"partition": {func(b *Building) { b.Partition(0, 1, 1) }, func(b *Building) { b.Partition(0, 0, 0) },
			func(c Counts) int { return c.Cut }},
		"isolated": {func(b *Building) { b.Isolate(2, true) }, func(b *Building) { b.Isolate(2, false) },
			func(c Counts) int { return c.Cut }},
		"corruption": {func(b *Building) { b.Corrupt(40) }, func(b *Building) { b.Corrupt(0) },
			func(c Counts) int { return c.Corrupted }},
		"replay": {func(b *Building) { b.Replay(50) }, func(b *Building) { b.Replay(0) },
			func(c Counts) int { return c.Replayed }},
		"foreign": {func(b *Building) { b.Foreign(50) }, func(b *Building) { b.Foreign(0) },
			func(c Counts) int { return c.Foreign }},
		"hostile": {func(b *Building) { b.Hostile(50, false) }, func(b *Building) { b.Hostile(0, false) },
			func(c Counts) int { return c.Refused }},
	} {
		t.Run(name, func(t *testing.T) {
			b := building(t, 3, nil)
			b.OnNotice = nil
			b.Run(2 * time.Second)
			if n := c.count(b.Counts()); n != 0 {
				t.Fatalf("%d before it began", n)
			}
			c.begin(b)
			b.Run(time.Second)
			b.all[1].Tap(2, elevator.HallDown)
			if !b.RunUntil(3*time.Second, func() bool { return b.all[1].Lamps().Has(2, elevator.HallDown) }) {
				t.Error("S3: not lit beside the button")
			}
			if !b.RunUntil(90*time.Second, func() bool { return b.all[1].Lamps().Empty() }) {
				t.Error("S1: not served")
			}
			if n := c.count(b.Counts()); n < 20 {
				t.Errorf("seen %d times", n)
			}
			c.end(b)
			b.Run(2 * time.Second)
			n := c.count(b.Counts())
			b.Run(10 * time.Second)
			if more := c.count(b.Counts()) - n; more != 0 {
				t.Errorf("%d more after its end", more)
			}
			for _, w := range b.all {
				if !w.Alive() || w.Node().Live().Len() != 2 {
					t.Errorf("node %s doesn't know all others after the end", w.ID)
				}
			}
		})
	}
}

// TestDelayReordersAndEnds: with delays of up to ten seconds nodes lose each
// other; datagrams that are still under way at its end do no harm.
func TestDelayReordersAndEnds(t *testing.T) {
	b := building(t, 3, nil)
	lost := 0
	b.OnNotice = func(_ *Workspace, n node.Notice) {
		if n.Kind == node.PeerLost {
			lost++
		}
	}
	b.Run(2 * time.Second)
	b.Delay(10 * time.Second)
	b.Run(5 * time.Second)
	if lost < 6 {
		t.Errorf("%d links were lost, want all six", lost)
	}
	b.Mend()
	b.Run(time.Second)
	if late := len(b.due); late < 100 {
		t.Errorf("%d events are due, though hundreds of datagrams must still be under way", late)
	}
	for _, w := range b.all {
		if w.Node().Live().Len() != 2 {
			t.Errorf("node %s knows %d others after the end", w.ID, w.Node().Live().Len())
		}
	}
}

// TestBurstsAreBursts: the losses of a network with bursts come in a row.
func TestBurstsAreBursts(t *testing.T) {
	b := building(t, 2, nil)
	b.Bursts(Bursts{Good: time.Second, Bad: time.Second, BadLoss: 100})
	l, turns, lost, last := &b.links[0][1], 0, 0, false
	for range 100_000 {
		b.now += 10 * time.Millisecond
		now := b.burst(l)
		if now {
			lost++
		}
		if now != last {
			turns++
		}
		last = now
	}
	if lost < 40_000 || lost > 60_000 {
		t.Errorf("%d of 100000 are lost, want half", lost)
	}
	if turns < 800 || turns > 1200 { // it takes 1000 s, with a turn every second
		t.Errorf("it turned %d times, want about 1000", turns)
	}
}

// TestForeignersAreSaid: a building with other floors is said once (F7), and
// nothing of it is believed.
func TestForeignersAreSaid(t *testing.T) {
	b := building(t, 2, nil)
	said := 0
	b.OnNotice = func(w *Workspace, n node.Notice) {
		if n.Kind == node.OtherFloors {
			said++
		}
	}
	b.Foreign(100)
	b.Run(20 * time.Second)
	if said == 0 || said > 2*8 {
		t.Errorf("said %d times", said)
	}
	for _, w := range b.all {
		if n := w.Node().Worldview().Len(); n != 2 {
			t.Errorf("node %s knows %d nodes", w.ID, n)
		}
	}
}

// TestReplayIntoALaterLife: a node that comes back without its disk isn't
// confused by what its peers, or it itself, said before.
func TestReplayIntoALaterLife(t *testing.T) {
	b := building(t, 3, nil)
	b.OnNotice = nil
	b.Run(10 * time.Second)
	b.Replay(100)
	for _, w := range b.all {
		w.Kill()
		w.LoseDisk()
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		b.Run(3 * time.Second)
		w.Tap(1, elevator.HallUp)
		if !b.RunUntil(time.Second, allLit(b, 1, elevator.HallUp, true)) {
			t.Errorf("not lit after the restart of node %s", w.ID)
		}
		if !b.RunUntil(time.Minute, allLit(b, 1, elevator.HallUp, false)) {
			t.Errorf("not served after the restart of node %s", w.ID)
		}
	}
	if b.Counts().Replayed == 0 {
		t.Error("nothing was replayed")
	}
}

// TestLiesDoNotCrash: bytes that pass for a datagram may say anything; nobody
// crashes.
func TestLiesDoNotCrash(t *testing.T) {
	b := building(t, 3, nil)
	b.OnNotice = nil
	b.Hostile(100, true)
	for k := range 60 {
		b.all[k%3].Tap(k%3, elevator.HallUp)
		b.Run(time.Second)
	}
	if b.Counts().Delivered == 0 || b.Counts().Refused == 0 {
		t.Errorf("%+v", b.Counts())
	}
}

// TestLinger: what is under way when a process ends reaches the next one only if
// asked for.
func TestLinger(t *testing.T) {
	for _, linger := range []bool{false, true} {
		b := building(t, 2, func(o *Options) { o.Linger, o.Latency = linger, time.Second })
		b.OnNotice = nil
		b.Run(2 * time.Second)
		b.all[1].Kill()
		b.Isolate(1, true)
		before := b.Counts().Delivered
		if err := b.all[1].Start(); err != nil {
			t.Fatal(err)
		}
		b.all[0].Kill()
		b.Run(3 * time.Second)
		if got := b.Counts().Delivered > before; got != linger {
			t.Errorf("linger %v: something arrived: %v", linger, got)
		}
	}
}
