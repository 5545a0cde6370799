package elevserver

import "testing"

func TestQueueFull(t *testing.T) {
	q := newQueue()
	for i := range maxQueued + 10 {
		q.put(Event{Kind: Indicator, Floor: i})
	}
	events, open := q.take()
	if len(events) != maxQueued+1 || !open {
		t.Fatalf("%d events, open %v", len(events), open)
	}
	for i, e := range events[:maxQueued] {
		if e.Floor != i {
			t.Fatalf("event %d is %d", i, e.Floor)
		}
	}
	if last := events[maxQueued]; last.Kind != EventsLost || last.Count != 10 {
		t.Errorf("the last event is %v, want 10 lost", last)
	}
	q.put(Event{Floor: 7})
	q.close()
	q.put(Event{Floor: 8})
	if events, open := q.take(); len(events) != 1 || events[0].Floor != 7 || open {
		t.Errorf("after close: %v, open %v", events, open)
	}
}
