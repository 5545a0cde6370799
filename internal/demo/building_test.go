package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
	"elevnet/worldview"
)

// patience is how long a test waits for what must happen. A machine that is
// busy with other things may need it.
const patience = 20 * time.Second

// quick is a building whose elevators are fast, so that tests are.
func quick(t *testing.T, nodes int) Config {
	return Config{
		Nodes: nodes,
		Elevator: elevator.Config{
			Floors: 4, Door: 300 * time.Millisecond, Travel: 200 * time.Millisecond, Pass: 500 * time.Millisecond, // time to stop, on a busy machine
			MotorTimeout: 2 * time.Second,
		},
		Name:     "test " + t.Name() + fmt.Sprint(nonce()),
		StateDir: t.TempDir(),
	}
}

// rig is a session whose events a test can wait for.
type rig struct {
	*testing.T
	*session
	mu     sync.Mutex
	events []Event
}

func newRig(t *testing.T, nodes int) *rig {
	t.Helper()
	return newRigOn(t, UDP, nodes)
}

func newRigOn(t *testing.T, on Network, nodes int) *rig {
	t.Helper()
	r := &rig{T: t}
	cfg := quick(t, nodes)
	cfg.Network = on
	cfg.OnLine = func(l Line) {
		if l.Hand {
			r.Logf("%s %s", l.Node, l.Text)
		}
	}
	s, err := newSession(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	r.session = s
	s.page = newPage("test", nodes)
	s.page.session = s
	cfg.news = logged{r, s.page}
	cfg.OnEvent = func(e Event) {
		s.observe(e)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
	}
	cfg.OnTime = s.advance
	if err := s.open(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	r.awaitSound(nodes)
	return r
}

// await waits until something holds.
func (r *rig) await(what string, holds func(s Snapshot) bool) {
	r.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		s := r.building.Snapshot()
		if holds(s) {
			return
		}
		if time.Now().After(end) {
			for _, w := range s.Workspaces {
				r.Logf("node %s alive %v joined %v live %v serves %v: %v", w.ID, w.Alive, w.Node.Joined, w.Node.Live, w.Node.Serves, w.Car)
			}
			r.Fatalf("still waiting after %v: %s", patience, what)
		}
	}
}

// awaitSound waits until so many nodes are sound.
func (r *rig) awaitSound(nodes int) {
	r.Helper()
	r.await(fmt.Sprintf("%d sound nodes", nodes), func(Snapshot) bool {
		n := 0
		for _, w := range r.building.all {
			w.mu.Lock()
			if w.sound {
				n++
			}
			w.mu.Unlock()
		}
		return n == nodes
	})
}

// happened counts the events that match.
func (r *rig) happened(match func(Event) bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, e := range r.events {
		if match(e) {
			n++
		}
	}
	return n
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// opened reports who has opened a door at a floor so far, by the events.
func (r *rig) opened(floor int) (by []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := make(map[int]int)
	for _, e := range r.events {
		switch {
		case e.Sound:
		case e.Kind == promise.SensorChanged:
			at[e.Workspace] = e.Floor
		case e.Kind == promise.DoorLamp && e.On && at[e.Workspace] == floor && !slices.Contains(by, e.Workspace):
			by = append(by, e.Workspace)
		}
	}
	return by
}

func lampsOn(floor int, b elevator.Button) func(Event) bool {
	return func(e Event) bool {
		return !e.Sound && e.Kind == promise.ButtonLamp && e.On && e.Floor == floor && e.Button == b
	}
}

// kept ends the test: every call is served and no promise was broken.
func (r *rig) kept() {
	r.Helper()
	r.await("all calls served", Snapshot.Dark)
	for _, v := range r.violations(allServed) {
		r.Error(v)
	}
}

// S2, S3: a hall call is lit on all panels, and served.
func TestHallCallIsLitEverywhereAndServed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.must(r.building.Press(0, 2, elevator.HallUp))
	r.await("three lamps", func(Snapshot) bool { return r.happened(lampsOn(2, elevator.HallUp)) == 3 })
	r.await("a door at floor 2", func(Snapshot) bool { return len(r.opened(2)) > 0 })
	r.kept()
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.tally.figures(); f.Presses != 1 || f.Served != 1 || f.Lamps != 1 || f.LampWorst <= 0 || f.WaitWorst < f.LampWorst {
		t.Errorf("figures of one press: %+v", f)
	}
}

// F2, R8: when the elevator that was to come is killed, another one comes, and
// a node that comes back on an empty disk gets its cab calls from its peers (R7).
func TestAnotherOneServesWhenANodeIsKilled(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	// Nobody can reach floor 2 before the motors are back.
	for i := range 3 {
		r.must(r.building.Motor(i, false))
	}
	r.must(r.building.Press(0, 2, elevator.HallUp))
	server := -1
	r.await("somebody is to serve it", func(s Snapshot) bool {
		for i, w := range s.Workspaces {
			if w.Node.Serves.Has(2, elevator.HallUp) {
				server = i
			}
		}
		return server >= 0 && r.happened(lampsOn(2, elevator.HallUp)) == 3
	})
	r.must(r.building.Press(server, 3, elevator.Cab))
	r.await("the cab lamp", func(s Snapshot) bool { return s.Workspaces[server].Car.Lamps.Has(3, elevator.Cab) })
	// Its peers hold the cab call within a moment; the lamp may be lit by the
	// disk alone.
	r.await("the peers know the cab call", func(s Snapshot) bool {
		for i, w := range s.Workspaces {
			if i != server && !slices.ContainsFunc(w.Node.View.Nodes, knowsCab(s.Workspaces[server].ID, 3)) {
				return false
			}
		}
		return true
	})
	r.must(r.building.Kill(server))
	if s := r.building.Snapshot(); s.Workspaces[server].Alive {
		t.Fatal("a killed node is alive")
	}
	for i := range 3 {
		r.must(r.building.Motor(i, true))
	}
	r.await("another one at floor 2", func(s Snapshot) bool {
		for i, w := range s.Workspaces {
			if i != server && w.Car.Lamps.Has(2, elevator.HallUp) {
				return false
			}
		}
		by := r.opened(2)
		return len(by) > 0 && !slices.Contains(by, server)
	})
	r.must(r.building.Restart(server, true))
	if err := r.building.Restart(server, false); err == nil {
		t.Error("a node that runs was started")
	}
	r.await("its cab call served", func(Snapshot) bool { return slices.Contains(r.opened(3), server) })
	r.awaitSound(3)
	r.kept()
}

// F4: with lamps lit, all nodes are killed at once; after the restart every
// call is served.
func TestPowerCutKeepsPromises(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	for i := range 3 {
		r.must(r.building.Motor(i, false))
	}
	r.must(r.building.Press(0, 1, elevator.HallDown))
	r.must(r.building.Press(2, 2, elevator.HallUp))
	r.must(r.building.Press(1, 3, elevator.Cab))
	r.await("lit lamps", func(s Snapshot) bool {
		for _, w := range s.Workspaces {
			if w.Car.Lamps.Hall().Len() != 2 {
				return false
			}
		}
		return s.Workspaces[1].Car.Lamps.Has(3, elevator.Cab)
	})
	r.must(r.building.PowerCut())
	s := r.building.Snapshot()
	for _, w := range s.Workspaces {
		if w.Alive {
			t.Errorf("node %s lives after the power cut", w.ID)
		}
	}
	if s.Lit() != 3 {
		t.Errorf("%d calls are lit after the power cut, want the 3 that were", s.Lit())
	}
	for i := range 3 {
		r.must(r.building.Motor(i, true))
	}
	r.must(r.building.PowerOn())
	r.awaitSound(3)
	for _, floor := range []int{1, 2} {
		r.await(fmt.Sprint("a door at floor ", floor), func(Snapshot) bool { return len(r.opened(floor)) > 0 })
	}
	r.await("the cab call served", func(Snapshot) bool { return slices.Contains(r.opened(3), 1) })
	r.kept()
}

// F3, E5, F1: what is done to a workspace shows in its snapshot, and is healed.
func TestFaultsShowAndHeal(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	b := r.building
	for _, f := range []struct {
		name        string
		begin, heal func() error
		shows       func(Workspace) bool
	}{
		{
			"server gone",
			func() error { return b.Server(0, false) }, func() error { return b.Server(0, true) },
			func(w Workspace) bool { return !w.Car.Accepting && unavailable(w, elevator.ServerLost) },
		},
		{
			"obstruction",
			func() error { return errorsOf(b.Press(0, 0, elevator.Cab), b.Obstruct(0, true)) }, func() error { return b.Obstruct(0, false) },
			func(w Workspace) bool { return w.Car.Obstruction && unavailable(w, elevator.Obstructed) },
		},
		{
			"stop button",
			func() error { return b.Stop(0) }, func() error { return r.release(0) },
			func(w Workspace) bool { return w.Car.StopLamp && !w.Car.StopButton && unavailable(w, elevator.Stopped) },
		},
		{
			"deaf",
			func() error { return b.SetNetwork(0, true, false) }, func() error { return b.SetNetwork(0, false, false) },
			func(w Workspace) bool { return w.CutIn && !w.CutOut && len(w.Node.Live) == 0 },
		},
		{
			"mute",
			func() error { return b.SetNetwork(0, false, true) }, func() error { return b.SetNetwork(0, false, false) },
			func(w Workspace) bool { return !w.CutIn && w.CutOut && len(w.Node.Live) == 0 },
		},
		{
			"loss",
			func() error { return b.SetLoss(100) }, func() error { return b.SetLoss(0) },
			func(w Workspace) bool { return len(w.Node.Live) == 0 },
		},
	} {
		r.must(f.begin())
		r.await(f.name, func(s Snapshot) bool { return f.shows(s.Workspaces[0]) })
		r.must(f.heal())
		r.await(f.name+" healed", func(s Snapshot) bool {
			own, known := s.Workspaces[0].Own()
			return known && own.Available && len(s.Workspaces[0].Node.Live) == 1
		})
	}
	r.awaitSound(2)
	for name, err := range map[string]error{
		"kill": b.Kill(2), "restart": b.Restart(-1, false), "motor": b.Motor(2, true), "obstruct": b.Obstruct(2, true),
		"stop": b.Stop(2), "server": b.Server(2, true), "network": b.SetNetwork(2, true, true),
		"press": b.Press(2, 0, elevator.Cab), "no button": b.Press(0, 0, elevator.HallDown), "loss": b.SetLoss(101),
	} {
		if err == nil {
			t.Errorf("%s: no error for what can't be done", name)
		}
	}
	r.kept()
}

// TestRandomPressesAndFaults lets chance have its way for a while.
func TestRandomPressesAndFaults(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	r := newRig(t, 3)
	r.act(action{deed: randomPresses})
	r.await("traffic", func(Snapshot) bool { return r.visitors.in.Load() })
	r.setFaults(true)
	r.await("presses", func(Snapshot) bool {
		r.session.mu.Lock()
		defer r.session.mu.Unlock()
		return r.tally.presses >= 4
	})
	r.act(action{deed: randomPresses})
	r.await("no traffic", func(Snapshot) bool { return !r.visitors.in.Load() })
	r.setFaults(false)
	r.awaitSound(3)
	r.kept()
}

// release presses the stop button until the elevator goes on: a press right
// after the last one may not be seen.
func (r *rig) release(i int) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Second) {
		if err := r.building.Stop(i); err != nil {
			return err
		}
		for look := 0; look < 40; look++ {
			if !r.building.all[i].server.Snapshot().StopLamp {
				return nil
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return errors.New("the stop lamp stays on")
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func unavailable(w Workspace, why elevator.Reasons) bool {
	own, known := w.Own()
	return known && strings.Contains(strings.Join(own.Unavailable, " "), why.Names()[0])
}

// knowsCab matches a node of a worldview with an open cab call.
func knowsCab(id elevator.ID, floor int) func(worldview.NodeView) bool {
	return func(n worldview.NodeView) bool {
		return n.ID == id && slices.ContainsFunc(n.Cab, func(c worldview.CabView) bool { return c.Floor == floor })
	}
}

// logged writes captions to the log of a test, and shows all on its page.
type logged struct {
	*rig
	*page
}

func (l logged) caption(c caption) {
	l.Logf("%v: %s", c.at.Round(time.Millisecond), c.text)
	l.page.caption(c)
}
