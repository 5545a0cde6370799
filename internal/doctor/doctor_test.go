package doctor

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
	"elevnet/internal/store"
	"elevnet/worldview"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

// healthy is a computer on which a node would do well: an elevator server, a
// port on this computer alone, a directory.
func healthy(t *testing.T) Options {
	t.Helper()
	conn, err := bcast.Listen(bcast.Options{LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	cfg := elevator.DefaultConfig()
	return Options{
		ID: "1", Building: t.Name(), Elevator: cfg, Server: serve(t, answers), Transport: conn, Port: conn.Port(), Local: true,
		StateDir: t.TempDir(), Listen: 200 * time.Millisecond, Nonce: 42,
	}
}

// serve listens as an elevator server that treats each connection so.
func serve(t *testing.T, treat func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				treat(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().String()
}

// answers is a well-behaved server with its car at floor 2.
func answers(conn net.Conn) {
	answering(conn, func(elevproto.Frame) elevproto.Frame { return elevproto.FloorReply(2) })
}

// answering answers each question; for those about the panel the answer is off
// unless reply has that opcode.
func answering(conn net.Conn, reply func(ask elevproto.Frame) elevproto.Frame) {
	for {
		var ask elevproto.Frame
		if _, err := io.ReadFull(conn, ask[:]); err != nil {
			return
		}
		r := reply(ask)
		if r.Op() != ask.Op() && ask.Op() != elevproto.OpFloorSensor {
			r = elevproto.BoolReply(ask.Op(), false)
		}
		if _, err := conn.Write(r[:]); err != nil {
			return
		}
	}
}

// finds examines and fails unless each want, "status check: pattern", is found.
// What begins with ! must not be.
func finds(t *testing.T, o Options, want ...string) Report {
	t.Helper()
	r := Examine(t.Context(), o)
	var b bytes.Buffer
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s: %s", f.Status, f.Check, f.Text)
		if f.Remedy != "" {
			fmt.Fprintf(&b, " -> %s", f.Remedy)
		}
		b.WriteByte('\n')
		if f.Status != OK && f.Remedy == "" && !strings.Contains(f.Text, "use by another program") && f.Check != broadcastCheck && f.Check != serverCheck {
			t.Errorf("no remedy: %+v", f)
		}
	}
	for _, w := range want {
		pattern, never := strings.CutPrefix(w, "!")
		if regexp.MustCompile("(?m)^"+pattern).Match(b.Bytes()) == never {
			t.Errorf("want %s in\n%s", w, b.String())
		}
	}
	if (r.Failures == 0) != r.OK || r.Failures != strings.Count("\n"+b.String(), "\nfail ") || r.Warnings != strings.Count("\n"+b.String(), "\nwarn ") {
		t.Errorf("%d failures, %d warnings, ok %v:\n%s", r.Failures, r.Warnings, r.OK, b.String())
	}
	return r
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	o := healthy(t)
	r := finds(t, o, "ok elevator server: .* answers$", "ok floor sensor: the car is at floor 2 of 0 to 3$", "ok answers: one takes .* ms, 15 at once",
		"ok clock: ", "ok state directory: .* can be written", "(ok|warn) disk: storing something takes", "ok state: node 1 has stored nothing yet",
		"ok udp port: ", "ok broadcast: .*: comes back after .* ms", "ok other nodes: none of building", "ok id: no other node", "!fail ")
	if !r.OK {
		t.Error("not ok")
	}
	if left, err := os.ReadDir(o.StateDir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	var out bytes.Buffer
	if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "ok    elevator server  127.0.0.1:") {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	sensor := func(floor int) func(net.Conn) {
		return func(c net.Conn) {
			answering(c, func(elevproto.Frame) elevproto.Frame { return elevproto.FloorReply(floor) })
		}
	}
	for name, c := range map[string]struct {
		treat func(net.Conn)
		want  []string
	}{
		"between floors": {sensor(elevator.NoFloor), []string{"ok floor sensor: the car is between two floors"}},
		"too high":       {sensor(6), []string{"fail floor sensor: the car is at floor 6, and there are floors 0 to 3 -> give all nodes --floors 7"}},
		"nonsense":       {func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH\r\n"); io.Copy(io.Discard, c) }, []string{"fail elevator server: .* answers nonsense: 53 53 48 2d"}},
		"silent":         {func(c net.Conn) { io.Copy(io.Discard, c) }, []string{"fail elevator server: .* takes the connection and doesn't answer within 2s -> .*one client at a time"}},
		"closes":         {func(c net.Conn) {}, []string{"fail elevator server: .* breaks the connection off"}},
		"slow": {func(c net.Conn) {
			answering(c, func(elevproto.Frame) elevproto.Frame {
				time.Sleep(25 * time.Millisecond)
				return elevproto.FloorReply(0)
			})
		}, []string{"warn answers: one takes .*short presses may be missed"}},
		"obstructed": {func(c net.Conn) {
			answering(c, func(ask elevproto.Frame) elevproto.Frame {
				if ask.Op() == elevproto.OpFloorSensor {
					return elevproto.FloorReply(1)
				}
				return elevproto.BoolReply(ask.Op(), true)
			})
		}, []string{"warn panel: the obstruction switch is on", "warn panel: the stop button is held down"}},
		"stops answering": {func(c net.Conn) {
			n := 0
			answering(c, func(ask elevproto.Frame) elevproto.Frame {
				if n++; n > 10 {
					c.Close()
				}
				return elevproto.FloorReply(1)
			})
		}, []string{"ok elevator server", "fail answers: .* stopped answering"}},
		"holds back": {func(c net.Conn) {
			r := bufio.NewReader(c)
			for {
				var ask elevproto.Frame
				if _, err := io.ReadFull(r, ask[:]); err != nil {
					return
				}
				if r.Buffered() > 0 {
					time.Sleep(10 * time.Millisecond)
				}
				reply := elevproto.BoolReply(ask.Op(), false)
				c.Write(reply[:]) //nolint:errcheck // the next read fails
			}
		}, []string{"ok answers: .*holds them back .Nagle|warn answers: .*short presses"}},
		"mixed up": {func(c net.Conn) {
			answering(c, func(ask elevproto.Frame) elevproto.Frame {
				if ask.Op() == elevproto.OpStopButton {
					c.Write([]byte{9, 0, 0, 0})
				}
				return elevproto.FloorReply(1)
			})
		}, []string{"fail answers: .* stopped answering: nonsense: it answered"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := healthy(t)
			o.Server = serve(t, c.treat)
			finds(t, o, c.want...)
		})
	}
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	o := healthy(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Server = l.Addr().String()
	l.Close()
	finds(t, o, "fail elevator server: nothing listens at .* -> start one, see --host and --port; a simulated one: elevnet sim --port")
	o = healthy(t)
	o.Server = "no.such.host.invalid:15657"
	finds(t, o, "fail elevator server: (there is no host|.* can't be reached)")
}

// Whatever a server takes for a frame, it sees questions alone: not even one
// that has lost its place in the stream is told to move or to light anything.
func TestQuestionsAreHarmlessAnyhow(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []byte
	o := healthy(t)
	o.Server = serve(t, func(c net.Conn) {
		answering(c, func(ask elevproto.Frame) elevproto.Frame {
			mu.Lock()
			got = append(got, ask[:]...)
			mu.Unlock()
			return elevproto.FloorReply(0)
		})
	})
	finds(t, o, "ok answers")
	mu.Lock()
	defer mu.Unlock()
	if len(got) < 4*questions {
		t.Fatalf("%d bytes", len(got))
	}
	for k, b := range got {
		if b != elevproto.OpFloorSensor && b != elevproto.OpStopButton && b != elevproto.OpObstruction {
			t.Fatalf("byte %d is %d", k, b)
		}
	}
}

func TestDisks(t *testing.T) {
	t.Parallel()
	t.Run("none", func(t *testing.T) {
		o := healthy(t)
		o.StateDir = ""
		finds(t, o, "warn state directory: none", "!.* disk:")
	})
	t.Run("to be made", func(t *testing.T) {
		o := healthy(t)
		parent := o.StateDir
		o.StateDir = filepath.Join(parent, "a", "b")
		finds(t, o, "ok state directory: .* will be made", "(ok|warn) disk:", "ok free space")
		if left, _ := os.ReadDir(parent); len(left) > 0 {
			t.Errorf("left %v", left)
		}
	})
	t.Run("a file", func(t *testing.T) {
		o := healthy(t)
		o.StateDir = filepath.Join(o.StateDir, "file")
		if err := os.WriteFile(o.StateDir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		finds(t, o, "fail state directory: .* is no directory")
	})
	t.Run("read-only", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("root may write anywhere")
		}
		o := healthy(t)
		if err := os.Chmod(o.StateDir, 0o500); err != nil {
			t.Fatal(err)
		}
		finds(t, o, "fail state directory: .*permission denied -> give this user the right")
	})
}

// commit stores a worldview as a node of the options would, and returns the
// open store.
func commit(t *testing.T, o Options, floors int, life worldview.Life, calls ...int) *store.Store {
	t.Helper()
	s, _, err := store.Open(store.OS(), o.StateDir, store.FileName(o.Building, string(o.ID)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := worldview.New(floors)
	m := worldview.Message{Header: worldview.Header{Floors: floors}, Sections: []worldview.Section{{ID: o.ID}}}
	for _, f := range calls {
		m.Sections[0].Calls = append(m.Sections[0].Calls, worldview.Entry{
			Number: worldview.Number(f, elevator.Cab), Call: worldview.Call{P: life.Start() + 1},
		})
	}
	if _, err := w.Merge(&m, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(w.AppendSnapshot(nil, life)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStates(t *testing.T) {
	t.Parallel()
	now := uint32(time.Now().Unix())
	t.Run("readable", func(t *testing.T) {
		o := healthy(t)
		commit(t, o, 4, worldview.NewLife(now, 1), 1, 3).Close()
		finds(t, o, "ok state: readable: 2 open calls", "!warn clock")
	})
	t.Run("held", func(t *testing.T) {
		o := healthy(t)
		s := commit(t, o, 4, worldview.NewLife(now, 1))
		o.Server = serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
		finds(t, o, "warn state: a node with id 1 runs on this computer now .*process", "warn elevator server: .*this node runs already")
		if err := s.Commit([]byte("and goes on")); err != nil {
			t.Error(err)
		}
	})
	t.Run("other floors", func(t *testing.T) {
		o := healthy(t)
		commit(t, o, 6, worldview.NewLife(now, 1), 5).Close()
		finds(t, o, "fail state: .*the saved state is for 6 floors, not 4 -> give --floors 6")
	})
	t.Run("clock went back", func(t *testing.T) {
		o := healthy(t)
		commit(t, o, 4, worldview.NewLife(now+3600, 1), 1).Close()
		finds(t, o, "warn clock: it is (59m5[0-9]|1h0m0)s behind what this node has stored")
	})
	t.Run("rubbish", func(t *testing.T) {
		o := healthy(t)
		if err := os.WriteFile(filepath.Join(o.StateDir, store.FileName(o.Building, "1")), []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
		finds(t, o, "warn state: .* holds nothing that can be read")
		if left, _ := os.ReadDir(o.StateDir); len(left) != 1 {
			t.Errorf("left %v", left)
		}
	})
	t.Run("makes no sense", func(t *testing.T) {
		o := healthy(t)
		s := commit(t, o, 4, worldview.NewLife(now, 1))
		if err := errors.Join(s.Commit([]byte("whole, and no worldview")), s.Close()); err != nil {
			t.Fatal(err)
		}
		finds(t, o, "warn state: .*not a saved worldview")
	})
}

// neighbour sends datagrams on the port for as long as the test runs.
func neighbour(t *testing.T, o Options, datagrams func(seq uint64) [][]byte) {
	t.Helper()
	conn, err := bcast.Listen(bcast.Options{Port: o.Port, LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for seq := uint64(1); ; seq++ {
			for _, b := range datagrams(seq) {
				conn.Send(b) //nolint:errcheck // the next one follows
			}
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	t.Cleanup(func() {
		close(stop)
		running.Wait()
		conn.Close()
	})
}

// message is a datagram of a node of the options, but for what change does.
func message(o Options, id elevator.ID, seq uint64, key []byte, change func(*worldview.Message)) []byte {
	sealer := bcast.NewSealer(key)
	m := worldview.Message{Header: worldview.Header{
		Building: worldview.HashBuilding(o.Building), KeyID: sealer.KeyID(), Floors: o.Elevator.Floors,
		Timings: worldview.HashTimings(o.Elevator), Boot: 99, Seq: seq, Count: uint16(seq), ID: id,
	}}
	if change != nil {
		change(&m)
	}
	var e worldview.Encoder
	return sealer.Seal(e.Append(nil, &m))
}

func TestNeighbours(t *testing.T) {
	t.Parallel()
	now := time.Now()
	status := func(m *worldview.Message, started time.Time) {
		s := worldview.Section{ID: m.ID, HasStatus: true}
		s.Status.Version = worldview.Version{Life: worldview.NewLife(uint32(started.Unix()), 1), Seq: 1}
		m.Sections = append(m.Sections, s)
	}
	secret := []byte("0123456789abcdef")
	for name, c := range map[string]struct {
		key  []byte
		make func(o Options, seq uint64) [][]byte
		want []string
	}{
		"a peer": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { status(m, now) })}
		}, []string{"ok other nodes: 1 node heard: 2 at 127.0.0.1", "ok id: no other node", "!fail", "!warn clock"}},
		"with a key": {secret, func(o Options, seq uint64) [][]byte { return [][]byte{message(o, "2", seq, secret, nil)} },
			[]string{"ok other nodes: 1 node heard", "!fail"}},
		"the same id": {nil, func(o Options, seq uint64) [][]byte { return [][]byte{message(o, "1", seq, nil, nil)} },
			[]string{"warn id: a node with id 1 runs on this computer now"}},
		"an id twice": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "1", seq, nil, nil), message(o, "1", seq, nil, func(m *worldview.Message) { m.Boot = 100 })}
		}, []string{"fail id: 2 nodes have id 1"}},
		"other floors": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { m.Floors = 6 })}
		}, []string{"fail floors: node 2 at 127.0.0.1 has 6 floors, and we would have 4"}},
		"other timings": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { m.Timings++ })}
		}, []string{"warn timings: node 2 at 127.0.0.1"}},
		"a clock ahead": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { status(m, now.Add(time.Hour)) })}
		}, []string{`warn clock: the one of node 2 at 127.0.0.1 is (5\dm|1h0m)\d+s ahead of ours`}},
		"a clock behind": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { status(m, now.Add(-time.Hour)) })}
		}, []string{`warn clock: the one of node 2 at 127.0.0.1 is 1h\d+m\d+s behind ours`}},
		"an old node whose clock is right": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", uint64(time.Since(now.Add(-time.Hour)).Microseconds()), nil, func(m *worldview.Message) { status(m, now.Add(-time.Hour)) })}
		}, []string{"!warn clock"}},
		"loss": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { m.Loss = 30 })}
		}, []string{"warn links: node 2 at 127.0.0.1 loses 30 %"}},
		"deaf to each other": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{
				message(o, "2", seq, nil, func(m *worldview.Message) { status(m, now) }),
				message(o, "3", seq, nil, func(m *worldview.Message) { m.Boot = 5; status(m, now) }),
			}
		}, []string{"warn links: nodes 2 and 3 don't hear each other"}},
		"another building": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, func(m *worldview.Message) { m.Building++ })}
		}, []string{"warn building: only nodes of another building are heard, at 127.0.0.1"}},
		"another building as well": {nil, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, nil, nil), message(o, "2", seq, nil, func(m *worldview.Message) { m.Building++ })}
		}, []string{"ok building: nodes of another building are heard, too"}},
		"another key": {secret, func(o Options, seq uint64) [][]byte {
			return [][]byte{message(o, "2", seq, []byte("fedcba9876543210"), nil)}
		},
			[]string{"fail key: node 2 at 127.0.0.1 has another key"}},
		"no key": {secret, func(o Options, seq uint64) [][]byte { return [][]byte{message(o, "2", seq, nil, nil)} },
			[]string{"fail key: node 2 at 127.0.0.1 has no key"}},
		"a key where we have none": {nil, func(o Options, seq uint64) [][]byte { return [][]byte{message(o, "2", seq, secret, nil)} },
			[]string{"fail key: node 2 at 127.0.0.1 has another key"}},
		"another version": {nil, func(o Options, seq uint64) [][]byte {
			b := message(o, "2", seq, nil, nil)
			b[4]++
			return [][]byte{bcast.NewSealer(nil).Seal(b[:len(b)-4])}
		}, []string{"fail version: a node of another version is at 127.0.0.1: protocol version 2 instead of 1"}},
		"a stranger": {nil, func(o Options, seq uint64) [][]byte { return [][]byte{[]byte("{\"hello\": 1}"), nil} },
			[]string{"warn strangers: another program sends on udp port \\d+: 127.0.0.1"}},
		"damage": {nil, func(o Options, seq uint64) [][]byte {
			b := message(o, "2", seq, nil, nil)
			b[len(b)-1] ^= 1
			return [][]byte{b, bcast.NewSealer(nil).Seal(append(message(o, "2", seq, nil, nil)[:40:40], 1, 2, 3))}
		}, []string{"warn strangers: \\d+ of \\d+ datagrams from 127.0.0.1 are damaged"}},
		"another doctor": {nil, func(o Options, seq uint64) [][]byte { return [][]byte{bcast.AppendProbe(nil, 7, uint32(seq))} },
			[]string{"ok other nodes: another elevnet doctor is heard, at 127.0.0.1", "!.* strangers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := healthy(t)
			o.Key = c.key
			neighbour(t, o, func(seq uint64) [][]byte { return c.make(o, seq) })
			finds(t, o, c.want...)
		})
	}
}

// Anything that is sent by anybody is borne.
func TestFlood(t *testing.T) {
	t.Parallel()
	o := healthy(t)
	neighbour(t, o, func(seq uint64) [][]byte {
		var all [][]byte
		for k := range uint64(50) {
			n := seq*50 + k
			all = append(all, message(o, elevator.ID(fmt.Sprintf("evil-%d", n)), n, nil, func(m *worldview.Message) { m.Building += uint32(n % 2) }))
		}
		return all
	})
	r := Examine(t.Context(), o)
	if n := len(r.Findings); n > 3*maxSenders+4*elevator.MaxNodes*elevator.MaxNodes {
		t.Errorf("%d findings", n)
	}
}

func TestNoTransport(t *testing.T) {
	t.Parallel()
	o := healthy(t)
	o.Transport.Close()
	o.Transport, o.TransportErr = nil, errors.New("udp port 1 is in use by another program; choose another with --udp-port on every node")
	finds(t, o, "fail udp port: udp port 1 is in use by another program", "!.*broadcast")
}

func TestEndsEarly(t *testing.T) {
	t.Parallel()
	o := healthy(t)
	o.Listen = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan Report)
	go func() { ended <- Examine(ctx, o) }()
	time.AfterFunc(50*time.Millisecond, cancel)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("doesn't end")
	}
}

// mute is a transport whose datagrams don't come back.
type mute struct {
	bcast.Transport
	status bcast.Status
}

func (m mute) Send([]byte) (int, error) { return 1, nil }
func (m mute) Status() bcast.Status     { return m.status }

func TestInterfaces(t *testing.T) {
	t.Parallel()
	addr := netip.MustParseAddr
	for name, c := range map[string]struct {
		local bool
		link  bcast.Interface
		want  []string
	}{
		"firewall": {false, bcast.Interface{Name: "eth0", Source: addr("10.0.0.1"), Destination: addr("10.0.0.255")},
			[]string{"fail broadcast: eth0 10.0.0.255: what is sent doesn't come back: a firewall holds it up -> let", "!.*there is no network"}},
		"no cable": {false, bcast.Interface{Name: "eth0", Source: addr("10.0.0.1"), Destination: addr("10.0.0.255"), Err: bcast.ErrNoCarrier},
			[]string{"warn broadcast: eth0 10.0.0.255: no carrier"}},
		"refused": {false, bcast.Interface{Name: "eth0", Source: addr("10.0.0.1"), Destination: addr("10.0.0.255"), Err: errors.New("operation not permitted")},
			[]string{"fail broadcast: eth0 10.0.0.255: can't be sent on: operation not permitted"}},
		"no network": {false, bcast.Interface{Name: "lo", Loopback: true, Source: addr("127.0.0.1"), Destination: addr("127.255.255.255"), Err: bcast.ErrDown},
			[]string{"fail broadcast: lo .*interface is down", "warn broadcast: there is no network"}},
		"no network needed": {true, bcast.Interface{Name: "lo", Loopback: true, Source: addr("127.0.0.1"), Destination: addr("127.255.255.255")},
			[]string{"fail broadcast: lo ", "!.*there is no network"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := healthy(t)
			o.Local = c.local
			o.Transport = mute{o.Transport, bcast.Status{Interfaces: []bcast.Interface{c.link}}}
			finds(t, o, c.want...)
		})
	}
}

func TestFirewallHints(t *testing.T) {
	for goos, want := range map[string]string{"linux": "ufw allow 15680/udp", "windows": "Windows Defender", "darwin": "System Settings"} {
		if got := firewallHint(15680, goos); !strings.Contains(got, want) || !strings.Contains(got, "15680") {
			t.Errorf("%s: %s", goos, got)
		}
	}
}

// What others send can't play with the terminal.
func TestPrintable(t *testing.T) {
	if got := printable("a\x1b[2J\nb\x7f"); got != "a [2J b " {
		t.Errorf("%q", got)
	}
}
