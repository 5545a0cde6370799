package node

import (
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// parked returns a rig with a peer whose elevator is away for good, and which
// parks: everybody comes at floor 3. The car stands at 0, and has just been left
// alone.
func parked(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := setup(t, 1, func(c *Config) {
		c.Park = true
		if change != nil {
			change(c)
		}
	})
	p := r.all[0]
	p.state(elevator.State{Unavailable: elevator.Stopped})
	for range 50 {
		p.presses(3, down)
	}
	p.lights(3, down)
	p.serves(3, down)
	p.say()
	return r
}

// goes runs until the motor goes, and checks that nothing else does.
func (r *rig) goes(d elevator.Direction) {
	r.t.Helper()
	r.until(assigner.ParkAfter+50*ms, "it goes to where it waits", func() bool { return r.a.Outputs.Motor == d })
	if !r.n.Serves().Empty() {
		r.t.Fatalf("it goes for %v", r.n.Serves())
	}
}

// still runs for a while in which the elevator must do nothing.
func (r *rig) still(d time.Duration, why string) {
	r.t.Helper()
	for end := r.now + d; r.now < end; r.run(20 * ms) {
		if o := r.a.Outputs; o.Motor != elevator.Stop || o.Door {
			r.t.Fatalf("at %v motor %v, door %v: %s", r.now, o.Motor, o.Door, why)
		}
	}
}

func (r *rig) obstruct(on bool) {
	r.in.Obstruction = on
	r.do(Event{Kind: Inputs, Inputs: r.in})
}

func (r *rig) stopButton() {
	for _, held := range []bool{true, false} {
		r.in.Stop = held
		r.do(Event{Kind: Inputs, Inputs: r.in})
	}
}

func TestRule6ParkingWaitsWhereTheNextCallIsLikely(t *testing.T) {
	r := parked(t, nil)
	r.still(assigner.ParkAfter-50*ms, "it has only just been left alone")
	r.goes(elevator.Up)
	if s := r.n.view.Node(r.n.me).Status; !s.Parking || s.Behaviour != elevator.Moving {
		t.Errorf("its status is %+v", s.State)
	}
	for f := range 4 {
		if f > 0 {
			r.sense(f)
		}
		if o := r.a.Outputs; o.Door || (o.Motor == elevator.Up) != (f < 3) {
			t.Fatalf("at floor %d: motor %v, door %v", f, o.Motor, o.Door)
		}
		if f < 3 {
			r.run(500 * ms)
			r.sense(elevator.NoFloor)
			r.run(2 * time.Second)
		}
	}
	r.still(time.Minute, "it is there")
	if s := r.n.view.Node(r.n.me).Status; !s.Parking || s.Behaviour != elevator.Idle {
		t.Errorf("its status is %+v", s.State)
	}
}

func TestRule6WithoutParkAnIdleCarStays(t *testing.T) {
	r := parked(t, func(c *Config) { c.Park = false })
	r.still(time.Minute, "it doesn't park")
	if r.n.view.Node(r.n.me).Status.Parking {
		t.Error("it says that it parks")
	}
}

func TestParkingWithoutStatisticsStays(t *testing.T) {
	r := setup(t, 0, func(c *Config) { c.Park = true })
	r.still(time.Minute, "nobody has ever pressed anything")
	r.press(0, cab)
	r.run(5 * time.Second)
	r.still(time.Minute, "nobody has ever pressed a hall button")
}

// TestS1ParkingIsOverWithACall: between two floors, the call makes it an ordinary
// moving car, which turns at the next.
func TestS1ParkingIsOverWithACall(t *testing.T) {
	for name, call := range map[string]func(r *rig){
		"a hall call behind it": func(r *rig) { r.press(0, up) },
		"a cab call behind it":  func(r *rig) { r.press(0, cab) },
	} {
		t.Run(name, func(t *testing.T) {
			r := parked(t, nil)
			r.goes(elevator.Up)
			r.run(500 * ms)
			r.sense(elevator.NoFloor)
			call(r)
			r.until(200*ms, "the call is its own", func() bool { return !r.n.Serves().Empty() })
			if r.n.view.Node(r.n.me).Status.Parking {
				t.Error("it still says that it parks")
			}
			if r.a.Outputs.Motor != elevator.Up {
				t.Error("it turned between two floors")
			}
			r.sense(1)
			if r.a.Outputs.Motor != elevator.Down || r.a.Outputs.Door {
				t.Errorf("motor %v, door %v at the next floor", r.a.Outputs.Motor, r.a.Outputs.Door)
			}
			r.sense(elevator.NoFloor)
			r.sense(0)
			r.until(time.Second, "the door opens for the call", func() bool { return r.a.Outputs.Door })
		})
	}
}

func TestE1ParkingNeverMovesAnOpenDoor(t *testing.T) {
	r := parked(t, nil)
	r.press(0, cab)
	r.until(time.Second, "the door opens", func() bool { return r.a.Outputs.Door })
	at := r.now
	for r.a.Outputs.Door {
		if r.a.Outputs.Motor != elevator.Stop {
			t.Fatal("the motor runs")
		}
		r.run(10 * ms)
	}
	if d := r.now - at; d < r.cfg.Elevator.Door {
		t.Errorf("the door closed after %v", d)
	}
	r.still(assigner.ParkAfter-50*ms, "the door has only just closed")
	r.goes(elevator.Up)
}

func TestE3ParkingStaysWhileObstructed(t *testing.T) {
	r := parked(t, nil)
	r.obstruct(true)
	r.still(time.Minute, "something is in the doorway")
	r.obstruct(false)
	r.still(assigner.ParkAfter-50*ms, "it was obstructed until now")
	r.goes(elevator.Up)
	r.sense(elevator.NoFloor)
	r.obstruct(true)
	r.sense(1)
	r.still(time.Minute, "the switch was turned while it moved")
}

// TestE4MotorLostWhileParking: it says so after the motor time-out, and carries on
// as any car does.
func TestE4MotorLostWhileParking(t *testing.T) {
	r := parked(t, nil)
	r.goes(elevator.Up)
	r.sense(elevator.NoFloor)
	nudge := r.a.Outputs.MotorNudge
	r.run(r.cfg.Elevator.MotorTimeout + 100*ms)
	if u := r.n.view.Node(r.n.me).Status.Unavailable; u != elevator.MotorLost {
		t.Fatalf("unavailable for %v", u.Names())
	}
	if r.a.Outputs.MotorNudge == nudge || r.a.Outputs.Motor != elevator.Up {
		t.Error("the motor isn't told again")
	}
	r.run(time.Minute)
	r.sense(1)
	if u := r.n.view.Node(r.n.me).Status.Unavailable; !u.Available() {
		t.Errorf("unavailable for %v at a floor", u.Names())
	}
	r.still(assigner.ParkAfter-50*ms, "it was lost until now")
	r.goes(elevator.Up)
}

func TestE5ParkingWaitsForTheServer(t *testing.T) {
	r := parked(t, nil)
	r.goes(elevator.Up)
	r.in = elevator.Inputs{Floor: elevator.NoFloor, Link: 1}
	r.do(Event{Kind: Inputs, Inputs: r.in})
	r.run(time.Minute)
	if r.a.Outputs.Motor != elevator.Stop {
		t.Error("the motor runs without a server")
	}
	r.in = elevator.Inputs{Connected: true, Link: 2}
	r.do(Event{Kind: Inputs, Inputs: r.in})
	r.still(assigner.ParkAfter-50*ms, "the server has only just come back")
	r.goes(elevator.Up)
}

func TestE6ParkingStaysWhileStopped(t *testing.T) {
	r := parked(t, nil)
	r.stopButton()
	r.still(time.Minute, "it is stopped")
	r.stopButton()
	r.goes(elevator.Up)
	r.sense(elevator.NoFloor)
	r.stopButton()
	r.still(time.Minute, "it is stopped between two floors")
	r.stopButton()
	if r.a.Outputs.Motor != elevator.Up {
		t.Error("it doesn't carry on to the next floor")
	}
}

// TestF2ParkingIsForThoseWhoTakePart: not while it listens, and not while it has
// been frozen and doesn't know yet what it missed.
func TestF2ParkingIsForThoseWhoTakePart(t *testing.T) {
	r := parked(t, nil)
	saved := [][]byte{r.snapshot}
	r.run(100 * ms)
	q := begin(t, func(c *Config) { c.Park, c.Boot = true, 12 }, saved)
	q.still(Listen+assigner.ParkAfter-100*ms, "it has only just joined")
	r.goes(elevator.Up)
	r.now += time.Minute // frozen
	r.do(Event{})
	r.sense(1)
	if r.a.Outputs.Motor != elevator.Stop {
		t.Error("it goes on, by what it knew a minute ago")
	}
}

// TestR4ParkingIsForEachAnotherPlace: of two that park the nearer goes where
// everybody comes, and one that doesn't park is left where it stands.
func TestR4ParkingIsForEachAnotherPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		other elevator.State
		want  elevator.Direction
	}{
		"the other one parks, and is there":        {elevator.State{Floor: 3, Parking: true}, elevator.Stop},
		"the other one parks, and is on the way":   {elevator.State{Floor: 1, Direction: elevator.Up, Behaviour: elevator.Moving, Parking: true}, elevator.Stop},
		"the other one stands there, and is stuck": {elevator.State{Floor: 3, Unavailable: elevator.Stopped}, elevator.Up},
		"the other one stands somewhere else":      {elevator.State{Floor: 1}, elevator.Up},
	} {
		t.Run(name, func(t *testing.T) {
			r := parked(t, nil)
			p := r.all[0]
			for range 20 {
				p.presses(0, up)
			}
			p.lights(0, up)
			p.serves(0, up)
			p.state(tc.other)
			p.say()
			if tc.want == elevator.Stop {
				r.still(time.Minute, "the other one is there")
				return
			}
			r.goes(tc.want)
		})
	}
}
