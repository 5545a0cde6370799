package node

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

func TestRule13Stuck(t *testing.T) {
	status := func(r *rig) elevator.Reasons { return r.n.view.Node(r.n.me).Status.Unavailable }
	for _, c := range []struct {
		name   string
		reason elevator.Reasons
		stick  func(r *rig)
		free   func(r *rig)
	}{
		{"E3 obstruction", elevator.Obstructed,
			func(r *rig) { r.in.Obstruction = true; r.do(Event{Kind: Inputs, Inputs: r.in}) },
			func(r *rig) { r.in.Obstruction = false; r.do(Event{Kind: Inputs, Inputs: r.in}) }},
		{"E4 motor", elevator.MotorLost,
			func(r *rig) { r.run(5 * time.Second) },
			func(r *rig) { r.sense(elevator.NoFloor); r.sense(1) }},
		{"E5 elevator server", elevator.ServerLost,
			func(r *rig) { r.do(Event{Kind: Inputs, Inputs: elevator.Inputs{Link: 1}}) },
			func(r *rig) { r.in.Link = 2; r.do(Event{Kind: Inputs, Inputs: r.in}) }},
		{"E6 stop button", elevator.Stopped,
			func(r *rig) {
				for _, on := range []bool{true, false} {
					r.in.Stop = on
					r.do(Event{Kind: Inputs, Inputs: r.in})
				}
			},
			func(r *rig) { r.in.Stop = true; r.do(Event{Kind: Inputs, Inputs: r.in}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := setup(t, 1, nil)
			p := r.all[0]
			if c.reason == elevator.Obstructed {
				r.press(0, cab)
				r.until(time.Second, "opens", func() bool { return r.a.Outputs.Door })
			}
			r.press(3, cab)
			r.run(50 * ms)
			c.stick(r)
			r.run(100 * ms)
			if status(r) != c.reason || r.heardOf(Unavailable) != 1 {
				t.Fatalf("unavailable for %v, said %d times", status(r).Names(), r.heardOf(Unavailable))
			}
			p.lights(1, up)
			p.say()
			if !r.n.Serves().Hall().Empty() {
				t.Errorf("takes hall calls: %v", r.n.Serves())
			}
			if own := r.own(3, cab); !own.Lit() {
				t.Error("its own cab call is lost")
			}
			c.free(r)
			r.run(100 * ms)
			if status(r) != 0 || r.heardOf(Available) < 1 {
				t.Errorf("not back: %v", status(r).Names())
			}
			if !r.n.Serves().Has(3, cab) || !r.lit(3, cab) {
				t.Errorf("serves %v, lit %v", r.n.Serves(), r.a.Outputs.Lamps)
			}
		})
	}
}

func TestRule14DropWhole(t *testing.T) {
	for _, c := range []struct {
		name   string
		header func(*worldview.Header)
		says   NoticeKind
		quiet  bool
	}{
		{"another building", func(h *worldview.Header) { h.Building++ }, 0, true},
		{"other floors", func(h *worldview.Header) { h.Floors = 6 }, OtherFloors, false},
		{"its own echo", func(h *worldview.Header) { h.Boot, h.ID = 11, "1" }, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := setup(t, 0, nil)
			p := r.addPeer("2")
			p.header = c.header
			p.lights(2, up)
			count := len(r.said)
			for range 20 {
				r.run(100 * ms)
			}
			if r.lit(2, up) || r.n.view.Len() != 1 {
				t.Error("something of it was taken in")
			}
			if c.quiet && len(r.said) != count {
				t.Errorf("said %+v", r.said[count:])
			}
			if !c.quiet && (r.heardOf(c.says) != 1 || r.said[count].Peer != "2" || r.said[count].Count != 6) {
				t.Errorf("F7: said %+v", r.said[count:])
			}
			// It is said again when it changes.
			if !c.quiet {
				p.header = func(h *worldview.Header) { h.Floors = 7 }
				r.run(time.Second)
				if r.heardOf(c.says) != 2 {
					t.Error("a change wasn't said")
				}
			}
		})
	}
}

func TestRule14OtherTimingsAreSaidAndTakenIn(t *testing.T) {
	r := setup(t, 0, nil)
	p := r.addPeer("2")
	p.header = func(h *worldview.Header) { h.Timings++ }
	p.lights(2, up)
	r.run(2 * time.Second)
	if r.heardOf(OtherTimings) != 1 {
		t.Errorf("F7: said %d times", r.heardOf(OtherTimings))
	}
	if !r.lit(2, up) || r.n.Live().Len() != 1 {
		t.Error("dropped")
	}
}

func TestTooManyNodes(t *testing.T) {
	r := setup(t, 0, nil)
	for k := range elevator.MaxNodes + 5 {
		p := r.addPeer(elevator.ID("n" + string(rune('a'+k/26)) + string(rune('a'+k%26))))
		p.talks, p.silent = false, true
		p.say()
	}
	if r.heardOf(TooManyNodes) != 1 || r.n.view.Len() != elevator.MaxNodes {
		t.Errorf("said %d times, knows %d", r.heardOf(TooManyNodes), r.n.view.Len())
	}
	r.press(2, cab)
	r.until(time.Second, "works", func() bool { return r.lit(2, cab) })
}

func TestPeersComeAndGo(t *testing.T) {
	r := setup(t, 2, nil)
	if r.heardOf(PeerFound) != 2 {
		t.Errorf("found %d", r.heardOf(PeerFound))
	}
	links := func() int { return r.n.view.Node(r.n.me).Status.Links.Len() }
	if links() != 2 {
		t.Errorf("says that it is linked with %d", links())
	}
	r.all[0].talks = false
	r.run(600 * ms)
	if r.heardOf(PeerLost) != 1 || r.heardOf(Alone) != 0 || links() != 1 {
		t.Error("one has gone")
	}
	r.all[1].deaf = true // its input is cut; it is heard as before
	r.run(600 * ms)
	if r.heardOf(PeerLost) != 2 || r.heardOf(Alone) != 1 || links() != 0 {
		t.Error("F3: a deaf one doesn't count")
	}
	r.all[1].deaf = false
	r.until(100*ms, "back", func() bool { return links() == 1 })
}

// gaps returns the longest and the shortest time between the datagrams sent since
// from.
func (r *rig) gaps(from time.Duration) (least, most time.Duration) {
	least = never
	last := from
	for _, at := range r.sent {
		if at > from {
			if last > from {
				least, most = min(least, at-last), max(most, at-last)
			}
			last = at
		}
	}
	return least, most
}

func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		name        string
		peers       int
		do          func(r *rig)
		least, most time.Duration
	}{
		{"calm", 1, nil, intervalIdle, intervalIdle},
		{"something is open", 1, func(r *rig) { r.in.Stop = true; r.press(2, cab) }, DefaultInterval, DefaultInterval},
		{"a peer reports loss", 1, func(r *rig) { r.all[0].header = func(h *worldview.Header) { h.Loss = 10 } }, DefaultInterval, DefaultInterval},
		{"much loss", 1, func(r *rig) { r.all[0].header = func(h *worldview.Header) { h.Loss = 30 } }, DefaultInterval / 2, DefaultInterval / 2},
		{"calm, 15 peers", 15, nil, 80 * ms, 80 * ms},
		{"calm, 30 peers", 30, nil, MaxInterval, MaxInterval},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := setup(t, c.peers, nil)
			if c.do != nil {
				c.do(r)
			}
			r.run(2500 * ms)
			from := r.now
			r.run(800 * ms)
			if least, most := r.gaps(from); least != c.least || most != c.most {
				t.Errorf("%v to %v between two datagrams, want %v to %v", least, most, c.least, c.most)
			}
		})
	}
}

func TestIntervalWhileALampWaits(t *testing.T) {
	r := setup(t, 1, nil)
	r.run(3 * time.Second)
	r.all[0].silent = true
	r.run(10 * ms)
	at := r.now
	r.press(2, up)
	r.run(300 * ms)
	if _, most := r.gaps(at); most > urgent {
		t.Errorf("%v between two datagrams", most)
	}
	if r.sent[len(r.sent)-1] < at+290*ms {
		t.Error("gave up")
	}
	// Whoever sleeps for long is woken by a press at once.
	r.all[0].silent = false
	r.run(8 * time.Second)
	r.in.Floor = 2
	before := len(r.sent)
	r.run(3 * ms)
	if len(r.sent) != before {
		r.run(3 * ms)
		before = len(r.sent)
	}
	r.press(1, up)
	r.run(gap)
	if len(r.sent) == before {
		t.Error("a press didn't wake it")
	}
}

func TestNoStormUnderHammering(t *testing.T) {
	r := setup(t, 1, nil)
	before := len(r.sent)
	for range 500 {
		r.press(2, up)
		r.run(ms / 5)
	}
	if n := len(r.sent) - before; n > 101 {
		t.Errorf("%d datagrams in 100 ms", n)
	}
}

// A large building leaves closed calls out once everybody that is heard holds the
// same, and not before.
func TestClosedCallsTravelUntilAllHoldTheSame(t *testing.T) {
	r := setup(t, 1, func(c *Config) { c.Elevator.Floors = 64 })
	p := r.all[0]
	p.silent = true
	r.press(0, cab)
	r.until(2*time.Second, "served", func() bool { return r.own(0, cab).S > 0 })
	r.run(time.Second)
	told := 0
	r.after = func(Event) {
		if m := r.a.Message; m != nil && len(m.Section("1").Calls) > 0 {
			told++
		}
	}
	r.run(time.Second)
	if told == 0 {
		t.Error("a peer that doesn't know isn't told")
	}
	p.silent = false
	r.run(time.Second)
	told = 0
	r.run(time.Second)
	if told > 0 {
		t.Errorf("told %d times what all know", told)
	}
}

func TestLossIsReported(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.header = func(h *worldview.Header) { h.Count *= 4 }
	r.run(3 * time.Second)
	r.until(100*ms, "a datagram", func() bool { return r.a.Message != nil })
	if got := r.a.Message.Loss; got != 75 {
		t.Errorf("reports %d %%, three of four datagrams are lost", got)
	}
}

func TestALostServerShowsNothing(t *testing.T) {
	r := setup(t, 0, nil)
	in := elevator.Inputs{Link: 1, Stop: true, Floor: 2}
	in.Buttons.Put(2, cab, true)
	r.do(Event{Kind: Inputs, Inputs: in})
	r.run(100 * ms)
	if r.lit(2, cab) || r.heardOf(ServerLost) != 1 {
		t.Error("takes a press from a server that isn't there")
	}
	r.in.Link = 2
	r.do(Event{Kind: Inputs, Inputs: r.in})
	if r.heardOf(ServerFound) != 2 { // once at the start
		t.Error("not found again")
	}
}
