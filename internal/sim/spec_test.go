package sim

import (
	"errors"
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/worldview"
)

const (
	up   = elevator.HallUp
	down = elevator.HallDown
	cab  = elevator.Cab
)

// within fails the test unless something happens in time.
func (x *trial) within(d time.Duration, what string, done func() bool) {
	x.t.Helper()
	if !x.RunUntil(d, done) {
		x.t.Fatalf("not within %v: %s", d, what)
	}
}

// lit reports whether all nodes that run show a lamp.
func (x *trial) lit(f int, b elevator.Button, at ...int) func() bool { return x.shown(f, b, true, at) }

// dark reports whether none shows it.
func (x *trial) dark(f int, b elevator.Button, at ...int) func() bool {
	return x.shown(f, b, false, at)
}

func (x *trial) shown(f int, b elevator.Button, on bool, at []int) func() bool {
	return func() bool {
		for i, w := range x.all {
			if (len(at) == 0 || slices.Contains(at, i)) && w.Alive() && w.Lamps().Has(f, b) != on {
				return false
			}
		}
		return true
	}
}

// joined returns a building in which all know each other.
func joined(t testing.TB, nodes int, change func(*Options)) *trial {
	x := try(t, nodes, change)
	x.Run(3 * time.Second)
	return x
}

func TestS1ALitLampIsAPromise(t *testing.T) {
	x := joined(t, 3, nil)
	for f := range 4 {
		for _, b := range []elevator.Button{up, down, cab} {
			if elevator.ButtonExists(4, f, b) {
				x.Tap(f%3, f, b)
			}
		}
	}
	x.Run(500 * time.Millisecond)
	if n := x.judge.Summary().Lit; n != 10 {
		t.Errorf("%d calls are lit, want 10", n)
	}
	x.within(time.Minute, "all served", x.quiet)
	if s := x.judge.Summary(); s.Served != 10 {
		t.Errorf("%d served", s.Served)
	}
	x.verdict()
}

func TestS2HallLampsAreEverywhereAndCabLampsAtHome(t *testing.T) {
	x := joined(t, 3, nil)
	for i := range 3 {
		x.Tap(i, i, up)
		x.within(200*time.Millisecond, "lit everywhere", x.lit(i, up))
	}
	x.Tap(1, 3, cab)
	x.within(200*time.Millisecond, "lit at home", x.lit(3, cab, 1))
	x.Run(time.Second)
	if !x.dark(3, cab, 0, 2)() {
		t.Error("a cab lamp is lit elsewhere")
	}
	x.settle(time.Minute)
}

func TestS3LitWithin100ms(t *testing.T) {
	for nodes := 1; nodes <= 4; nodes++ {
		x := joined(t, nodes, nil)
		for k := range 8 {
			x.Tap(k%nodes, k%3, []elevator.Button{up, cab}[k/3%2])
			x.Run(7 * time.Second)
		}
		x.settle(time.Minute)
		if s := x.judge.Summary(); s.Lamp.Count == 0 || s.Lamp.Worst > 100*time.Millisecond {
			t.Errorf("%d nodes: the worst of %d took %v", nodes, s.Lamp.Count, s.Lamp.Worst)
		}
	}
}

func TestS4OneStopServesOneDirection(t *testing.T) {
	x := joined(t, 1, nil)
	x.Tap(0, 1, up)
	x.Tap(0, 1, down)
	x.within(20*time.Second, "first direction", func() bool { return x.w(0).Lamps().Len() == 1 })
	at := x.Now()
	x.within(20*time.Second, "other direction", func() bool { return x.w(0).Lamps().Empty() })
	if d := x.Now() - at; d < 2500*time.Millisecond {
		t.Errorf("the other direction was announced after %v", d)
	}
	at = x.Now()
	x.within(20*time.Second, "closed", func() bool { return !x.w(0).Door() })
	if d := x.Now() - at; d < 2500*time.Millisecond {
		t.Errorf("and held for %v", d)
	}
	x.verdict()
}

func TestS5CabCallsBelongToOneNode(t *testing.T) {
	x := joined(t, 3, nil)
	x.Tap(2, 3, cab)
	x.within(time.Second, "lit", x.lit(3, cab, 2))
	x.Kill(2)
	x.Run(time.Minute)
	for i := range 2 {
		if car := x.w(i).Car(); car.Floor() != 0 {
			t.Errorf("the car of %d went to floor %d", i, car.Floor())
		}
	}
	x.Start(2)
	x.within(2*time.Second, "lit again", x.lit(3, cab, 2))
	x.settle(time.Minute)
	if car := x.w(2).Car(); car.Floor() != 3 {
		t.Error("its own car didn't go")
	}
}

func TestR1EveryWorldviewIsWhole(t *testing.T) {
	x := joined(t, 4, nil)
	for i := range 4 {
		x.Tap(i, 3, cab)
		x.Tap(i, i%3, up)
	}
	x.Run(time.Second)
	for _, w := range x.all {
		v := w.node.Worldview()
		for i := range 4 {
			if v.Len() != 4 || v.Call(i, worldview.Number(3, cab)).P == 0 || !v.Node(i).Status.Known() {
				t.Errorf("node %s doesn't know all of %s", w.ID, v.Node(i).ID)
			}
		}
	}
	x.settle(time.Minute)
}

func TestR2LampsWaitForEveryLivePeer(t *testing.T) {
	x := joined(t, 3, nil)
	x.Freeze(2) // live for another half a second, and silent
	x.Tap(0, 2, up)
	x.Run(300 * time.Millisecond)
	if !x.dark(2, up, 0, 1)() {
		t.Error("lit though a live peer hasn't acknowledged it")
	}
	x.within(400*time.Millisecond, "lit without it", x.lit(2, up, 0, 1))
	x.Thaw(2)
	x.settle(time.Minute)
}

func TestR3AnyOrderEndsInTheSame(t *testing.T) {
	x := joined(t, 3, nil)
	x.Duplicate(50)
	x.Delay(300 * time.Millisecond)
	x.Loss(25)
	var saved [][]byte
	x.OnSend = func(_ *Workspace, data []byte) {
		if x.rng.IntN(20) == 0 {
			saved = append(saved, data)
		}
	}
	for k := range 20 {
		x.Tap(k%3, k%4, elevator.Button(k%3))
		x.Run(500 * time.Millisecond)
	}
	x.Run(time.Minute)
	x.OnSend = nil
	for _, w := range x.all {
		for _, k := range x.rng.Perm(len(saved)) {
			w.Receive(saved[k]) // as old as can be, in any order
		}
	}
	x.settle(time.Minute)
}

func TestR4OneCarForACall(t *testing.T) {
	x := joined(t, 4, nil)
	for k := range 8 {
		x.Tap(k%4, k%3, up)
		x.within(time.Second, "lit", x.lit(k%3, up))
		x.Run(30 * time.Millisecond)
		serving := 0
		for _, w := range x.all {
			if w.node.Serves().Has(k%3, up) {
				serving++
			}
		}
		if serving != 1 && !x.dark(k%3, up)() {
			t.Errorf("call %d: %d nodes think that they serve it", k, serving)
		}
		x.within(time.Minute, "served", x.quiet)
	}
	x.verdict()
}

func TestR5NodesJoinAtAnyTime(t *testing.T) {
	x := try(t, 4, nil)
	x.Kill(2)
	x.Kill(3)
	x.Isolate(1, true) // was started with its network cable out
	x.Tap(1, 2, up)
	x.Run(time.Second)
	x.Tap(0, 1, down)
	x.Start(2)
	x.Run(time.Second)
	x.Isolate(1, false)
	x.Start(3)
	x.Run(2 * time.Second)
	for i, w := range x.all {
		if n := w.node.Live().Len(); n != 3 {
			t.Errorf("node %d knows %d peers", i, n)
		}
	}
	x.settle(time.Minute)
}

func TestR6WhoReturnsNeitherDeletesNorRevives(t *testing.T) {
	x := joined(t, 3, nil)
	x.Obstruct(2, true)
	x.Tap(0, 1, up)
	x.within(time.Second, "lit", x.lit(1, up))
	x.Run(2 * time.Second) // on all disks
	x.Kill(2)
	x.within(time.Minute, "served", x.dark(1, up))
	for i := range 2 {
		x.PressStop(i) // so that what is lit now stays
	}
	x.Tap(0, 2, down)
	x.within(time.Second, "lit", x.lit(2, down, 0, 1))
	x.Start(2)
	for range 300 {
		x.Run(10 * time.Millisecond)
		if !x.lit(2, down, 0, 1)() {
			t.Fatal("deleted")
		}
		if !x.dark(1, up)() {
			t.Fatal("revived")
		}
	}
	if !x.lit(2, down, 2)() {
		t.Error("the one that returned doesn't show it")
	}
	x.settle(time.Minute)
}

func TestR7CabCallsComeBack(t *testing.T) {
	for name, back := range map[string]func(x *trial){
		"from the disk": func(x *trial) { x.Isolate(0, true) },
		"from peers":    func(x *trial) { x.LoseDisk(0) },
		"torn disk":     func(x *trial) { x.TearDisk(0) },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 2, nil)
			x.Tap(0, 3, cab)
			x.within(time.Second, "lit", x.lit(3, cab, 0))
			x.Run(100 * time.Millisecond)
			x.Kill(0)
			back(x)
			x.Run(10 * time.Second)
			x.Start(0)
			x.within(2*time.Second, "given back", x.lit(3, cab, 0))
			x.within(30*time.Second, "served", x.dark(3, cab, 0))
			x.settle(time.Minute)
		})
	}
}

func TestR8AnOverdueCallIsTakenByAll(t *testing.T) {
	x := joined(t, 2, nil)
	// The car to which it is assigned has a motor that is dead, and so never
	// gets there; it doesn't know yet when the call comes.
	x.Motor(0, false, false)
	x.Motor(1, false, false)
	x.Tap(0, 2, up)
	escalated := false
	x.OnNotice = func(w *Workspace, n node.Notice) {
		x.notice(w, n)
		escalated = escalated || n.Kind == node.Escalated
	}
	x.Run(2 * time.Minute)
	x.Motor(0, true, false)
	x.Motor(1, true, false)
	x.within(30*time.Second, "served", x.dark(2, up))
	if !escalated {
		t.Error("a call of two minutes wasn't everybody's")
	}
	x.settle(time.Minute)
}

func TestF1Datagrams(t *testing.T) {
	for name, spoil := range map[string]func(x *trial){
		"80 % lost":    func(x *trial) { x.Loss(80) },
		"half twice":   func(x *trial) { x.Duplicate(50) },
		"reordered":    func(x *trial) { x.Delay(40 * time.Millisecond) },
		"2 s late":     func(x *trial) { x.Delay(2 * time.Second) },
		"all together": func(x *trial) { x.Loss(50); x.Duplicate(50); x.Delay(40 * time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 3, nil)
			spoil(x)
			for k := range 10 {
				x.Tap(k%3, k%3, up)
				x.within(2*time.Second, "lit", x.lit(k%3, up, k%3))
				x.within(time.Minute, "served", x.dark(k%3, up))
			}
			x.settle(time.Minute)
		})
	}
}

// TestF1Replay replays all that was ever said, by and to every life, to nodes
// that have been restarted since.
func TestF1Replay(t *testing.T) {
	x := joined(t, 3, nil)
	var saved [][]byte
	x.OnSend = func(_ *Workspace, data []byte) { saved = append(saved, data) }
	for k := range 3 {
		x.Tap(k, 2, up)
		x.Tap(k, 3, cab)
		x.Run(20 * time.Second)
		x.Kill(k)
		x.LoseDisk(k)
		x.Start(k)
		x.Run(2 * time.Second)
	}
	x.OnSend = nil
	x.Kill(2)
	x.Run(time.Second)
	x.Tap(0, 1, down)
	for k, data := range saved {
		x.w(0).Receive(data)
		x.w(1).Receive(data)
		if k%50 == 0 {
			x.Run(time.Millisecond)
		}
	}
	if x.w(0).node.Live().Len() != 1 {
		t.Error("a replay made a dead node live")
	}
	if x.w(0).Exit() != nil {
		t.Error("a replay ended a node")
	}
	x.settle(time.Minute)
}

func TestF2Killed(t *testing.T) {
	for name, restart := range map[string]func(x *trial){
		"never":        func(*trial) {},
		"at once":      func(x *trial) { x.Start(1) },
		"without disk": func(x *trial) { x.LoseDisk(1); x.Start(1) },
		"clock back":   func(x *trial) { x.w(1).Clock(-24 * time.Hour); x.LoseDisk(1); x.Start(1) },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 3, nil)
			for k := range 4 {
				x.Tap(1, k%3, up)
				x.Tap(1, 3-k%3, cab)
				x.Tap(0, 3-k%3, down)
				x.Run(time.Duration(k)*time.Second + 100*time.Millisecond)
				x.Kill(1)
				restart(x)
			}
			x.within(90*time.Second, "served by the others", func() bool {
				return x.w(0).Lamps().Empty() && x.w(2).Lamps().Empty()
			})
			x.settle(time.Minute)
		})
	}
}

func TestF2FrozenAndThawed(t *testing.T) {
	for _, long := range []time.Duration{100 * time.Millisecond, 2 * time.Second, 5 * time.Minute} {
		t.Run(long.String(), func(t *testing.T) {
			x := joined(t, 3, nil)
			x.Tap(1, 0, up)
			x.Run(300 * time.Millisecond)
			x.Freeze(1)
			x.Tap(0, 2, down)
			x.Tap(2, 1, up)
			x.Run(long)
			x.Thaw(1)
			x.settle(time.Minute)
		})
	}
}

func TestF3Cables(t *testing.T) {
	for name, pull := range map[string]func(x *trial){
		"pulled":         func(x *trial) { x.Isolate(0, true) },
		"one way, out":   func(x *trial) { x.Cut(0, 1, true); x.Cut(0, 2, true); x.Cut(0, 3, true) },
		"one way, in":    func(x *trial) { x.Cut(1, 0, true); x.Cut(2, 0, true); x.Cut(3, 0, true) },
		"chain":          func(x *trial) { x.Partition(0, 0, 0, 0); x.pair(0, 2); x.pair(0, 3); x.pair(1, 3) },
		"two groups":     func(x *trial) { x.Partition(0, 0, 1, 1) },
		"three groups":   func(x *trial) { x.Partition(0, 1, 1, 2) },
		"all by oneself": func(x *trial) { x.Partition(0, 1, 2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 4, nil)
			pull(x)
			x.Run(2 * time.Second)
			for k := range 4 {
				x.Tap(k, k%3, up)
				x.Tap(k, 3, cab)
				x.within(time.Second, "lit beside the button", x.lit(k%3, up, k))
			}
			x.within(2*time.Minute, "served where it is lit", x.quiet)
			x.Tap(0, 2, down)
			x.Tap(3, 1, down)
			x.Run(time.Second)
			x.settle(2 * time.Minute)
		})
	}
}

// pair cuts both ways between two workspaces.
func (x *trial) pair(i, j int) { x.Cut(i, j, true); x.Cut(j, i, true) }

// TestF3ChainIsOneBuilding: A hears B hears C, and A doesn't hear C.
func TestF3ChainIsOneBuilding(t *testing.T) {
	x := joined(t, 3, nil)
	x.pair(0, 2)
	x.Run(2 * time.Second)
	x.Tap(2, 2, up)
	x.within(300*time.Millisecond, "lit on all three panels", x.lit(2, up))
	serving := 0
	for _, w := range x.all {
		if w.node.Serves().Has(2, up) {
			serving++
		}
	}
	if serving != 1 {
		t.Errorf("%d cars go", serving)
	}
	x.within(time.Minute, "served", x.quiet)
	x.settle(time.Minute)
}

func TestF4PowerCut(t *testing.T) {
	for nodes := 1; nodes <= 3; nodes++ {
		x := joined(t, nodes, nil)
		for f := range 3 {
			x.Tap(f%nodes, f, up)
			x.Tap(f%nodes, f+1, cab)
		}
		x.Run(400 * time.Millisecond)
		var before []elevator.Calls
		for _, w := range x.all {
			before = append(before, w.Lamps())
		}
		for i := range x.all {
			x.Kill(i)
		}
		x.Run(time.Minute)
		for i := range x.all {
			x.Start(i)
		}
		x.Run(900 * time.Millisecond)
		for i, w := range x.all {
			if lost := before[i].AndNot(w.Lamps()); !lost.Empty() && !w.Door() {
				t.Errorf("%d nodes: node %d forgot %v", nodes, i, lost)
			}
		}
		x.settle(2 * time.Minute)
	}
}

// TestF4AtAnyMoment: whatever the moment, what was lit is kept.
func TestF4AtAnyMoment(t *testing.T) {
	for k := range 30 {
		x := joined(t, 2, func(o *Options) { o.Seed = uint64(k) })
		x.Tap(0, 2, up)
		x.Tap(1, 3, cab)
		x.Run(time.Duration(k) * time.Millisecond)
		lit := x.w(0).Lamps().Or(x.w(1).Lamps())
		x.Kill(0)
		x.Kill(1)
		x.Start(0)
		x.Start(1)
		x.Run(time.Second)
		if lost := lit.AndNot(x.w(0).Lamps().Or(x.w(1).Lamps())); !lost.Empty() {
			t.Errorf("killed after %d ms: %v is lost", k, lost)
		}
		x.settle(time.Minute)
	}
}

// overdue is less than the time after which every elevator goes (R8), and more
// than one that is told to needs for a call or two.
const overdue = 24 * time.Second

func TestF2CallsOfADeadNodeMove(t *testing.T) {
	x := joined(t, 2, nil)
	x.Tap(1, 3, cab)
	x.within(30*time.Second, "its car stands at the top", func() bool {
		car := x.w(1).Car()
		return car.Floor() == 3 && !x.w(1).Door()
	})
	x.Tap(0, 3, down)
	x.within(time.Second, "lit", x.lit(3, down))
	x.Kill(1)
	x.within(overdue, "served by the other car", x.dark(3, down))
	x.settle(time.Minute)
}

func TestF5Elevators(t *testing.T) {
	for name, c := range map[string]struct{ stick, free func(x *trial) }{
		"E3 obstruction": {func(x *trial) { x.Obstruct(0, true) }, func(x *trial) { x.Obstruct(0, false) }},
		"E4 motor, remembers": {func(x *trial) { x.Motor(0, false, false) },
			func(x *trial) { x.Motor(0, true, true) }},
		"E4 motor, forgets": {func(x *trial) { x.Motor(0, false, false) },
			func(x *trial) { x.Motor(0, true, false) }},
		"E5 server": {func(x *trial) { x.Server(0, false) }, func(x *trial) { x.Server(0, true) }},
		"E6 stop":   {func(x *trial) { x.PressStop(0) }, func(x *trial) { x.PressStop(0) }},
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 2, nil)
			x.Tap(0, 0, cab)
			x.Tap(0, 3, cab)
			x.within(5*time.Second, "its door is open", func() bool { return x.w(0).Door() })
			if name[:2] == "E4" {
				x.within(9*time.Second, "it moves", func() bool { return !x.w(0).Door() })
				x.Run(time.Second)
			}
			c.stick(x)
			x.Run(time.Second)
			x.Tap(1, 1, up)
			x.Tap(1, 2, down)
			x.within(overdue, "E3: hall calls move to the other one", func() bool { return x.w(1).Lamps().Empty() })
			if name[:2] != "E5" && !x.w(0).Lamps().Has(3, cab) {
				t.Error("the cab call is lost")
			}
			c.free(x)
			x.within(time.Minute, "back by itself", func() bool { return x.w(0).Lamps().Empty() })
			if car := x.w(0).Car(); car.Floor() != 3 {
				t.Errorf("the cab call wasn't served: the car is at %d", car.Floor())
			}
			x.settle(time.Minute)
		})
	}
}

func TestF6Disks(t *testing.T) {
	full := errors.New("no space left on device")
	for name, spoil := range map[string]func(x *trial){
		"full":       func(x *trial) { x.Disk(0, full, 0) },
		"slow":       func(x *trial) { x.Disk(0, nil, 1500*time.Millisecond) },
		"hangs":      func(x *trial) { x.Disk(0, nil, 20*time.Second) },
		"all full":   func(x *trial) { x.Disk(0, full, 0); x.Disk(1, full, 0) },
		"torn":       func(x *trial) { x.Kill(0); x.TearDisk(0); x.Start(0); x.Run(time.Second) },
		"full, torn": func(x *trial) { x.Kill(0); x.TearDisk(0); x.Disk(0, full, 0); x.Start(0); x.Run(4 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 2, nil)
			said := false
			x.OnNotice = func(w *Workspace, n node.Notice) {
				x.notice(w, n)
				said = said || n.Kind == node.DiskFailed || n.Kind == node.SavedUnreadable
			}
			spoil(x)
			for k := range 4 {
				x.Tap(k%2, k%3, up)
				x.Tap(k%2, 3, cab)
				x.within(4*time.Second, "lit", x.lit(k%3, up))
				x.Run(5 * time.Second)
			}
			if !said && name != "slow" {
				t.Error("not said")
			}
			x.settle(time.Minute)
		})
	}
}

// TestF7 is about what is said: of one id twice in package node; here two nodes
// with one id run for a while before they meet.
func TestF7OneIDTwice(t *testing.T) {
	x := try(t, 3, nil)
	x.Isolate(2, true)
	x.Kill(2)
	x.w(2).ID = "1"
	x.Run(time.Second)
	x.Start(2)
	x.Tap(0, 2, up)
	x.Tap(2, 1, up)
	x.Run(10 * time.Second)
	said := make(map[node.NoticeKind]int)
	x.OnNotice = func(w *Workspace, n node.Notice) { x.notice(w, n); said[n.Kind]++ }
	x.Isolate(2, false)
	x.within(5*time.Second, "the later one ends", func() bool { return x.w(2).Exit() != nil })
	x.Run(time.Second)
	if !x.w(0).Alive() || !x.w(1).Alive() {
		t.Error("another one ended")
	}
	if said[node.DuplicateEnds] != 1 || said[node.DuplicateStays] != 1 {
		t.Errorf("said %v", said)
	}
	x.within(time.Minute, "served", func() bool { return x.w(0).Lamps().Empty() && x.w(1).Lamps().Empty() })
	x.Tap(0, 3, cab)
	x.within(time.Second, "lit", x.lit(3, cab, 0))
	x.within(time.Minute, "served", func() bool { return x.w(0).Lamps().Empty() })
}

func TestF8ADisconnectedNodeServesAll(t *testing.T) {
	x := joined(t, 3, nil)
	x.Tap(1, 2, down)
	x.within(time.Second, "lit", x.lit(2, down))
	x.Isolate(0, true)
	x.Run(time.Second)
	x.Tap(0, 3, cab)
	x.Tap(0, 1, up)
	x.within(time.Second, "new calls are taken", func() bool {
		return x.lit(3, cab, 0)() && x.lit(1, up, 0)()
	})
	x.within(time.Minute, "all are served by it", func() bool { return x.w(0).Lamps().Empty() })
	x.within(time.Minute, "and what the others knew by them", x.quiet)
	x.settle(time.Minute)
}

// TestJudgeSees makes sure that the judge of these tests is not blind.
func TestJudgeSees(t *testing.T) {
	x := joined(t, 2, nil)
	x.tell(x.w(0), promise.Event{Kind: promise.ButtonLamp, Floor: 2, Button: up, On: true})
	x.Run(10 * time.Second)
	x.judge.Finish(x.Now())
	if len(x.judge.Violations()) == 0 {
		t.Error("a lamp that nobody asked for, on one panel alone, never served: no violation")
	}
}
