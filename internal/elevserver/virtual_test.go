package elevserver

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// In these tests the whole server runs in fake time, over net.Pipe.

// bubble runs a test of a server in fake time.
func bubble(t *testing.T, o Options, test func(t *testing.T, s *Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := newServer(o)
		if err != nil {
			t.Fatal(err)
		}
		s.addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: elevproto.Port}
		defer s.Close()
		test(t, s)
	})
}

// plug connects a client to a server without a listener.
func plug(s *Server) net.Conn {
	here, there := net.Pipe()
	s.attach(there, nil)
	return here
}

func write(t *testing.T, conn net.Conn, frames ...elevproto.Frame) {
	t.Helper()
	if _, err := conn.Write(join(frames...)); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func ask(t *testing.T, conn net.Conn, f elevproto.Frame) elevproto.Frame {
	t.Helper()
	if _, err := conn.Write(f[:]); err != nil {
		t.Fatal(err)
	}
	var reply elevproto.Frame
	if _, err := io.ReadFull(conn, reply[:]); err != nil {
		t.Fatal(err)
	}
	return reply
}

// recorder keeps the events of a subscription.
type recorder struct {
	mu  sync.Mutex
	log []string
}

func record(s *Server) (r *recorder, cancel func()) {
	r = &recorder{}
	_, cancel = s.Subscribe(func(e Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.log = append(r.log, fmt.Sprintf("%v %v", e.At.Sub(s.Started()), e))
	})
	return r, cancel
}

// take returns what was recorded since the last call.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.log
	r.log = nil
	return log
}

func (r *recorder) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, r.take()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestTimer checks that things happen on time when nobody asks.
func TestTimer(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		r, _ := record(s)
		conn := plug(s)
		write(t, conn, elevproto.Motor(elevator.Up))
		if err := s.Tap(elevator.Cab, 2); err != nil {
			t.Fatal(err)
		}
		r.expect(t, "0s client pipe connected (1 now)", "0s motor up", "0s button cab 2 pressed")
		time.Sleep(199 * ms)
		r.expect(t)
		time.Sleep(ms)
		r.expect(t, "200ms button cab 2 let go")
		time.Sleep(300 * ms)
		r.expect(t, "500ms car between floors")
		time.Sleep(4500 * ms)
		r.expect(t, "2.5s car at floor 1", "3s car between floors", "5s car at floor 2")
		if got := ask(t, conn, elevproto.ReadFloorSensor()); got.Sensor() != 2 {
			t.Errorf("sensor %d, want 2", got.Sensor())
		}
		conn.Close()
		r.expect(t, "5s client pipe gone (0 left)", "5s motor stop")
		time.Sleep(time.Hour)
		r.expect(t)
		shot := s.Snapshot()
		want := Snapshot{
			At: s.epoch.Add(time.Hour + 5*time.Second), Floors: 4,
			Position: shot.Position, Floor: 2, Sensor: 2, Power: true, Answering: true,
			Writes: 1,
		}
		if diff := cmp.Diff(want, shot); diff != "" {
			t.Errorf("snapshot (-want +got):\n%s", diff)
		}
	})
}

// TestIdleCostsNothing checks that no timer is set while nothing moves.
func TestIdleCostsNothing(t *testing.T) {
	bubble(t, Options{Start: 1.5}, func(t *testing.T, s *Server) {
		armed := func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.clock.armed
		}
		conn := plug(s)
		defer conn.Close()
		if armed() {
			t.Error("armed at rest")
		}
		write(t, conn, elevproto.Motor(elevator.Up))
		if !armed() {
			t.Error("not armed while moving")
		}
		write(t, conn, elevproto.Motor(elevator.Stop))
		if armed() {
			t.Error("armed after a stop")
		}
	})
}

// TestMotorStopsWithLastClient: all clients act on the one car, and the last to
// go stops it.
func TestMotorStopsWithLastClient(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		a, b := plug(s), plug(s)
		write(t, a, elevproto.Motor(elevator.Up))
		write(t, b, elevproto.DoorLamp(true), elevproto.ButtonLamp(elevator.Cab, 1, true))
		if shot := s.Snapshot(); shot.Motor != elevator.Up || !shot.Door || shot.Clients != 2 {
			t.Errorf("two clients: %v", shot)
		}
		time.Sleep(100 * ms)
		a.Close()
		synctest.Wait()
		if shot := s.Snapshot(); shot.Motor != elevator.Up || shot.Clients != 1 {
			t.Errorf("one client left: %v", shot)
		}
		b.Close()
		synctest.Wait()
		if shot := s.Snapshot(); shot.Motor != elevator.Stop || shot.Clients != 0 || !shot.Door || !shot.Lamps.Has(1, elevator.Cab) {
			t.Errorf("no client left: %v", shot)
		}
	})
}

// TestMotorStopsInPowerLoss: the last client goes while the motor has no power;
// what the motor then remembers is the stop.
func TestMotorStopsInPowerLoss(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		write(t, conn, elevproto.Motor(elevator.Up))
		s.SetMotorPower(false)
		conn.Close()
		synctest.Wait()
		s.SetMotorPower(true)
		time.Sleep(time.Minute)
		if shot := s.Snapshot(); shot.Floor != 0 || shot.Moving != elevator.Stop {
			t.Errorf("the car went on without a client: %v", shot)
		}
	})
}

func TestPowerLoss(t *testing.T) {
	for _, forget := range []bool{false, true} {
		t.Run(fmt.Sprintf("forget=%v", forget), func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, s *Server) {
				s.SetForgetMotor(forget)
				conn := plug(s)
				defer conn.Close()
				write(t, conn, elevproto.Motor(elevator.Up))
				time.Sleep(time.Second)
				s.SetMotorPower(false)
				time.Sleep(time.Minute)
				if shot := s.Snapshot(); shot.Motor != elevator.Up || shot.Moving != elevator.Stop || shot.Power || shot.Floor != elevator.NoFloor {
					t.Errorf("without power: %v", shot)
				}
				s.SetMotorPower(true)
				time.Sleep(1500 * ms)
				want := 1
				if forget {
					want = elevator.NoFloor
				}
				if got := ask(t, conn, elevproto.ReadFloorSensor()).Sensor(); got != want {
					t.Errorf("1.5 s after the power came back: sensor %d, want %d", got, want)
				}
				write(t, conn, elevproto.Motor(elevator.Up))
				time.Sleep(1500 * ms)
				if shot := s.Snapshot(); shot.Moving != elevator.Up || shot.Position < 0.8 {
					t.Errorf("after a new command: %v", shot)
				}
			})
		})
	}
}

// TestHang: requests lie while the server hangs, the car goes on, and a drop
// frees whoever waits.
func TestHang(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		write(t, conn, elevproto.Motor(elevator.Up))
		s.SetAnswering(false)
		s.SetAnswering(false)
		go conn.Write(join(elevproto.Motor(elevator.Stop), elevproto.ReadFloorSensor()))
		time.Sleep(2600 * ms)
		if shot := s.Snapshot(); shot.Answering || shot.Floor != 1 || shot.Motor != elevator.Up {
			t.Errorf("while hanging: %v", shot)
		}
		s.SetAnswering(true)
		var reply elevproto.Frame
		if _, err := io.ReadFull(conn, reply[:]); err != nil || reply.Sensor() != 1 {
			t.Errorf("after hanging: %v, %v", reply, err)
		}
		if shot := s.Snapshot(); shot.Motor != elevator.Stop {
			t.Errorf("the command that lay was lost: %v", shot)
		}

		s.SetAnswering(false)
		go conn.Write(join(elevproto.Motor(elevator.Down)))
		synctest.Wait()
		s.DropConnections()
		if _, err := conn.Read(reply[:]); err == nil {
			t.Error("a dropped client could still read")
		}
		s.SetAnswering(true)
		synctest.Wait()
		if shot := s.Snapshot(); shot.Motor != elevator.Stop || shot.Clients != 0 {
			t.Errorf("a dropped client's command was carried out: %v", shot)
		}
		conn.Close()
	})
}

// TestSlowSubscriber: one that hangs delays nobody else.
func TestSlowSubscriber(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		free := make(chan struct{})
		var slow []string
		_, _ = s.Subscribe(func(e Event) {
			<-free
			slow = append(slow, e.String())
		})
		r, cancel := record(s)
		for range 3 {
			s.SetObstruction(true)
			s.SetObstruction(true)
			s.SetObstruction(false)
		}
		synctest.Wait()
		fast := r.take()
		cancel()
		s.SetStop(true)
		s.SetStop(false)
		synctest.Wait()
		if len(fast) != 6 || len(r.take()) != 0 {
			t.Errorf("the fast subscriber got %v", fast)
		}
		close(free)
		s.Close()
		want := []string{
			"obstruction on", "obstruction off", "obstruction on", "obstruction off", "obstruction on", "obstruction off",
			"stop button pressed", "stop button let go",
		}
		if diff := cmp.Diff(want, slow); diff != "" {
			t.Errorf("the slow subscriber (-want +got):\n%s", diff)
		}
	})
}

// TestSubscribeIsGapless: the snapshot and the events that follow it add up,
// even when it is taken in the middle of a run.
func TestSubscribeIsGapless(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		defer conn.Close()
		write(t, conn, elevproto.Motor(elevator.Up))
		time.Sleep(2500 * ms)
		var floors []int
		var mu sync.Mutex
		before, _ := s.Subscribe(func(e Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Kind == SensorChanged {
				floors = append(floors, e.Floor)
			}
		})
		time.Sleep(2500 * ms)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if before.Sensor != 1 || !cmp.Equal(floors, []int{-1, 2}) {
			t.Errorf("sensor %d before, then %v", before.Sensor, floors)
		}
	})
}

func TestHands(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		defer conn.Close()
		pressed := func(f elevproto.Frame) bool { return ask(t, conn, f).On() }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		cab, stop := elevproto.ReadButton(elevator.Cab, 1), elevproto.ReadStopButton()
		must(s.Hold(elevator.Cab, 1, time.Second))
		s.TapStop()
		if !pressed(cab) || !pressed(stop) {
			t.Error("not pressed")
		}
		time.Sleep(999 * ms)
		if !pressed(cab) || pressed(stop) {
			t.Error("after 999 ms the cab button is held and the stop button is not")
		}
		time.Sleep(ms)
		if pressed(cab) {
			t.Error("still pressed after its time")
		}
		must(s.Press(elevator.Cab, 1))
		s.SetStop(true)
		s.SetObstruction(true)
		time.Sleep(time.Hour)
		if !pressed(cab) || !pressed(stop) || !pressed(elevproto.ReadObstruction()) {
			t.Error("let go by itself")
		}
		must(s.Release(elevator.Cab, 1))
		s.SetStop(false)
		s.SetObstruction(false)
		if pressed(cab) || pressed(stop) || pressed(elevproto.ReadObstruction()) {
			t.Error("not let go")
		}
		must(s.Place(2.5))
		if got := ask(t, conn, elevproto.ReadFloorSensor()); got != elevproto.FloorReply(elevator.NoFloor) {
			t.Errorf("between floors the sensor says %v", got)
		}
		must(s.StickSensor(3))
		if got := ask(t, conn, elevproto.ReadFloorSensor()); got != elevproto.FloorReply(3) {
			t.Errorf("stuck at 3 the sensor says %v", got)
		}
		s.FreeSensor()
		for _, err := range []error{
			s.Press(elevator.HallUp, 3), s.Release(elevator.HallDown, 0), s.Tap(elevator.Cab, 4),
			s.Hold(elevator.Cab, 1, 0), s.Hold(elevator.Cab, -1, time.Second), s.Place(-1), s.StickSensor(4),
		} {
			if err == nil {
				t.Error("nonsense was accepted")
			}
		}
	})
}

// TestCancelInABatch: after cancel at most the call under way is finished.
func TestCancelInABatch(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		free := make(chan struct{})
		calls := 0
		_, cancel := s.Subscribe(func(Event) {
			calls++
			<-free
		})
		s.mu.Lock()
		q := s.queues[0]
		s.mu.Unlock()
		q.mu.Lock() // so that both events are taken at once
		q.events = append(q.events, Event{}, Event{})
		q.wake()
		q.mu.Unlock()
		synctest.Wait()
		cancel()
		close(free)
		s.Close()
		if calls != 1 {
			t.Errorf("%d calls, want 1", calls)
		}
	})
}

// TestLateAccept: a connection whose listener was closed before it could be
// served is not served.
func TestLateAccept(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		here, there := net.Pipe()
		s.attach(there, &net.TCPListener{})
		if _, err := here.Read(make([]byte, 1)); err == nil || s.Snapshot().Clients != 0 {
			t.Errorf("served after all (%v)", err)
		}
	})
}
