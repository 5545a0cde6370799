package assigner

import (
	"math"
	"time"

	"elevnet/internal/elevator"
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

// Predict appends to dst when an elevator serves its cab calls and each of the given
// hall calls, if it serves exactly these and no more are made, and returns the
// extended slice, in the order of service. Calls whose button does not exist are
// left out. The conventions for values out of range are those of [Input], and one
// that moves without a direction counts as standing.
//
// Of what goes on within a door time or between two floors, a state says
// nothing: half of it is expected to be over. A leg from one floor to the next
// takes Travel + Pass. The time for which new presses extend a door and that in
// which passengers obstruct it are not foreseen.
func Predict(dst []Service, c elevator.Config, car Car, hall elevator.Calls) []Service {
	shaft := newShaft(c)
	w := shaft.enter(&car)
	w.calls = shaft.existing(elevator.Calls{Up: hall.Up, Down: hall.Down, Cab: car.Cab})
	for {
		stop, ok := w.next(&shaft)
		if !ok {
			return dst
		}
		if stop.hall != elevator.Stop {
			dst = append(dst, Service{Floor: stop.floor, Button: stop.hall.Hall(), In: stop.at})
		}
		if stop.cab {
			dst = append(dst, Service{Floor: stop.floor, Button: elevator.Cab, In: stop.at})
		}
	}
}

// Goal returns the hall call among the given ones that an elevator serves first,
// which is the one for it to say that it goes to.
func Goal(c elevator.Config, car Car, hall elevator.Calls) elevator.Goal {
	shaft := newShaft(c)
	w := shaft.enter(&car)
	w.calls = shaft.existing(elevator.Calls{Up: hall.Up, Down: hall.Down, Cab: car.Cab})
	for w.asks() {
		if st, _ := w.next(&shaft); st.hall != elevator.Stop {
			return elevator.GoalOf(st.floor, st.hall.Hall())
		}
	}
	return 0
}

// shaft is the part of the configuration that a prediction needs, in range.
type shaft struct {
	floors int
	door   time.Duration
	leg    time.Duration // from one floor to the next
	// to holds where those who board go, by the direction that they ask for (0 up, 1
	// down) and the floor; nil if nobody does.
	to *rides
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
	all, notTop := below(s.floors), below(s.floors-1)
	c.Up, c.Down, c.Cab = c.Up.And(notTop), c.Down.And(all), c.Cab.And(all)
	c.Down.Put(0, false)
	return c
}

// below returns the floors below floor n.
func below(n int) elevator.FloorSet {
	if n <= 64 {
		return elevator.FloorSet{1<<max(n, 0) - 1}
	}
	return elevator.FloorSet{math.MaxUint64, 1<<(n-64) - 1}
}
