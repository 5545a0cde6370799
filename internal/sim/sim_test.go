package sim

import (
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// options are those of a healthy building of the course's elevators, but for what
// is changed.
func options(nodes int, change func(*Options)) Options {
	opts := Options{
		Nodes:    nodes,
		Elevator: elevator.DefaultConfig(),
		Seed:     1,
		Latency:  200 * time.Microsecond,
		Poll:     8 * time.Millisecond,
		Commit:   3 * time.Millisecond,
	}
	if change != nil {
		change(&opts)
	}
	return opts
}

func building(t testing.TB, nodes int, change func(*Options)) *Building {
	t.Helper()
	b, err := New(options(nodes, change))
	if err != nil {
		t.Fatal(err)
	}
	b.OnNotice = func(w *Workspace, n node.Notice) {
		t.Logf("%8.3fs node %s: %v %s %d %v %v", b.Now().Seconds(), w.ID, n.Kind, n.Peer, n.Count, n.Reasons.Names(), n.Err)
	}
	return b
}

func allLit(b *Building, f int, button elevator.Button, on bool) func() bool {
	return func() bool {
		for _, w := range b.Workspaces() {
			if w.Alive() && w.Lamps().Has(f, button) != on {
				return false
			}
		}
		return true
	}
}

func TestHallCallIsLitOnAllPanelsAndServed(t *testing.T) {
	b := building(t, 3, nil)
	b.Run(2 * time.Second)
	b.Workspaces()[0].Tap(2, elevator.HallUp)
	at := b.Now()
	if !b.RunUntil(time.Second, allLit(b, 2, elevator.HallUp, true)) {
		t.Fatal("S2: not lit on all panels within a second")
	}
	t.Logf("lit on all panels after %v", b.Now()-at)
	if d := b.Now() - at; d > 100*time.Millisecond {
		t.Errorf("S3: lit after %v", d)
	}
	if !b.RunUntil(20*time.Second, allLit(b, 2, elevator.HallUp, false)) {
		t.Fatal("S1: not served within 20 s")
	}
	t.Logf("served after %v", b.Now()-at)
	doors := 0
	for _, w := range b.Workspaces() {
		if w.Door() {
			doors++
		}
	}
	if doors != 1 {
		t.Errorf("R4: %d doors are open, want 1", doors)
	}
}

func TestPressToLampsUnderLoss(t *testing.T) {
	for _, loss := range []int{0, 25, 50, 80} {
		if raceEnabled && loss != 50 {
			continue
		}
		b := building(t, 3, func(o *Options) { o.Seed = uint64(loss) })
		b.OnNotice = nil
		b.Loss(loss)
		b.Run(2 * time.Second)
		var took []time.Duration
		for k := range 15 {
			f := k % 3
			b.Workspaces()[k%3].Tap(f, elevator.HallUp)
			at := b.Now()
			if !b.RunUntil(5*time.Second, allLit(b, f, elevator.HallUp, true)) {
				t.Fatalf("%d %% loss: press %d not lit on all panels", loss, k)
			}
			took = append(took, b.Now()-at)
			if !b.RunUntil(60*time.Second, allLit(b, f, elevator.HallUp, false)) {
				t.Fatalf("%d %% loss: press %d not served", loss, k)
			}
			b.Run(4 * time.Second)
		}
		slices.Sort(took)
		t.Logf("%d %% loss: median %v, worst %v, %d datagrams, %d bytes each", loss, took[len(took)/2], took[len(took)-1], b.Sent(), b.Bytes/b.Sent())
	}
}
