package host_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
	"elevnet/worldview"
)

// attacker throws datagrams at everybody on the port.
type attacker struct {
	conn     net.Conn
	building string
	valid    [][]byte // sealed, of the nodes themselves
	key      []byte
	random   *rand.Rand
	encoder  worldview.Encoder
	seq      uint64
}

// newAttacker listens for a while, so as to have something to send again.
func newAttacker(t *testing.T, port int, key []byte) *attacker {
	t.Helper()
	spy, err := bcast.Listen(bcast.Options{Port: port, LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer spy.Close()
	a := &attacker{building: t.Name(), key: key, random: rand.New(rand.NewPCG(1, 2))}
	buf := make([]byte, 2000)
	for len(a.valid) < 40 {
		n, _, err := spy.Receive(buf)
		if err != nil {
			t.Fatal(err)
		}
		a.valid = append(a.valid, append([]byte(nil), buf[:n]...))
	}
	if a.conn, err = net.Dial("udp4", fmt.Sprintf("127.255.255.255:%d", port)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.conn.Close() })
	return a
}

func (a *attacker) any() []byte { return append([]byte(nil), a.valid[a.random.IntN(len(a.valid))]...) }

func (a *attacker) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(a.random.Uint32())
	}
	return b
}

// message is one that a node could have made, but for what change does.
func (a *attacker) message(key []byte, change func(h *worldview.Header)) []byte {
	sealer := bcast.NewSealer(key)
	a.seq++
	h := worldview.Header{
		Building: worldview.HashBuilding(a.building), KeyID: sealer.KeyID(), Floors: cfg.Floors,
		Timings: worldview.HashTimings(cfg), Boot: 99, Seq: a.seq, Count: uint16(a.seq), ID: "evil",
	}
	change(&h)
	return sealer.Seal(a.encoder.Append(nil, &worldview.Message{Header: h}))
}

// kinds are what is thrown, and as what it is to be counted; "" if that depends.
func (a *attacker) kinds() []struct {
	counted string
	make    func() []byte
} {
	payload := func() []byte {
		b := a.any()
		return b[:len(b)-bcast.NewSealer(a.key).Overhead()]
	}
	reseal := func(b []byte) []byte { return bcast.NewSealer(a.key).Seal(b) }
	return []struct {
		counted string
		make    func() []byte
	}{
		{"foreign", func() []byte { return a.noise(a.random.IntN(1400)) }},
		{"foreign", func() []byte { return nil }},
		{"foreign", func() []byte { return []byte(`{"id":"one","behaviour":"idle"}`) }},
		{"corrupted", func() []byte { b := a.any(); return b[:50+a.random.IntN(len(b)-50)] }},
		{"corrupted", func() []byte { b := a.any(); b[20+a.random.IntN(len(b)-20)] ^= 1 << a.random.IntN(8); return b }},
		{"", func() []byte { b := a.any(); b[a.random.IntN(len(b))] ^= byte(1 + a.random.IntN(255)); return b }},
		{"repeated", func() []byte { return a.valid[a.seq%8] }},
		{"", func() []byte { return a.any() }},
		{"oversized", func() []byte { return append(a.any(), make([]byte, worldview.Limit)...) }},
		{"oversized", func() []byte { return a.noise(bcast.MaxDatagram) }},
		{"other key", func() []byte {
			return a.message([]byte("another key, 16+ bytes"), func(*worldview.Header) {})
		}},
		{"other building", func() []byte {
			return a.message(a.key, func(h *worldview.Header) { h.Building ^= 1 })
		}},
		{"other floors", func() []byte {
			return a.message(a.key, func(h *worldview.Header) { h.Floors = 5 + a.random.IntN(3) })
		}},
		{"other version", func() []byte { b := payload(); b[4]++; return reseal(b) }},
		{"malformed", func() []byte { return reseal(append(payload(), 1, 2, 3)) }},
		{"malformed", func() []byte { b := payload(); return reseal(b[:len(b)-1]) }},
	}
}

func TestHostileDatagrams(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef0123456789abcdef")
	a := newStation(t, "a", 0)
	a.opts.Key = key
	a.start()
	b := newStation(t, "b", a.port)
	b.opts.Key = key
	b.start()
	linked(t, a, b)

	x := newAttacker(t, a.port, key)
	var stop atomic.Bool
	var thrown atomic.Int64
	var attack sync.WaitGroup
	attack.Go(func() {
		kinds := x.kinds()
		due := min(looked(a), looked(b)) + 10
		for began := time.Now(); !stop.Load(); {
			x.conn.Write(kinds[thrown.Load()%int64(len(kinds))].make()) //nolint:errcheck // refused once in a while
			// Some thousands a second, so that the nodes' own find room; and no
			// more than they get to look at. On a machine that is busy with
			// everything else they would miss their floors.
			if n := thrown.Add(1); n%20 == 0 {
				if early := time.Duration(n)*300*time.Microsecond - time.Since(began); early > 0 {
					time.Sleep(early)
				}
				for began := time.Now(); min(looked(a), looked(b)) < due && time.Since(began) < 20*time.Millisecond; {
					time.Sleep(time.Millisecond)
				}
				due = min(looked(a), looked(b)) + 10
			}
		}
	})
	served(t, elevator.HallUp, 2, a, a, b)
	served(t, elevator.HallDown, 3, b, a, b)
	served(t, elevator.Cab, 0, a, a)
	until(t, "every kind is counted", func() bool {
		for _, s := range []*station{a, b} {
			dropped := s.host.Observe().Dropped
			for _, k := range x.kinds() {
				if k.counted != "" && dropped[k.counted] == 0 {
					return false
				}
			}
		}
		return thrown.Load() > 2000
	})
	stop.Store(true)
	attack.Wait()
	served(t, elevator.HallUp, 1, b, a, b)
	t.Logf("%d datagrams thrown; dropped %v", thrown.Load(), a.host.Observe().Dropped)
	for _, s := range []*station{a, b} {
		s.behaved()
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		// One for each kind at once, and a handful later.
		if n := s.log.lines(); n > 60 {
			t.Errorf("%d lines for %d datagrams:\n%s", n, thrown.Load(), s.log)
		}
		for _, part := range []string{"another version", "another key", "another building", "another number", "another program", "malformed", "corrupted", "longer than any of ours"} {
			if !s.says(part) {
				t.Errorf("nothing says %q", part)
			}
		}
	}
}

// looked returns how many datagrams a station has looked at. Some that are sent
// to it are lost where its queue is full, and its own aren't counted.
func looked(s *station) uint64 {
	o := s.host.Observe()
	sum := o.Got.Datagrams
	for _, dropped := range o.Dropped {
		sum += dropped
	}
	return sum
}

// Anybody without a key can send under any number of ids. That fills the
// building, and no more memory than that.
func TestFloodOfIDs(t *testing.T) {
	t.Parallel()
	a := newStation(t, "a", 0)
	a.start()
	until(t, "joined", func() bool { return a.host.Observe().Joined })
	x := newAttacker(t, a.port, nil)
	for k := range 3000 {
		x.conn.Write(x.message(nil, func(h *worldview.Header) { //nolint:errcheck
			h.ID = elevator.ID(fmt.Sprintf("evil-%d", k))
			h.Boot = uint64(k + 1000)
		}))
		if k%50 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
	}
	served(t, elevator.HallUp, 2, a, a)
	if n := len(a.host.Observe().View.Nodes); n > elevator.MaxNodes {
		t.Errorf("%d nodes", n)
	}
	if n := a.log.lines(); n > 20 {
		t.Errorf("%d lines:\n%s", n, a.log)
	}
}

// badServer is something on the port of the elevator server.
type badServer struct {
	listener    net.Listener
	connections atomic.Int64
	running     sync.WaitGroup
}

func newBadServer(t *testing.T, serve func(c net.Conn)) *badServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &badServer{listener: l}
	var mu sync.Mutex
	var open []net.Conn
	s.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			s.running.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		s.running.Wait()
	})
	return s
}

// answer replies to every request as reply says, until enough were answered.
func answer(c net.Conn, enough int, reply func(elevproto.Frame) elevproto.Frame) {
	var f elevproto.Frame
	for n := 0; n < enough; {
		if _, err := io.ReadFull(c, f[:]); err != nil {
			return
		}
		if !f.HasReply() {
			continue
		}
		n++
		r := reply(f)
		if _, err := c.Write(r[:]); err != nil {
			return
		}
	}
}

func TestBadElevatorServers(t *testing.T) {
	t.Parallel()
	const forever = 1 << 40
	random := func() uint32 { return rand.Uint32() }
	babble := func(f elevproto.Frame) elevproto.Frame {
		switch f.Op() {
		case elevproto.OpFloorSensor:
			return elevproto.FloorReply(int(random()%5) - 1)
		case elevproto.OpButton:
			return elevproto.BoolReply(f.Op(), random()%10 == 0)
		default:
			return elevproto.BoolReply(f.Op(), random()%2 == 0)
		}
	}
	quiet := func(f elevproto.Frame) elevproto.Frame {
		if f.Op() == elevproto.OpFloorSensor {
			return elevproto.FloorReply(0)
		}
		return elevproto.BoolReply(f.Op(), false)
	}
	for name, serve := range map[string]func(c net.Conn){
		"closes at once": func(net.Conn) {},
		"never answers":  func(c net.Conn) { io.Copy(io.Discard, c) },
		"noise": func(c net.Conn) {
			b := make([]byte, 4096)
			for {
				for i := range b {
					b[i] = byte(random())
				}
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		},
		"another protocol": func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, //nolint:errcheck
		"half frames": func(c net.Conn) {
			io.ReadFull(c, make([]byte, 4))           //nolint:errcheck
			c.Write([]byte{elevproto.OpButton, 0})    //nolint:errcheck
			time.Sleep(time.Duration(random() % 1e7)) // up to 10 ms
		},
		"closes after some polls": func(c net.Conn) { answer(c, 100, quiet) },
		"floors that don't exist": func(c net.Conn) {
			answer(c, forever, func(f elevproto.Frame) elevproto.Frame {
				if f.Op() == elevproto.OpFloorSensor {
					return elevproto.FloorReply(200)
				}
				return quiet(f)
			})
		},
		"babbling inputs": func(c net.Conn) { answer(c, forever, babble) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := newBadServer(t, serve)
			s := newStation(t, "a", 0)
			s.opts.Server = bad.listener.Addr().String()
			s.start()
			const lasts = 2 * time.Second
			time.Sleep(lasts)
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			if n := s.log.lines(); n > 40 {
				t.Errorf("%d lines in %v:\n%s", n, lasts, s.log)
			}
			if n := bad.connections.Load(); n == 0 || n > 30 {
				t.Errorf("%d connections in %v", n, lasts)
			}
			t.Logf("%d lines, %d connections", s.log.lines(), bad.connections.Load())
		})
	}
}

func TestElevatorServerThatComesLate(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	if err := s.car.SetAccepting(false); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.untilSays("no elevator server at " + s.opts.Server + ": start one")
	if err := s.car.SetAccepting(true); err != nil {
		t.Fatal(err)
	}
	s.untilSays("elevator server at " + s.opts.Server + " connected")
	served(t, elevator.Cab, 2, s, s)
	s.car.DropConnections()
	s.untilSays("elevator server lost")
	until(t, "connected again", func() bool { return strings.Count(s.log.String(), " connected\"") == 2 })
	served(t, elevator.Cab, 1, s, s)
}
