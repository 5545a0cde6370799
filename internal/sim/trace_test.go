package sim

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// traced hashes all that a building does from now on: every datagram, every
// output, sensor, button, notice and exit, with its time.
func traced(b *Building) func() uint64 {
	h := fnv.New64a()
	note := func(w *Workspace, what string, data []byte) {
		var head [16]byte
		binary.BigEndian.PutUint64(head[:], uint64(b.now))
		binary.BigEndian.PutUint64(head[8:], uint64(w.Index))
		h.Write(head[:])
		h.Write([]byte(what))
		h.Write(data)
	}
	b.OnSend = func(w *Workspace, data []byte) { note(w, "send", data) }
	b.OnShow = func(w *Workspace, _, after elevator.Outputs) { note(w, fmt.Sprint("show", after), nil) }
	b.OnSensor = func(w *Workspace, floor int) { note(w, fmt.Sprint("sensor", floor), nil) }
	b.OnHold = func(w *Workspace, f int, x elevator.Button, on bool) { note(w, fmt.Sprint("hold", f, x, on), nil) }
	b.OnNotice = func(w *Workspace, n node.Notice) { note(w, fmt.Sprint("notice", n), nil) }
	b.OnExit = func(w *Workspace, err error) { note(w, "exit "+err.Error(), nil) }
	return h.Sum64
}

// troubled lets chance press buttons and break everything that can be broken, in
// so many steps of a second on average. lies lets strangers send what nodes must
// believe.
func troubled(b *Building, seed uint64, steps int, lies bool) {
	r := rand.New(rand.NewPCG(seed, 9))
	n := len(b.all)
	some := func(of ...int) int { return of[r.IntN(len(of))] }
	for range steps {
		w, to := b.all[r.IntN(n)], r.IntN(n)
		on := r.IntN(2) == 0
		switch r.IntN(28) {
		case 0:
			b.Loss(some(0, 25, 80))
		case 1:
			b.Blackout(on)
		case 2:
			b.Bursts(Bursts{time.Second, 300 * time.Millisecond, some(0, 5), some(0, 100)})
		case 3:
			b.Duplicate(some(0, 50))
		case 4:
			b.Reorder(some(0, 30), time.Second)
		case 5:
			b.Delay(time.Duration(some(0, 5, 300, 10_000)) * time.Millisecond)
		case 6:
			b.Cut(w.Index, to, on)
		case 7:
			b.Isolate(w.Index, on)
		case 8:
			b.Corrupt(some(0, 30))
			b.Hostile(some(0, 30), on && lies)
		case 9:
			b.Replay(some(0, 20))
			b.Foreign(some(0, 20))
		case 10:
			b.Mend()
		case 11:
			w.Kill()
		case 12:
			w.Kill()
			w.LoseDisk()
		case 13:
			w.Kill()
			w.RotDisk()
		case 14:
			w.Clock(time.Duration(r.IntN(1_000_000)-500_000) * time.Second)
		case 15:
			w.Freeze()
		case 16:
			w.FailDisk(pick(on, errFull))
		case 17:
			w.FailSync(pick(on, errFull))
		case 18:
			w.SlowDisk(time.Duration(r.IntN(3000)) * time.Millisecond)
		case 19:
			w.Motor(on, r.IntN(2) == 0)
		case 20:
			w.Obstruct(on)
		case 21:
			if w.StickSensor(r.IntN(b.cfg.Floors+1)-1) != nil || on {
				w.FreeSensor()
			}
		case 22:
			w.Server(on)
		case 23:
			w.Mash(r.IntN(b.cfg.Floors), elevator.Button(r.IntN(elevator.Buttons)), 3*time.Second)
		case 24:
			if !w.Alive() {
				_ = w.StartAs(b.all[to].ID)
			}
		case 25:
			w.StopButton(on)
		default:
			w.Tap(r.IntN(b.cfg.Floors), elevator.Button(r.IntN(elevator.Buttons)))
		}
		if r.IntN(3) == 0 {
			w.Thaw()
			if err := w.Start(); err != nil {
				panic(err)
			}
		}
		b.Run(time.Duration(r.Int64N(int64(2 * time.Second))))
	}
}

func pick(on bool, err error) error {
	if on {
		return err
	}
	return nil
}

// TestRunsAreFunctionsOfTheirOptions: the same options and the same faults give
// the same run, byte for byte, and another seed gives another one.
func TestRunsAreFunctionsOfTheirOptions(t *testing.T) {
	steps := 60
	if raceEnabled {
		steps = 15
	}
	run := func(seed uint64, linger bool) (uint64, Counts) {
		b, err := New(options(3, func(o *Options) { o.Seed, o.Spare, o.Linger = seed, 1, linger }))
		if err != nil {
			t.Fatal(err)
		}
		trace := traced(b)
		troubled(b, 1, steps, true)
		return trace(), b.Counts()
	}
	for _, linger := range []bool{false, true} {
		a, counts := run(1, linger)
		if b, c := run(1, linger); a != b || counts != c {
			t.Errorf("two runs with the same options differ: %+v and %+v", counts, c)
		}
		if b, _ := run(2, linger); a == b {
			t.Error("two runs with different seeds are the same: nothing was traced")
		}
	}
}

// TestMessagesAreOnlyRead: a datagram is taken apart once for all its receivers,
// so none of them may change what it is given. And no packet is forgotten.
func TestMessagesAreOnlyRead(t *testing.T) {
	b, err := New(options(4, nil))
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	b.onRelease = func(p *packet) {
		if !p.decoded || p.err != nil {
			return
		}
		opened++
		p.message.Forget()
		var e worldview.Encoder
		if again := e.Append(nil, &p.message); string(again) != string(p.data) {
			t.Fatalf("a message was changed: it was\n%x\nand is\n%x", p.data, again)
		}
	}
	troubled(b, 5, 100, true)
	b.Mend()
	for _, w := range b.all {
		w.Kill()
	}
	b.Run(30 * time.Second)
	if opened < 1000 {
		t.Errorf("%d datagrams were looked at", opened)
	}
	if len(b.due) > 0 {
		t.Errorf("%d events are left though every node is dead", len(b.due))
	}
	pooled := b.packets
	for _, w := range b.all {
		pooled = append(pooled, w.packets...)
	}
	for _, p := range pooled {
		if p.refs != 0 {
			t.Errorf("a packet that is not in use has %d references", p.refs)
		}
	}
}

// TestTroubleIsSurvived: whatever was broken, once all of it is repaired, every
// node runs again, knows all others, and serves what is asked. Unless somebody
// has lied, that is with the disks that they have.
func TestTroubleIsSurvived(t *testing.T) {
	seeds := uint64(16)
	if raceEnabled {
		seeds = 4
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		lies := seed%4 == 0
		b, err := New(options(3, func(o *Options) { o.Seed, o.Linger = seed, seed%2 == 0 }))
		if err != nil {
			t.Fatal(err)
		}
		troubled(b, seed, 40, lies)
		b.Mend()
		for i, w := range b.all {
			repair(t, w, elevator.ID(rune('1'+i)))
			if lies {
				w.LoseDisk()
			}
		}
		b.Run(15 * time.Second) // what is under way arrives nowhere
		for _, w := range b.all {
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
		}
		b.Run(3 * time.Second)
		for _, w := range b.all {
			if n := w.Node().Live().Len(); n != 2 {
				t.Errorf("seed %d: node %s knows %d others", seed, w.ID, n)
			}
		}
		dark := func() bool {
			for _, w := range b.all {
				if !w.Lamps().Empty() {
					return false
				}
			}
			return true
		}
		if !b.RunUntil(3*time.Minute, dark) {
			t.Errorf("seed %d: what was lit before isn't served", seed)
		}
		b.all[0].Tap(2, elevator.HallUp)
		if !b.RunUntil(time.Second, allLit(b, 2, elevator.HallUp, true)) {
			t.Errorf("seed %d: not lit", seed)
		}
		if !b.RunUntil(time.Minute, dark) {
			t.Errorf("seed %d: not served", seed)
		}
	}
}

// repair ends every fault of a workspace but for its node, which ends.
func repair(t *testing.T, w *Workspace, id elevator.ID) {
	t.Helper()
	w.Kill()
	w.ID = id
	w.Clock(0)
	w.FailDisk(nil)
	w.FailSync(nil)
	w.SlowDisk(w.b.opts.Commit)
	w.Motor(true, true)
	w.Obstruct(false)
	w.StopButton(false)
	w.FreeSensor()
	if !w.ServerUp() {
		w.Server(true)
	}
	if car := w.Car(); car.OutOfBounds() {
		if err := w.Place(1); err != nil {
			t.Fatal(err)
		}
	}
}
