package web

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// told is a witness of node 1 of two, and what it has told.
type told struct {
	t   *testing.T
	log Log
	tap host.Tap
	at  time.Duration
	out elevator.Outputs
	seq uint64
}

func newTold(t *testing.T) *told {
	start := time.Now()
	x := &told{t: t, out: elevator.Outputs{Indicator: 0}}
	x.tap = NewWitness(&x.log, start)
	x.tap.Started(host.TapStart{Node: node.Config{ID: "1", Elevator: quickly}, Began: start.Add(time.Second)})
	return x
}

// step lets a second pass and tells of a step.
func (x *told) step(ev node.Event, sent *worldview.Message) []Happen {
	x.at += time.Second
	x.tap.Stepped(&host.TapStep{At: x.at, Event: ev, Actions: node.Actions{Outputs: x.out, Message: sent}})
	return x.log.Take()
}

// says is a datagram with what a node says of the press of hall-up 1 at node 1.
func (x *told) says(id elevator.ID, boot uint64, c worldview.Call) *worldview.Message {
	x.seq++
	m := &worldview.Message{Header: worldview.Header{ID: id, Boot: boot, Seq: x.seq, Floors: quickly.Floors}}
	s := worldview.Section{ID: "1"}
	if c.P != 0 {
		s.Calls = []worldview.Entry{{Number: worldview.Number(1, elevator.HallUp), Call: c, Held: true}}
	}
	m.Sections = []worldview.Section{s, {ID: "2"}}
	return m
}

func (x *told) want(got []Happen, want ...Happen) {
	x.t.Helper()
	for i := range got {
		got[i].Text, got[i].Seq = "", 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		x.t.Error(diff)
	}
}

// The life of a call, as node 1 tells it.
func TestWitnessTellsTheLifeOfACall(t *testing.T) {
	x := newTold(t)
	one := 1
	ms := func(n int) *Ms { m := Ms(n * 1000); return &m }
	up := func(phase string) []Ref { return []Ref{{Button: ButtonUp, Floor: 1, Phase: phase}} }
	var held elevator.Calls
	held.Put(1, elevator.HallUp, true)
	press := worldview.Call{P: 5}
	x.want(x.step(node.Event{Kind: node.Inputs, Inputs: elevator.Inputs{Buttons: held}}, x.says("1", 9, press)),
		Happen{T: 2000, Kind: HappenPress, ID: "1", Floor: &one, Button: ButtonUp},
		Happen{T: 2000, Kind: HappenSent, ID: "1", Calls: up(PhasePressed)})
	x.want(x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 7, press)}, nil),
		Happen{T: 3000, Kind: HappenHeld, ID: "1", Peer: "2", Floor: &one, Button: ButtonUp, Ms: ms(1)},
		Happen{T: 3000, Kind: HappenGot, ID: "2", Peer: "1", Calls: up(PhasePressed)})
	x.out.Lamps = held
	lit := worldview.Call{P: 5, C: 5}
	x.want(x.step(node.Event{}, x.says("1", 9, lit)),
		Happen{T: 4000, Kind: HappenLamp, ID: "1", Floor: &one, Button: ButtonUp, On: true, Ms: ms(2)},
		Happen{T: 4000, Kind: HappenSent, ID: "1", Calls: up(PhaseLit)})
	x.want(x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 7, lit)}, nil),
		Happen{T: 5000, Kind: HappenGot, ID: "2", Peer: "1", Calls: up(PhaseLit)})
	// The same once more is a heartbeat.
	x.want(x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 7, lit)}, nil),
		Happen{T: 6000, Kind: HappenGot, ID: "2", Peer: "1"})
	x.out.Indicator, x.out.Door, x.out.Lamps = 1, true, elevator.Calls{}
	served := worldview.Call{P: 5, C: 5, S: 5}
	x.want(x.step(node.Event{}, x.says("1", 9, served)),
		Happen{T: 7000, Kind: HappenLamp, ID: "1", Floor: &one, Button: ButtonUp},
		Happen{T: 7000, Kind: HappenDoor, ID: "1", Floor: &one, On: true},
		Happen{T: 7000, Kind: HappenServed, ID: "1", Floor: &one, Button: ButtonUp, Ms: ms(5)},
		Happen{T: 7000, Kind: HappenSent, ID: "1", Calls: up(PhaseServed)})
	x.out.Door = false
	x.want(x.step(node.Event{}, nil), Happen{T: 8000, Kind: HappenDoor, ID: "1", Floor: &one})
}

// What another elevator has served isn't told as this one's, even while this
// one's door is open.
func TestWitnessTellsOwnServicesOnly(t *testing.T) {
	x := newTold(t)
	x.step(node.Event{}, x.says("1", 9, worldview.Call{P: 5, C: 5}))
	x.out.Indicator, x.out.Door = 1, true
	x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 7, worldview.Call{P: 5, C: 5, S: 5})}, nil)
	for _, h := range x.step(node.Event{}, x.says("1", 9, worldview.Call{P: 5, C: 5, S: 5})) {
		if h.Kind == HappenServed {
			t.Errorf("told %+v", h)
		}
	}
}

// A lamp that lights for somebody else's press isn't measured from an old one.
func TestWitnessMeasuresFromTheRightPress(t *testing.T) {
	x := newTold(t)
	var one elevator.Calls
	one.Put(1, elevator.HallUp, true)
	lamp := func(on bool) *Ms {
		x.out.Lamps = elevator.Calls{}
		if on {
			x.out.Lamps = one
		}
		for _, h := range x.step(node.Event{}, nil) {
			if h.Kind == HappenLamp && h.On == on {
				return h.Ms
			}
		}
		t.Fatal("no lamp was told")
		return nil
	}
	x.step(node.Event{Kind: node.Inputs, Inputs: elevator.Inputs{Buttons: one}}, nil)
	x.step(node.Event{Kind: node.Inputs}, nil)
	if ms := lamp(true); ms == nil || *ms != 2000 {
		t.Errorf("its own press: %v", ms)
	}
	lamp(false) // another elevator has served it
	if ms := lamp(true); ms != nil {
		t.Errorf("somebody else's press: after %v", *ms)
	}
	lamp(false)
	x.step(node.Event{Kind: node.Inputs, Inputs: elevator.Inputs{Buttons: one}}, nil)
	if ms := lamp(true); ms == nil || *ms != 1000 {
		t.Errorf("its own next press: %v", ms)
	}
}

// After a restart a peer's old calls aren't news, but open ones are.
func TestWitnessKnowsLives(t *testing.T) {
	x := newTold(t)
	got := x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 7, worldview.Call{P: 5, C: 5, S: 5})}, nil)
	if len(got) != 1 || len(got[0].Calls) > 0 {
		t.Errorf("an old call is told: %+v", got)
	}
	got = x.step(node.Event{Kind: node.Datagram, Message: x.says("2", 8, worldview.Call{P: 6, C: 5, S: 5})}, nil)
	if len(got) != 2 || got[0].Kind != HappenHeld || len(got[1].Calls) != 1 {
		t.Errorf("an open call isn't told: %+v", got)
	}
}

// Heartbeats are thinned; news never are.
func TestWitnessThinsHeartbeats(t *testing.T) {
	x := newTold(t)
	n := 0
	for i := range 1000 { // a second
		x.tap.Stepped(&host.TapStep{At: time.Duration(i) * time.Millisecond, Actions: node.Actions{Message: x.says("1", 9, worldview.Call{})}})
		n += len(x.log.Take())
	}
	if n < heartbeatsTold/2 || n > 2*heartbeatsTold {
		t.Errorf("%d heartbeats were told", n)
	}
	for i := range 100 {
		if got := x.step(node.Event{}, x.says("1", 9, worldview.Call{P: worldview.Stamp(i + 1)})); len(got) != 1 || len(got[0].Calls) != 1 {
			t.Fatalf("news are told as %+v", got)
		}
	}
}

// Whoever makes up nodes and calls without end fills no memory.
func TestWitnessIsBounded(t *testing.T) {
	x := newTold(t)
	for i := range 3 * maxSlots {
		m := x.says(elevator.ID(fmt.Sprintf("n%d", i%200)), 7, worldview.Call{})
		m.Sections = append(m.Sections, worldview.Section{
			ID: elevator.ID(fmt.Sprintf("x%d", i)), Calls: []worldview.Entry{{Number: i % 12, Call: worldview.Call{P: 9}}},
		})
		x.step(node.Event{Kind: node.Datagram, Message: m}, nil)
	}
	w := x.tap.(*witness)
	if len(w.said) > elevator.MaxNodes || len(w.known) > maxSlots {
		t.Errorf("%d nodes and %d slots are remembered", len(w.said), len(w.known))
	}
	for id, s := range w.said {
		if len(s.calls) > maxSlots {
			t.Errorf("%d slots of %s are remembered", len(s.calls), id)
		}
	}
	m := x.says("2", 7, worldview.Call{P: 99})
	m.Floors = 99
	if got := x.step(node.Event{Kind: node.Datagram, Message: m}, nil); len(got) > 0 {
		t.Errorf("of another building is told %+v", got)
	}
}

func TestLogIsBoundedAndInOrder(t *testing.T) {
	var l Log
	for i := range 3 * logRoom {
		l.Add(Happen{T: Ms(3*logRoom - i)})
		if len(l.waiting) > logRoom {
			t.Fatalf("%d wait", len(l.waiting))
		}
	}
	list := l.Take()
	for i := range list[1:] {
		if list[i].T > list[i+1].T {
			t.Fatal("out of order")
		}
	}
	if list[0].T != 1 || len(l.Take()) != 0 {
		t.Errorf("the newest is lost, or told twice")
	}
}

func TestTimesHaveNoMoreDigitsThanAreMeant(t *testing.T) {
	nan := Ms(math.NaN())
	for m, want := range map[Ms]string{0: "0", 1.0004: "1", 1234.56789: "1234.568", -0.0001: "0", 1e12: "1000000000000", nan: "0", Ms(math.Inf(1)): "0"} {
		if got, err := m.MarshalJSON(); err != nil || string(got) != want {
			t.Errorf("%v is %s, %v", float64(m), got, err)
		}
	}
	if d := Millis(1234567 * time.Nanosecond); d != 1.235 || d.Duration() != 1235*time.Microsecond {
		t.Errorf("%v", d)
	}
}
