package elevserver

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// A patient elevator waits for a client that asks nothing, and for nobody else.
func TestPatience(t *testing.T) {
	for _, patient := range []bool{false, true} {
		bubble(t, Options{Patient: patient}, func(t *testing.T, s *Server) {
			conn := plug(s)
			defer conn.Close()
			asks := func(d time.Duration) {
				for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * ms) {
					ask(t, conn, elevproto.ReadFloorSensor())
				}
			}
			write(t, conn, elevproto.Motor(elevator.Up))
			asks(400 * ms) // of the 500 ms that it takes to leave the sensor
			if err := s.Tap(elevator.Cab, 1); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute) // in a debugger
			shot := s.Snapshot()
			if here := shot.Floor == 0 && shot.Buttons.Has(1, elevator.Cab); here != patient {
				t.Errorf("patient %v, after a minute: %v", patient, shot)
			}
			if !patient {
				return
			}
			asks(1000 * ms)
			if shot := s.Snapshot(); shot.Floor != elevator.NoFloor || !shot.Buttons.Empty() || shot.Moving != elevator.Up {
				t.Errorf("goes on: %v", shot)
			}
			// A server that hangs waits for nobody, nor does one that was left.
			s.SetAnswering(false)
			time.Sleep(10 * time.Second)
			if !s.Snapshot().OutOfBounds {
				t.Error("waited while it hung")
			}
			s.SetAnswering(true)
		})
	}
}

func TestPatientWithoutClients(t *testing.T) {
	bubble(t, Options{Patient: true}, func(t *testing.T, s *Server) {
		s.Drive(elevator.Up)
		time.Sleep(time.Minute)
		if !s.Snapshot().OutOfBounds {
			t.Error("waits for nobody")
		}
	})
}

// The clock never goes back, never runs faster than the real time, without patience
// is the real time as long as the timer isn't late, and doesn't run past a timer that
// is.
func TestClockLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := clock{patient: rapid.Bool().Draw(t, "patient")}
		var real, last time.Duration
		armed := false
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			step := time.Duration(rapid.Int64Range(0, int64(200*ms)).Draw(t, "step"))
			real += step
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				c.question(real)
			case 1:
				c.wait(real, rapid.Bool().Draw(t, "somebody"))
			case 2:
				c.armed, c.due = rapid.Bool().Draw(t, "armed"), last+time.Duration(rapid.Int64Range(0, int64(200*ms)).Draw(t, "due"))
				armed = armed || c.armed
			}
			now := c.read(real)
			if now < last || now-last > step || !c.patient && !armed && now != real || c.armed && now > max(last, c.due+tardy) {
				t.Fatalf("%v after %v, in %v of the real time", now, last, step)
			}
			if again := c.read(real); again != now {
				t.Fatalf("%v and then %v at one time", now, again)
			}
			last = now
		}
	})
}
