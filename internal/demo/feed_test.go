package demo

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/promise"
)

func TestFeedPutsEventsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &feed{}
		var times []time.Duration
		for range rapid.IntRange(0, 30).Draw(t, "events") {
			at := time.Duration(rapid.IntRange(0, 20).Draw(t, "at"))
			f.put(Event{Event: promise.Event{At: at, Workspace: len(times)}})
			times = append(times, at)
		}
		until := time.Duration(rapid.IntRange(0, 20).Draw(t, "until"))
		first, rest := f.take(until), f.take(20)
		if n := len(first) + len(rest); n != len(times) {
			t.Fatalf("%d events of %d came out", n, len(times))
		}
		for _, e := range first {
			if e.At > until {
				t.Fatalf("an event of %v was told at %v", e.At, until)
			}
		}
		all := slices.Concat(first, rest)
		for i, e := range all[min(1, len(all)):] {
			before := all[i]
			if before.At > e.At || before.At == e.At && before.Workspace > e.Workspace {
				t.Fatalf("%v of %d before %v of %d", before.At, before.Workspace, e.At, e.Workspace)
			}
		}
	})
}

// A server that is back counts as reachable when a node has found it.
func TestServerIsReachableOnceANodeHasFoundIt(t *testing.T) {
	f := &feed{}
	w := &watcher{feed: f, story: newChronicle([]elevator.ID{"1", "2"}, nil, nil), workspace: 1}
	for _, e := range []elevserver.Event{
		{Kind: elevserver.ClientChanged, On: true},
		{Kind: elevserver.Accepting},
		{Kind: elevserver.ClientChanged},
		{Kind: elevserver.Accepting, On: true},
		{Kind: elevserver.DoorLamp, On: true},
		{Kind: elevserver.ClientChanged, On: true},
		{Kind: elevserver.ClientChanged, On: true},
	} {
		w.see(e)
	}
	var got []promise.Event
	for _, e := range f.pending {
		e.At = 0
		got = append(got, e.Event)
	}
	want := []promise.Event{
		{Workspace: 1, Kind: promise.ServerReachable},
		{Workspace: 1, Kind: promise.DoorLamp, On: true},
		{Workspace: 1, Kind: promise.ServerReachable, On: true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}
