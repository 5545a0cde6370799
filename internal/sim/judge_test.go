package sim

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/worldview"
)

// trial is a building under the eyes of a judge, who sees buttons, lamps, doors,
// motors and sensors, and is told of the faults.
type trial struct {
	t testing.TB
	*Building
	judge *promise.Checker
	// slow: the network delays datagrams by more than nodes can live with.
	slow bool
	told [][]bool // ways of which the judge believes that they are cut
	log  []string // what happened, for a run that fails
}

// try starts a building and its judge.
func try(t testing.TB, nodes int, change func(*Options)) *trial {
	t.Helper()
	opts := options(nodes, change)
	b, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	judge, err := promise.New(promise.Config{Workspaces: opts.Nodes, Elevator: opts.Elevator, NoDisk: opts.NoDisk})
	if err != nil {
		t.Fatal(err)
	}
	x := &trial{t: t, Building: b, judge: judge}
	b.OnShow = x.show
	b.OnSensor = func(w *Workspace, floor int) {
		x.tell(w, promise.Event{Kind: promise.SensorChanged, Floor: floor})
	}
	b.OnExit = func(w *Workspace, err error) {
		x.tell(w, promise.Event{Kind: promise.NodeRunning})
		x.note(w, err.Error())
	}
	b.OnNotice = func(w *Workspace, n node.Notice) { x.notice(w, n) }
	for _, w := range b.all {
		x.told = append(x.told, make([]bool, nodes))
		x.tell(w, promise.Event{Kind: promise.SensorChanged, Floor: w.car.Sensor()})
		x.tell(w, promise.Event{Kind: promise.NodeRunning, On: true})
	}
	return x
}

func (x *trial) tell(w *Workspace, e promise.Event) {
	e.At, e.Workspace = x.now, w.Index
	x.judge.Observe(e)
}

// show tells what goes off first, as it is written.
func (x *trial) show(w *Workspace, before, after elevator.Outputs) {
	if before.Motor != after.Motor && after.Motor == elevator.Stop {
		x.tell(w, promise.Event{Kind: promise.MotorCommanded, Direction: after.Motor})
	}
	if before.Door != after.Door {
		x.tell(w, promise.Event{Kind: promise.DoorLamp, On: after.Door})
	}
	if before.Motor != after.Motor && after.Motor != elevator.Stop {
		x.tell(w, promise.Event{Kind: promise.MotorCommanded, Direction: after.Motor})
	}
	if before.StopLamp != after.StopLamp {
		x.tell(w, promise.Event{Kind: promise.StopLamp, On: after.StopLamp})
	}
	for f, b := range before.Lamps.AndNot(after.Lamps).All() {
		x.tell(w, promise.Event{Kind: promise.ButtonLamp, Floor: f, Button: b})
	}
	for f, b := range after.Lamps.AndNot(before.Lamps).All() {
		x.tell(w, promise.Event{Kind: promise.ButtonLamp, Floor: f, Button: b, On: true})
	}
}

func (x *trial) w(i int) *Workspace { return x.all[i] }

// Tap presses a button and lets it go after 200 ms.
func (x *trial) Tap(i, floor int, b elevator.Button) {
	w := x.w(i)
	x.note(w, fmt.Sprintf("press %v at %d", b, floor))
	x.hold(w, floor, b, true)
	x.after(200*time.Millisecond, func() { x.hold(w, floor, b, false) })
}

func (x *trial) hold(w *Workspace, floor int, b elevator.Button, on bool) {
	if w.held.Has(floor, b) != on {
		x.tell(w, promise.Event{Kind: promise.ButtonHeld, Floor: floor, Button: b, On: on})
		w.Hold(floor, b, on)
	}
}

func (x *trial) Kill(i int) {
	w := x.w(i)
	if w.Alive() {
		x.note(w, "kill")
		x.tell(w, promise.Event{Kind: promise.NodeRunning})
		w.Kill()
	}
}

func (x *trial) Start(i int) {
	w := x.w(i)
	if !w.Alive() {
		x.note(w, "start")
		x.tell(w, promise.Event{Kind: promise.NodeRunning, On: true})
		if err := w.Start(); err != nil {
			x.t.Fatal(err)
		}
	}
}

func (x *trial) LoseDisk(i int) {
	x.note(x.w(i), "lose disk")
	x.w(i).LoseDisk()
	x.tell(x.w(i), promise.Event{Kind: promise.DiskLost})
}

func (x *trial) TearDisk(i int) {
	x.note(x.w(i), "tear disk")
	x.w(i).TearDisk()
	x.tell(x.w(i), promise.Event{Kind: promise.DiskLost})
}

// Disk makes commits fail, or take so long, or work again with nil and 0.
func (x *trial) Disk(i int, err error, commit time.Duration) {
	w := x.w(i)
	x.tell(w, promise.Event{Kind: promise.DiskFault, On: err != nil || commit != 0})
	w.FailDisk(err)
	w.SlowDisk(max(commit, x.opts.Commit))
	x.note(w, fmt.Sprint("disk ", err, commit))
}

func (x *trial) Freeze(i int) {
	if w := x.w(i); w.Alive() && !w.frozen {
		x.note(w, "freeze")
		x.tell(w, promise.Event{Kind: promise.NodeFrozen, On: true})
		w.Freeze()
	}
}

func (x *trial) Thaw(i int) {
	if w := x.w(i); w.Alive() && w.frozen {
		x.note(w, "thaw")
		x.tell(w, promise.Event{Kind: promise.NodeFrozen})
		w.Thaw()
	}
}

func (x *trial) Server(i int, on bool) {
	if w := x.w(i); w.serverUp != on {
		x.note(w, onOff("server", on))
		x.tell(w, promise.Event{Kind: promise.ServerReachable, On: on})
		w.Server(on)
	}
}

func (x *trial) Motor(i int, on, remember bool) {
	w := x.w(i)
	x.note(w, onOff("motor", on))
	x.tell(w, promise.Event{Kind: promise.MotorPower, On: on})
	w.Motor(on, remember)
}

func (x *trial) Obstruct(i int, on bool) {
	w := x.w(i)
	x.note(w, onOff("obstruction", on))
	x.tell(w, promise.Event{Kind: promise.Obstruction, On: on})
	w.Obstruct(on)
}

// PressStop presses the stop button and lets it go after 200 ms.
func (x *trial) PressStop(i int) {
	w := x.w(i)
	x.note(w, "stop button")
	x.stop(w, true)
	x.after(200*time.Millisecond, func() { x.stop(w, false) })
}

func (x *trial) stop(w *Workspace, on bool) {
	if w.stop != on {
		x.tell(w, promise.Event{Kind: promise.StopHeld, On: on})
		w.StopButton(on)
	}
}

// Place puts a car that ran out of the shaft back to where it belongs.
func (x *trial) Place(i int, position float64) {
	w := x.w(i)
	x.note(w, "car placed")
	x.tell(w, promise.Event{Kind: promise.CarPlaced})
	if err := w.Place(position); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) Cut(from, to int, on bool) {
	if x.cut[from][to] != on {
		x.note(x.w(from), onOff("cut to "+string(x.w(to).ID), on))
		x.Building.Cut(from, to, on)
		x.tellLinks()
	}
}

func (x *trial) Isolate(i int, on bool) {
	for j := range x.all {
		if j != i {
			x.Cut(i, j, on)
			x.Cut(j, i, on)
		}
	}
}

func (x *trial) Partition(group ...int) {
	for i := range x.all {
		for j := range x.all {
			if i != j {
				x.Cut(i, j, group[i] != group[j])
			}
		}
	}
}

func (x *trial) Loss(percent int) {
	x.note(x.w(0), fmt.Sprintf("loss %d %%", percent))
	x.Building.Loss(percent)
	x.tellLoss()
}

// Delay lets the network delay and reorder.
func (x *trial) Delay(most time.Duration) {
	x.note(x.w(0), "delay "+most.String())
	before := x.late
	x.Building.Delay(most)
	if x.late > bearable {
		before = 0
	}
	x.after(before, func() { // when the last late datagram has arrived
		x.slow = x.late > bearable
		x.tellLoss()
		x.tellLinks()
	})
}

// bearable is the delay with which nodes count as connected.
const bearable = 50 * time.Millisecond

// tellLoss tells how much is lost: a slow network is as if something was.
func (x *trial) tellLoss() {
	percent := x.loss
	if x.slow {
		percent = max(percent, 1)
	}
	x.tell(x.w(0), promise.Event{Kind: promise.Loss, Percent: percent})
}

// tellLinks tells which ways are cut. Nodes with a slow network between them are
// not connected, and yet hear from each other some time: to the judge that is
// a way that is open in one direction.
func (x *trial) tellLinks() {
	for i := range x.all {
		for j := range x.all {
			cut := x.cut[i][j] || x.slow && i < j && !x.cut[j][i]
			if i != j && cut != x.told[i][j] {
				x.told[i][j] = cut
				x.tell(x.w(i), promise.Event{Kind: promise.Link, Peer: j, On: !cut})
			}
		}
	}
}

// heal ends every fault and starts every node.
func (x *trial) heal() {
	x.note(x.w(0), "heal")
	x.Loss(0)
	x.Delay(0)
	x.Duplicate(0)
	for i, w := range x.all {
		x.Isolate(i, false)
		w.Clock(0)
		x.Disk(i, nil, 0)
		x.Server(i, true)
		x.Thaw(i)
		x.Start(i)
		if !w.car.Powered() {
			x.Motor(i, true, true)
		}
		if w.obstruction {
			x.Obstruct(i, false)
		}
		if w.Car(); w.car.OutOfBounds() {
			x.Place(i, 1)
		}
		x.stop(w, false)
	}
	x.Run(4 * time.Second)
	for i, w := range x.all {
		if w.shown.StopLamp {
			x.PressStop(i)
		}
		if w.Car(); w.car.OutOfBounds() {
			x.Place(i, 1)
		}
	}
}

// quiet reports whether no lamp is lit, nothing waits, and all know the same.
func (x *trial) quiet() bool {
	for _, w := range x.all {
		if !w.Alive() || !w.shown.Lamps.Empty() || w.Door() || w.car.Moving() != elevator.Stop {
			return false
		}
	}
	return true
}

// settle heals, waits until every lamp has gone out, and judges.
func (x *trial) settle(within time.Duration) {
	x.t.Helper()
	x.heal()
	if !x.RunUntil(within, x.quiet) {
		for _, w := range x.all {
			x.t.Errorf("S1: not quiet %v after all faults: workspace %s shows %+v", within, w.ID, w.shown)
		}
	}
	x.Run(2 * time.Second)
	x.agree()
	x.verdict()
}

// agree requires that all nodes that run know the same (R3) and show the same
// (S2).
func (x *trial) agree() {
	x.t.Helper()
	first := x.w(0)
	for _, w := range x.all[1:] {
		if !w.node.Worldview().Equal(first.node.Worldview()) {
			x.t.Errorf("R3: nodes %s and %s know different things:\n%s\n%s", first.ID, w.ID, describe(first), describe(w))
		}
		if w.Lamps().Hall() != first.Lamps().Hall() {
			x.t.Errorf("S2: the panels of %s and %s show %v and %v", first.ID, w.ID, first.Lamps().Hall(), w.Lamps().Hall())
		}
	}
}

// verdict fails the test for each promise that was broken.
func (x *trial) verdict() {
	x.t.Helper()
	x.judge.Finish(x.now)
	for k, v := range x.judge.Violations() {
		if k == 10 {
			break
		}
		x.t.Error(v)
	}
	if x.t.Failed() {
		for _, line := range x.log {
			x.t.Log(line)
		}
	}
}

func (x *trial) note(w *Workspace, what string) {
	x.log = append(x.log, fmt.Sprintf("%8.3fs workspace %d: %s", x.now.Seconds(), w.Index, what))
}

func (x *trial) notice(w *Workspace, n node.Notice) {
	text := noticeNames[n.Kind] + " " + string(n.Peer)
	for _, r := range n.Reasons.Names() {
		text += " " + r
	}
	if n.Err != nil {
		text += " " + n.Err.Error()
	}
	x.note(w, text)
}

var noticeNames = map[node.NoticeKind]string{
	node.Joined: "joined", node.Restored: "restored", node.SavedUnreadable: "saved state unreadable",
	node.PeerFound: "found", node.PeerLost: "lost", node.Alone: "alone", node.CallsReturned: "calls returned",
	node.DuplicateStays: "duplicate stays", node.DuplicateEnds: "duplicate ends", node.OtherFloors: "other floors",
	node.OtherTimings: "other timings", node.TooManyNodes: "too many nodes", node.DiskFailed: "disk failed",
	node.DiskWorks: "disk works", node.ServerLost: "server lost", node.ServerFound: "server found",
	node.Unavailable: "unavailable", node.Available: "available", node.Escalated: "escalated",
}

func onOff(what string, on bool) string {
	if on {
		return what + " on"
	}
	return what + " off"
}

func describe(w *Workspace) string {
	v := w.node.Worldview()
	var s string
	for _, i := range v.Sorted() {
		n := v.Node(i)
		s += string(n.ID) + ":"
		for number, c := range n.Calls {
			if c != (worldview.Call{}) {
				f, b := worldview.FloorButton(number)
				s += " " + time.Duration(f).String() + b.String() + " " + c.Phase().String()
			}
		}
		s += " " + n.Status.State.Behaviour.String() + "; "
	}
	return s
}

// traced hashes all that a building does from now on.
func traced(b *Building) func() uint64 {
	h := fnv.New64a()
	word := func(v uint64) {
		var b [8]byte
		for i := range b {
			b[i] = byte(v >> (8 * i))
		}
		h.Write(b[:])
	}
	b.OnSend = func(w *Workspace, data []byte) {
		word(uint64(b.now))
		word(uint64(w.Index))
		h.Write(data)
	}
	show := b.OnShow
	b.OnShow = func(w *Workspace, before, after elevator.Outputs) {
		if show != nil {
			show(w, before, after)
		}
		word(uint64(b.now))
		word(uint64(w.Index) | uint64(after.MotorNudge)<<8 | uint64(uint8(after.Motor))<<40)
		for _, s := range []elevator.FloorSet{after.Lamps.Up, after.Lamps.Down, after.Lamps.Cab} {
			word(s[0])
			word(s[1])
		}
		if after.Door {
			word(1)
		}
		if after.StopLamp {
			word(2)
		}
	}
	return h.Sum64
}
