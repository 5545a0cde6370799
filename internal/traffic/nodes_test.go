package traffic

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/sim"
)

// TestAsNodesDo lets the same people be served by real nodes, which talk over a
// simulated network, and by our policy here. The nodes see a press only at their
// next poll, keep a lamp lit for a while in front of an open door and hold that
// door for who presses; otherwise both do the same, so the figures must be alike.
func TestAsNodesDo(t *testing.T) {
	if raceEnabled {
		t.Skip("takes long with the race detector, and is one goroutine")
	}
	for _, s := range []Scenario{
		{Cars: 3, Floors: 4, Pattern: Lunch, Intensity: 800},
		{Cars: 3, Floors: 9, Pattern: DownPeak, Intensity: 400},
	} {
		const from, to = 5 * time.Minute, 30 * time.Minute
		coming := Passengers(s, 11, to)
		here := newDiary(coming, from, to)
		if err := serveAll(s, coming, new(ours), here); err != nil {
			t.Fatal(err)
		}
		nodes := newDiary(coming, from, to)
		serveByNodes(t, s, coming, nodes, 0)
		one, other := here.measures(), nodes.measures()
		for _, f := range []Figure{Wait, Wait90, Journey} {
			x, y := f.of(&one), f.of(&other)
			if t.Logf("%v: %v %.2f s here, %.2f s with nodes", s, f, x, y); y < 0.9*x || y > 1.15*x {
				t.Errorf("%v: %v is %.2f s here and %.2f s with nodes", s, f, x, y)
			}
		}
	}
}

// TestAsNodesPark does so with elevators that wait where the next call is likely,
// and compares with those that don't: that is what parking brings to real nodes.
func TestAsNodesPark(t *testing.T) {
	if raceEnabled {
		t.Skip("takes long with the race detector, and is one goroutine")
	}
	s := Scenario{Cars: 3, Floors: 9, Pattern: DownPeak, Intensity: 100}
	const from, to = 15 * time.Minute, 50 * time.Minute
	coming := Passengers(s, 11, to)
	here := newDiary(coming, from, to)
	if err := serveAll(s, coming, &ours{park: true}, here); err != nil {
		t.Fatal(err)
	}
	model := here.measures()
	var wait [2]float64
	for k, parks := range []int{0, s.Cars} {
		nodes := newDiary(coming, from, to)
		serveByNodes(t, s, coming, nodes, parks)
		m := nodes.measures()
		wait[k] = m.Wait
		t.Logf("%v, %d of %d nodes park: wait %.2f s, 90 %% %.2f s, journey %.2f s", s, parks, s.Cars, m.Wait, m.Wait90, m.Journey)
	}
	t.Logf("with parking the wait is %.2f of that without; here it is %.2f s", wait[1]/wait[0], model.Wait)
	if wait[1] > 0.6*wait[0] {
		t.Errorf("with parking people wait for %.2f s, without for %.2f s", wait[1], wait[0])
	}
	if wait[1] < 0.7*model.Wait || wait[1] > 1.4*model.Wait+0.5 {
		t.Errorf("people wait for %.2f s with nodes that park, and for %.2f s here", wait[1], model.Wait)
	}
}

// serveByNodes lets nodes serve everybody, of which some park their elevators. Who waits presses once, boards when the
// lamp goes off, presses in the car, and leaves when that lamp goes off.
func serveByNodes(t *testing.T, s Scenario, coming []Passenger, l log, parks int) {
	b, err := sim.New(sim.Options{
		Nodes: s.Cars, Parks: parks, Elevator: s.config(), Seed: 1,
		Latency: time.Millisecond, Poll: 10 * time.Millisecond, Commit: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Run(5 * time.Second) // they join
	began := b.Now()
	type place struct {
		workspace, floor int
		button           elevator.Button
	}
	people := map[place][]int{} // who waits, at workspace 0, or rides
	left := 0
	b.OnLamp = func(w *sim.Workspace, floor int, button elevator.Button, on bool) {
		at := place{w.Index, floor, button}
		who := people[at]
		if on || len(who) == 0 {
			return
		}
		if button == elevator.Cab {
			for _, i := range who {
				l.left(i, b.Now()-began)
			}
			left += len(who)
			delete(people, at)
			return
		}
		for _, x := range b.Workspaces() {
			if car := x.Car(); !x.Door() || car.Floor() != floor {
				continue
			}
			for _, i := range who {
				l.boarded(i, b.Now()-began)
				to := place{x.Index, coming[i].To, elevator.Cab}
				people[to] = append(people[to], i)
				b.After(0, func() { x.Tap(to.floor, elevator.Cab) })
			}
			delete(people, at)
			return
		}
	}
	for i, p := range coming {
		b.After(p.At, func() {
			at := place{0, p.From, elevator.HallUp}
			if p.To < p.From {
				at.button = elevator.HallDown
			}
			people[at] = append(people[at], i)
			b.Workspaces()[i%s.Cars].Tap(p.From, at.button)
		})
	}
	if !b.RunUntil(2*time.Hour, func() bool { return left == len(coming) }) {
		t.Fatalf("%v: nodes have served %d of %d", s, left, len(coming))
	}
}
