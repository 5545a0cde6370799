package elevserver

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// A motor that is driven by hand moves the car, and a client's next command
// replaces the hand's.
func TestDrive(t *testing.T) {
	bubble(t, Options{Start: 1}, func(t *testing.T, s *Server) {
		conn := plug(s)
		defer conn.Close()
		s.Drive(elevator.Up)
		time.Sleep(600 * ms)
		if shot := s.Snapshot(); shot.Moving != elevator.Up || shot.Sensor != elevator.NoFloor {
			t.Fatalf("after driving up: %v", shot)
		}
		write(t, conn, elevproto.Motor(elevator.Down))
		if shot := s.Snapshot(); shot.Moving != elevator.Down {
			t.Fatalf("after the client's command: %v", shot)
		}
		s.Drive(elevator.Stop)
		if shot := s.Snapshot(); shot.Moving != elevator.Stop || shot.Misuse != [MisuseKinds]int{} {
			t.Fatalf("after stopping by hand: %v", shot)
		}
	})
}

// A hand that drives the car with its door open isn't a client's misuse.
func TestDriveIsNobodysMisuse(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		defer conn.Close()
		write(t, conn, elevproto.DoorLamp(true))
		s.Drive(elevator.Up)
		if got := s.Snapshot().Misuse; got != [MisuseKinds]int{} {
			t.Errorf("misuse %v", got)
		}
	})
}

// A car in an end switch obeys nobody until it is moved back.
func TestMoveInBounds(t *testing.T) {
	for _, c := range []struct {
		from float64
		way  elevator.Direction
		end  int
	}{{0, elevator.Down, 0}, {3, elevator.Up, 3}} {
		bubble(t, Options{Start: c.from}, func(t *testing.T, s *Server) {
			if s.MoveInBounds() {
				t.Error("a car at a floor was moved")
			}
			s.Drive(c.way)
			time.Sleep(time.Second)
			s.Drive(-c.way)
			if shot := s.Snapshot(); !shot.OutOfBounds || shot.Motor != elevator.Stop {
				t.Fatalf("%v %v: %v", c.from, c.way, shot)
			}
			if !s.MoveInBounds() {
				t.Error("a car out of bounds wasn't moved")
			}
			if shot := s.Snapshot(); shot.OutOfBounds || shot.Floor != c.end || shot.Motor != elevator.Stop {
				t.Errorf("moved back: %v", shot)
			}
			s.Drive(-c.way)
			if shot := s.Snapshot(); shot.Moving != -c.way {
				t.Errorf("doesn't obey: %v", shot)
			}
		})
	}
}

func TestKeepMotor(t *testing.T) {
	for _, keep := range []bool{false, true} {
		bubble(t, Options{KeepMotor: keep}, func(t *testing.T, s *Server) {
			conn := plug(s)
			write(t, conn, elevproto.Motor(elevator.Up))
			conn.Close()
			synctest.Wait()
			if moves := s.Snapshot().Moving == elevator.Up; moves != keep {
				t.Errorf("keep %v: moving %v after the client went", keep, moves)
			}
		})
	}
}

// Writes are counted whether or not they change anything, and reads aren't.
func TestWrites(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		conn := plug(s)
		defer conn.Close()
		write(t, conn, elevproto.DoorLamp(false), elevproto.DoorLamp(false), elevproto.Frame{77})
		ask(t, conn, elevproto.ReadFloorSensor())
		if n := s.Snapshot().Writes; n != 2 {
			t.Errorf("%d writes, want 2", n)
		}
	})
}

func TestObey(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		for _, c := range []struct{ line, answer, fails string }{
			{"", "", ""},
			{"  Press UP 1 ", "", ""},
			{"state", "car at floor 0", ""},
			{"motor up", "", ""},
			{"motor sideways", "", "write it like this: motor off"},
			{"motor up now", "", "write it like this: motor off"},
			{"inbounds", "", "inbounds: the car isn't out of bounds"},
			{"inbounds now", "", "write it like this: inbounds"},
			{"place 9", "", "place: there is no position 9"},
			{"fly", "", `there is no command "fly"`},
		} {
			answer, err := s.Obey(c.line)
			if !strings.Contains(answer, c.answer) || (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%q: answer %q, error %v", c.line, answer, err)
			}
		}
		if _, err := s.Obey("quit"); !errors.Is(err, ErrQuit) {
			t.Errorf("quit: %v", err)
		}
		if shot := s.Snapshot(); shot.Moving != elevator.Up || !shot.Buttons.Has(1, elevator.HallUp) {
			t.Errorf("not obeyed: %v", shot)
		}
	})
}
