package node

import (
	"errors"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// FuzzDatagrams is F1: a node hears any bytes that decode, again and again, with
// time in between. It keeps its invariants, doesn't spin, doesn't drive or open
// its door wrongly, and says little.
func FuzzDatagrams(f *testing.F) {
	f.Add([]byte(nil), []byte(nil), uint16(10))
	f.Fuzz(func(t *testing.T, one, two []byte, pause uint16) {
		r := begin(t, nil, nil)
		r.sense(1)
		for k := range 4 {
			r.run(300 * ms)
			r.press(k, elevator.Cab)
			for _, b := range [][]byte{one, two} {
				var d worldview.Decoder
				m, err := d.Decode(b)
				if err != nil {
					continue
				}
				m.Building = worldview.HashBuilding(r.cfg.Building)
				r.do(Event{Kind: Datagram, Message: m})
				checkNode(t, r)
				if r.a.Exit != nil {
					return // it takes itself for the later of two
				}
			}
			r.run(ms * time.Duration(1+pause%700))
			checkNode(t, r)
		}
		if len(r.said) > 200 {
			t.Fatalf("%d notices", len(r.said))
		}
	})
}

// checkNode checks what must hold of a node whatever it heard.
func checkNode(t *testing.T, r *rig) {
	view := r.n.view
	for i := range view.Len() {
		for number, c := range view.Node(i).Calls {
			f, b := worldview.FloorButton(number)
			if c.C > c.P || c.S > c.P || c.P > 0 && !elevator.ButtonExists(view.Floors(), f, b) {
				t.Fatalf("%+v of %v at floor %d", c, b, f)
			}
			if i == r.n.me && r.n.led.Issued(number) > c.P {
				t.Fatalf("it has forgotten its press %x: %+v", r.n.led.Issued(number), c)
			}
		}
	}
	if o := r.a.Outputs; o.Door && o.Motor != elevator.Stop || o.Motor == elevator.Up && r.in.Floor == view.Floors()-1 {
		t.Fatalf("outputs %+v", o)
	}
	if r.a.Exit == nil && r.a.Wake > r.now+MaxInterval {
		t.Fatalf("at %v it sleeps until %v", r.now, r.a.Wake)
	}
}

// FuzzSaved is F6: a node is started with any two snapshots. It refuses none but
// those of other floors with open calls, lives above them, and what it has taken
// in it gives back.
func FuzzSaved(f *testing.F) {
	f.Add([]byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		cfg := Config{ID: "1", Building: "b", Elevator: elevator.DefaultConfig(), Boot: 11, Second: 1000, Disk: true}
		n, err := New(cfg, [][]byte{one, two})
		var floors worldview.FloorsError
		if errors.As(err, &floors) {
			if floors.Stored == cfg.Elevator.Floors {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		own := n.led.OwnLife()
		again, err := New(cfg, [][]byte{n.Snapshot()})
		if err != nil {
			t.Fatal(err)
		}
		if !again.view.Equal(n.view) {
			t.Fatal("what was taken in isn't given back")
		}
		a := n.Step(Event{}, 600*ms)
		if a.Snapshot == nil {
			t.Fatal("its life isn't stored")
		}
		if a := n.Step(Event{Kind: Stored, Generation: a.Generation}, 601*ms); a.Exit != nil || !n.Joined() {
			t.Fatalf("it doesn't join: %v", a.Exit)
		}
		if n.led.Life() <= own && n.led.Life().Second() < worldview.MaxSecond {
			t.Fatalf("life %x after life %x", n.led.Life(), own)
		}
	})
}
