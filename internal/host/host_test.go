package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/store"
)

func TestTwoNodesLightAndServe(t *testing.T) {
	t.Parallel()
	a := newStation(t, "a", 0)
	a.start()
	b := newStation(t, "b", a.port)
	b.start()
	linked(t, a, b)
	served(t, elevator.HallUp, 2, a, a, b)
	served(t, elevator.HallDown, 3, b, a, b)
	served(t, elevator.Cab, 1, b, b)
	if a.lamp(elevator.Cab, 1) {
		t.Error("S2: a cab lamp of another workspace")
	}
	if !b.says("peer a found at 127.0.0.1") {
		t.Error("the log doesn't say who was found where")
	}
	if err := errors.Join(a.stop(), b.stop()); err != nil {
		t.Error(err)
	}
	for _, s := range []*station{a, b} {
		s.behaved()
		if m := s.car.Snapshot().Motor; m != elevator.Stop {
			t.Errorf("motor %v after the end", m)
		}
		if n := s.log.lines(); n > 15 {
			t.Errorf("%d lines:\n%s", n, s.log)
		}
	}
}

// stuck makes a cab call that stays open: the motor has no power.
func stuck(s *station) {
	s.t.Helper()
	until(s.t, "the elevator is connected", func() bool { return s.says("elevator server at") && s.host.Observe().Joined })
	s.car.SetMotorPower(false)
	s.tap(elevator.Cab, 3)
	s.untilLamp(elevator.Cab, 3, true)
	s.released()
}

func TestCleanEndSavesTheState(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	s.start()
	stuck(s)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.untilSays("restored 1 open call from disk")
	s.car.SetMotorPower(true)
	s.untilLamp(elevator.Cab, 3, false)
	s.behaved()
}

func TestCrash(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	crash := make(chan struct{})
	disk := &flakyDisk{}
	s.opts.Crashed = crash
	s.opts.OpenDisk = disk.opener(s)
	s.start()
	stuck(s)
	close(crash)
	if err := s.wait(); err != nil {
		t.Error(err)
	}
	commits := disk.commits.Load()
	sent := s.host.Observe().Sent
	time.Sleep(50 * time.Millisecond)
	if disk.commits.Load() != commits || s.host.Observe().Sent != sent {
		t.Error("something was stored or sent after the crash")
	}
	s.opts.Crashed = nil
	s.start()
	s.car.SetMotorPower(true)
	s.untilLamp(elevator.Cab, 3, false)
	s.behaved()
}

// flakyDisk is a store that can be told to fail.
type flakyDisk struct {
	inner   host.Disk
	fails   atomic.Bool
	closed  atomic.Bool
	commits atomic.Int64
}

var errDisk = errors.New("no space left on this disk")

func (d *flakyDisk) Commit(b []byte) error {
	if d.fails.Load() {
		return errDisk
	}
	d.commits.Add(1)
	return d.inner.Commit(b)
}

func (d *flakyDisk) Close() error {
	d.closed.Store(true)
	return d.inner.Close()
}

func (d *flakyDisk) opener(s *station) func() (host.Disk, [][]byte, error) {
	return func() (host.Disk, [][]byte, error) {
		if d.fails.Load() {
			return nil, nil, errDisk
		}
		inner, found, err := store.Open(store.OS(), s.dir, "state")
		if err != nil {
			return nil, nil, err
		}
		d.inner = inner
		return d, found.Payloads, nil
	}
}

func TestDiskThatFailsAtTheStart(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	s.start()
	stuck(s)
	s.stop()

	disk := &flakyDisk{}
	disk.fails.Store(true)
	s.opts.OpenDisk = disk.opener(s)
	s.start()
	s.untilSays("the disk doesn't store")
	s.untilSays("no space left")
	s.tap(elevator.Cab, 1)
	s.untilLamp(elevator.Cab, 1, true)
	s.released()
	disk.fails.Store(false)
	s.untilSays("the disk stores again")
	s.untilLamp(elevator.Cab, 3, true) // from the disk
	if err := s.stop(); err != nil {
		t.Error(err)
	}

	// Both are in what was saved.
	s.opts.OpenDisk = nil
	s.start()
	s.untilLamp(elevator.Cab, 1, true)
	s.untilLamp(elevator.Cab, 3, true)
	s.car.SetMotorPower(true)
	s.untilLamp(elevator.Cab, 1, false)
	s.untilLamp(elevator.Cab, 3, false)
}

func TestDiskThatNeverWorks(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	disk := &flakyDisk{}
	disk.fails.Store(true)
	s.opts.OpenDisk = disk.opener(s)
	s.start()
	s.untilSays("the disk doesn't store")
	if err := s.stop(); !errors.Is(err, errDisk) {
		t.Errorf("Run returned %v, want that the state isn't saved: %v", err, errDisk)
	}
}

func TestDiskThatOpensWhileTheNodeEnds(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	s.start()
	stuck(s)
	s.stop()

	disk := &flakyDisk{}
	open := disk.opener(s)
	asked, go1 := make(chan struct{}), make(chan struct{})
	s.opts.OpenDisk = func() (host.Disk, [][]byte, error) {
		close(asked)
		<-go1 // a disk that hangs for a while
		return open()
	}
	s.start()
	<-asked
	until(t, "joined without a disk", func() bool { return s.host.Observe().Joined })
	s.tap(elevator.Cab, 1)
	s.untilLamp(elevator.Cab, 1, true)
	s.released()
	s.cancel()
	time.AfterFunc(100*time.Millisecond, func() { close(go1) })
	if err := s.wait(); err != nil {
		t.Fatal(err)
	}
	if !disk.closed.Load() {
		t.Error("the disk isn't closed")
	}

	s.opts.OpenDisk = nil
	s.start()
	s.untilLamp(elevator.Cab, 1, true)
	s.untilLamp(elevator.Cab, 3, true) // what the disk held wasn't replaced unseen
}

func TestDiskThatFailsAndRecovers(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	disk := &flakyDisk{}
	s.opts.OpenDisk = disk.opener(s)
	s.start()
	until(t, "joined", func() bool { return s.host.Observe().Joined })
	s.car.SetMotorPower(false)
	disk.fails.Store(true)
	s.tap(elevator.Cab, 2)
	s.untilSays("the disk doesn't store")
	s.untilLamp(elevator.Cab, 2, true)
	s.released()
	disk.fails.Store(false)
	s.untilSays("the disk stores again")
	disk.fails.Store(true) // the last commit fails: what was stored before counts
	if err := s.stop(); !errors.Is(err, errDisk) {
		t.Errorf("Run returned %v, want %v", err, errDisk)
	}
	if !disk.closed.Load() {
		t.Error("the disk isn't closed")
	}
	disk.fails.Store(false)
	s.start()
	s.untilLamp(elevator.Cab, 2, true)
	if n := strings.Count(s.log.String(), "the disk doesn't store"); n > 1 {
		t.Errorf("said %d times that the disk fails", n)
	}
}

func TestStateFileThatIsTornOrFlipped(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	s.start()
	stuck(s)
	s.stop()
	path := filepath.Join(s.dir, "state")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := len(whole) / 2
	damage := map[string]struct {
		do      func(b []byte) []byte
		returns bool
	}{
		"nothing":       {func(b []byte) []byte { return b }, true},
		"first slot":    {func(b []byte) []byte { clear(b[:half]); return b }, true},
		"second slot":   {func(b []byte) []byte { b[half+100] ^= 4; return b }, true},
		"cut in half":   {func(b []byte) []byte { return b[:half] }, true},
		"cut in a slot": {func(b []byte) []byte { return b[:half+70] }, true},
		"both flipped":  {func(b []byte) []byte { b[80] ^= 1; b[half+80] ^= 1; return b }, false},
		"empty":         {func([]byte) []byte { return nil }, false},
		"text":          {func([]byte) []byte { return []byte(strings.Repeat("not ours\n", 2000)) }, false},
	}
	for name, d := range damage {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newStation(t, "a", 0)
			if err := os.WriteFile(filepath.Join(n.dir, "state"), d.do([]byte(string(whole))), 0o600); err != nil {
				t.Fatal(err)
			}
			n.car.SetMotorPower(false)
			n.start()
			if d.returns {
				n.untilLamp(elevator.Cab, 3, true)
			}
			until(t, "joined", func() bool { return n.host.Observe().Joined })
			if !d.returns && n.lamp(elevator.Cab, 3) {
				t.Error("a call from nowhere")
			}
			n.tap(elevator.Cab, 2)
			n.untilLamp(elevator.Cab, 2, true)
			n.released()
			if err := n.stop(); err != nil {
				t.Error(err)
			}
			n.start()
			n.untilLamp(elevator.Cab, 2, true)
		})
	}
}

// What is whole on the disk and yet makes no sense is said and left out.
func TestSavedStateThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"empty": {}, "text": []byte("hello, elevator"), "magic alone": []byte("ELVS"), "zeros": make([]byte, 4000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStation(t, "a", 0)
			s.open()
			s.opts.Saved = [][]byte{b}
			var err error
			if s.host, err = host.New(s.opts); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			s.cancel, s.ended = cancel, make(chan error, 1)
			go func() { s.ended <- s.host.Run(ctx) }()
			s.untilSays("makes no sense and is left out")
			served(t, elevator.Cab, 1, s, s)
		})
	}
}

func TestDuplicateID(t *testing.T) {
	t.Parallel()
	a := newStation(t, "a", 0)
	a.start()
	until(t, "joined", func() bool { return a.host.Observe().Joined })
	b := newStation(t, "a", a.port)
	b.start()
	var duplicate host.DuplicateError
	if err := b.wait(); !errors.As(err, &duplicate) || duplicate.ID != "a" || duplicate.Address.String() != "127.0.0.1" {
		t.Errorf("F7: the later node ended with %v", err)
	}
	a.untilSays("id a is also used by a node at 127.0.0.1")
	served(t, elevator.HallUp, 2, a, a)
}

// A host needs no log and no disk, and Run ends at once if it is told so before.
func TestBareHost(t *testing.T) {
	t.Parallel()
	conn, err := bcast.Listen(bcast.Options{LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.New(host.Options{
		Node:   node.Config{ID: "a", Building: "bare", Elevator: cfg},
		Server: "127.0.0.1:1", Transport: conn, Boot: 1, Start: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Observe()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Run(ctx); err != nil {
		t.Error(err)
	}
	h.Observe()
}

// A host that is never run has started nothing: goleak would tell.
func TestHostThatIsNeverRun(t *testing.T) {
	t.Parallel()
	s := newStation(t, "a", 0)
	s.open()
	s.opts.Transport.Close()
	s.opts.Disk.Close()
	s.opts.Node.Elevator.Floors = 1
	if _, err := host.New(s.opts); err == nil {
		t.Error("a building of one floor")
	}
}
