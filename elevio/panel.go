package elevio

import (
	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// panel is what was last written on a connection. The zero value stands for a
// new connection, on which everything is unknown.
type panel struct {
	known bool
	shown elevator.Outputs
}

// appendChanges appends the frames that lead from p to out, or all of them if
// nothing is known, in a building of n floors.
//
// Their order keeps the door shut while the motor runs (SPEC E1), whatever the
// server showed before: the motor is stopped first and started last, the door
// lamp is switched in between.
func (p *panel) appendChanges(b []byte, n int, out elevator.Outputs) []byte {
	add := func(f elevproto.Frame) { b = append(b, f[:]...) }
	turned := !p.known || out.Motor != p.shown.Motor || out.MotorNudge != p.shown.MotorNudge
	if turned && out.Motor == elevator.Stop {
		add(elevproto.Motor(elevator.Stop))
	}
	if !p.known || out.Door != p.shown.Door {
		add(elevproto.DoorLamp(out.Door))
	}
	if !p.known || out.StopLamp != p.shown.StopLamp {
		add(elevproto.StopLamp(out.StopLamp))
	}
	if p.showsFloor(n, out.Indicator) {
		add(elevproto.FloorIndicator(out.Indicator))
	}
	for f := range n {
		for k := range elevator.Button(elevator.Buttons) {
			lit := out.Lamps.Has(f, k)
			if elevator.ButtonExists(n, f, k) && (!p.known || lit != p.shown.Lamps.Has(f, k)) {
				add(elevproto.ButtonLamp(k, f, lit))
			}
		}
	}
	if turned && out.Motor != elevator.Stop {
		add(elevproto.Motor(out.Motor))
	}
	return b
}

// showsFloor reports whether the indicator has to be written to show floor f.
func (p *panel) showsFloor(n, f int) bool {
	return f >= 0 && f < n && (!p.known || f != p.shown.Indicator)
}

// wrote notes that the changes to out have been written.
func (p *panel) wrote(n int, out elevator.Outputs) {
	if out.Indicator < 0 || out.Indicator >= n {
		out.Indicator = elevator.NoFloor
		if p.known {
			out.Indicator = p.shown.Indicator
		}
	}
	p.known, p.shown = true, out
}
