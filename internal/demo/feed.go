package demo

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"elevnet/internal/elevserver"
	"elevnet/internal/promise"
)

// Event is something that was seen or done at a workspace. Its time counts from
// the start of the building.
type Event struct {
	promise.Event
	// Sound is set if this is not one of the kinds of the embedded event, but
	// tells that the workspace is sound from now on (On), or isn't: its node runs
	// and has joined, it has its elevator server, and hears and is heard by all
	// others without loss. A press there lights lamps at once.
	Sound bool
}

// feedDelay is how late events are handed on. Those of several elevators come
// on goroutines of their own; within this time they are put in order.
const feedDelay = 300 * time.Millisecond

// feed hands the events of all workspaces on in the order in which they
// happened.
type feed struct {
	began   time.Time
	see     func(Event)
	pass    func(time.Duration)
	quit    chan struct{}
	running sync.WaitGroup

	mu      sync.Mutex
	pending []Event
}

// newFeed returns a feed that calls see with each event, and pass, every now and
// then, with the time until which it has told all. Neither is needed.
func newFeed(began time.Time, see func(Event), pass func(time.Duration)) *feed {
	f := &feed{began: began, see: see, pass: pass, quit: make(chan struct{})}
	f.running.Go(f.run)
	return f
}

// tell puts an event that happens now.
func (f *feed) tell(e promise.Event) {
	e.At = time.Since(f.began)
	f.put(Event{Event: e})
}

func (f *feed) put(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, e)
}

func (f *feed) run() {
	tick := time.NewTicker(feedDelay / 6)
	defer tick.Stop()
	for {
		select {
		case <-f.quit:
			return
		case <-tick.C:
			f.hand(time.Since(f.began) - feedDelay)
		}
	}
}

// hand hands on what happened until then.
func (f *feed) hand(until time.Duration) {
	for _, e := range f.take(until) {
		if f.see != nil {
			f.see(e)
		}
	}
	if f.pass != nil {
		f.pass(until)
	}
}

// take removes the events that happened until then, in order.
func (f *feed) take(until time.Duration) []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortStableFunc(f.pending, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	n, _ := slices.BinarySearchFunc(f.pending, until+1, func(e Event, t time.Duration) int { return cmp.Compare(e.At, t) })
	ready := slices.Clone(f.pending[:n])
	f.pending = slices.Delete(f.pending, 0, n)
	return ready
}

// close hands on what waits. No event may be put any more.
func (f *feed) close() {
	close(f.quit)
	f.running.Wait()
	f.hand(time.Since(f.began))
}

// seen translates what an elevator server reports. Some of it is of no interest
// here.
var seen = map[elevserver.Kind]promise.Kind{
	elevserver.SensorChanged:  promise.SensorChanged,
	elevserver.MotorCommanded: promise.MotorCommanded,
	elevserver.MotorPower:     promise.MotorPower,
	elevserver.OutOfBounds:    promise.OutOfBounds,
	elevserver.CarPlaced:      promise.CarPlaced,
	elevserver.SensorBroken:   promise.SensorBroken,
	elevserver.ButtonLamp:     promise.ButtonLamp,
	elevserver.Indicator:      promise.Indicator,
	elevserver.DoorLamp:       promise.DoorLamp,
	elevserver.StopLamp:       promise.StopLamp,
	elevserver.ButtonHeld:     promise.ButtonHeld,
	elevserver.StopHeld:       promise.StopHeld,
	elevserver.Obstruction:    promise.Obstruction,
}

// shown is what of that is told at once as well.
var shown = map[elevserver.Kind]momentKind{
	elevserver.ButtonHeld:    buttonHeld,
	elevserver.ButtonLamp:    lampChanged,
	elevserver.DoorLamp:      doorChanged,
	elevserver.SensorChanged: floorChanged,
}

// watcher translates the events of one elevator server.
type watcher struct {
	feed      *feed
	story     *chronicle
	workspace int
	// refused is set from the moment at which the server is gone until a node
	// has found it again, which takes it a while.
	refused bool
}

// see puts an event of the elevator server.
func (w *watcher) see(e elevserver.Event) {
	if kind, ok := shown[e.Kind]; ok {
		w.story.add(moment{
			at: e.At.Sub(w.feed.began), kind: kind, node: w.workspace, floor: e.Floor, button: e.Button, on: e.On,
		})
	}
	kind, ok := seen[e.Kind]
	switch {
	case ok:
	case e.Kind == elevserver.Accepting && !e.On:
		kind, w.refused = promise.ServerReachable, true
	case e.Kind == elevserver.ClientChanged && e.On && w.refused:
		kind, w.refused = promise.ServerReachable, false
	default:
		return
	}
	w.feed.put(Event{Event: promise.Event{
		At: e.At.Sub(w.feed.began), Workspace: w.workspace, Kind: kind,
		Floor: e.Floor, Button: e.Button, Direction: e.Direction, On: e.On,
	}})
}
