package host_test

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// notebook is a tap that keeps what it is told.
type notebook struct {
	mu       sync.Mutex
	order    []string
	start    host.TapStart
	kinds    map[node.Kind]int
	sent     map[uint64]time.Time // by number, when it was told
	got      map[uint64]time.Time
	seqs     []uint64
	times    []time.Duration
	dropped  map[string]int
	end      host.TapEnd
	badBytes int
}

func (n *notebook) note(what string) {
	if k := len(n.order); k == 0 || n.order[k-1] != what {
		n.order = append(n.order, what)
	}
}

func (n *notebook) Started(s host.TapStart) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.note("started")
	n.start, n.kinds, n.dropped = s, make(map[node.Kind]int), make(map[string]int)
	n.sent, n.got = make(map[uint64]time.Time), make(map[uint64]time.Time)
}

func (n *notebook) Stepped(s *host.TapStep) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.note("stepped")
	n.kinds[s.Event.Kind]++
	n.times = append(n.times, s.At)
	var d worldview.Decoder
	if s.Sent != nil {
		n.sent[s.Actions.Message.Seq] = time.Now()
		n.seqs = append(n.seqs, s.Actions.Message.Seq)
		if m, err := d.Decode(s.Sent); err != nil || m.Seq != s.Actions.Message.Seq || m.ID != n.start.Node.ID {
			n.badBytes++
		}
	}
	if s.Event.Kind == node.Datagram {
		n.got[s.Event.Message.Seq] = time.Now()
		if m, err := d.Decode(s.Received); err != nil || m.Seq != s.Event.Message.Seq || !s.From.IsValid() {
			n.badBytes++
		}
	}
	if s.Node == nil || (s.Sent == nil) != (s.Actions.Message == nil) {
		n.badBytes++
	}
}

func (n *notebook) Dropped(d host.TapDrop) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dropped[d.Reason] += d.Bytes
	if !d.From.IsValid() || d.At <= 0 {
		n.badBytes++
	}
}

func (n *notebook) Ended(e host.TapEnd) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.note("ended")
	n.end = e
}

func TestTapIsToldEverything(t *testing.T) {
	t.Parallel()
	a := newStation(t, "a", 0)
	one, two := new(notebook), new(notebook)
	a.opts.Tap = host.Taps(nil, one, nil, new(notebook))
	a.start()
	b := newStation(t, "b", a.port)
	b.opts.Tap = two
	b.start()
	linked(t, a, b)
	served(t, elevator.HallUp, 2, a, a, b)

	c, err := bcast.Listen(bcast.Options{Port: a.port, LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	until(t, "strange bytes are told", func() bool {
		if _, err := c.Send([]byte("strange")); err != nil {
			t.Fatal(err)
		}
		one.mu.Lock()
		defer one.mu.Unlock()
		return len(one.dropped) > 0
	})
	if err := errors.Join(a.stop(), b.stop()); err != nil {
		t.Error(err)
	}
	for _, n := range []*notebook{one, two} {
		if !slices.Equal(n.order, []string{"started", "stepped", "ended"}) {
			t.Errorf("told %v", n.order)
		}
		if n.start.Node.Boot == 0 || !n.start.Node.Disk || n.start.Began.IsZero() {
			t.Errorf("started with %+v", n.start)
		}
		for _, k := range []node.Kind{node.Tick, node.Inputs, node.Datagram, node.Stored} {
			if n.kinds[k] == 0 {
				t.Errorf("no event of kind %d was told: %v", k, n.kinds)
			}
		}
		if !slices.IsSorted(n.seqs) || !slices.IsSorted(n.times) || n.badBytes > 0 {
			t.Errorf("in order %v, %v, %d bad", slices.IsSorted(n.seqs), slices.IsSorted(n.times), n.badBytes)
		}
		if n.end.Crashed || n.end.Err != nil || len(n.end.Snapshot) == 0 || n.end.At <= 0 {
			t.Errorf("ended with %+v", n.end)
		}
	}
	for seq, at := range two.got {
		if sent, ok := one.sent[seq]; !ok || at.Before(sent) {
			t.Errorf("datagram %d was got before it was told as sent (%v)", seq, ok)
		}
	}
	if len(two.got) == 0 {
		t.Error("nothing was got")
	}
}

func TestTapOfACrash(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	crash := make(chan struct{})
	n := new(notebook)
	s.opts.Crashed, s.opts.Tap = crash, n
	s.start()
	until(t, "joined", func() bool { return s.host.Observe().Joined })
	close(crash)
	if err := s.wait(); err != nil {
		t.Error(err)
	}
	if !n.end.Crashed {
		t.Errorf("ended with %+v", n.end)
	}
}

func TestTaps(t *testing.T) {
	if host.Taps() != nil || host.Taps(nil, nil) != nil {
		t.Error("no tap is a tap")
	}
	one, two := new(notebook), new(notebook)
	if host.Taps(nil, one) != host.Tap(one) {
		t.Error("one tap is another")
	}
	all := host.Taps(one, two)
	all.Started(host.TapStart{})
	all.Stepped(&host.TapStep{Node: new(node.Node)})
	all.Dropped(host.TapDrop{Reason: "x", Bytes: 3, At: 1, From: netip.MustParseAddrPort("10.0.0.1:5")})
	all.Ended(host.TapEnd{Crashed: true})
	for _, n := range []*notebook{one, two} {
		if !slices.Equal(n.order, []string{"started", "stepped", "ended"}) || n.dropped["x"] != 3 || !n.end.Crashed || n.badBytes > 0 {
			t.Errorf("told %+v", n)
		}
	}
}
