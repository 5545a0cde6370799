package assigner

import (
	"math/bits"
	"time"

	"elevnet/internal/elevator"
	"elevnet/requests"
)

// maxTime is the longest door or travel time that is predicted with.
const maxTime = time.Hour

// Service is the predicted service of one call.
type Service struct {
	Floor  int
	Button elevator.Button
	// In is the time from now until a door opens for the call.
	In time.Duration
}

// Predict appends to dst when an elevator in state s serves each of the given
// calls, hall and cab, if it serves exactly these and no more are made, and
// returns the extended slice, in the order of service. Calls whose button does
// not exist are left out. The conventions for values out of range are those of
// [Input], and one that moves without a direction counts as standing.
//
// Of what goes on within a door time or between two floors, a state says
// nothing: half of it is expected to be over. A leg from one floor to the next
// takes Travel + Pass. The time for which new presses extend a door and that in
// which passengers obstruct it are not foreseen.
func Predict(dst []Service, c elevator.Config, s elevator.State, calls elevator.Calls) []Service {
	shaft := newShaft(c)
	w := shaft.enter(s)
	w.calls = shaft.existing(calls)
	for {
		stop, ok := w.next(&shaft)
		if !ok {
			return dst
		}
		for b, served := range stop.served {
			if served {
				dst = append(dst, Service{Floor: stop.floor, Button: elevator.Button(b), In: stop.at})
			}
		}
	}
}

// shaft is the part of the configuration that a prediction needs, in range.
type shaft struct {
	floors int
	door   time.Duration
	leg    time.Duration // from one floor to the next
}

func newShaft(c elevator.Config) shaft {
	return shaft{
		floors: min(max(c.Floors, 0), elevator.MaxFloors),
		door:   min(max(c.Door, 0), maxTime),
		leg:    min(max(c.Travel, 0), maxTime) + min(max(c.Pass, 0), maxTime),
	}
}

// existing returns the calls among c whose buttons exist.
func (s *shaft) existing(c elevator.Calls) elevator.Calls {
	for f, b := range c.All() {
		if !elevator.ButtonExists(s.floors, f, b) {
			c.Put(f, b, false)
		}
	}
	return c
}

// walk is one elevator on its predicted way.
type walk struct {
	calls elevator.Calls // still to be served
	// guess holds those of its cab calls that nobody has made yet: whoever boards
	// makes one. It stays empty unless top is above 0, the top floor.
	guess elevator.FloorSet
	top   int
	now   time.Duration // when it is at floor
	floor int
	// dir is the direction of travel, or the one last announced; Stop if neither
	// is decided.
	dir elevator.Direction
	// doing tells what is next. Moving: it arrives at floor now, and may pass.
	// DoorOpen: its door has been open for a while, and what that serves is
	// served at once. Idle: it stands at floor with its door closed, or about to
	// close, and decides.
	doing elevator.Behaviour
	// parking: it is on its way to where it waits, with nothing to go there for.
	parking bool
}

// enter returns the walk, without calls, of an elevator in state st.
func (s *shaft) enter(st elevator.State) walk {
	top := max(s.floors-1, 0)
	w := walk{floor: min(max(st.Floor, 0), top), doing: elevator.Idle, parking: st.Parking}
	directed := st.Direction == elevator.Up || st.Direction == elevator.Down
	switch {
	case st.Behaviour == elevator.DoorOpen:
		w.doing = elevator.DoorOpen
		if directed {
			w.dir = st.Direction
		}
	case st.Behaviour == elevator.Moving && directed:
		w.doing = elevator.Moving
		w.dir = st.Direction
		w.floor = min(max(w.floor+int(w.dir), 0), top)
		w.now = s.leg / 2
	}
	return w
}

// stop is one opening of a door, or its turning to announce the other direction.
type stop struct {
	floor  int
	at     time.Duration
	served [elevator.Buttons]bool
}

// next goes on to the next stop that serves a call, and returns it. It returns
// false when no call is left.
//
// It ends. Every service takes away at least one call. Between two services the
// elevator goes from one floor with a call to the next, and having served
// nothing it turns once at most: where the calls in its direction end, it opens
// its door for the last of them. That's fewer steps than three times the floors,
// which is where the loop gives up should the rules ever say otherwise.
func (w *walk) next(s *shaft) (stop, bool) {
	if w.doing == elevator.DoorOpen {
		w.doing = elevator.Idle
		left := s.door / 2
		if w.dir == elevator.Stop && w.announce() {
			left = s.door
		}
		if st, ok := w.open(left); ok {
			return st, true
		}
	}
	for range 3*s.floors + 1 {
		if w.calls.Empty() {
			break
		}
		if w.doing == elevator.Moving && !requests.ShouldStop(w.calls, s.floors, w.floor, w.dir) {
			w.travel(s)
			continue
		}
		w.dir, w.doing = requests.Choose(w.calls, w.floor, w.dir)
		switch w.doing {
		case elevator.DoorOpen:
			w.doing = elevator.Idle
			return w.open(s.door)
		case elevator.Moving:
			w.travel(s)
		}
	}
	return stop{}, false
}

// announce gives a direction to an open door that announces none, and reports
// whether a hall call here asks for it, which gets a door time of its own.
func (w *walk) announce() bool {
	rest := w.calls
	rest.Cab.Put(w.floor, false)
	var b elevator.Behaviour
	w.dir, b = requests.Choose(rest, w.floor, elevator.Stop)
	return b == elevator.DoorOpen
}

// open opens the door, or keeps it open, for the given time, and returns what that serves and
// whether it is anything.
func (w *walk) open(door time.Duration) (stop, bool) {
	st := stop{floor: w.floor, at: w.now}
	served := requests.Serves(w.calls, w.floor, w.dir)
	any := !served.Empty()
	w.calls = w.calls.AndNot(served)
	if w.guess.Has(w.floor) && served.Cab.Has(w.floor) {
		w.guess.Put(w.floor, false)
		served.Cab.Put(w.floor, false)
	}
	for b := range st.served {
		st.served[b] = served.Has(w.floor, elevator.Button(b))
	}
	if w.top > 0 && (st.served[elevator.HallUp] || st.served[elevator.HallDown]) {
		w.ride()
	}
	w.now += door
	return st, any
}

// ride adds the cab call that whoever boards is expected to make: halfway to the
// end of the shaft in the announced direction.
func (w *walk) ride() {
	to := w.floor / 2
	if w.dir == elevator.Up {
		to = (w.floor + w.top + 1) / 2
	}
	if to != w.floor && !w.calls.Cab.Has(to) {
		w.calls.Cab.Put(to, true)
		w.guess.Put(to, true)
	}
}

// travel goes to the next floor in direction w.dir at which there is any call.
// An elevator passes the floors between: it stops where there is no call only if
// there's none beyond either.
func (w *walk) travel(s *shaft) {
	to := nearest(w.calls.Floors(), w.floor, w.dir)
	w.now += time.Duration(max(to-w.floor, w.floor-to)) * s.leg
	w.floor = to
}

// nearest returns the floor of set that is nearest to f in direction d, f itself
// not counted. There must be one.
func nearest(set elevator.FloorSet, f int, d elevator.Direction) int {
	if d == elevator.Up {
		f++
		i := f / 64
		rest := set[i] &^ (1<<(f%64) - 1)
		for rest == 0 {
			i++
			rest = set[i]
		}
		return i*64 + bits.TrailingZeros64(rest)
	}
	i := f / 64
	rest := set[i] & (1<<(f%64) - 1)
	for rest == 0 {
		i--
		rest = set[i]
	}
	return i*64 + bits.Len64(rest) - 1
}
