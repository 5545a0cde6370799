package elevio

import (
	"fmt"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// plan is one poll: the requests, in order, and what each reply means. It is
// the same for every poll, so it's made once.
type plan struct {
	floors   int
	requests []byte
	asked    []asked
}

// asked is what one request asks for.
type asked struct {
	op     byte
	button elevator.Button
	floor  int
}

// newPlan makes the poll of a building of n floors. The obstruction switch
// comes first: the first request is the one that may be written ahead (see the
// package comment), and its reply may be one poll older than the others.
func newPlan(n int) *plan {
	p := &plan{floors: n}
	add := func(f elevproto.Frame, a asked) {
		p.requests = append(p.requests, f[:]...)
		p.asked = append(p.asked, a)
	}
	add(elevproto.ReadObstruction(), asked{op: elevproto.OpObstruction})
	add(elevproto.ReadFloorSensor(), asked{op: elevproto.OpFloorSensor})
	add(elevproto.ReadStopButton(), asked{op: elevproto.OpStopButton})
	for f := range n {
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(n, f, b) {
				add(elevproto.ReadButton(b, f), asked{elevproto.OpButton, b, f})
			}
		}
	}
	return p
}

// decode reads the replies to a whole poll into in, all of whose inputs it
// sets. replies may be cut short; then only the whole frames in it are checked
// and read. The error says which reply was nonsense and wraps [ErrNonsense].
func (p *plan) decode(replies []byte, in *elevator.Inputs) error {
	for i := range min(len(replies)/elevproto.Size, len(p.asked)) {
		a, f := p.asked[i], elevproto.Frame(replies[i*elevproto.Size:])
		if f.Op() != a.op {
			return a.nonsense(f, "")
		}
		switch a.op {
		case elevproto.OpFloorSensor:
			in.Floor = f.Sensor()
			if in.Floor >= p.floors {
				return a.nonsense(f, fmt.Sprintf(": there are floors 0 to %d only", p.floors-1))
			}
		case elevproto.OpStopButton:
			in.Stop = f.On()
		case elevproto.OpObstruction:
			in.Obstruction = f.On()
		case elevproto.OpButton:
			in.Buttons.Put(a.floor, a.button, f.On())
		}
	}
	return nil
}

// nonsense says that f is no reply to a. It takes copies, so that decode's
// frames need not live on the heap.
func (a asked) nonsense(f elevproto.Frame, why string) error {
	return fmt.Errorf("%w: reply % x to a request for %v%s", ErrNonsense, f[:], a, why)
}

func (a asked) String() string {
	switch a.op {
	case elevproto.OpFloorSensor:
		return "the floor sensor"
	case elevproto.OpStopButton:
		return "the stop button"
	case elevproto.OpObstruction:
		return "the obstruction switch"
	default:
		return fmt.Sprintf("button %v at floor %d", a.button, a.floor)
	}
}
