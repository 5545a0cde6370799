package record_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"elevnet/internal/demo"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/record"
)

// TestDemoWithFaultsIsDecidedAgain records real nodes, on real sockets, with real
// faults.
func TestDemoWithFaultsIsDecidedAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo"+record.Extension)
	r, err := record.Create(path, record.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ring := record.NewRing(record.Options{})
	defer ring.Close()
	cfg := elevator.DefaultConfig()
	cfg.Door, cfg.Travel, cfg.Pass = 300*time.Millisecond, 300*time.Millisecond, 200*time.Millisecond
	b, err := demo.Open(demo.Config{
		Nodes: 3, Elevator: cfg, Name: t.Name(), StateDir: t.TempDir(), Seed: 1,
		Tap: func(elevator.ID) host.Tap { return host.Taps(r.Tap(), ring.Tap()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	pause := func() { time.Sleep(400 * time.Millisecond) }
	pause()
	pause()
	must(b.Press(0, 2, elevator.HallUp))
	pause()
	must(b.SetLoss(40))
	must(b.Press(1, 1, elevator.HallDown))
	must(b.Press(2, 3, elevator.Cab))
	pause()
	must(b.Kill(1))
	must(b.Press(0, 0, elevator.Cab))
	pause()
	must(b.SetLoss(0))
	must(b.Restart(1, false))
	must(b.SetNetwork(2, true, false))
	must(b.Server(0, false))
	pause()
	must(b.SetNetwork(2, false, false))
	must(b.Server(0, true))
	must(b.Kill(2))
	must(b.Restart(2, true))
	must(b.Press(2, 2, elevator.HallDown))
	pause()
	pause()
	must(errors.Join(b.Close(), r.Close()))

	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	var x record.Rerun
	kinds := make(map[record.Kind]int)
	for one := range rec.Records() {
		x.Feed(one)
		kinds[one.Kind]++
	}
	v := x.Verdict()
	if v.First != nil {
		t.Errorf("decided otherwise: %v", v.First)
	}
	if v.Runs != 5 || v.Compared != v.Steps || v.Steps < 200 || rec.Unread != 0 || r.Lost() != 0 {
		t.Errorf("%+v, %d bytes unread, %d records lost", v, rec.Unread, r.Lost())
	}
	if kinds[record.Ended] == 0 || kinds[record.Lost] != 0 {
		t.Errorf("records by kind: %v", kinds)
	}
}
