package scenario

import (
	"fmt"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// together is the time within which the same at several workspaces is told as
// one.
const together = 100 * time.Millisecond

// told is one line of a story.
type told struct {
	at   time.Duration
	what Entry
	who  []int
}

// Tell tells what happened as lines that people read: times count from zero,
// what happens at several workspaces at about the same time is one line, and
// what follows from the line before is left out. Commands aren't told.
func Tell(entries []Entry, zero time.Duration) []string {
	var story []told
	lost, found := flapping(entries)
	for i, e := range entries {
		if lost > 0 && comesOrGoes(e) {
			continue
		}
		if e.Kind == Did || e.Kind == Motor && e.Direction == elevator.Stop && opensNext(entries[i+1:], e) {
			continue
		}
		if t := alike(story, e); t != nil {
			t.who = append(t.who, e.Who)
			continue
		}
		story = append(story, told{e.At, e, []int{e.Who}})
	}
	lines := make([]string, len(story))
	for i, t := range story {
		lines[i] = fmt.Sprintf("%8.3f  %s", (t.at - zero).Seconds(), t.text())
	}
	if lost > 0 {
		lines = append(lines, fmt.Sprintf("%8s  peers lost %d times, and found %d times", "…", lost, found))
	}
	return lines
}

// restless is how often peers may come and go before that is only counted.
const restless = 20

// flapping counts how often peers were lost and found; 0 if that can be told one
// by one.
func flapping(entries []Entry) (lost, found int) {
	for _, e := range entries {
		switch {
		case !comesOrGoes(e):
		case e.Notice.Kind == node.PeerLost:
			lost++
		case e.Notice.Kind == node.PeerFound:
			found++
		}
	}
	if lost+found <= restless {
		return 0, 0
	}
	return lost, found
}

func comesOrGoes(e Entry) bool {
	return e.Kind == Said && (e.Notice.Kind == node.PeerLost || e.Notice.Kind == node.PeerFound || e.Notice.Kind == node.Alone)
}

// opensNext reports whether a car that stops opens its door at once.
func opensNext(next []Entry, stop Entry) bool {
	for _, e := range next {
		if e.At != stop.At {
			return false
		}
		if e.Kind == Door && e.On && e.Who == stop.Who {
			return true
		}
	}
	return false
}

// alike returns the line that says the same as e of others, a moment before.
func alike(story []told, e Entry) *told {
	if e.Kind != Lamp && e.Kind != Said && e.Kind != StopLight {
		return nil
	}
	for i := len(story) - 1; i >= 0; i-- {
		t := &story[i]
		switch {
		case e.At-t.at > together:
			return nil
		case t.what.Kind != e.Kind:
		case e.Kind == Lamp:
			if t.what.Floor == e.Floor && t.what.Button == e.Button {
				if t.what.On == e.On && !has(t.who, e.Who) {
					return t
				}
				return nil
			}
		case e.Kind == StopLight:
			if t.what.On == e.On && !has(t.who, e.Who) {
				return t
			}
		case said(t.what.Notice) == said(e.Notice) && !has(t.who, e.Who):
			return t
		}
	}
	return nil
}

func has(who []int, i int) bool {
	for _, w := range who {
		if w == i {
			return true
		}
	}
	return false
}

func (t told) text() string {
	names := names(t.who)
	switch e := t.what; e.Kind {
	case Lamp:
		return fmt.Sprintf("%v %d %s on %s", e.Button, e.Floor, choose(e.On, "lit", "dark"), names)
	case StopLight:
		return names + ": the stop lamp is " + choose(e.On, "on", "off")
	case Said:
		return names + ": " + said(e.Notice)
	default:
		return e.Text()
	}
}

// names lists workspaces in order.
func names(who []int) string {
	var set elevator.NodeSet
	for _, i := range who {
		set.Put(i, true)
	}
	var list []string
	for i := range set.All() {
		list = append(list, Name(i))
	}
	return strings.Join(list, " ")
}
