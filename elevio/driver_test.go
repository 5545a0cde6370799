package elevio

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

func TestFirstEventShowsAllInputs(t *testing.T) {
	s := newFakeServer(t, 4)
	want := elevator.Inputs{Connected: true, Link: 1, Floor: 2, Obstruction: true, Buttons: lamps(3, elevator.Cab)}
	s.show(func(in *elevator.Inputs) { *in = want })
	d := open(t, s.addr(), Options{})
	if diff := cmp.Diff(want, next(t, d).Inputs); diff != "" {
		t.Errorf("first event (-want +got):\n%s", diff)
	}
	if got, all := s.answered(), len(newPlan(4).asked); got < all-1 {
		t.Errorf("event after %d answers, want a whole poll of %d", got, all)
	}
}

func TestEveryChangeIsAnEvent(t *testing.T) {
	s := newFakeServer(t, 4)
	d := open(t, s.addr(), Options{})
	want := next(t, d).Inputs
	for i, change := range []func(*elevator.Inputs){
		func(in *elevator.Inputs) { in.Floor = elevator.NoFloor },
		func(in *elevator.Inputs) { in.Floor = 1 },
		func(in *elevator.Inputs) { in.Stop = true },
		func(in *elevator.Inputs) { in.Obstruction = true },
		func(in *elevator.Inputs) { in.Buttons.Put(3, elevator.HallDown, true) },
		func(in *elevator.Inputs) { in.Buttons.Put(3, elevator.HallDown, false) },
	} {
		s.show(change)
		change(&want)
		if diff := cmp.Diff(want, next(t, d).Inputs); diff != "" {
			t.Errorf("change %d (-want +got):\n%s", i, diff)
		}
	}
}

// A press that any poll saw reaches a consumer that takes nothing for long.
func TestSlowConsumerMissesNothing(t *testing.T) {
	polls := 0
	// Every poll, counted by its question for the stop button, shows another state.
	s := newFakeServer(t, 4, answering(func(s *fakeServer, f elevproto.Frame) []byte {
		if f.Op() == elevproto.OpStopButton {
			polls++
			r := elevproto.BoolReply(f.Op(), polls%2 == 0)
			return r[:]
		}
		return honest(s, f)
	}))
	d := open(t, s.addr(), Options{Poll: time.Millisecond})
	for len(d.events) < eventBuffer {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	for i := range 2 * eventBuffer {
		if e := next(t, d); e.Stop != (i%2 == 1) {
			t.Fatalf("event %d: stop %v: a state was skipped", i, e.Stop)
		}
	}
}

func TestSetWritesChangesOnly(t *testing.T) {
	s := newFakeServer(t, 2)
	d := open(t, s.addr(), Options{Floors: 2})
	link := next(t, d).Link
	var want []elevproto.Frame
	set := func(out elevator.Outputs, frames ...elevproto.Frame) {
		t.Helper()
		out.Link = link
		if err := d.Set(out); err != nil {
			t.Fatal(err)
		}
		want = append(want, frames...)
		if diff := cmp.Diff(want, s.frames(0, len(want))); diff != "" {
			t.Errorf("frames (-want +got):\n%s", diff)
		}
	}
	set(elevator.Outputs{}, everything(elevator.Outputs{})...)
	set(elevator.Outputs{})
	set(elevator.Outputs{Indicator: elevator.NoFloor, Motor: elevator.Up}, elevproto.Motor(elevator.Up))
	set(elevator.Outputs{Indicator: 1, Door: true},
		elevproto.Motor(elevator.Stop), elevproto.DoorLamp(true), elevproto.FloorIndicator(1))
	set(elevator.Outputs{Indicator: 1, Motor: elevator.Down},
		elevproto.DoorLamp(false), elevproto.Motor(elevator.Down))
}

func TestReconnectRestoresEverything(t *testing.T) {
	s := newFakeServer(t, 2)
	d := open(t, s.addr(), Options{Floors: 2, BackoffMin: time.Millisecond})
	out := elevator.Outputs{Link: next(t, d).Link, Motor: elevator.Up, Indicator: 1, Lamps: lamps(1, elevator.Cab)}
	if err := d.Set(out); err != nil {
		t.Fatal(err)
	}
	s.frames(0, len(everything(out)))

	s.drop()
	if e := next(t, d); e.Connected || e.Link != 1 || e.Floor != elevator.NoFloor {
		t.Errorf("after the loss: %+v", e)
	}
	s.show(func(in *elevator.Inputs) { in.Floor = 1 })
	e := nextLike(t, d, isConnected)
	if e.Link != 2 || e.Floor != 1 {
		t.Errorf("after the reconnect: %+v, want link 2 at floor 1", e)
	}
	if err := d.Set(out); !errors.Is(err, ErrStale) {
		t.Errorf("outputs of link 1 on link 2: error %v, want ErrStale", err)
	}
	out.Link, out.Motor = 2, elevator.Stop
	if err := d.Set(out); err != nil {
		t.Fatal(err)
	}
	want := everything(out)
	if diff := cmp.Diff(want, s.frames(1, len(want))); diff != "" {
		t.Errorf("frames on the second connection (-want +got):\n%s", diff)
	}
	if st := d.Stats(); st.Connections != 2 || st.Failures < 1 || st.Polls < 2 {
		t.Errorf("stats %+v", st)
	}
}

func TestSetWithoutConnectionIsStale(t *testing.T) {
	s := newFakeServer(t, 4, answering(func(*fakeServer, elevproto.Frame) []byte { return nil }))
	d := open(t, s.addr(), Options{IOTimeout: 50 * time.Millisecond})
	if err := d.Set(elevator.Outputs{}); !errors.Is(err, ErrStale) {
		t.Errorf("before a connection: error %v, want ErrStale", err)
	}
	next(t, d)
	if err := d.Set(elevator.Outputs{Link: 1}); !errors.Is(err, ErrStale) {
		t.Errorf("without an answer: error %v, want ErrStale", err)
	}
	if got := s.frames(0, 0); len(got) > 0 {
		t.Errorf("written: %v", got)
	}
}

func TestFailuresAreNamed(t *testing.T) {
	firstAnswers := func(n int) func(*fakeServer, elevproto.Frame) []byte {
		return func(s *fakeServer, f elevproto.Frame) []byte {
			if n--; n < 0 {
				return nil
			}
			return honest(s, f)
		}
	}
	always := func(r elevproto.Frame) func(*fakeServer, elevproto.Frame) []byte {
		return func(*fakeServer, elevproto.Frame) []byte { return r[:] }
	}
	tests := []struct {
		name   string
		server func(*fakeServer)
		is     error
		want   string
	}{
		{"another client is being served", func(s *fakeServer) { s.reply = firstAnswers(0) },
			ErrSilent, "connected, but no answer for 100ms: an elevator server may serve only one client"},
		{"silent in the middle of a poll", func(s *fakeServer) { s.reply = firstAnswers(5) },
			ErrSilent, "connected, but no answer for 100ms"},
		{"silent after a poll", func(s *fakeServer) { s.reply = firstAnswers(30) },
			ErrSilent, ": no answer for 100ms"},
		{"another opcode", func(s *fakeServer) { s.reply = always(elevproto.Frame{elevproto.OpMotor}) },
			ErrNonsense, "nonsense: reply 01 00 00 00 to a request for the obstruction switch"},
		{"floor out of range", func(s *fakeServer) {
			s.reply = func(s *fakeServer, f elevproto.Frame) []byte {
				if f.Op() == elevproto.OpFloorSensor {
					return []byte{elevproto.OpFloorSensor, 1, 4, 0}
				}
				return honest(s, f)
			}
		}, ErrNonsense, "nonsense: reply 07 01 04 00 to a request for the floor sensor: there are floors 0 to 3 only"},
		{"nonsense shorter than a poll, then silence", func(s *fakeServer) {
			s.onAccept = func(c net.Conn) { io.WriteString(c, "SSH-2.0-server\r\n") }
			s.reply = firstAnswers(0)
		}, ErrNonsense, "nonsense: reply 53 53 48 2d"},
		{"closed at once", func(s *fakeServer) { s.onAccept = func(c net.Conn) { c.(*net.TCPConn).CloseWrite() } },
			io.EOF, "the elevator server closed the connection"},
		// A connection that is reset at once may never have been established.
		{"reset", func(s *fakeServer) {
			s.onAccept = func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() }
		}, syscall.ECONNRESET, "connection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeServer(t, 4, tt.server)
			d := open(t, s.addr(), Options{Poll: time.Millisecond, IOTimeout: 100 * time.Millisecond})
			e := nextLike(t, d, isDisconnected)
			if tt.is != nil && !errors.Is(e.Err, tt.is) {
				t.Errorf("error %v is not %v", e.Err, tt.is)
			}
			if text := e.Err.Error(); !strings.HasPrefix(strings.TrimPrefix(text, "dial "), s.addr()+": ") || !strings.Contains(text, tt.want) {
				t.Errorf("error %q, want the address and %q", text, tt.want)
			}
			if st := d.Stats(); (st.Nonsense > 0) != errors.Is(e.Err, ErrNonsense) || st.Failures == 0 {
				t.Errorf("stats %+v after %v", st, e.Err)
			}
		})
	}
}

func TestRefusedIsToldOnceAndRetried(t *testing.T) {
	s := newFakeServer(t, 4)
	addr := s.addr()
	s.stop()
	d := open(t, addr, Options{BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond})
	e := next(t, d)
	if e.Connected || !errors.Is(e.Err, syscall.ECONNREFUSED) {
		t.Fatalf("%+v, want a refused connection", e)
	}
	if want := fmt.Sprintf("dial %s: %v", addr, syscall.ECONNREFUSED); e.Err.Error() != want {
		t.Errorf("error %q, want %q", e.Err, want)
	}
	for d.Stats().Failures < 5 {
		time.Sleep(time.Millisecond)
	}
	// The server comes: nothing was said in between.
	s.listen(addr)
	if e := next(t, d); !e.Connected || e.Link != 1 {
		t.Errorf("%+v, want the first connection", e)
	}
}

func TestBadAddress(t *testing.T) {
	d := open(t, "localhost", Options{})
	if e := next(t, d); e.Err == nil || !strings.Contains(e.Err.Error(), "dial localhost: ") {
		t.Errorf("error %v", e.Err)
	}
}

// Replies may be cut and joined anywhere.
func TestRepliesCutAndJoined(t *testing.T) {
	for _, size := range []int{1, 3, 5, 7, 26, 51, 52} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			var pending []byte
			polled := 0
			s := newFakeServer(t, 4, answering(func(s *fakeServer, f elevproto.Frame) []byte {
				pending = append(pending, honest(s, f)...)
				// Of a poll's last replies nothing may be kept back.
				if polled++; polled%13 != 0 && len(pending) < size {
					return nil
				}
				cut := len(pending) / size * size
				if polled%13 == 0 {
					cut = len(pending)
				}
				out := append([]byte(nil), pending[:cut]...)
				pending = append(pending[:0], pending[cut:]...)
				return out
			}))
			d := open(t, s.addr(), Options{Poll: time.Millisecond})
			next(t, d)
			for i := range 10 {
				floor := i%4 - 1
				s.show(func(in *elevator.Inputs) { in.Floor = floor })
				if e := next(t, d); !e.Connected || e.Floor != floor {
					t.Fatalf("floor %d shown as %+v", floor, e)
				}
			}
		})
	}
}

// Bytes that arrive one by one, each on its own, make frames all the same.
func TestRepliesByteByByte(t *testing.T) {
	s := newFakeServer(t, 2, answering(func(s *fakeServer, f elevproto.Frame) []byte {
		r := honest(s, f)
		s.mu.Lock()
		c := s.conns[0]
		s.mu.Unlock()
		for _, b := range r[:3] {
			if _, err := c.Write([]byte{b}); err != nil {
				return nil
			}
			time.Sleep(100 * time.Microsecond)
		}
		return r[3:]
	}))
	d := open(t, s.addr(), Options{Floors: 2})
	next(t, d)
	s.show(func(in *elevator.Inputs) { in.Floor = 1 })
	if e := next(t, d); !e.Connected || e.Floor != 1 {
		t.Errorf("%+v, want floor 1", e)
	}
}

// Servers that delay small replies (Nagle), slow ones and both are polled
// within the bounds that a person notices, without a failure.
func TestPressIsSeenSoon(t *testing.T) {
	for _, k := range serverKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeServer(t, 4, func(s *fakeServer) {
				s.onAccept = func(c net.Conn) { c.(*net.TCPConn).SetNoDelay(!k.nagle) }
				s.reply = func(s *fakeServer, f elevproto.Frame) []byte {
					time.Sleep(k.think)
					return honest(s, f)
				}
			})
			d := open(t, s.addr(), Options{})
			next(t, d)
			var fastest time.Duration
			for i := range 40 {
				start := time.Now()
				s.show(func(in *elevator.Inputs) { in.Stop = i%2 == 0 })
				if e := next(t, d); !e.Connected || e.Stop != (i%2 == 0) {
					t.Fatalf("press %d shown as %+v", i, e)
				}
				if took := time.Since(start); i == 0 || took < fastest {
					fastest = took
				}
			}
			if fastest > 150*time.Millisecond {
				t.Errorf("the fastest press took %v", fastest)
			}
			if st := d.Stats(); st.Failures > 0 {
				t.Errorf("stats %+v", st)
			}
		})
	}
}

// A poll whose first request is written ahead reads the same stream.
func TestHoldingBackKeepsTheOrder(t *testing.T) {
	s := newFakeServer(t, 3)
	c, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLink(c.(*net.TCPConn), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	pl := newPlan(3)
	p := poller{link: l, plan: pl, replies: make([]byte, len(pl.requests))}
	for i, hold := range []time.Duration{0, firstHold, firstHold, firstHold, 0, 0, firstHold, 0} {
		want := elevator.Inputs{Floor: i%4 - 1, Stop: i%2 == 0, Buttons: lamps(i%3, elevator.Cab)}
		s.show(func(in *elevator.Inputs) { *in = want })
		p.pace.hold = hold
		var got elevator.Inputs
		if err := p.round(&got); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		if got != want {
			t.Errorf("round %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestSeveralDrivers(t *testing.T) {
	var servers []*fakeServer
	var drivers []*Driver
	for f := range 4 {
		s := newFakeServer(t, 4)
		s.show(func(in *elevator.Inputs) { in.Floor = f })
		servers = append(servers, s)
		drivers = append(drivers, open(t, s.addr(), Options{}))
	}
	for f, d := range drivers {
		e := next(t, d)
		if e.Floor != f {
			t.Errorf("driver %d sees floor %d", f, e.Floor)
		}
		if err := d.Set(elevator.Outputs{Link: e.Link, Indicator: f}); err != nil {
			t.Fatal(err)
		}
	}
	for f, s := range servers {
		var shown elevator.Outputs
		for _, fr := range s.frames(0, 14) {
			shownBy(&shown, fr)
		}
		if shown.Indicator != f {
			t.Errorf("server %d shows floor %d", f, shown.Indicator)
		}
	}
}

func TestCloseStopsTheMotor(t *testing.T) {
	s := newFakeServer(t, 2)
	d := Open(s.addr(), Options{Floors: 2})
	out := elevator.Outputs{Link: next(t, d).Link, Motor: elevator.Up}
	if err := d.Set(out); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	n := len(everything(out)) + 1
	if got := s.frames(0, n); got[n-1] != elevproto.Motor(elevator.Stop) {
		t.Errorf("last frame %v, want the motor stopped", got[n-1])
	}
	for range d.Events() {
		// What was buffered; the loop ends because the channel is closed.
	}
	if err := d.Set(out); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Set after Close: error %v, want net.ErrClosed", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// Close returns whatever the driver is busy with.
func TestCloseWhile(t *testing.T) {
	closes := func(t *testing.T, d *Driver) {
		t.Helper()
		done := make(chan struct{})
		go func() { defer close(done); d.Close() }()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatal("Close hangs")
		}
	}
	t.Run("backing off", func(t *testing.T) {
		s := newFakeServer(t, 4)
		s.stop()
		d := Open(s.addr(), Options{BackoffMin: time.Hour})
		next(t, d)
		closes(t, d)
	})
	t.Run("the server is silent", func(t *testing.T) {
		asked := make(chan struct{}, 100)
		s := newFakeServer(t, 4, func(s *fakeServer) {
			s.reply = func(*fakeServer, elevproto.Frame) []byte { asked <- struct{}{}; return nil }
		})
		d := Open(s.addr(), Options{IOTimeout: time.Hour})
		<-asked
		closes(t, d)
	})
	t.Run("nobody takes the events", func(t *testing.T) {
		s := newFakeServer(t, 4)
		d := Open(s.addr(), Options{Poll: time.Millisecond})
		for i := 0; len(d.events) < eventBuffer; i++ {
			s.show(func(in *elevator.Inputs) { in.Stop = i%2 == 0 })
			time.Sleep(time.Millisecond)
		}
		closes(t, d)
	})
}

// A server that stops reading can't hold up the caller of Set for longer than
// the write time-out, and is given up.
func TestServerThatDoesNotRead(t *testing.T) {
	release := make(chan struct{})
	s := newFakeServer(t, 4, func(s *fakeServer) {
		n := 0
		s.onAccept = func(c net.Conn) { c.(*net.TCPConn).SetReadBuffer(4096) }
		s.reply = func(s *fakeServer, f elevproto.Frame) []byte {
			if n++; n > 13 {
				<-release
			}
			return honest(s, f)
		}
	})
	t.Cleanup(func() { close(release) })
	d := open(t, s.addr(), Options{IOTimeout: time.Hour, WriteTimeout: 50 * time.Millisecond})
	link := next(t, d).Link
	var err error
	for i := 0; err == nil; i++ {
		err = d.Set(elevator.Outputs{Link: link, StopLamp: i%2 == 0, Door: i%2 == 0, Indicator: i % 4})
	}
	if !errors.Is(err, errStalled) {
		t.Errorf("Set: error %v, want %v", err, errStalled)
	}
	if e := nextLike(t, d, isDisconnected); !errors.Is(e.Err, errStalled) {
		t.Errorf("event: error %v, want %v", e.Err, errStalled)
	}
	if err := d.Set(elevator.Outputs{Link: link}); !errors.Is(err, ErrStale) {
		t.Errorf("Set after the loss: error %v, want ErrStale", err)
	}
}

// Polling and writing make no garbage.
func TestPollAllocatesNothing(t *testing.T) {
	for _, hold := range []time.Duration{0, firstHold} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			// The reply to a request with all flags off is the request's opcode;
			// a request for a floor's button says the rest, which nobody reads.
			buf := make([]byte, 1024)
			for {
				n, err := c.Read(buf)
				if err != nil {
					return
				}
				for i := range n {
					if i%elevproto.Size != 0 {
						buf[i] = 0
					}
				}
				if _, err := c.Write(buf[:n]); err != nil {
					return
				}
			}
		}()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		k, err := newLink(c.(*net.TCPConn), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		pl := newPlan(4)
		p := poller{link: k, plan: pl, replies: make([]byte, len(pl.requests)), pace: pace{hold: hold}}
		var in elevator.Inputs
		allocs := testing.AllocsPerRun(50, func() {
			if err := p.round(&in); err != nil {
				t.Fatal(err)
			}
			k.wire.pause(time.Microsecond)
		})
		if allocs != 0 {
			t.Errorf("%v allocations a poll with hold %v", allocs, hold)
		}
		k.close()
		l.Close()
		<-done
	}
}
