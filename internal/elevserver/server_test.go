package elevserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// In these tests clients come over real sockets. Nothing in them depends on
// how fast anything is; patience only bounds how long a failure takes.
const patience = 30 * time.Second

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dial(t *testing.T, s *Server) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr().String(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// eventually waits until the snapshot is as wanted.
func eventually(t *testing.T, s *Server, what string, ok func(Snapshot) bool) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(2 * ms) {
		shot := s.Snapshot()
		if ok(shot) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v", what, shot)
		}
	}
}

// accept makes a server accept again. Its port is free in the meantime, and on
// a busy machine an outgoing connection may hold it for a moment.
func accept(t *testing.T, s *Server) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * ms) {
		err := s.SetAccepting(true)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func TestSocketRoundTrip(t *testing.T) {
	s := start(t, Options{Start: 2})
	if err := s.Press(elevator.HallDown, 3); err != nil {
		t.Fatal(err)
	}
	conn := dial(t, s)
	for _, tt := range []struct{ request, reply elevproto.Frame }{
		{elevproto.ReadFloorSensor(), elevproto.Frame{7, 1, 2, 0}},
		{elevproto.ReadButton(elevator.HallDown, 3), elevproto.Frame{6, 1, 0, 0}},
		{elevproto.ReadButton(elevator.HallUp, 3), elevproto.Frame{6, 0, 0, 0}},
		{elevproto.ReadStopButton(), elevproto.Frame{8, 0, 0, 0}},
		{elevproto.ReadObstruction(), elevproto.Frame{9, 0, 0, 0}},
	} {
		if got := ask(t, conn, tt.request); got != tt.reply {
			t.Errorf("%v is answered by %v, want %v", tt.request, got, tt.reply)
		}
	}
	// A frame in four pieces, each of them on its own.
	for _, b := range elevproto.StopLamp(true) {
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(ms)
	}
	eventually(t, s, "a frame in pieces", func(s Snapshot) bool { return s.StopLamp })
	if shot := s.Snapshot(); shot.BadFrames != 0 || shot.Clients != 1 || !shot.Accepting {
		t.Errorf("%v", shot)
	}
}

// TestManyClients has clients that each write their own lamp and read a
// sensor, all at once.
func TestManyClients(t *testing.T) {
	const clients, rounds = 20, 50
	s := start(t, Options{Floors: clients})
	var all sync.WaitGroup
	errs := make(chan error, clients)
	for i := range clients {
		conn := dial(t, s)
		all.Go(func() {
			for round := range rounds {
				on := round%2 == 0
				b := join(elevproto.ButtonLamp(elevator.Cab, i, on), elevproto.ReadFloorSensor(), elevproto.ReadButton(elevator.Cab, i))
				if _, err := conn.Write(b); err != nil {
					errs <- err
					return
				}
				var reply [8]byte
				if _, err := io.ReadFull(conn, reply[:]); err != nil {
					errs <- err
					return
				}
				if reply != [8]byte{7, 1, 0, 0, 6, 0, 0, 0} {
					errs <- fmt.Errorf("client %d reads %v", i, reply)
					return
				}
				if got := s.Snapshot().Lamps.Has(i, elevator.Cab); got != on {
					errs <- fmt.Errorf("client %d wrote %v, its lamp is %v", i, on, got)
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if got := s.Snapshot().Clients; got != clients {
		t.Errorf("%d clients, want %d", got, clients)
	}
}

// TestDropAndRefuse plays a server that dies and comes back on its port.
func TestDropAndRefuse(t *testing.T) {
	s := start(t, Options{})
	conn := dial(t, s)
	if _, err := conn.Write(join(elevproto.Motor(elevator.Up))); err != nil {
		t.Fatal(err)
	}
	eventually(t, s, "the motor runs", func(s Snapshot) bool { return s.Motor == elevator.Up })

	if err := s.SetAccepting(false); err != nil {
		t.Fatal(err)
	}
	if err := s.SetAccepting(false); err != nil {
		t.Errorf("again: %v", err)
	}
	if shot := s.Snapshot(); shot.Accepting || shot.Clients != 1 || shot.Motor != elevator.Up {
		t.Errorf("refusing: %v", shot)
	}
	s.DropConnections()
	if shot := s.Snapshot(); shot.Clients != 0 || shot.Motor != elevator.Stop {
		t.Errorf("dropped: %v", shot)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a dropped client reads: %v", err)
	}
	if extra, err := net.DialTimeout("tcp", s.Addr().String(), patience); err == nil {
		extra.Close()
		t.Error("a connection was accepted while refusing")
	}

	before := s.Addr().String()
	accept(t, s)
	if s.Addr().String() != before {
		t.Errorf("address %v, was %v", s.Addr(), before)
	}
	if got := ask(t, dial(t, s), elevproto.ReadStopButton()); got != elevproto.BoolReply(elevproto.OpStopButton, false) {
		t.Errorf("back again: %v", got)
	}
}

func TestClose(t *testing.T) {
	s := start(t, Options{})
	conns := []net.Conn{dial(t, s), dial(t, s)}
	for _, c := range conns {
		ask(t, c, elevproto.ReadFloorSensor())
	}
	s.SetAnswering(false)
	if _, err := conns[0].Write(join(elevproto.ReadFloorSensor())); err != nil {
		t.Fatal(err)
	}
	var gone int
	s.Subscribe(func(e Event) {
		if e.Kind == ClientChanged && !e.On {
			gone++
		}
	})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if gone != 2 {
		t.Errorf("the subscriber saw %d clients go, want 2", gone)
	}
	for _, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a client can read after Close")
		}
	}
	// Nobody is there, but nothing breaks either.
	if err := s.Tap(elevator.Cab, 1); err != nil {
		t.Error(err)
	}
	s.DropConnections()
	if err := s.SetAccepting(true); !errors.Is(err, net.ErrClosed) {
		t.Errorf("SetAccepting after Close: %v", err)
	}
	_, cancel := s.Subscribe(func(Event) { t.Error("an event after Close") })
	s.SetObstruction(true)
	cancel()
	if shot := s.Snapshot(); shot.Clients != 0 || shot.Accepting {
		t.Errorf("after Close: %v", shot)
	}
}

func TestListenFails(t *testing.T) {
	s := start(t, Options{})
	if other, err := Listen(s.Addr().String(), Options{}); err == nil {
		other.Close()
		t.Error("two servers on one port")
	}
	if other, err := Listen("127.0.0.1:0", Options{Floors: 1}); err == nil {
		other.Close()
		t.Error("a building of one floor was accepted")
	}
}

// TestStorm has clients that come, send anything and go, while every fault
// comes and goes too: nothing may hang, race or leak.
func TestStorm(t *testing.T) {
	s := start(t, Options{Travel: 20 * ms, Pass: 5 * ms})
	_, cancel := s.Subscribe(func(Event) {})
	defer cancel()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 40 {
				conn, err := net.DialTimeout("tcp", s.Addr().String(), patience)
				if err != nil {
					continue // refused, for now
				}
				b := make([]byte, 64)
				for j := range b {
					b[j] = byte((i + n*7 + j*j*13) % 12)
				}
				_, _ = conn.Write(b) // may be dropped
				conn.Close()
			}
		})
	}
	all.Go(func() {
		for i := range 40 {
			on := i%2 == 0
			s.SetMotorPower(on)
			s.SetAnswering(on)
			s.SetObstruction(on)
			s.TapStop()
			s.DropConnections()
			_ = s.SetAccepting(on) // on may fail for once, see accept
			if err := s.Place(float64(i % 4)); err != nil {
				t.Error(err)
			}
			time.Sleep(ms)
		}
	})
	all.Wait()
	s.SetAnswering(true)
	accept(t, s)
	eventually(t, s, "all clients gone", func(s Snapshot) bool { return s.Clients == 0 })
	if got := ask(t, dial(t, s), elevproto.ReadStopButton()); got.Op() != elevproto.OpStopButton {
		t.Errorf("after the storm: %v", got)
	}
}
