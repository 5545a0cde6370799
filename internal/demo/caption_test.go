package demo

import (
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// tale writes moments for tests: a building of three nodes that are well.
type tale struct {
	at      time.Duration
	sight   *sight
	machine *captions
	told    []string
	took    []time.Duration
}

func newTale() *tale {
	s := newSight(3)
	t := &tale{sight: s, machine: newCaptions([]elevator.ID{"1", "2", "3"}, s)}
	for i := range 3 {
		t.tell(moment{kind: nodeRunning, node: i, on: true}, moment{kind: floorChanged, node: i, floor: i})
		t.says(i, all3&^(1<<i), 7)
	}
	return t
}

const all3 = 7

func (t *tale) tell(list ...moment) *tale {
	for _, m := range list {
		m.at = t.at
		t.sight.apply(m)
		for _, c := range t.machine.observe(m) {
			t.told = append(t.told, c.text)
			t.took = append(t.took, c.took)
		}
	}
	return t
}

func (t *tale) after(d time.Duration) *tale {
	t.at += d
	return t
}

// says lets a node say with whom it is linked and what it holds.
func (t *tale) says(node int, linked, digest uint64) *tale {
	s := t.sight.spaces[node].speech
	s.joined, s.linked, s.digest = true, linked, digest
	return t.tell(moment{kind: nodeSays, node: node, speech: s})
}

// is lets a node say how its elevator is.
func (t *tale) is(node int, b elevator.Behaviour, why elevator.Reasons) *tale {
	s := t.sight.spaces[node].speech
	s.status = worldview.Status{State: elevator.State{Behaviour: b, Unavailable: why}}
	return t.tell(moment{kind: nodeSays, node: node, speech: s})
}

func (t *tale) begin(x trouble, ways ...uint64) *tale {
	return t.tell(moment{kind: troubleBegan, node: x.node, trouble: x, ways: ways})
}

func (t *tale) end(x trouble, ways ...uint64) *tale {
	return t.tell(moment{kind: troubleEnded, node: x.node, trouble: x, ways: ways})
}

func (t *tale) press(node, floor int, b elevator.Button) *tale {
	return t.tell(moment{kind: buttonHeld, node: node, floor: floor, button: b, on: true})
}

func (t *tale) lamp(node, floor int, b elevator.Button, on bool) *tale {
	return t.tell(moment{kind: lampChanged, node: node, floor: floor, button: b, on: on})
}

func (t *tale) serves(node int, list ...callKey) *tale {
	var calls elevator.Calls
	for _, k := range list {
		calls.Put(k.floor, k.button, true)
	}
	return t.tell(moment{kind: nodeServes, node: node, calls: calls})
}

func (t *tale) runs(node int, on bool) *tale {
	return t.tell(moment{kind: nodeRunning, node: node, on: on})
}

const ms100 = 100 * time.Millisecond

func TestCaptions(t *testing.T) {
	up2 := callKey{hall, 2, elevator.HallUp}
	down3 := callKey{hall, 3, elevator.HallDown}
	lit := func(t *tale, k callKey) *tale {
		t.press(0, k.floor, k.button)
		for i := range 3 {
			t.lamp(i, k.floor, k.button, true)
		}
		return t
	}
	for _, c := range []struct {
		name string
		tell func(t *tale)
		want []string
	}{
		{"a node is killed, and another takes its call", func(t *tale) {
			lit(t, up2).serves(1, up2).begin(trouble{kind: died, node: 1}).runs(1, false)
			t.after(620*time.Millisecond).serves(2, up2)
		}, []string{"Node 2 was killed; node 3 took hall up 2 after 0.62 s."}},
		{"two others take its two calls", func(t *tale) {
			lit(lit(t, up2), down3).serves(1, up2, down3).begin(trouble{kind: died, node: 1}).runs(1, false)
			t.after(ms100).serves(2, up2).after(5*ms100).serves(0, down3)
		}, []string{"Node 2 was killed; nodes 1 and 3 took hall up 2 and hall down 3 after 0.60 s."}},
		{"it had nothing to do", func(t *tale) {
			t.begin(trouble{kind: died, node: 1}).runs(1, false).after(5*ms100).says(0, 4, 7).after(10*time.Millisecond).says(2, 1, 7)
		}, []string{"Node 2 was killed, which was noticed after 0.51 s."}},
		{"nobody takes its call", func(t *tale) {
			lit(t, up2).serves(1, up2).begin(trouble{kind: died, node: 1}).runs(1, false).after(captionLimit+1).says(0, 4, 7)
		}, []string{"Node 2 was killed; nobody took its calls within 20s."}},
		{"it comes back with its cab calls", func(t *tale) {
			for f := range 2 {
				t.press(0, f, elevator.Cab).lamp(0, f, elevator.Cab, true)
			}
			t.begin(trouble{kind: died}).runs(0, false).after(captionLimit+1).says(1, 4, 7).says(2, 2, 7)
			t.told = nil
			t.end(trouble{kind: died}).runs(0, true).after(10*time.Millisecond).lamp(0, 0, elevator.Cab, false).lamp(0, 1, elevator.Cab, false)
			t.after(3*ms100).says(0, 6, 7).says(1, 5, 7).says(2, 3, 7).lamp(0, 0, elevator.Cab, true)
			t.after(190*time.Millisecond).lamp(0, 1, elevator.Cab, true)
		}, []string{"Node 1 is back with its 2 cab calls after 0.50 s."}},
		{"it comes back on an empty disk with nothing open", func(t *tale) {
			t.runs(0, false).says(1, 4, 7).says(2, 2, 7).end(trouble{kind: wiped}).runs(0, true).after(6*ms100).says(0, 6, 7)
		}, []string{"Node 1 is back without its disk after 0.60 s."}},
		{"frozen and thawed", func(t *tale) {
			t.begin(trouble{kind: frozenNode, node: 2}).tell(moment{kind: nodeFrozen, node: 2, on: true})
			t.after(5*ms100).says(0, 2, 7).says(1, 1, 7).after(ms100)
			t.end(trouble{kind: frozenNode, node: 2}).tell(moment{kind: nodeFrozen, node: 2})
			t.after(30*time.Millisecond).says(0, 6, 8).says(1, 5, 8).says(2, 3, 7).after(5*time.Millisecond).says(2, 3, 8)
		}, []string{"Node 3 was frozen, which was noticed after 0.50 s.", "Nodes 1, 2 and 3 agree again 35 ms after node 3 went on."}},
		{"a cable out and in again", func(t *tale) {
			cut := trouble{kind: unplugged, node: 2, in: true, out: true}
			t.begin(cut, 2, 1, 0).after(5*ms100).says(2, 0, 7).says(0, 2, 7).after(time.Millisecond).says(1, 1, 7)
			t.end(trouble{kind: unplugged, node: 2}, 6, 5, 3).says(2, 0, 9)
			t.after(48*time.Millisecond).says(0, 6, 9).says(1, 5, 9).says(2, 3, 9)
		}, []string{"Node 3's cable is out, which was noticed after 0.50 s.", "Nodes 1, 2 and 3 agree again 48 ms after the cable was back."}},
		{"deaf, and mute", func(t *tale) {
			t.begin(trouble{kind: unplugged, node: 2, in: true}, 2, 1, 3).after(5*ms100).says(0, 2, 7).says(1, 1, 7).says(2, 0, 7)
			t.begin(trouble{kind: unplugged, node: 2, out: true}, 6, 5, 0).says(2, 0, 7)
		}, []string{"Node 3 hears nobody, and all hear it, which was noticed after 0.50 s.", "Node 3 is heard by nobody, and hears all, which was noticed after 0.0 ms."}},
		{"a link", func(t *tale) {
			t.begin(trouble{kind: unlinked, node: 0, peer: 2}, 6, 5, 2).after(4*ms100).says(0, 2, 7).after(ms100).says(2, 2, 7)
			t.end(trouble{kind: unlinked, node: 0, peer: 2}, 6, 5, 3).after(ms100).says(0, 6, 7).says(2, 3, 7)
		}, []string{"Node 1 doesn't hear node 3 any more, which was noticed after 0.50 s.", "Nodes 1, 2 and 3 agree again 0.10 s after the link was back."}},
		{"loss", func(t *tale) {
			t.begin(trouble{kind: lossy, percent: 60}).after(time.Second).press(0, 2, elevator.HallUp)
			t.after(20*time.Millisecond).lamp(0, 2, elevator.HallUp, true).lamp(1, 2, elevator.HallUp, true)
			t.after(64*time.Millisecond).lamp(2, 2, elevator.HallUp, true)
			t.end(trouble{kind: lossy})
		}, []string{"At 60 % loss, the lamp of hall up 2 was lit on all 3 panels 84 ms after the press.", "Nodes 1, 2 and 3 have agreed all the time; nothing is to be made up for."}},
		{"a motor on its way", func(t *tale) {
			t.is(1, elevator.Moving, 0).begin(trouble{kind: powerless, node: 1}).after(4*time.Second).is(1, elevator.Moving, elevator.MotorLost)
			t.end(trouble{kind: powerless, node: 1}).after(ms100).is(1, elevator.Moving, 0)
		}, []string{"Elevator 2 lost its motor power, which was noticed after 4.00 s.", "Elevator 2 takes calls again 0.10 s after its motor had power again."}},
		{"a motor at rest", func(t *tale) {
			t.begin(trouble{kind: powerless, node: 1}).end(trouble{kind: powerless, node: 1})
		}, []string{"Elevator 2 has no motor power, which nobody can notice before it is to move.", "Elevator 2 missed nothing: its motor had power again before it mattered."}},
		{"a power cut", func(t *tale) {
			lit(t, up2).press(1, 0, elevator.Cab).lamp(1, 0, elevator.Cab, true)
			t.begin(trouble{kind: blackout}).runs(0, false).runs(1, false).runs(2, false).after(time.Second)
			t.end(trouble{kind: blackout}).runs(0, true).runs(1, true).runs(2, true)
			t.lamp(1, 0, elevator.Cab, false).after(9*ms100).says(0, 6, 7).says(1, 5, 7).says(2, 3, 7).after(time.Millisecond).lamp(1, 0, elevator.Cab, true)
		}, []string{"All 3 nodes were killed at once, with 2 calls lit.", "All 3 nodes are back after 0.90 s, and none of the 2 calls that were lit is lost."}},
		{"everything is mended at once", func(t *tale) {
			t.begin(trouble{kind: died, node: 1}).runs(1, false).end(trouble{kind: anything})
			t.end(trouble{kind: died, node: 1, quiet: true}).runs(1, true).after(5*ms100).says(1, 5, 7)
		}, []string{"All nodes agree 0.50 s after everything was mended."}},
		{"everything is mended, and a cable was out", func(t *tale) {
			t.begin(trouble{kind: unplugged, node: 2, in: true}, 2, 1, 3).after(6*ms100).says(0, 2, 7).says(1, 1, 7).says(2, 0, 7)
			t.told = nil
			t.end(trouble{kind: anything}, 2, 1, 3).after(time.Millisecond)
			t.end(trouble{kind: unplugged, node: 2, quiet: true}, 6, 5, 3).after(9*time.Millisecond).says(2, 3, 7).says(0, 6, 7).says(1, 5, 7)
		}, []string{"All nodes agree 10 ms after everything was mended."}},
		{"nothing was to be mended", func(t *tale) { t.end(trouble{kind: anything}) }, []string{"Everything is mended; all nodes agree."}},
		{"a trouble that makes another untold", func(t *tale) {
			t.begin(trouble{kind: died, node: 1}).runs(1, false).end(trouble{kind: died, node: 1}).runs(1, true).after(6*ms100).says(1, 5, 7)
		}, []string{"Node 2 is back after 0.60 s."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tale := newTale()
			c.tell(tale)
			if !slices.Equal(tale.told, c.want) {
				t.Errorf("told\n%q, want\n%q", tale.told, c.want)
			}
		})
	}
}

func TestMeasured(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 4321 * time.Microsecond: "4.3 ms", 48400 * time.Microsecond: "48 ms", 620 * time.Millisecond: "0.62 s", 12340 * time.Millisecond: "12.3 s",
	} {
		if got := measured(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// A hall call is served by the elevator that stands there with its door open, and
// by the one that came for it if there are two.
func TestServed(t *testing.T) {
	tale := newTale()
	k := callKey{hall, 1, elevator.HallUp}
	tale.press(0, 1, elevator.HallUp).lamp(0, 1, elevator.HallUp, true).serves(2, k).after(time.Second)
	tale.tell(moment{kind: doorChanged, node: 1, on: true}, moment{kind: floorChanged, node: 2, floor: 1}, moment{kind: doorChanged, node: 2, on: true})
	found, ok := tale.sight.apply(moment{at: tale.at, kind: lampChanged, node: 0, floor: 1, button: elevator.HallUp})
	if !ok || found.node != 2 || found.at-found.since != time.Second {
		t.Errorf("served: %v, %+v", ok, found)
	}
	if _, again := tale.sight.apply(moment{at: tale.at, kind: lampChanged, node: 1, floor: 1, button: elevator.HallUp}); again {
		t.Error("served twice")
	}
	tale.lamp(0, 3, elevator.HallDown, true)
	if _, ok := tale.sight.apply(moment{kind: lampChanged, node: 0, floor: 3, button: elevator.HallDown}); ok {
		t.Error("served without a door")
	}
}
