package scenario

import (
	"math/rand/v2"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/internal/sim"
	"elevnet/worldview"
)

const (
	up   = elevator.HallUp
	down = elevator.HallDown
	cab  = elevator.Cab
)

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
	if n := x.Summary().Lit; n != 10 {
		t.Errorf("%d calls are lit, want 10", n)
	}
	x.within(time.Minute, "all served", x.Quiet)
	if s := x.Summary(); s.Served != 10 {
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
		if s := x.Summary(); s.Lamp.Count == 0 || s.Lamp.Worst > 100*time.Millisecond {
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
	x.do("kill C")
	x.Run(time.Minute)
	for i := range 2 {
		if car := x.w(i).Car(); car.Floor() != 0 {
			t.Errorf("the car of %d went to floor %d", i, car.Floor())
		}
	}
	x.do("start C")
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
	for _, w := range x.spaces {
		v := w.Node().Worldview()
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
	x.do("freeze C") // live for another half a second, and silent
	x.Tap(0, 2, up)
	x.Run(300 * time.Millisecond)
	if !x.dark(2, up, 0, 1)() {
		t.Error("lit though a live peer hasn't acknowledged it")
	}
	x.within(400*time.Millisecond, "lit without it", x.lit(2, up, 0, 1))
	x.do("thaw C")
	x.settle(time.Minute)
}

func TestR3AnyOrderEndsInTheSame(t *testing.T) {
	x := joined(t, 3, nil)
	x.do("duplicate 50%%")
	x.do("delay 300ms")
	x.do("loss 25%%")
	var saved [][]byte
	rng, send := rand.New(rand.NewPCG(1, 4)), x.b.OnSend
	x.b.OnSend = func(w *sim.Workspace, data []byte) {
		send(w, data)
		if rng.IntN(20) == 0 {
			saved = append(saved, data)
		}
	}
	for k := range 20 {
		x.Tap(k%3, k%4, elevator.Button(k%3))
		x.Run(500 * time.Millisecond)
	}
	x.Run(time.Minute)
	x.b.OnSend = send
	for _, w := range x.spaces {
		for _, k := range rng.Perm(len(saved)) {
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
		for _, w := range x.spaces {
			if w.Node().Serves().Has(k%3, up) {
				serving++
			}
		}
		if serving != 1 && !x.dark(k%3, up)() {
			t.Errorf("call %d: %d nodes think that they serve it", k, serving)
		}
		x.within(time.Minute, "served", x.Quiet)
	}
	x.verdict()
}

func TestR5NodesJoinAtAnyTime(t *testing.T) {
	x := try(t, 4, nil)
	x.do("kill C")
	x.do("kill D")
	x.do("unplug B") // was started with its network cable out
	x.Tap(1, 2, up)
	x.Run(time.Second)
	x.Tap(0, 1, down)
	x.do("start C")
	x.Run(time.Second)
	x.do("plug B")
	x.do("start D")
	x.Run(2 * time.Second)
	for i, w := range x.spaces {
		if n := w.Node().Live().Len(); n != 3 {
			t.Errorf("node %d knows %d peers", i, n)
		}
	}
	x.settle(time.Minute)
}

func TestR6WhoReturnsNeitherDeletesNorRevives(t *testing.T) {
	x := joined(t, 3, nil)
	x.do("obstruct C on")
	x.Tap(0, 1, up)
	x.within(time.Second, "lit", x.lit(1, up))
	x.Run(2 * time.Second) // on all disks
	x.do("kill C")
	x.within(time.Minute, "served", x.dark(1, up))
	for i := range 2 {
		x.on(StopButton, i) // so that what is lit now stays
	}
	x.Tap(0, 2, down)
	x.within(time.Second, "lit", x.lit(2, down, 0, 1))
	x.do("start C")
	for k := range 300 {
		x.Run(10 * time.Millisecond)
		if !x.lit(2, down, 0, 1)() {
			t.Fatal("deleted")
		}
		// The panel that returns shows what its disk holds until it has heard more.
		if !x.dark(1, up, 0, 1)() || k >= 10 && !x.dark(1, up, 2)() {
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
		"from the disk": func(x *trial) { x.do("unplug A") },
		"from peers":    func(x *trial) { x.do("lose-disk A") },
		"torn disk":     func(x *trial) { x.do("tear-disk A") },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 2, nil)
			x.Tap(0, 3, cab)
			x.within(time.Second, "lit", x.lit(3, cab, 0))
			x.Run(100 * time.Millisecond)
			x.do("kill A")
			back(x)
			x.Run(10 * time.Second)
			x.do("start A")
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
	x.do("motor A off")
	x.do("motor B off")
	x.Tap(0, 2, up)
	x.Run(2 * time.Minute)
	x.do("motor A on forgetful")
	x.do("motor B on forgetful")
	x.within(30*time.Second, "served", x.dark(2, up))
	if x.said(node.Escalated) == 0 {
		t.Error("a call of two minutes wasn't everybody's")
	}
	x.settle(time.Minute)
}

func TestF1Datagrams(t *testing.T) {
	for name, spoil := range map[string]func(x *trial){
		"80 % lost":    func(x *trial) { x.do("loss 80%%") },
		"half twice":   func(x *trial) { x.do("duplicate 50%%") },
		"reordered":    func(x *trial) { x.do("delay 40ms") },
		"2 s late":     func(x *trial) { x.do("delay 2s") },
		"all together": func(x *trial) { x.do("loss 50%%"); x.do("duplicate 50%%"); x.do("delay 40ms") },
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
	x.do("record")
	for k := range 3 {
		x.Tap(k, 2, up)
		x.Tap(k, 3, cab)
		x.Run(20 * time.Second)
		x.on(Kill, k)
		x.on(LoseDisk, k)
		x.on(Start, k)
		x.Run(2 * time.Second)
	}
	x.do("kill C")
	x.Run(time.Second)
	x.Tap(0, 1, down)
	x.do("replay to A")
	x.do("replay to B")
	if x.w(0).Node().Live().Len() != 1 {
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
		"at once":      func(x *trial) { x.do("start B") },
		"without disk": func(x *trial) { x.do("lose-disk B"); x.do("start B") },
		"clock back":   func(x *trial) { x.do("clock B -24h"); x.do("lose-disk B"); x.do("start B") },
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 3, nil)
			for k := range 4 {
				x.Tap(1, k%3, up)
				x.Tap(1, 3-k%3, cab)
				x.Tap(0, 3-k%3, down)
				x.Run(time.Duration(k)*time.Second + 100*time.Millisecond)
				_ = x.Do(Command{Verb: Kill, Who: 1}) // it may never have been started again
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
			x.do("freeze B")
			x.Tap(0, 2, down)
			x.Tap(2, 1, up)
			x.Run(long)
			x.do("thaw B")
			x.settle(time.Minute)
		})
	}
}

func TestF3Cables(t *testing.T) {
	for name, pull := range map[string]func(x *trial){
		"pulled":         func(x *trial) { x.do("unplug A") },
		"one way, out":   func(x *trial) { x.do("cut A>B"); x.do("cut A>C"); x.do("cut A>D") },
		"one way, in":    func(x *trial) { x.do("cut B>A"); x.do("cut C>A"); x.do("cut D>A") },
		"chain":          func(x *trial) { x.do("partition ABCD"); x.do("cut A-C"); x.do("cut A-D"); x.do("cut B-D") },
		"two groups":     func(x *trial) { x.do("partition AB|CD") },
		"three groups":   func(x *trial) { x.do("partition A|BC|D") },
		"all by oneself": func(x *trial) { x.do("partition A|B|C|D") },
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
			x.within(2*time.Minute, "served where it is lit", x.Quiet)
			x.Tap(0, 2, down)
			x.Tap(3, 1, down)
			x.Run(time.Second)
			x.settle(2 * time.Minute)
		})
	}
}

// TestF3ChainIsOneBuilding: A hears B hears C, and A doesn't hear C.
func TestF3ChainIsOneBuilding(t *testing.T) {
	x := joined(t, 3, nil)
	x.do("cut A-C")
	x.Run(2 * time.Second)
	x.Tap(2, 2, up)
	x.within(300*time.Millisecond, "lit on all three panels", x.lit(2, up))
	serving := 0
	for _, w := range x.spaces {
		if w.Node().Serves().Has(2, up) {
			serving++
		}
	}
	if serving != 1 {
		t.Errorf("%d cars go", serving)
	}
	x.within(time.Minute, "served", x.Quiet)
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
		for _, w := range x.spaces {
			before = append(before, w.Lamps())
		}
		for i := range x.spaces {
			x.on(Kill, i)
		}
		x.Run(time.Minute)
		for i := range x.spaces {
			x.on(Start, i)
		}
		x.Run(900 * time.Millisecond)
		for i, w := range x.spaces {
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
		x := joined(t, 2, func(o *Setup) { o.Seed = uint64(k) })
		x.Tap(0, 2, up)
		x.Tap(1, 3, cab)
		x.Run(time.Duration(k) * time.Millisecond)
		lit := x.w(0).Lamps().Or(x.w(1).Lamps())
		x.do("kill A")
		x.do("kill B")
		x.do("start A")
		x.do("start B")
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
	x.do("kill B")
	x.within(overdue, "served by the other car", x.dark(3, down))
	x.settle(time.Minute)
}

func TestF5Elevators(t *testing.T) {
	for name, c := range map[string]struct{ stick, free func(x *trial) }{
		"E3 obstruction": {func(x *trial) { x.do("obstruct A on") }, func(x *trial) { x.do("obstruct A off") }},
		"E4 motor, remembers": {func(x *trial) { x.do("motor A off") },
			func(x *trial) { x.do("motor A on") }},
		"E4 motor, forgets": {func(x *trial) { x.do("motor A off") },
			func(x *trial) { x.do("motor A on forgetful") }},
		"E5 server": {func(x *trial) { x.do("server A off") }, func(x *trial) { x.do("server A on") }},
		"E6 stop":   {func(x *trial) { x.do("stop A") }, func(x *trial) { x.do("stop A") }},
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
	for name, spoil := range map[string]func(x *trial){
		"full":     func(x *trial) { x.do("disk A full") },
		"slow":     func(x *trial) { x.do("disk A slow 1500ms") },
		"hangs":    func(x *trial) { x.do("disk A slow 20s") },
		"all full": func(x *trial) { x.do("disk A full"); x.do("disk B full") },
		"torn":     func(x *trial) { x.do("kill A"); x.do("tear-disk A"); x.do("start A"); x.Run(time.Second) },
		"full, torn": func(x *trial) {
			x.do("kill A")
			x.do("tear-disk A")
			x.do("disk A full")
			x.do("start A")
			x.Run(4 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := joined(t, 2, nil)
			spoil(x)
			for k := range 4 {
				x.Tap(k%2, k%3, up)
				x.Tap(k%2, 3, cab)
				x.within(4*time.Second, "lit", x.lit(k%3, up))
				x.Run(5 * time.Second)
			}
			if x.said(node.DiskFailed)+x.said(node.SavedUnreadable) == 0 && name != "slow" {
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
	x.do("unplug C")
	x.do("kill C")
	x.Run(time.Second)
	x.do("start C as A")
	x.Tap(0, 2, up)
	x.Tap(2, 1, up)
	x.Run(10 * time.Second)
	x.do("plug C")
	x.within(5*time.Second, "the later one ends", func() bool { return x.w(2).Exit() != nil })
	x.Run(time.Second)
	if !x.w(0).Alive() || !x.w(1).Alive() {
		t.Error("another one ended")
	}
	if x.said(node.DuplicateEnds) != 1 || x.said(node.DuplicateStays) != 1 {
		t.Errorf("said %v", x.Timeline())
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
	x.do("unplug A")
	x.Run(time.Second)
	x.Tap(0, 3, cab)
	x.Tap(0, 1, up)
	x.within(time.Second, "new calls are taken", func() bool {
		return x.lit(3, cab, 0)() && x.lit(1, up, 0)()
	})
	x.within(time.Minute, "all are served by it", func() bool { return x.w(0).Lamps().Empty() })
	x.within(time.Minute, "and what the others knew by them", x.Quiet)
	x.settle(time.Minute)
}

// TestJudgeSees makes sure that the judge of these tests is not blind.
func TestJudgeSees(t *testing.T) {
	x := joined(t, 2, nil)
	x.tell(0, promise.Event{Kind: promise.ButtonLamp, Floor: 2, Button: up, On: true})
	x.Run(10 * time.Second)
	x.judge.Finish(x.Now())
	if len(x.judge.Violations()) == 0 {
		t.Error("a lamp that nobody asked for, on one panel alone, never served: no violation")
	}
}
