package systest

import (
	"os"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

// callTo has a hall call at floor 3 answered by whichever car sets off, and
// returns that station. All cars must rest.
func (r *rig) callTo(from *station) *station {
	r.t.Helper()
	began := time.Now()
	from.press(3, elevator.HallDown, 5*time.Second, r.stations...)
	var who *station
	r.until(5*time.Second, "a car sets off", func() bool {
		_, who = starts(began, r.stations...)
		return who != nil
	})
	return who
}

// takeOver returns how long after began one of the stations set off, and which.
func (r *rig) takeOver(began time.Time, by []*station) (time.Duration, *station) {
	r.t.Helper()
	var at time.Time
	var who *station
	r.until(20*time.Second, "another car takes the call over", func() bool {
		at, who = starts(began, by...)
		return who != nil
	})
	return at.Sub(began), who
}

// gather sends all cars to floor 0, so that each test begins the same.
func (r *rig) gather() {
	r.t.Helper()
	for _, s := range r.stations {
		if s.car.Snapshot().Floor != 0 {
			s.tap(0, elevator.Cab)
		}
	}
	r.until(30*time.Second, "all cars at floor 0", func() bool {
		for _, s := range r.stations {
			if s.car.Snapshot().Floor != 0 {
				return false
			}
		}
		return true
	})
	r.quiet()
}

func TestFaults(t *testing.T) {
	r := newRig(t, 3)
	step := func(name string, f func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			outer := r.t
			r.t = t
			defer func() { r.t = outer }()
			r.gather()
			f(t)
			r.quiet()
			r.misuse()
		})
	}
	step("F2 kill and restart with its disk", func(t *testing.T) { r.killed(t, true) })
	step("F2 kill and restart without its disk", func(t *testing.T) { r.killed(t, false) })
	for _, c := range cuts() {
		step("F3 "+c.name, func(t *testing.T) { r.cutOff(t, c) })
	}
	step("F3 A hears B hears C, and A does not hear C", r.chain)
	step("F2 frozen and thawed", r.frozen)
	step("E4 motor power", r.motor)
	step("E3 obstruction", r.obstruction)
	step("E5 elevator server", r.server)
	step("R5 a fourth node joins", r.joins)
	step("F4 power cut", r.powerCut)
	step("U1 ended by Ctrl-C", r.ended)
}

// killed is SPEC F2 and R7: cab calls come back, hall calls move to others.
func (r *rig) killed(t *testing.T, disk bool) {
	// The cab call is for the same floor: it gives no other car a reason to go.
	who := r.callTo(r.stations[0])
	who.press(3, elevator.Cab, 5*time.Second, who)
	began := time.Now()
	who.kill()
	took, by := r.takeOver(began, r.others(who))
	t.Logf("kill of node %s to node %s moving: %v", who.id, by.id, took.Round(time.Millisecond))
	r.until(20*time.Second, "S1: hall call served by another", r.lit(3, elevator.HallDown, false))

	if !disk {
		if err := os.RemoveAll(who.state); err != nil {
			t.Fatal(err)
		}
	}
	// The elevator server keeps its lamps lit while no node is there: what
	// counts is what the node writes.
	began = time.Now()
	who.start()
	r.until(10*time.Second, "R7: the cab call comes back and is served", func() bool {
		_, stopped := who.first(began, func(e elevserver.Event) bool { return e.Kind == elevserver.DoorLamp && e.On })
		return stopped && !who.car.Snapshot().Lamps.Has(3, elevator.Cab)
	})
	if at, ok := starts(began, who); ok == nil {
		t.Error("R7: the car never moved")
	} else {
		t.Logf("restart to car moving for its cab call: %v", at.Sub(began).Round(time.Millisecond))
	}
	r.settle()
}

// cutOff is SPEC F3 and F8.
func (r *rig) cutOff(t *testing.T, c cut) {
	who := r.callTo(r.stations[1])
	began := time.Now()
	c.cut(who)
	others := r.others(who)
	took, by := r.takeOver(began, others)
	t.Logf("%s of node %s to node %s moving: %v", c.name, who.id, by.id, took.Round(time.Millisecond))
	served := func(s *station) func() bool { return s.lit(3, elevator.HallDown, false) }
	for _, s := range r.stations {
		r.until(20*time.Second, "F8: the call is served on both sides", served(s))
	}
	// Both sides go on taking calls.
	t.Logf("new cab call on the cut-off node: lit after %v", who.press(1, elevator.Cab, 5*time.Second, who).Round(100*time.Microsecond))
	t.Logf("new hall call on the cut-off node: lit after %v", who.press(2, elevator.HallUp, 5*time.Second, who).Round(100*time.Microsecond))
	t.Logf("new hall call on the others: lit after %v", others[0].press(1, elevator.HallDown, 5*time.Second, others...).Round(100*time.Microsecond))
	for _, s := range others {
		r.until(30*time.Second, "the others' call is served", s.lit(1, elevator.HallDown, false))
	}
	for _, call := range []struct {
		f int
		b elevator.Button
	}{{1, elevator.Cab}, {2, elevator.HallUp}} {
		r.until(30*time.Second, "F8: what the cut-off node lit, it serves", who.lit(call.f, call.b, false))
	}
	// A call that is lit on one side only when the cable is back.
	who.press(2, elevator.HallDown, 5*time.Second, who)
	began = time.Now()
	c.mend(who)
	r.until(20*time.Second, "R3: both sides agree again", func() bool {
		a := who.car.Snapshot().Lamps.Hall()
		return a == others[0].car.Snapshot().Lamps.Hall() && a == others[1].car.Snapshot().Lamps.Hall()
	})
	t.Logf("mended to lamps equal: %v", time.Since(began).Round(time.Millisecond))
	r.settle()
}

// chain is SPEC F3: what the ends know of each other goes through the middle.
func (r *rig) chain(t *testing.T) {
	a, c := r.stations[0], r.stations[2]
	drop := func(op string, s, from *station) { s.iptables(op, "INPUT", "-s", from.address, "-j", "DROP") }
	drop("-A", a, c)
	drop("-A", c, a)
	time.Sleep(time.Second)
	took := a.press(2, elevator.HallUp, 5*time.Second, r.stations...)
	t.Logf("press at one end to lamp on all 3 panels: %v", took.Round(100*time.Microsecond))
	began := time.Now()
	r.until(20*time.Second, "served", r.lit(2, elevator.HallUp, false))
	doors := 0
	for _, s := range r.stations {
		if _, opened := s.first(began, func(e elevserver.Event) bool { return e.Kind == elevserver.DoorLamp && e.On }); opened {
			doors++
		}
	}
	if doors != 1 {
		t.Errorf("R4: %d cars came, want 1", doors)
	}
	drop("-D", a, c)
	drop("-D", c, a)
	r.settle()
}

// frozen is SPEC F2. The process of a moving car is frozen only for so long as
// the shaft allows: nobody is there to stop the motor.
func (r *rig) frozen(t *testing.T) {
	who := r.callTo(r.stations[2])
	began := time.Now()
	who.signal("STOP")
	took, by := r.takeOver(began, r.others(who))
	who.signal("CONT")
	t.Logf("node %s frozen to node %s moving: %v", who.id, by.id, took.Round(time.Millisecond))
	r.settle()
	r.quiet()

	idle, others := r.stations[0], r.stations[1:]
	idle.signal("STOP")
	others[0].press(2, elevator.HallUp, 5*time.Second, others...)
	for _, s := range others {
		r.until(20*time.Second, "served by another", s.lit(2, elevator.HallUp, false))
	}
	time.Sleep(3 * time.Second)
	began = time.Now()
	idle.signal("CONT")
	r.settle()
	time.Sleep(time.Second)
	if _, on := idle.lampOn(2, elevator.HallUp, began); on {
		t.Error("R6: the thawed node lights a lamp of a call that was served")
	}
}

// motor is SPEC E4.
func (r *rig) motor(t *testing.T) {
	who := r.callTo(r.stations[0])
	who.press(3, elevator.Cab, 5*time.Second, who)
	began := time.Now()
	who.car.SetMotorPower(false)
	took, by := r.takeOver(began, r.others(who))
	t.Logf("motor of node %s without power to node %s moving: %v (motor time-out 2s)", who.id, by.id, took.Round(time.Millisecond))
	r.until(20*time.Second, "hall call served by another", r.lit(3, elevator.HallDown, false))
	if !who.car.Snapshot().Lamps.Has(3, elevator.Cab) {
		t.Error("E4: the cab call is gone")
	}
	who.car.SetForgetMotor(true)
	who.car.SetMotorPower(true)
	r.until(20*time.Second, "E4: the cab call is served without a restart", who.lit(3, elevator.Cab, false))
	who.car.SetForgetMotor(false)
}

// obstruction is SPEC E3.
func (r *rig) obstruction(t *testing.T) {
	who := r.stations[1]
	who.tap(0, elevator.Cab)
	r.until(5*time.Second, "door open", func() bool { return who.car.Snapshot().Door })
	who.car.SetObstruction(true)
	who.press(2, elevator.Cab, 5*time.Second, who)
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	who.press(3, elevator.HallDown, 5*time.Second, r.stations...)
	_, by := r.takeOver(began, r.others(who))
	t.Logf("hall call with node %s obstructed: node %s goes", who.id, by.id)
	r.until(20*time.Second, "E3: hall call served by another", r.lit(3, elevator.HallDown, false))
	if x := who.car.Snapshot(); !x.Door || !x.Lamps.Has(2, elevator.Cab) {
		t.Errorf("E1, E3: door open %v, lamps %v; want the door held and the cab call kept", x.Door, x.Lamps)
	}
	who.car.SetObstruction(false)
	r.until(20*time.Second, "E3: its cab call is served", who.lit(2, elevator.Cab, false))
}

// server is SPEC E5.
func (r *rig) server(t *testing.T) {
	who := r.callTo(r.stations[0])
	who.press(3, elevator.Cab, 5*time.Second, who)
	began := time.Now()
	inside(t, who.ns, func() {
		who.car.SetAccepting(false) //nolint:errcheck // closing can't fail
		who.car.DropConnections()
	})
	took, by := r.takeOver(began, r.others(who))
	t.Logf("elevator server of node %s gone to node %s moving: %v", who.id, by.id, took.Round(time.Millisecond))
	for _, s := range r.others(who) {
		r.until(20*time.Second, "hall call served by another", s.lit(3, elevator.HallDown, false))
	}
	began = time.Now()
	inside(t, who.ns, func() {
		for who.car.SetAccepting(true) != nil {
			time.Sleep(10 * time.Millisecond)
		}
	})
	r.until(20*time.Second, "E5: it reconnects and the lamps are right", func() bool { return !who.car.Snapshot().Lamps.Has(3, elevator.HallDown) })
	t.Logf("server back to lamps restored: %v", time.Since(began).Round(time.Millisecond))
	r.until(20*time.Second, "E5: its cab call is served", who.lit(3, elevator.Cab, false))
}

// joins is SPEC R5.
func (r *rig) joins(t *testing.T) {
	r.stations[0].press(3, elevator.HallDown, 5*time.Second, r.stations...)
	began := time.Now()
	s := r.add()
	r.until(10*time.Second, "R6: the newcomer shows the lit lamp", func() bool {
		_, ok := s.lampOn(3, elevator.HallDown, began)
		return ok || r.lit(3, elevator.HallDown, false)()
	})
	t.Logf("start of a fourth node to its lamps right: %v", time.Since(began).Round(time.Millisecond))
	r.settle()
	r.quiet()
	t.Logf("press on the newcomer's panel to lamp on all 4: %v", s.press(2, elevator.HallUp, 5*time.Second, r.stations...).Round(100*time.Microsecond))
}

// powerCut is SPEC F4.
func (r *rig) powerCut(t *testing.T) {
	first, second := r.stations[0], r.stations[1]
	first.press(3, elevator.HallDown, 5*time.Second, r.stations...)
	second.press(2, elevator.HallUp, 5*time.Second, r.stations...)
	first.press(2, elevator.Cab, 5*time.Second, first)
	second.press(3, elevator.Cab, 5*time.Second, second)
	for _, s := range r.stations {
		s.node.Process.Kill() //nolint:errcheck
	}
	for _, s := range r.stations {
		s.kill()
	}
	time.Sleep(time.Second)
	began := time.Now()
	for _, s := range r.stations {
		s.start()
	}
	opened := func(f int, by ...*station) func() bool {
		return func() bool {
			for _, s := range by {
				if _, ok := s.first(began, func(e elevserver.Event) bool {
					return e.Kind == elevserver.DoorLamp && e.On && int(e.Position+0.5) == f
				}); ok {
					return true
				}
			}
			return false
		}
	}
	r.until(30*time.Second, "F4: hall-down 3 is served", opened(3, r.stations...))
	r.until(30*time.Second, "F4: hall-up 2 is served", opened(2, r.stations...))
	r.until(30*time.Second, "F4: cab 2 of node 1 is served", opened(2, first))
	r.until(30*time.Second, "F4: cab 3 of node 2 is served", opened(3, second))
	r.quiet()
	t.Logf("all nodes restarted to every lit lamp served: %v", time.Since(began).Round(time.Millisecond))
	r.settle()
}

// ended is SPEC U1: Ctrl-C ends in good order.
func (r *rig) ended(t *testing.T) {
	who := r.callTo(r.stations[0])
	if code := who.interrupt(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if m := who.car.Snapshot().Motor; m != elevator.Stop {
		t.Errorf("motor %v after the end", m)
	}
	for _, s := range r.others(who) {
		r.until(20*time.Second, "served by another", s.lit(3, elevator.HallDown, false))
	}
	who.start()
	r.settle()
}

func TestDuplicateID(t *testing.T) {
	r := newRig(t, 2)
	s := r.stations[1]
	s.kill()
	s.id, s.state = "1", t.TempDir()
	s.start()
	s.node.Wait() //nolint:errcheck // its status is looked at
	if code := s.node.ProcessState.ExitCode(); code != 2 {
		t.Errorf("F7: exit status %d, want 2", code)
	}
	s.node = nil
	if !strings.Contains(s.log.String(), r.stations[0].address) {
		t.Errorf("F7: the later node doesn't say whose id it took:\n%s", s.log)
	}
	r.until(5*time.Second, "F7: the earlier node says so too", func() bool {
		return strings.Contains(r.stations[0].log.String(), s.address)
	})
	r.stations[0].press(2, elevator.HallUp, 5*time.Second, r.stations[0])
}

func TestOtherFloorsKeyBuilding(t *testing.T) {
	r := newRig(t, 2)
	s := r.stations[1]
	key := t.TempDir() + "/key"
	if err := os.WriteFile(key, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flag, value, says string
	}{
		{"--floors", "6", "floors"},
		{"--key-file", key, "another key"},
		{"--building", "elsewhere", "another building"},
	} {
		s.kill()
		s.state = t.TempDir()
		before := r.stations[0].log.Len()
		s.log.Reset()
		s.start(c.flag, c.value)
		r.until(5*time.Second, "F7: said by the node with other "+c.flag, func() bool { return strings.Contains(s.log.String(), c.says) })
		r.until(5*time.Second, "F7: said by the other node", func() bool { return strings.Contains(r.stations[0].log.String()[before:], c.says) })
	}
	r.stations[0].press(2, elevator.HallUp, 5*time.Second, r.stations[0])
}
