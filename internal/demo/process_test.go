package demo

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"elevnet/internal/elevator"
)

// With a process for each node, a node that is killed by the system or frozen by
// it is no different from one in this process: what is known of it is what it
// broadcasts.
func TestProcesses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := filepath.Join(t.TempDir(), "elevnet")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, "elevnet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := &rig{T: t}
	cfg := quick(t, 3)
	cfg.Network, cfg.Program = Processes, program
	cfg.OnLine = func(l Line) { t.Logf("%s %s", l.Node, l.Text) }
	s, err := newSession(cfg, 1)
	r.must(err)
	r.session = s
	s.page = newPage("test", 3)
	s.page.session = s
	cfg.news = logged{r, s.page}
	cfg.OnEvent = func(e Event) {
		s.observe(e)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
	}
	cfg.OnTime = s.advance
	r.must(s.open(cfg))
	t.Cleanup(func() { r.must(s.close()) })
	r.awaitSound(3)
	b := s.building

	r.must(b.Press(0, 2, elevator.HallUp))
	r.await("three lamps", func(Snapshot) bool { return r.happened(lampsOn(2, elevator.HallUp)) == 3 })
	r.await("it is served", Snapshot.Dark)

	r.must(b.SetNetwork(2, true, true))
	r.await("both sides notice", func(s Snapshot) bool {
		return len(s.Workspaces[2].Node.Live) == 0 && len(s.Workspaces[0].Node.Live) == 1
	})
	r.must(b.Press(2, 1, elevator.HallDown))
	r.await("alone it lights its lamp", func(s Snapshot) bool {
		return r.happened(lampsOn(1, elevator.HallDown)) == 1
	})
	r.must(b.SetNetwork(2, false, false))
	r.awaitSound(3)
	r.await("it is served", Snapshot.Dark)

	if canFreeze {
		r.must(b.Freeze(1, true))
		r.await("the others notice", func(s Snapshot) bool { return len(s.Workspaces[0].Node.Live) == 1 })
		r.must(b.Freeze(1, false))
		r.awaitSound(3)
	}
	r.must(b.Press(1, 3, elevator.Cab))
	r.await("a view with the call, held by all", func(Snapshot) bool {
		f := s.page.Frame()
		v := f.Workspaces[0].View
		return v != nil && len(v.Calls) == 1 && v.Calls[0].Owner == "2" && len(v.Calls[0].Holders) == 3
	})
	r.must(b.PowerCut())
	if b.Freeze(0, true) == nil {
		t.Error("a dead process was frozen")
	}
	r.must(b.PowerOn())
	r.awaitSound(3)
	r.kept()
}
