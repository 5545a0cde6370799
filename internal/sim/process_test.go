package sim

import (
	"errors"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

var errFull = errors.New("no space left on device")

// TestSpareNodesJoinAndLeave: R5.
func TestSpareNodesJoinAndLeave(t *testing.T) {
	b := building(t, 5, func(o *Options) { o.Spare = 3 })
	b.OnNotice = nil
	know := func(want int) {
		t.Helper()
		b.Run(3 * time.Second)
		for _, w := range b.all {
			if w.Alive() && w.Node().Live().Len() != want {
				t.Errorf("node %s knows %d others, want %d", w.ID, w.Node().Live().Len(), want)
			}
		}
	}
	know(1)
	for k, w := range b.all[2:] {
		if w.Alive() {
			t.Fatalf("node %s runs", w.ID)
		}
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		know(k + 2)
	}
	b.all[0].Kill()
	know(3)
}

// TestSizes: from one node to many, and from two floors to a hundred.
func TestSizes(t *testing.T) {
	for _, c := range []struct{ nodes, floors int }{{1, 2}, {1, 4}, {2, 3}, {4, 9}, {5, 5}, {6, 6}, {7, 7}, {8, 9}, {2, 100}, {32, 4}} {
		if raceEnabled && c.nodes*c.floors > 100 {
			continue
		}
		b := building(t, c.nodes, func(o *Options) { o.Elevator.Floors = c.floors })
		b.OnNotice = nil
		b.Run(1500 * time.Millisecond)
		f := 1 // near, so that large buildings need not run for long
		b.all[c.nodes-1].Tap(f, elevator.HallDown)
		if !b.RunUntil(2*time.Second, allLit(b, f, elevator.HallDown, true)) {
			t.Errorf("%d nodes, %d floors: not lit on all panels", c.nodes, c.floors)
		}
		if !b.RunUntil(time.Minute, allLit(b, f, elevator.HallDown, false)) {
			t.Errorf("%d nodes, %d floors: not served", c.nodes, c.floors)
		}
	}
	for _, bad := range []Options{options(0, nil), options(elevator.MaxNodes+1, nil), options(2, func(o *Options) { o.Spare = 3 }),
		options(1, func(o *Options) { o.Elevator.Floors = 1 }), options(1, func(o *Options) { o.Poll = -1 })} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}

// TestStartAs: of two nodes with one id the later one ends (F7).
func TestStartAs(t *testing.T) {
	b := building(t, 3, func(o *Options) { o.Spare = 1 })
	b.OnNotice = nil
	var ended *Workspace
	b.OnExit = func(w *Workspace, err error) { ended = w }
	b.Run(3 * time.Second)
	twin := b.all[2]
	if err := twin.StartAs("1"); err != nil {
		t.Fatal(err)
	}
	if !twin.Alive() || twin.ID != "1" {
		t.Fatal("it doesn't run")
	}
	b.Run(5 * time.Second)
	if ended != twin || twin.Exit() == nil || twin.Alive() || !b.all[0].Alive() || !b.all[1].Alive() {
		t.Errorf("ended: %v", ended)
	}
	if err := twin.StartAs("3"); err != nil {
		t.Fatal(err)
	}
	b.Run(3 * time.Second)
	if !twin.Alive() || twin.Exit() != nil || twin.Node().Live().Len() != 2 {
		t.Error("under its own id it doesn't join")
	}
}

// TestClockIsReadAtTheStart: a clock that goes back makes no life that is lower.
func TestClockIsReadAtTheStart(t *testing.T) {
	b := building(t, 1, nil)
	w := b.all[0]
	b.Run(5 * time.Second)
	life := func() worldview.Life {
		return w.Node().Worldview().Node(w.Node().Me()).Status.Life
	}
	last := life()
	for _, ahead := range []time.Duration{-24 * time.Hour, 24 * time.Hour, 0} {
		w.Clock(ahead)
		b.Run(2 * time.Second)
		if life() != last {
			t.Errorf("clock %v: the running node has another life", ahead)
		}
		w.Kill()
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		b.Run(5 * time.Second)
		if life() <= last {
			t.Errorf("clock %v: life %v after %v", ahead, life(), last)
		}
		last = life()
	}
}

// TestFrozenForMinutes: what waited in the meantime, datagrams and the answer of
// the disk, is there after the thaw.
func TestFrozenForMinutes(t *testing.T) {
	b := building(t, 2, nil)
	b.OnNotice = nil
	w := b.all[1]
	b.Run(3 * time.Second)
	w.SlowDisk(50 * time.Millisecond)
	w.Tap(3, elevator.Cab)
	if !b.RunUntil(time.Second, func() bool { return w.disk.writing != nil }) {
		t.Fatal("nothing is stored")
	}
	w.Freeze()
	sent, steps := b.Sent(), w.Node().Worldview().Digest()
	b.Run(5 * time.Minute)
	if !w.Frozen() || !w.answered || len(w.inbox) == 0 || len(w.inbox) > inboxSize {
		t.Errorf("frozen %v, answered %v, %d datagrams wait", w.Frozen(), w.answered, len(w.inbox))
	}
	if w.Node().Worldview().Digest() != steps || b.Sent() == sent {
		t.Error("it lives on, or nobody does")
	}
	w.Thaw()
	if w.Frozen() || w.answered || len(w.inbox) != 0 {
		t.Error("something still waits")
	}
	if !b.RunUntil(time.Second, func() bool { return w.Lamps().Has(3, elevator.Cab) }) {
		t.Error("not lit after the thaw")
	}
	w.Kill()
	w.Freeze()
	if w.Frozen() {
		t.Error("a dead process can be frozen")
	}
}

// restored returns what a process would find on the disk.
func restored(t *testing.T, w *Workspace) *worldview.Worldview {
	t.Helper()
	d := w.disk // a copy: open notes a new process
	v := worldview.New(w.b.cfg.Floors)
	for _, state := range d.open() {
		if _, err := v.Restore(state); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// TestCrashInACommit: a crash in the middle of a commit leaves the state before
// or the new one, and never none, whether the file is new or not.
func TestCrashInACommit(t *testing.T) {
	number := worldview.Number(2, elevator.Cab)
	for _, commits := range []int{0, 1, 2} {
		old, fresh := 0, 0
		for seed := range uint64(40) {
			b := building(t, 1, func(o *Options) { o.Seed = seed })
			b.OnNotice = nil
			w := b.all[0]
			b.Run(3 * time.Second)
			w.Kill()
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			w.SlowDisk(20 * time.Millisecond)
			for k := range commits { // of this process
				if k > 0 {
					w.Tap(0, elevator.HallUp)
				}
				b.Run(3 * time.Second)
			}
			w.Tap(2, elevator.Cab)
			if !b.RunUntil(time.Second, func() bool { return w.disk.writing != nil }) {
				t.Fatal("nothing is stored")
			}
			b.Run(10 * time.Millisecond)
			w.Kill()
			if w.DiskStates() == 0 {
				t.Fatalf("seed %d: nothing is left", seed)
			}
			v := restored(t, w)
			me, known := v.Lookup(w.ID)
			if known && v.Call(me, number).P > 0 {
				fresh++
			} else {
				old++
			}
		}
		if old == 0 || commits > 0 && fresh == 0 {
			t.Errorf("%d commits before: %d times the old state, %d times the new", commits, old, fresh)
		}
	}
}

// TestDiskErrors: an error is told to the node, and what was durable stays.
func TestDiskErrors(t *testing.T) {
	number := worldview.Number(3, elevator.Cab)
	for name, fail := range map[string]func(w *Workspace, err error){
		"full": (*Workspace).FailDisk, "fsync": (*Workspace).FailSync,
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				b := building(t, 1, func(o *Options) { o.Seed = seed })
				said := make(map[node.NoticeKind]int)
				b.OnNotice = func(w *Workspace, n node.Notice) { said[n.Kind]++ }
				w := b.all[0]
				b.Run(3 * time.Second)
				w.Tap(3, elevator.Cab)
				b.Run(time.Second)
				fail(w, errFull)
				for f := range 3 {
					w.Tap(f, elevator.HallUp)
					b.Run(1500 * time.Millisecond)
				}
				if said[node.DiskFailed] != 1 {
					t.Errorf("seed %d: said %d times that it fails", seed, said[node.DiskFailed])
				}
				v := restored(t, w)
				if me, ok := v.Lookup(w.ID); !ok || v.Call(me, number).P == 0 {
					t.Errorf("seed %d: what was durable is gone", seed)
				}
				fail(w, nil)
				b.Run(3 * time.Second)
				if said[node.DiskWorks] != 1 {
					t.Errorf("seed %d: said %d times that it works", seed, said[node.DiskWorks])
				}
			}
		})
	}
}

// TestRotAndTear: of a state that has rotted the one before is left, and what
// makes no sense is said.
func TestRotAndTear(t *testing.T) {
	b := building(t, 1, nil)
	said := make(map[node.NoticeKind]int)
	b.OnNotice = func(w *Workspace, n node.Notice) { said[n.Kind]++ }
	w := b.all[0]
	b.Run(3 * time.Second)
	w.Tap(3, elevator.Cab)
	b.Run(3 * time.Second)
	w.Tap(0, elevator.Cab)
	b.Run(100 * time.Millisecond)
	w.Kill()
	if w.DiskStates() != 2 {
		t.Fatalf("%d states", w.DiskStates())
	}
	if !w.RotDisk() || w.DiskStates() != 1 {
		t.Fatalf("%d states after one has rotted", w.DiskStates())
	}
	v := restored(t, w)
	if me, ok := v.Lookup(w.ID); !ok || v.Call(me, worldview.Number(3, elevator.Cab)).P == 0 {
		t.Error("the state before isn't there")
	}
	w.TearDisk()
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	b.Run(3 * time.Second)
	if said[node.SavedUnreadable] == 0 {
		t.Error("not said that what is saved makes no sense")
	}
	w.Kill()
	w.LoseDisk()
	if w.DiskStates() != 0 || w.RotDisk() {
		t.Error("a lost disk holds something")
	}
	w.TearDisk()
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
}
