package ledger

import (
	"testing"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

const repairFloors = 2

var button = worldview.Number(1, elevator.HallDown)

// restarted returns a ledger that has found its own slot on its disk as it was
// in the life that the disk holds.
func restarted(t *testing.T, life worldview.Life, slot worldview.Call) *Ledger {
	t.Helper()
	disk := worldview.New(repairFloors)
	me, _ := disk.Add("a")
	disk.SetCall(me, button, slot)
	l := Open(Config{ID: "a", Floors: repairFloors, Boot: 7, Second: 1000, Disk: true}, nil)
	if unreadable, err := l.Restore([][]byte{disk.AppendSnapshot(nil, life)}); err != nil || len(unreadable) > 0 {
		t.Fatal(unreadable, err)
	}
	return l
}

// light presses, if nothing is open yet, and lights the lamp.
func light(l *Ledger) {
	if !l.View().Call(l.Me(), button).Active() {
		l.Press(button)
	}
	l.Snapshot()
	l.Committed(nil)
	l.Confirm(0, func(int, int) bool { return false })
}

// show lets a peer show the slot of this node.
func show(l *Ledger, slot worldview.Call) {
	l.Receive(&worldview.Message{
		Header:   worldview.Header{Floors: repairFloors, Boot: 9, Seq: 1, ID: "b"},
		Sections: []worldview.Section{{ID: "a", Calls: []worldview.Entry{{Number: button, Call: slot}}}, {ID: "b"}},
	}, 0, 0)
}

// TestRule7Repair: what of an open press, when a peer shows that the slot was
// ahead and served.
func TestRule7Repair(t *testing.T) {
	stored, after := worldview.NewLife(900, 1), worldview.NewLife(5000, 1)
	before := worldview.NewLife(800, 1)
	press := func(life worldview.Life) worldview.Call { return worldview.Call{P: life.Start() + 1} }
	lit := func(life worldview.Life) worldview.Call {
		return worldview.Call{P: life.Start() + 1, C: life.Start() + 1}
	}
	served := func(life worldview.Life) worldview.Call {
		return worldview.Call{P: life.Start() + 4, C: life.Start() + 4, S: life.Start() + 4}
	}
	for _, c := range []struct {
		name  string
		disk  worldview.Call // what the disk of the life stored holds
		steps func(l *Ledger)
		shown worldview.Call
		want  worldview.Phase
	}{
		{"nothing is open", worldview.Call{}, nil, served(after), worldview.None},
		{"pressed in this life", worldview.Call{}, func(l *Ledger) { l.Press(button) }, served(after), worldview.Unconfirmed},
		{"pressed in this life, and lit", worldview.Call{}, light, served(after), worldview.Confirmed},
		{"from the disk, which doesn't know that life", press(stored), nil, served(after), worldview.Unconfirmed},
		{"from the disk, and lit, which doesn't know that life", lit(stored), nil, served(after), worldview.Confirmed},
		{"from the disk, lit since, which doesn't know that life", press(stored), light, served(after), worldview.Confirmed},
		{"of a life before the one on the disk, which doesn't know that life", press(before), nil, served(after), worldview.Unconfirmed},
		{"from the disk, which knows that life", press(stored), nil, served(stored), worldview.None},
		{"of a life before the one on the disk, which knows that life", press(before), nil, served(stored), worldview.None},
		{"told by a peer before the disk was written, of a life that it doesn't know", press(worldview.NewLife(950, 1)), nil, served(after), worldview.None},
		{"pressed above it in this life", press(stored), func(l *Ledger) { l.Press(button) }, served(after), worldview.Unconfirmed},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := restarted(t, stored, c.disk)
			if c.steps != nil {
				c.steps(l)
			}

			show(l, c.shown)

			got := l.View().Call(l.Me(), button)
			if got.Phase() != c.want {
				t.Errorf("the slot is %+v, phase %v, want %v", got, got.Phase(), c.want)
			}
			if got.Active() && (got.P.Life() <= c.shown.P.Life() || got.P.Life() != l.Life()) {
				t.Errorf("pressed again in life %x; shown was %x, and this life is %x", got.P.Life(), c.shown.P.Life(), l.Life())
			}
			show(l, c.shown)
			if again := l.View().Call(l.Me(), button); again != got {
				t.Errorf("the same once more makes %+v of %+v", again, got)
			}
		})
	}
}

func TestLiveAbove(t *testing.T) {
	for _, c := range []struct {
		name  string
		other func(life worldview.Life) worldview.Life
		keeps bool
	}{
		{"a smaller one", func(life worldview.Life) worldview.Life { return life - 1 }, true},
		{"the very same", func(life worldview.Life) worldview.Life { return life }, false},
		{"a greater one of the same second", func(life worldview.Life) worldview.Life { return worldview.NewLife(life.Second(), 0xffff) }, false},
		{"one of a later second", func(life worldview.Life) worldview.Life { return worldview.NewLife(life.Second()+9, 0) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Open(Config{ID: "a", Floors: repairFloors, Boot: 7, Second: 1000, Disk: true}, nil)
			life := l.Life()
			other := c.other(life)

			l.LiveAbove(other)

			if l.Life() <= other || c.keeps != (l.Life() == life) {
				t.Errorf("life %x became %x, and has to be above %x", life, l.Life(), other)
			}
		})
	}
}
