package fsm

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// hoistway is a car in an ideal shaft, in virtual time. The shaft is a row of
// cells: cell 2f is the sensor of floor f, cell 2f+1 the way from there to the
// next. The car stops at once, so a car that comes from below stands at the
// lower edge of the sensor.
type hoistway struct {
	cfg   elevator.Config
	cell  int
	above time.Duration // running time from the cell's lower edge to the car

	power   bool
	command elevator.Direction // what was last written
	obeys   bool               // the motor has heard a command since power came
	nudges  uint32
	crashed bool // ran past an end floor
}

func newHoistway(cfg elevator.Config, cell int) hoistway {
	h := hoistway{cfg: cfg, cell: cell, power: true, obeys: true}
	h.above = h.length() / 2
	return h
}

func (h *hoistway) length() time.Duration {
	if h.cell%2 == 0 {
		return h.cfg.Pass
	}
	return h.cfg.Travel
}

// sensor returns the floor sensor.
func (h *hoistway) sensor() int {
	if h.cell%2 == 0 {
		return h.cell / 2
	}
	return elevator.NoFloor
}

// write gives the motor its command; as in the shell, only when it changes.
func (h *hoistway) write(d elevator.Direction, nudges uint32, always bool) {
	if d != h.command || nudges != h.nudges || always {
		h.command, h.nudges, h.obeys = d, nudges, h.power
	}
}

// cut takes the motor's power away.
func (h *hoistway) cut() { h.power = false }

// restore gives power back to a motor that remembers its last command, or to
// one that waits for a new one.
func (h *hoistway) restore(remembers bool) {
	if !h.power {
		h.power, h.obeys = true, remembers
	}
}

func (h *hoistway) speed() elevator.Direction {
	if !h.power || !h.obeys || h.crashed {
		return elevator.Stop
	}
	return h.command
}

// next returns the time until the sensor changes; ok is false if it doesn't.
func (h *hoistway) next() (d time.Duration, ok bool) {
	switch h.speed() {
	case elevator.Up:
		return h.length() - h.above, true
	case elevator.Down:
		return h.above, true
	default:
		return 0, false
	}
}

// run lets d pass, at most the time until the sensor changes.
func (h *hoistway) run(d time.Duration) {
	left, moves := h.next()
	switch {
	case !moves:
	case d < left:
		h.above += d * time.Duration(h.speed())
	case h.speed() == elevator.Up:
		h.cell++
		h.above = 0
		h.crashed = h.cell > 2*(h.cfg.Floors-1)
	default:
		h.cell--
		h.crashed = h.cell < 0
		if !h.crashed {
			h.above = h.length()
		}
	}
}

// drag puts the car elsewhere by hand.
func (h *hoistway) drag(cell int) {
	h.cell = cell
	h.above = h.length() / 2
}

func (h *hoistway) String() string {
	return fmt.Sprintf("cell %d (sensor %d), motor %v, power %v, obeys %v", h.cell, h.sensor(), h.command, h.power, h.obeys)
}
