package node

import (
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

const (
	up   = elevator.HallUp
	down = elevator.HallDown
	cab  = elevator.Cab
)

func TestRule1MergeTakesAnythingAuthentic(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.talks = false
	old := p.life.Start() + 7
	p.call("2", 1, up, func(worldview.Call) worldview.Call { return worldview.Call{P: old, C: old} })
	p.seq = 0 // older than all that was heard
	p.boot = 5
	p.say()
	if got := r.slot("2", 1, up); got.P != old || got.C != old {
		t.Errorf("a late datagram of an earlier life wasn't merged: %+v", got)
	}
	p.call("2", 1, up, func(c worldview.Call) worldview.Call { return c.Serve() })
	p.seq = 0
	p.say()
	if r.slot("2", 1, up).Active() {
		t.Error("a service in a late datagram wasn't merged")
	}
	before := r.n.view.AppendSnapshot(nil, 0)
	p.seq = 0
	p.say()
	if string(r.n.view.AppendSnapshot(nil, 0)) != string(before) {
		t.Error("merging the same again changed something")
	}
}

func TestRule2PressRaisesTheOwnSlotAtOnce(t *testing.T) {
	r := setup(t, 1, nil)
	sent := len(r.sent)
	r.run(5 * ms)
	r.press(2, up)
	first := r.own(2, up)
	if first.P != r.n.led.Life().Start()+1 || first.Lit() {
		t.Errorf("after a press: %+v", first)
	}
	r.until(gap, "broadcast at once", func() bool { return len(r.sent) > sent })

	r.until(100*ms, "lit", func() bool { return r.lit(2, up) })
	r.press(2, up)
	second := r.own(2, up)
	if second.P != first.P+1 || !second.Lit() {
		t.Errorf("after a press of a lit button: %+v", second)
	}
	// The peer served the first press before it heard of the second.
	p := r.all[0]
	p.call("1", 2, up, func(c worldview.Call) worldview.Call { c.S = first.P; return c })
	p.say()
	if c := r.own(2, up); !c.Active() || c.S != first.P {
		t.Errorf("the second press didn't outlive the service of the first: %+v", c)
	}
	r.until(100*ms, "lit for the second press", func() bool { return r.own(2, up).Lit() })
}

func TestRule2PressOfAButtonThatDoesNotExist(t *testing.T) {
	r := setup(t, 0, nil)
	r.press(0, down)
	r.press(3, up)
	r.press(100, cab)
	r.run(time.Second)
	if !r.a.Outputs.Lamps.Empty() || r.n.open != 0 {
		t.Errorf("lamps %v", r.a.Outputs.Lamps)
	}
}

func TestRule2PressIsAnEdge(t *testing.T) {
	r := setup(t, 0, nil)
	r.in.Buttons.Put(2, cab, true)
	for range 5 {
		r.do(Event{Kind: Inputs, Inputs: r.in})
		r.run(100 * ms)
	}
	if got, want := r.own(2, cab).P, r.n.led.Life().Start()+1; got != want {
		t.Errorf("a button that is held counts once: %x, want %x", got, want)
	}
}

// TestRule3Confirm follows a press until its lamp is lit, for some
// peers and some faults. The lamp is due at a time, give or take a broadcast.
func TestRule3Confirm(t *testing.T) {
	for _, c := range []struct {
		name  string
		peers int
		fault func(r *rig)
		due   time.Duration // 0: at once; never: not within 3 s
	}{
		{"alone", 0, nil, 0},
		{"one peer", 1, nil, 0},
		{"two peers", 2, nil, 0},
		{"a deaf peer is not live for long", 1, func(r *rig) { r.all[0].deaf = true }, 500 * ms},
		{"a peer that keeps silent", 2, func(r *rig) { r.all[1].silent = true }, 500 * ms},
		{"a peer that keeps silent, alone with it", 1, func(r *rig) { r.all[0].silent = true }, 500 * ms},
		{"a peer whose disk is slow", 2, func(r *rig) { r.all[1].volatile = true }, 500 * ms},
		{"own disk slow, with a peer", 1, func(r *rig) { r.commit = time.Hour }, 500 * ms},
		{"own disk slow, alone", 0, func(r *rig) { r.commit = 1500 * ms }, 1500 * ms},
		{"own disk hangs, alone", 0, func(r *rig) { r.commit = time.Hour }, DiskPatience},
		{"own disk fails, alone", 0, func(r *rig) { r.diskErr = errDisk }, 0},
		{"own disk slow, peer silent", 1, func(r *rig) { r.commit = 1500 * ms; r.all[0].silent = true }, 1500 * ms},
		{"own disk slow, first peer silent", 2, func(r *rig) { r.commit = time.Hour; r.all[0].silent = true }, 500 * ms},
		{"own disk slow, second peer silent", 2, func(r *rig) { r.commit = time.Hour; r.all[1].silent = true }, 500 * ms},
		{"no disk, peer silent", 1, func(r *rig) { r.all[0].silent = true }, 500 * ms},
	} {
		for _, button := range []elevator.Button{down, cab} {
			t.Run(c.name+" "+button.String(), func(t *testing.T) {
				r := setup(t, c.peers, func(cfg *Config) { cfg.Disk = !strings.HasPrefix(c.name, "no disk") })
				r.run(2 * time.Second)
				if c.fault != nil {
					c.fault(r)
				}
				at := r.now
				r.press(2, button)
				if r.lit(2, button) {
					t.Fatal("lit before anybody else can hold it")
				}
				r.run(max(c.due-50*ms, 0))
				if c.due > 0 && r.lit(2, button) {
					t.Fatalf("lit before %v", c.due-50*ms)
				}
				r.until(130*ms, "lit", func() bool { return r.lit(2, button) })
				if own := r.own(2, button); own.C != own.P {
					t.Errorf("lit, confirmed %x of %x", own.C, own.P)
				}
				t.Logf("lit after %v", r.now-at)
			})
		}
	}
}

// TestRule3AnybodyConfirms: the press of a peer is confirmed here, too, with
// this node's disk and the other peers' word.
func TestRule3AnybodyConfirms(t *testing.T) {
	r := setup(t, 2, nil)
	r.all[1].silent = true
	r.all[0].presses(2, up)
	r.run(450 * ms)
	if r.lit(2, up) {
		t.Fatal("lit though a live peer doesn't hold it")
	}
	r.all[1].silent = false
	r.until(50*ms, "lit when it does", func() bool { return r.lit(2, up) })
}

func TestRule3PatienceIsForEachPressAnew(t *testing.T) {
	r := setup(t, 2, nil)
	r.all[0].silent = true
	r.press(2, up)
	r.until(600*ms, "lit", func() bool { return r.lit(2, up) })
	r.all[1].serves(2, up)
	r.until(100*ms, "served", func() bool { return !r.lit(2, up) })
	r.run(time.Second)
	r.press(2, up)
	r.run(450 * ms)
	if r.lit(2, up) {
		t.Error("the second press was lit without patience")
	}
	r.until(100*ms, "lit", func() bool { return r.lit(2, up) })
}

// What a peer held of an earlier press says nothing of this one.
func TestRule3OldAcknowledgementsDoNotLight(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	r.press(2, up)
	r.until(100*ms, "lit", func() bool { return r.lit(2, up) })
	p.serves(2, up)
	r.until(100*ms, "served", func() bool { return !r.lit(2, up) })
	p.silent = true
	r.press(2, up)
	r.run(400 * ms)
	if r.lit(2, up) {
		t.Error("lit by what the peer held of the press before")
	}
}

func TestRule4Lamps(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.lights(2, down)
	p.lights(3, cab)
	p.presses(1, up)
	p.silent = true
	p.say()
	if want := (elevator.Calls{}); r.a.Outputs.Lamps.Cab != want.Cab {
		t.Errorf("another node's cab call is lit: %v", r.a.Outputs.Lamps)
	}
	if !r.lit(2, down) {
		t.Error("a hall call lit by another isn't lit here")
	}
	if r.lit(1, up) {
		t.Error("an unconfirmed call is lit")
	}
	r.press(0, cab)
	r.until(700*ms, "own cab", func() bool { return r.lit(0, cab) })
}

func TestRule5ServeAfterTheDoorOpened(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.state(elevator.State{Unavailable: elevator.Stopped})
	p.lights(0, up)
	p.lights(0, down)
	r.press(0, up)
	r.press(0, cab)
	r.press(2, cab) // so that it announces up
	r.until(100*ms, "the door opens", func() bool { return r.a.Outputs.Door })
	if !r.lit(0, up) || !r.own(0, up).Active() {
		t.Fatal("served in the step in which the door was told to open")
	}
	r.until(MinLit+20*ms, "served", func() bool { return !r.lit(0, up) && !r.lit(0, cab) })
	for _, id := range []elevator.ID{"1", "2"} {
		if c := r.slot(id, 0, up); c.Active() || c.S != c.P {
			t.Errorf("the press of %s is left: %+v", id, c)
		}
	}
	if c := r.slot("2", 2, cab); c.P != 0 {
		t.Error("touched another node's cab")
	}
	if !r.lit(2, cab) {
		t.Error("served a call of another floor")
	}
}

func TestRule5ALampIsLitForAWhileInFrontOfAnOpenDoor(t *testing.T) {
	r := setup(t, 0, nil)
	r.press(0, cab)
	r.until(time.Second, "served", func() bool { return r.a.Outputs.Door && !r.lit(0, cab) })
	r.run(500 * ms)
	r.press(0, cab)
	r.until(50*ms, "lit", func() bool { return r.lit(0, cab) })
	at := r.now
	r.until(time.Second, "taken", func() bool { return !r.lit(0, cab) })
	if d := r.now - at; d < MinLit || d > MinLit+20*ms {
		t.Errorf("lit for %v, want %v", d, MinLit)
	}
	if !r.a.Outputs.Door {
		t.Error("the door has closed")
	}
}

func TestRule5OnlyTheAnnouncedDirection(t *testing.T) {
	r := setup(t, 0, nil)
	r.sense(1)
	r.press(1, up)
	r.press(1, down)
	r.press(3, cab)
	r.until(time.Second, "served up", func() bool { return r.a.Outputs.Door && !r.lit(1, up) })
	r.run(2 * time.Second)
	if !r.lit(1, down) {
		t.Error("S4: one stop served both directions")
	}
}

func TestRule5AHeldCarTakesNoNewHallCalls(t *testing.T) {
	r := setup(t, 1, nil)
	r.all[0].state(elevator.State{Unavailable: elevator.MotorLost})
	r.sense(1)
	r.press(1, up)
	r.press(3, cab)
	r.until(time.Second, "the door opens", func() bool { return r.a.Outputs.Door })
	r.in.Obstruction = true
	r.do(Event{Kind: Inputs, Inputs: r.in})
	r.until(time.Second, "that for which it came is served", func() bool { return !r.lit(1, up) })
	r.run(time.Second)
	r.press(1, up)
	r.until(100*ms, "lit", func() bool { return r.lit(1, up) })
	r.run(4 * time.Second)
	if !r.lit(1, up) {
		t.Error("E3: a held car took a hall call that came later")
	}
	r.press(1, cab)
	r.until(time.Second, "its own cab call is served", func() bool { return r.own(1, cab).C > 0 && !r.lit(1, cab) })
}

func TestRule6TravelForLitCallsOnly(t *testing.T) {
	r := setup(t, 1, nil)
	r.all[0].silent = true
	r.press(2, cab)
	r.run(400 * ms)
	if r.a.Outputs.Motor != elevator.Stop || !r.n.Serves().Empty() {
		t.Error("travels for an unconfirmed call")
	}
	r.until(200*ms, "travels once it is lit", func() bool { return r.a.Outputs.Motor == elevator.Up })
	if !r.lit(2, cab) {
		t.Error("travels in the dark")
	}
}

func TestRule11AssignmentIsForOne(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.state(elevator.State{Floor: 3})
	p.lights(3, down)
	p.lights(0, up)
	p.say()
	if want := (elevator.Calls{Up: elevator.FloorSet{1}}); r.n.Serves() != want {
		t.Errorf("serves %v, want %v: the other car stands at the other floor", r.n.Serves(), want)
	}
	// The call of a node that can't run goes to others (E3).
	p.state(elevator.State{Floor: 3, Unavailable: elevator.Obstructed})
	p.say()
	if !r.n.Serves().Has(3, down) {
		t.Error("E3: the call of a car that is held didn't move")
	}
	p.state(elevator.State{Floor: 3})
	p.say()
	if r.n.Serves().Has(3, down) {
		t.Error("the call didn't go back")
	}
	// So does that of a node that has gone.
	p.talks = false
	r.run(600 * ms)
	if !r.n.Serves().Has(3, down) {
		t.Error("F2: the call of a dead node didn't move")
	}
}

func TestRule11AnUnavailableNodeLeavesItsCalls(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.state(elevator.State{Floor: 3})
	r.press(0, cab)
	r.until(time.Second, "the door opens", func() bool { return r.a.Outputs.Door })
	r.in.Obstruction = true
	r.do(Event{Kind: Inputs, Inputs: r.in})
	p.lights(1, up)
	p.say()
	if !r.n.Serves().Hall().Empty() {
		t.Errorf("an obstructed car serves %v", r.n.Serves())
	}
	// With nobody else available it is there for all when it can.
	p.state(elevator.State{Floor: 3, Unavailable: elevator.MotorLost})
	p.say()
	if !r.n.Serves().Has(1, up) {
		t.Error("F8: nobody is left to serve the call")
	}
}

func TestRule11ANonTransitiveChainIsOneBuilding(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	// Node 2 tells of node 3, which stands at floor 3 and is linked with it.
	third, _ := p.view.Add("3")
	links := elevator.NodeSet(0)
	links.Put(p.me, true)
	p.view.SetStatus(third, worldview.Status{
		Version: worldview.Version{Life: p.life, Seq: 1}, State: elevator.State{Floor: 3}, Links: links,
	})
	p.lights(3, down)
	p.say()
	if !r.n.Serves().Has(3, down) && !r.n.Serves().Empty() {
		t.Fatal("serves something else")
	}
	if !r.n.Serves().Has(3, down) {
		t.Fatal("node 3 counts though node 2 doesn't say that it is linked with it")
	}
	both := p.view.Node(p.me).Status
	both.Seq++
	both.Links.Put(third, true)
	p.view.SetStatus(p.me, both)
	p.say()
	if r.n.Serves().Has(3, down) {
		t.Error("F3: a node that is reached through another doesn't count")
	}
}

func TestRule12Escalation(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.state(elevator.State{Floor: 3})
	p.lights(3, down)
	p.say()
	aged := func(seconds uint16) {
		p.call("2", 3, down, func(c worldview.Call) worldview.Call { return c.Aged(seconds) })
		p.say()
	}
	aged(20)
	if r.n.Serves().Has(3, down) {
		t.Fatal("escalated too early")
	}
	aged(300)
	if !r.n.Serves().Has(3, down) || r.heardOf(Escalated) != 1 {
		t.Errorf("R8: a call of five minutes isn't everybody's: serves %v", r.n.Serves())
	}
	r.run(time.Second)
	if r.heardOf(Escalated) != 1 {
		t.Error("said more than once")
	}
	// A later press by another origin makes the call no younger.
	p.call("3", 3, down, func(c worldview.Call) worldview.Call { c = c.Press(p.life); return c.Confirm(c.P) })
	p.say()
	if !r.n.Serves().Has(3, down) {
		t.Error("a later press made it younger")
	}
	p.serves(3, down)
	p.say()
	r.sense(elevator.NoFloor)
	r.sense(1) // where it stops
	p.lights(3, down)
	aged(300)
	if !r.n.Serves().Has(3, down) || r.heardOf(Escalated) != 2 {
		t.Errorf("the next escalation: serves %v, said %d times", r.n.Serves(), r.heardOf(Escalated))
	}
}

func TestRule12NotByWhoCanNotMove(t *testing.T) {
	r := setup(t, 1, nil)
	r.in.Stop = true
	r.do(Event{Kind: Inputs, Inputs: r.in})
	p := r.all[0]
	p.lights(3, down)
	p.call("2", 3, down, func(c worldview.Call) worldview.Call { return c.Aged(300) })
	p.say()
	if !r.n.Serves().Empty() {
		t.Error("a stopped car took an overdue call")
	}
}

func TestAgesGrowOnceASecondAndTravelByMaximum(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.silent = true // and so nobody but the node itself lets the call grow old
	r.sense(3)
	r.in.Stop = true
	r.press(1, up)
	at := r.now
	for want := range uint16(5) {
		r.run(at + time.Duration(want)*time.Second + 990*ms - r.now)
		if got := r.own(1, up).Age; got+1 < want || got > want {
			t.Errorf("after %v: age %d", r.now-at, got)
		}
	}
	p.call("1", 1, up, func(worldview.Call) worldview.Call { return r.own(1, up).Aged(100) })
	p.say()
	if got := r.own(1, up).Age; got != 100 {
		t.Errorf("age %d, and the peer says 100", got)
	}
	r.run(3 * time.Second)
	if got := r.own(1, up).Age; got < 102 || got > 103 {
		t.Errorf("three seconds later: age %d, want 102 or 103", got)
	}
	p.serves(1, up)
	p.say()
	r.run(2 * time.Second)
	if got := r.own(1, up).Age; got != 0 {
		t.Errorf("served, and of age %d", got)
	}
}

// watchService requires of each call that this node serves that its door was
// open for it at the end of the step before, and still is.
func (r *rig) watchService(fail func(format string, args ...any)) {
	var open, active elevator.Calls
	r.after = func(ev Event) {
		now := elevator.Calls{}
		for number, c := range r.n.view.Node(r.n.me).Calls {
			f, b := worldview.FloorButton(number)
			now.Put(f, b, c.Active())
		}
		if ev.Kind != Datagram {
			for f, b := range active.AndNot(now).All() {
				if !open.Has(f, b) || !r.n.carOut.Serving.Has(f, b) {
					fail("at %v: served %v at floor %d; the door was open for %v and is for %v", r.now, b, f, open, r.n.carOut.Serving)
				}
			}
		}
		open, active = r.n.shown, now
	}
}

func TestAloneItServesAll(t *testing.T) {
	r := setup(t, 0, nil)
	r.watchService(t.Fatalf)
	for f := range 3 {
		r.press(f, up)
		r.press(f+1, down)
		r.press(f, cab)
	}
	r.run(100 * ms)
	if r.a.Outputs.Lamps.Len() != 9 {
		t.Fatalf("lit: %v", r.a.Outputs.Lamps)
	}
	for k := 0; k < 100 && !r.a.Outputs.Lamps.Empty(); k++ {
		r.ride(time.Second)
	}
	if !r.a.Outputs.Lamps.Empty() {
		t.Errorf("F8: not served: %v", r.a.Outputs.Lamps)
	}
}

func TestRule3ImpatienceDoesNotDelayTheLamp(t *testing.T) {
	r := setup(t, 2, nil)
	r.all[0].silent = true
	at := r.now
	for !r.lit(2, up) && r.now < at+2*time.Second {
		r.press(2, up)
		r.run(90 * ms)
	}
	if d := r.now - at; d > 700*ms {
		t.Errorf("lit after %v", d)
	}
}
