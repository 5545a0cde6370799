package node

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// TestWake lets two equal nodes live through the same events. One is woken when
// it asked for it and no sooner; the other one much more often, too. If Wake were
// late, or missing, the other would do something that the first one doesn't.
// Two steps at one time must be as good as one, for the same reason.
func TestWake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		disk := rapid.IntRange(0, 4).Draw(t, "disk") > 0
		park := rapid.Bool().Draw(t, "park")
		change := func(c *Config) { c.Disk, c.Park = disk, park }
		r := begin(panics{}, change, nil)
		if r.pending != nil {
			r.ready = time.Duration(rapid.SampledFrom([]int{2, 900, 4000}).Draw(t, "first commit")) * ms
		}
		eager, err := New(r.cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		var one, two worldview.Encoder
		last, shown := r.now, r.a
		compare := func(ev Event) {
			a := eager.Step(ev, r.now)
			if !reflect.DeepEqual(a.Outputs, r.a.Outputs) || !reflect.DeepEqual(a.Notices, r.a.Notices) || a.Wake != r.a.Wake ||
				!bytes.Equal(a.Snapshot, r.a.Snapshot) || !errors.Is(a.Exit, r.a.Exit) || (a.Message == nil) != (r.a.Message == nil) {
				t.Fatalf("at %v: woken early it does\n%+v, else\n%+v", r.now, a, r.a)
			}
			if a.Message != nil && !bytes.Equal(one.Append(nil, a.Message), two.Append(nil, r.a.Message)) {
				t.Fatalf("at %v: woken early it says something else", r.now)
			}
			last, shown = r.now, a
		}
		compare(Event{Kind: Inputs, Inputs: r.in})
		r.after = func(ev Event) {
			for range 3 {
				between := last
				if wait := r.now - last; wait > 0 {
					between += time.Duration(rapid.Int64Range(0, int64(wait-1)).Draw(t, "between"))
				} else if shown.Wake <= r.now {
					break // it asked for it
				}
				if shown.Wake <= between {
					break
				}
				a := eager.Step(Event{}, between)
				if a.Message != nil || a.Snapshot != nil || a.Exit != nil || len(a.Notices) > 0 || a.Outputs != shown.Outputs {
					t.Fatalf("after %v it asked to be woken at %v, and at %v it did\n%+v, before\n%+v", last, shown.Wake, between, a, shown)
				}
				last = between
			}
			compare(ev)
		}
		for range rapid.IntRange(0, 2).Draw(t, "peers") {
			r.addPeer(elevator.ID(rune('2' + len(r.all))))
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			stir(t, r)
			r.run(time.Duration(rapid.SampledFrom([]int{0, 1, 7, 90, 700, 2500}).Draw(t, "ms")) * ms)
		}
	})
}

// panics is for rigs in random tests, whose failures are shrunk.
type panics struct{ testing.TB }

func (panics) Helper()               {}
func (panics) Fatal(args ...any)     { panic(args) }
func (panics) Fatalf(string, ...any) { panic("the rig failed") }

// stir lets something happen.
func stir(t *rapid.T, r *rig) {
	f := rapid.IntRange(0, r.cfg.Elevator.Floors-1).Draw(t, "floor")
	b := elevator.Button(rapid.IntRange(0, 2).Draw(t, "button"))
	on := rapid.Bool().Draw(t, "on")
	var p *peer
	if len(r.all) > 0 {
		p = r.all[rapid.IntRange(0, len(r.all)-1).Draw(t, "peer")]
	}
	k := rapid.IntRange(0, 16).Draw(t, "what")
	if p == nil {
		k %= 8
	}
	if k >= 12 && !elevator.ButtonExists(r.cfg.Elevator.Floors, f, b) {
		b = elevator.Cab // no datagram can speak of a button that doesn't exist
	}
	switch k {
	case 0, 1:
		r.press(f, b)
	case 2:
		r.sense(f)
	case 3:
		r.sense(elevator.NoFloor)
	case 4:
		r.in.Obstruction = on
		r.do(Event{Kind: Inputs, Inputs: r.in})
	case 5:
		r.in.Stop = on
		r.do(Event{Kind: Inputs, Inputs: r.in})
	case 6:
		r.in.Connected = on
		r.in.Link++
		r.do(Event{Kind: Inputs, Inputs: r.in})
	case 7:
		r.diskErr, r.commit = nil, time.Duration(rapid.SampledFrom([]int{1, 300, 900, 4000}).Draw(t, "commit"))*ms
		if on {
			r.diskErr = errDisk
		}
	case 8:
		p.talks, p.next = on, r.now
	case 9:
		p.silent = on
	case 10:
		p.deaf = on
	case 11:
		p.volatile = on
	case 12:
		p.presses(f, b)
	case 13:
		p.lights(f, b)
	case 14:
		p.serves(f, b)
	case 15:
		p.state(elevator.State{Floor: f, Unavailable: elevator.Reasons(rapid.IntRange(0, 1).Draw(t, "reasons"))})
	case 16:
		p.boot++
		p.seq, p.echoed = 0, 0
		p.joining = on
	}
}

// TestInvariants of DESIGN section 3, as far as one node can see them.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := begin(panics{}, nil, nil)
		for range rapid.IntRange(0, 2).Draw(t, "peers") {
			r.addPeer(elevator.ID(rune('2' + len(r.all))))
		}
		issued := make(map[int]worldview.Stamp)
		r.watchService(t.Fatalf)
		service := r.after
		r.after = func(ev Event) {
			service(ev)
			open := 0
			for i := range r.n.view.Len() {
				for number, c := range r.n.view.Node(i).Calls {
					if c.C > c.P || c.S > c.P {
						t.Fatalf("S ≤ P and C ≤ P: %+v", c)
					}
					if c.Active() {
						open++
					}
					if i == r.n.me && r.n.led.Issued(number) < issued[number] {
						t.Fatal("a stamp was issued twice")
					}
					if i == r.n.me {
						issued[number] = r.n.led.Issued(number)
					}
				}
			}
			if open != r.n.open {
				t.Fatalf("%d calls are open, counted are %d", open, r.n.open)
			}
			if o := r.a.Outputs; o.Door && o.Motor != elevator.Stop {
				t.Fatal("E1: the motor runs with the door open")
			}
			if hall := r.n.Serves(); !hall.AndNot(r.a.Outputs.Lamps).Empty() {
				t.Fatalf("rule 6: serves %v, lit are %v", hall, r.a.Outputs.Lamps)
			}
			if r.a.Wake-r.now > MaxInterval {
				t.Fatalf("sleeps for %v", r.a.Wake-r.now)
			}
			if c := r.n.candidates(); c == 0 {
				t.Fatal("nobody serves")
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			stir(t, r)
			r.run(time.Duration(rapid.SampledFrom([]int{0, 1, 7, 90, 700, 2500}).Draw(t, "ms")) * ms)
		}
	})
}
