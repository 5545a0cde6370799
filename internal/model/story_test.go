package model

import (
	"strings"
	"testing"

	"elevnet/internal/ledger"
)

// follow plays a story: each line is how the text of a step begins. It returns
// what the last step breaks.
func follow(t *testing.T, o Options, story ...string) Property {
	t.Helper()
	o = o.with()
	lib := library{make([][]*ledgerEntry, 1), make([][]*diskEntry, 1), make([][]*messageEntry, 1)}
	w := newWorker(0, &o, &lib)
	now := w.begin()
	for i, line := range story {
		var after state
		var result Property
		var texts []string
		found := false
		w.successors(&now, func(a act, next *state, broken Property) {
			text := w.tell(a, &now, next).Text
			texts = append(texts, text)
			if !found && strings.HasPrefix(text, line) {
				after, result, found = *next, broken, true
			}
		})
		if !found {
			t.Fatalf("%d. %s: can't happen; what can:\n%s", i+1, line, strings.Join(texts, "\n"))
		}
		if result != none {
			if i < len(story)-1 {
				t.Fatalf("%d. %s: %s", i+1, line, result)
			}
			return result
		}
		now = after
	}
	return none
}

func TestDiskLostAndClockBackWhileAlone(t *testing.T) {
	if got := follow(t, Options{Nodes: 2, Hall: 2, Crashes: 2, Losses: 1, Back: 1},
		"hall-up 0 is pressed on A",
		"A's datagram reaches B",
		"B's datagram reaches A",
		"A's datagram reaches B",
		"B begins to store",
		"B's disk has stored",
		"B looks, taking A for live, out of patience; hall-up 0 is lit",
		"B's door opens",
		"B records",
		"A crashes and its disk is lost",
		"A is started again, its clock set back",
		"A begins to store",
		"A's disk has stored",
		"A joins",
		"hall-up 0 is pressed on A",
		"A begins to store",
		"A's disk has stored",
		"A looks, taking nobody for live; hall-up 0 is lit",
		"A crashes",
		"A is started again",
		"B's datagram reaches A",
	); got != none {
		t.Error(got)
	}
}

// TestLampOfAnEarlierPress is no violation: what goes off at A in the end is the
// lamp of B's first press, which was served and came back from A's disk.
func TestLampOfAnEarlierPress(t *testing.T) {
	if got := follow(t, Options{Nodes: 2, Hall: 2, Crashes: 2, Losses: 1, Back: 1, Acquainted: true},
		"hall-up 0 is pressed on B",
		"B's datagram reaches A",
		"B crashes and its disk is lost",
		"A looks, taking B for live, out of patience; hall-up 0 is lit",
		"A's door opens",
		"A begins to store",
		"B is started again, its clock set back",
		"B begins to store",
		"B's disk has stored it",
		"A records that hall-up 0 is served",
		"B joins",
		"hall-up 0 is pressed on B",
		"A's datagram reaches B",
		"A crashes while it stores; its disk holds the new",
		"A is started again; hall-up 0 is lit",
		"B's datagram reaches A; hall-up 0 is active, not lit",
	); got != none {
		t.Error(got)
	}
}

// TestALateDatagramOfAFormerLife: a life that has echoed nothing yet isn't taken
// for an earlier one because of a late datagram of the one before, whose
// acknowledgement is void.
func TestALateDatagramOfAFormerLife(t *testing.T) {
	if got := follow(t, Options{Nodes: 2, Hall: 1, Crashes: 1, Saved: 1},
		"hall-up 0 is pressed on B",
		"A's datagram reaches B",
		"a datagram of B is kept",
		"B crashes",
		"B is started again",
		"B's probe reaches A",
		"the kept datagram of B's former life reaches A; hall-up 0 is active, not lit",
		"A begins to store",
		"A's disk has stored",
		"A looks, taking nobody for live; hall-up 0 is lit",
	); got != none {
		t.Error(got)
	}
}

// A node without a disk whose clock goes back once: on other panels its lamp goes
// dark when a late datagram of its former life comes there. That isn't promised;
// that it repeats the press when it hears of that life is.
var blinking = []string{
	"hall-up 0 is pressed on A",
	"A looks, taking nobody for live, out of patience; hall-up 0 is lit",
	"A's door opens",
	"A records",
	"a datagram of A is kept",
	"A crashes",
	"A is started again, its clock set back",
	"A joins",
	"hall-up 0 is pressed on A",
	"A's datagram reaches B",
	"the kept datagram of A's former life reaches B, when its former life has long been silent; hall-up 0 is not active",
}

func TestALateDatagramOfALifeThatNoDiskKnows(t *testing.T) {
	o := Options{Nodes: 2, Hall: 2, Crashes: 1, Back: 1, Saved: 1, Diskless: 2}
	if got := follow(t, o, append(blinking,
		"B's datagram reaches A",
		"A's datagram reaches B; hall-up 0 is active",
	)...); got != none {
		t.Error(got)
	}
	// Whoever made it never shows it dark: a ledger that doesn't repeat it.
	o.rules = production()
	o.rules.press = func(l *ledger.Ledger, number int) {
		c := l.View().Call(l.Me(), number)
		l.View().SetCall(l.Me(), number, c.Press(l.Life())) // and forgets that it did
	}
	if got := follow(t, o, append(blinking, "B's datagram reaches A")...); got != Lost {
		t.Errorf("%v, want %v", got, Lost)
	}
}
