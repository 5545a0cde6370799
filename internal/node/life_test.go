package node

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

func TestRule7OwnSlotOfAnotherLife(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.silent = true
	r.press(2, up)
	pressed := r.own(2, up).P
	// The peer remembers a press of a life whose clock was ahead, and that it
	// was served.
	ahead := worldview.NewLife(5000, 3)
	p.call("1", 2, up, func(worldview.Call) worldview.Call {
		s := ahead.Start() + 4
		return worldview.Call{P: s, C: s, S: s}
	})
	p.say()
	c := r.own(2, up)
	if !c.Active() {
		t.Fatalf("the press %x was taken for served: %+v", pressed, c)
	}
	if c.P.Life() <= ahead || r.n.led.Life() <= ahead {
		t.Errorf("pressed again in life %x, not above %x", c.P.Life(), ahead)
	}
	// Once more of the same changes nothing.
	p.say()
	if again := r.own(2, up); again.P != c.P {
		t.Errorf("pressed a third time: %x after %x", again.P, c.P)
	}
}

func TestRule7NoGhostFromStaleDisks(t *testing.T) {
	old := worldview.NewLife(900, 1).Start() + 1
	disk := worldview.New(4)
	me, _ := disk.Add("1")
	disk.SetCall(me, worldview.Number(2, up), worldview.Call{P: old, C: old})
	r := begin(t, nil, [][]byte{disk.AppendSnapshot(nil, old.Life())})
	p := r.addPeer("2")
	p.call("1", 2, up, func(worldview.Call) worldview.Call { return worldview.Call{P: old + 5, C: old + 5, S: old + 5} })
	r.run(2 * time.Second)
	if c := r.own(2, up); c.Active() {
		t.Errorf("R6: a press of another process, long served, came back: %+v", c)
	}
}

// A press by this process after a stale disk was read is not confused with it.
func TestRule7PressAfterAPressFromTheDiskWasServedElsewhere(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	ahead := worldview.NewLife(5000, 3)
	s := ahead.Start() + 4
	p.call("1", 2, up, func(worldview.Call) worldview.Call { return worldview.Call{P: s, C: s, S: s} })
	p.say()
	if r.own(2, up).Active() {
		t.Fatal("pressed by itself")
	}
	r.press(2, up)
	if c := r.own(2, up); !c.Active() || c.P.Life() <= ahead {
		t.Errorf("a stamp of a foreign life was issued: %x, that life is %x", c.P, ahead)
	}
}

func TestRule8OwnStatusAhead(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	ahead := worldview.NewLife(5000, 3)
	i, _ := p.view.Add("1")
	p.view.SetStatus(i, worldview.Status{Version: worldview.Version{Life: ahead, Seq: 9}, State: elevator.State{Floor: 3}})
	p.say()
	own := r.n.view.Node(r.n.me).Status
	if own.Floor != 0 || own.Life <= ahead {
		t.Errorf("what this node says would be ignored: it says %+v in life %x", own, ahead)
	}
}

func TestRule8AcknowledgementsAreOfThisLife(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(p *peer)
	}{
		{"echo of an earlier life of mine", func(p *peer) { p.r.cfg.Boot++ }},
		{"echo of what was never sent", func(p *peer) { p.echoed += 1 << 40 }},
		{"repeated", func(p *peer) { p.header = func(h *worldview.Header) { h.Seq = 1 } }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := setup(t, 1, nil)
			p := r.all[0]
			p.talks = false
			p.say()
			r.press(2, up)
			r.run(5 * ms)
			p.r = &rig{t: t, cfg: r.cfg, now: r.now}
			c.spoil(p)
			r.do(Event{Kind: Datagram, Message: p.message()})
			if r.lit(2, up) {
				t.Error("acknowledged")
			}
		})
	}
}

func TestRule8ANewLifeOfAPeerVoidsItsAcknowledgements(t *testing.T) {
	r := setup(t, 2, nil)
	p, q := r.all[0], r.all[1]
	q.silent = true
	r.press(2, up)
	r.run(50 * ms) // p holds it
	// p comes back without its memory, and hears us, but keeps silent.
	p.view = worldview.New(4)
	p.me, _ = p.view.Add(p.id)
	p.view.Add("1")
	p.boot++
	p.seq = 0
	p.silent = true
	r.run(200 * ms)
	q.silent = false
	r.run(100 * ms)
	if r.lit(2, up) {
		t.Error("lit by what the former life of a peer held")
	}
}

func TestRule9DiskTakesWhatMatters(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	r.run(2 * time.Second)
	count := r.commits
	r.run(5 * time.Second)
	if r.commits != count {
		t.Errorf("%d commits while nothing changed", r.commits-count)
	}
	restored := func() *worldview.Worldview {
		w := worldview.New(4)
		if _, err := w.Restore(r.snapshot); err != nil {
			t.Fatal(err)
		}
		return w
	}
	r.press(2, cab)
	r.run(10 * ms)
	if !restored().Node(0).Calls[worldview.Number(2, cab)].Active() {
		t.Error("a press isn't on the disk after 10 ms")
	}
	r.run(1100 * ms)
	if c := restored().Node(0).Calls[worldview.Number(2, cab)]; !c.Lit() {
		t.Error("that it is lit isn't on the disk after a second")
	}
	p.lights(3, down)
	p.say()
	r.run(10 * ms)
	p.serves(3, down)
	p.say()
	r.run(10 * ms)
	w := restored()
	i, ok := w.Lookup("2")
	if !ok {
		t.Fatal("what the peer pressed isn't on the disk")
	}
	if c := w.Call(i, worldview.Number(3, down)); c.Active() || c.P == 0 {
		t.Errorf("a service isn't on the disk: %+v", c)
	}
}

func TestRule9NothingCountsBeforeItIsDurable(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	held := func(id elevator.ID, f int, b elevator.Button) bool {
		i, _ := r.n.view.Lookup(id)
		return local{r.n}.Held(i, worldview.Number(f, b))
	}
	r.commit = 100 * ms
	p.presses(2, up)
	p.say()
	r.run(50 * ms)
	if held("2", 2, up) {
		t.Error("says that it holds what isn't on its disk")
	}
	// A press during a commit isn't part of it.
	r.press(1, up)
	r.run(60 * ms)
	if !held("2", 2, up) || held("1", 1, up) {
		t.Error("a commit holds what was there when it began, no more")
	}
	r.run(100 * ms)
	if !held("1", 1, up) {
		t.Error("the next one doesn't hold the rest")
	}
	// Nor is a second press of the same button.
	r.press(3, cab)
	r.run(50 * ms)
	r.press(3, cab)
	r.run(60 * ms)
	if held("1", 3, cab) {
		t.Error("the first press is on the disk, and the second counts, too")
	}
	r.run(100 * ms)
	if !held("1", 3, cab) {
		t.Error("the second press isn't on the disk")
	}
}

func TestRule9WhatIsDurableIsToldAtOnce(t *testing.T) {
	r := setup(t, 1, nil)
	r.commit = 103 * ms
	r.all[0].lights(2, up) // nothing is urgent
	r.until(50*ms, "a commit begins", func() bool { return r.pending != nil })
	r.until(200*ms, "and ends", func() bool { return r.pending == nil })
	r.run(gap)
	if d := r.now - r.sent[len(r.sent)-1]; d > 2*gap {
		t.Errorf("the last datagram was sent %v ago", d)
	}
}

func TestRule9FailedCommits(t *testing.T) {
	r := setup(t, 0, nil)
	r.diskErr = errDisk
	r.press(2, cab)
	r.run(50 * ms)
	if r.heardOf(DiskFailed) != 1 {
		t.Error("F6: not said")
	}
	if s := r.n.view.Node(r.n.me).Status; s.Disk != worldview.DiskFailed {
		t.Errorf("the status says that the disk %v", s.Disk)
	}
	if !r.lit(2, cab) {
		t.Error("S3: dark for ever: without a disk that works memory must do")
	}
	if r.n.led.Durable(r.n.me, worldview.Number(2, cab)) != 0 {
		t.Error("counts as durable")
	}
	count := r.commits
	r.run(5 * time.Second)
	if d := r.commits - count; d < 4 || d > 6 {
		t.Errorf("%d attempts in 5 s", d)
	}
	if r.heardOf(DiskFailed) != 1 {
		t.Error("said more than once")
	}
	r.diskErr = nil
	r.until(1100*ms, "works again", func() bool { return r.heardOf(DiskWorks) == 1 })
	if s := r.n.view.Node(r.n.me).Status; s.Disk != worldview.DiskWorks {
		t.Errorf("the status says that the disk %v", s.Disk)
	}
	if r.n.led.Durable(r.n.me, worldview.Number(2, cab)) != r.own(2, cab).P {
		t.Error("the press isn't durable after a commit that worked")
	}
}

func TestRule9SlowDisk(t *testing.T) {
	r := setup(t, 0, nil)
	r.commit = 3 * time.Second
	r.press(2, cab)
	r.run(DiskPatience - 10*ms)
	if r.lit(2, cab) || r.heardOf(DiskFailed) != 0 {
		t.Error("gave up too early")
	}
	r.run(20 * ms)
	if !r.lit(2, cab) || r.heardOf(DiskFailed) != 1 {
		t.Error("waits for ever for a disk that hangs")
	}
	r.run(time.Second)
	if r.heardOf(DiskWorks) != 1 {
		t.Error("the commit ended at last, and the disk still counts as failed")
	}
}

func TestRule9WithoutADisk(t *testing.T) {
	r := setup(t, 0, func(c *Config) { c.Disk = false })
	r.press(2, cab)
	r.until(20*ms, "lit and flagged", func() bool { return r.lit(2, cab) })
	if s := r.n.view.Node(r.n.me).Status; s.Disk != worldview.DiskNone {
		t.Errorf("the status says that the disk %v", s.Disk)
	}
	r.run(2 * time.Second)
	if r.commits > 0 {
		t.Error("stores, and nobody keeps it")
	}
	if r.a.Wake <= r.now {
		t.Error("spins")
	}
}

func TestRule9AnAnswerToAnEarlierCommitMeansNothing(t *testing.T) {
	r := setup(t, 0, nil)
	r.commit = time.Second
	r.press(2, cab)
	r.run(10 * ms)
	r.do(Event{Kind: Stored, Generation: r.generation - 1})
	if r.lit(2, cab) {
		t.Error("took an old answer for the present one")
	}
}

func TestListening(t *testing.T) {
	r := begin(t, nil, nil)
	p := r.addPeer("2")
	p.lights(3, down)
	joining := 0
	p.deaf = true
	for r.now < Listen-ms {
		if m := r.a.Message; m != nil {
			joining++
			if s := m.Section("1"); !m.Joining || s == nil || s.HasStatus || len(s.Calls) > 0 {
				t.Fatalf("says more than that it listens: %+v", m)
			}
		}
		if r.now > 100*ms && r.now < 102*ms {
			r.press(1, up)
			r.press(1, cab)
		}
		r.run(ms)
		if r.n.Joined() || r.own(1, up).P != 0 || !r.n.Serves().Empty() {
			t.Fatalf("at %v: takes part", r.now)
		}
	}
	if joining < 10 {
		t.Errorf("%d probes", joining)
	}
	r.until(20*ms, "joins", func() bool { return r.n.Joined() })
	if !r.own(1, up).Active() || !r.own(1, cab).Active() {
		t.Error("what was pressed while it listened is lost")
	}
	if !r.lit(3, down) {
		t.Error("doesn't know what it heard")
	}
}

func TestJoinWaitsForTheDisk(t *testing.T) {
	for _, c := range []struct {
		name   string
		commit time.Duration
		err    error
		at     time.Duration
	}{
		{"fast", 2 * ms, nil, Listen},
		{"slow", time.Second, nil, time.Second},
		{"hangs", time.Hour, nil, DiskPatience},
		{"fails", 2 * ms, errDisk, Listen},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := begin(t, nil, nil)
			r.commit, r.diskErr = c.commit, c.err
			if r.pending != nil {
				r.ready = c.commit
			}
			r.run(33 * ms)
			p := r.addPeer("2")
			p.talks = false
			p.lights(1, up)
			p.say() // so that it sends now, and not on the beat any more
			r.run(c.at - 33*ms - 1)
			if r.n.Joined() {
				t.Fatal("joined too early")
			}
			r.run(1)
			if !r.n.Joined() {
				t.Error("not joined")
			}
		})
	}
}

func TestLifeIsAboveAnythingSeen(t *testing.T) {
	stored := worldview.NewLife(3000, 9)
	w := worldview.New(4)
	disk := w.AppendSnapshot(nil, stored)
	r := begin(t, nil, [][]byte{disk})
	if r.n.led.Life() <= stored {
		t.Errorf("life %x isn't above the stored one, %x", r.n.led.Life(), stored)
	}
	p := r.addPeer("2")
	slot := worldview.NewLife(4000, 5).Start() + 3
	p.call("1", 2, up, func(worldview.Call) worldview.Call { return worldview.Call{P: slot, S: slot} })
	i, _ := p.view.Add("1")
	status := worldview.NewLife(5000, 1)
	p.view.SetStatus(i, worldview.Status{Version: worldview.Version{Life: status, Seq: 1}})
	r.run(400 * ms)
	p.talks = false
	r.run(200 * ms)
	if r.n.led.Life() <= status {
		t.Errorf("life %x isn't above that of its own status, %x", r.n.led.Life(), status)
	}
	w = worldview.New(4)
	if l, err := w.Restore(r.snapshot); err != nil || l <= status {
		t.Errorf("stored life %x, %v", l, err)
	}

	r = begin(t, nil, nil)
	if got := r.n.led.Life().Second(); got != 1000 {
		t.Errorf("with nothing seen it is that of the clock: %d", got)
	}
}

func TestSnapshotRestores(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.lights(3, down)
	p.lights(3, cab)
	p.state(elevator.State{Unavailable: elevator.Stopped})
	r.in.Stop = true
	r.press(2, cab)
	r.press(1, up)
	r.run(3 * time.Second)
	if r.a.Outputs.Lamps.Len() != 3 {
		t.Fatalf("lit: %v", r.a.Outputs.Lamps)
	}
	saved := r.n.Snapshot()
	s := begin(t, func(c *Config) { c.Boot, c.Second = 12, 1100 }, [][]byte{saved})
	if s.heardOf(Restored) != 1 || s.said[0].Count != 4 {
		t.Errorf("said %+v", s.said)
	}
	if !bytes.Equal(s.n.view.AppendSnapshot(nil, 0), r.n.view.AppendSnapshot(nil, 0)) {
		t.Error("not what was saved")
	}
	if s.n.led.Life() <= r.n.led.Life() {
		t.Error("the next life isn't above the last")
	}
	s.run(time.Second)
	if s.a.Outputs.Lamps != r.a.Outputs.Lamps {
		t.Errorf("F4: lit %v, before it was %v", s.a.Outputs.Lamps, r.a.Outputs.Lamps)
	}
	if age := s.own(2, cab).Age; age < 3 {
		t.Errorf("the age %d didn't survive", age)
	}
}

func TestSavedByOthers(t *testing.T) {
	cfg := Config{ID: "1", Elevator: elevator.DefaultConfig(), Boot: 1, Second: 1000}
	six, life := worldview.New(6), worldview.NewLife(5000, 1)
	i, _ := six.Add("1")
	six.SetCall(i, worldview.Number(5, cab), worldview.Call{}.Press(life))
	_, err := New(cfg, [][]byte{six.AppendSnapshot(nil, life)})
	var floors worldview.FloorsError
	if !errors.As(err, &floors) || floors.Stored != 6 {
		t.Errorf("other floors, with an open call: %v", err)
	}
	six.SetCall(i, worldview.Number(5, cab), six.Call(i, worldview.Number(5, cab)).Serve())
	n, err := New(cfg, [][]byte{six.AppendSnapshot(nil, life)})
	if err != nil {
		t.Errorf("other floors, with nothing open: %v", err)
	} else if n.led.Life() <= life {
		t.Error("the life of what was saved is forgotten")
	}
	r := begin(t, nil, [][]byte{[]byte("garbage"), worldview.New(4).AppendSnapshot(nil, worldview.NewLife(2000, 0))})
	if r.heardOf(SavedUnreadable) != 1 {
		t.Error("F6: garbage wasn't mentioned")
	}
	if r.n.led.Life().Second() != 2001 {
		t.Error("the other slot wasn't read")
	}
	if _, err := New(Config{ID: "1", Elevator: elevator.DefaultConfig()}, nil); err == nil {
		t.Error("a boot nonce of 0 is none")
	}
	if _, err := New(Config{ID: "1", Boot: 1}, nil); err == nil {
		t.Error("an elevator without floors")
	}
}

// TestRecovered: a disk that could not be opened at the start can be now.
func TestRecovered(t *testing.T) {
	disk := worldview.New(4)
	me, _ := disk.Add("1")
	ahead := worldview.NewLife(5000, 3)
	disk.SetCall(me, worldview.Number(3, cab), worldview.Call{P: ahead.Start() + 1, C: ahead.Start() + 1})
	served := ahead.Start() + 2
	disk.SetCall(me, worldview.Number(2, cab), worldview.Call{P: served, C: served, S: served})

	r := begin(t, nil, nil)
	r.diskErr = errDisk
	r.run(3 * time.Second)
	r.press(2, cab)
	r.run(100 * ms)
	if !r.lit(2, cab) {
		t.Fatal("not lit")
	}
	r.diskErr = nil
	r.do(Event{Kind: Recovered, Saved: [][]byte{disk.AppendSnapshot(nil, ahead)}})
	r.run(100 * ms)
	if !r.lit(3, cab) {
		t.Error("what the disk held isn't lit")
	}
	if !r.lit(2, cab) {
		t.Error("S1: a press of this life was taken for one that the disk knows to be served")
	}
	if r.n.led.Life() <= ahead {
		t.Errorf("life %x isn't above the stored one, %x", r.n.led.Life(), ahead)
	}
	r.run(2 * time.Second)
	w := worldview.New(4)
	if _, err := w.Restore(r.snapshot); err != nil {
		t.Fatal(err)
	}
	if !w.Node(0).Calls[worldview.Number(3, cab)].Active() || !w.Node(0).Calls[worldview.Number(2, cab)].Active() {
		t.Error("the next commit doesn't hold both")
	}
}

func TestCabCallsComeBackFromPeers(t *testing.T) {
	r := begin(t, nil, nil)
	p := r.addPeer("2")
	before := worldview.NewLife(800, 1).Start() + 1
	p.call("1", 2, cab, func(worldview.Call) worldview.Call { return worldview.Call{P: before, C: before} })
	r.run(time.Second)
	if !r.lit(2, cab) || r.heardOf(CallsReturned) != 1 {
		t.Errorf("R7: lit %v, said %d times", r.a.Outputs.Lamps, r.heardOf(CallsReturned))
	}
}

func TestCaughtUpAfterAFreeze(t *testing.T) {
	r := setup(t, 1, nil)
	p := r.all[0]
	p.state(elevator.State{Floor: 3, Unavailable: elevator.Stopped})
	r.in.Stop = true // so that the car stays where it is
	p.lights(2, down)
	r.run(100 * ms)
	p.talks = false
	// While it is frozen, a call is lit and served, and both datagrams wait.
	p.lights(1, up)
	first := &peer{}
	*first = *p
	first.view = worldview.New(4)
	first.me, _ = first.view.Add("2")
	if _, err := first.view.Merge(p.message(), nil); err != nil {
		t.Fatal(err)
	}
	p.serves(1, up)
	p.serves(2, down)
	r.now += time.Minute
	first.say()
	if r.lit(1, up) {
		t.Error("R6: the lamp of a served call blinks")
	}
	if !r.lit(2, down) {
		t.Error("S1: a lamp that was lit went off without a reason")
	}
	if !r.n.Serves().Hall().Empty() {
		t.Error("travels for what it read in old mail")
	}
	p.seq++
	p.say()
	if r.lit(2, down) {
		t.Error("a lamp stays lit after its service is known")
	}
	// What is still there when it has caught up is lit.
	p.lights(2, up)
	p.say()
	if r.lit(2, up) {
		t.Error("lights a lamp before it has caught up")
	}
	r.run(CatchUp)
	if !r.lit(2, up) {
		t.Error("not lit after it has caught up")
	}
}

func TestAFrozenNodeFollowsNoHallCallUntilItHasCaughtUp(t *testing.T) {
	r := setup(t, 0, nil)
	r.press(2, up)
	r.press(2, cab)
	r.run(100 * ms)
	r.now += time.Minute
	r.do(Event{})
	if want := (elevator.Calls{Cab: elevator.FloorSet{1 << 2}}); r.n.Serves() != want {
		t.Errorf("serves %v, want %v", r.n.Serves(), want)
	}
	r.run(CatchUp)
	if !r.n.Serves().Has(2, up) {
		t.Error("doesn't go on")
	}
}
