package demo

import (
	"slices"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

// tally counts presses and measures how long lamps and elevators take, from
// buttons, lamps and doors alone. It must be told the events in their order.
type tally struct {
	sound   []bool
	floors  []int // what the sensors show
	doors   []bool
	calls   map[callKey]*call
	presses int
	served  int
	lamps   []time.Duration // press to lamp, on all sound panels
	waits   []time.Duration // press to service
}

// callKey names a call. Of hall calls the workspace is hall.
type callKey struct {
	workspace int
	floor     int
	button    elevator.Button
}

const hall = -1

// call is a call from its first press to its service.
type call struct {
	at      time.Duration
	by      int
	heard   bool          // by a sound workspace
	awaited []bool        // the panels whose lamp is awaited
	lit     []bool        // the panels whose lamp was lit
	last    time.Duration // when the newest lamp was lit; 0 = none
	timed   bool          // the lamps were measured, or can't be
}

func newTally(workspaces int) *tally {
	t := &tally{
		sound:  make([]bool, workspaces),
		floors: make([]int, workspaces),
		doors:  make([]bool, workspaces),
		calls:  make(map[callKey]*call),
	}
	for i := range t.floors {
		t.floors[i] = elevator.NoFloor
	}
	return t
}

func key(workspace, floor int, b elevator.Button) callKey {
	if b != elevator.Cab {
		workspace = hall
	}
	return callKey{workspace, floor, b}
}

func (t *tally) observe(e Event) {
	switch {
	case e.Sound:
		t.setSound(e.Workspace, e.On)
	case e.Kind == promise.SensorChanged:
		t.floors[e.Workspace] = e.Floor
	case e.Kind == promise.DoorLamp:
		t.doors[e.Workspace] = e.On
	case e.Kind == promise.ButtonHeld && e.On:
		t.press(e)
	case e.Kind == promise.ButtonLamp && e.On:
		t.lamp(e)
	case e.Kind == promise.ButtonLamp:
		t.dark(e)
	}
}

func (t *tally) setSound(workspace int, on bool) {
	t.sound[workspace] = on
	if on {
		return
	}
	// A panel that fails while a lamp is awaited is not awaited any more; and
	// nobody can say when the press was heard if it was made there.
	for _, c := range t.calls {
		c.awaited[workspace] = false
		if c.by == workspace {
			c.timed = true
		}
		t.measure(c)
	}
}

func (t *tally) press(e Event) {
	t.presses++
	k := key(e.Workspace, e.Floor, e.Button)
	if c := t.calls[k]; c != nil && (c.heard || c.last != 0) {
		return
	}
	c := &call{at: e.At, by: e.Workspace, awaited: slices.Clone(t.sound), lit: make([]bool, len(t.sound))}
	c.heard = t.sound[e.Workspace]
	c.timed = !c.heard
	if k.workspace != hall {
		clear(c.awaited)
		c.awaited[e.Workspace] = t.sound[e.Workspace]
	}
	t.calls[k] = c
}

func (t *tally) lamp(e Event) {
	c := t.calls[key(e.Workspace, e.Floor, e.Button)]
	if c == nil || c.lit[e.Workspace] {
		return
	}
	c.lit[e.Workspace] = true
	c.last = e.At
	t.measure(c)
}

// measure notes how long the lamps of a call took, once all have been lit.
func (t *tally) measure(c *call) {
	if c.timed || c.last == 0 {
		return
	}
	for i, need := range c.awaited {
		if need && !c.lit[i] {
			return
		}
	}
	c.timed = true
	t.lamps = append(t.lamps, c.last-c.at)
}

// dark is a lamp that went off. In front of an open door that means that the
// call was served; elsewhere that a node was restarted, or has learnt late.
func (t *tally) dark(e Event) {
	k := key(e.Workspace, e.Floor, e.Button)
	c := t.calls[k]
	if c == nil || !c.lit[e.Workspace] || !t.open(k) {
		return
	}
	t.served++
	t.waits = append(t.waits, e.At-c.at)
	delete(t.calls, k)
}

// open reports whether a door is open that may serve a call.
func (t *tally) open(k callKey) bool {
	for i, door := range t.doors {
		if door && t.floors[i] == k.floor && (k.workspace == hall || k.workspace == i) {
			return true
		}
	}
	return false
}

// Figures sum up what happened so far.
type Figures struct {
	Presses, Served int
	// Lamps is how many presses were measured until the lamps were lit on all
	// sound panels, and how long that took.
	Lamps                           int
	LampMedian, Lamp99th, LampWorst time.Duration
	WaitAverage, WaitWorst          time.Duration
}

func (t *tally) figures() Figures {
	f := Figures{Presses: t.presses, Served: t.served, Lamps: len(t.lamps)}
	if sorted := slices.Sorted(slices.Values(t.lamps)); len(sorted) > 0 {
		f.LampMedian = sorted[(len(sorted)-1)/2]
		f.Lamp99th = sorted[(len(sorted)-1)*99/100]
		f.LampWorst = sorted[len(sorted)-1]
	}
	if len(t.waits) > 0 {
		var sum time.Duration
		for _, w := range t.waits {
			sum += w
		}
		f.WaitAverage = sum / time.Duration(len(t.waits))
		f.WaitWorst = slices.Max(t.waits)
	}
	return f
}
