package elevio

import (
	"slices"
	"testing"
	"time"
)

func TestPaceHoldsBackWhenPollsAreSlow(t *testing.T) {
	const fast, slow = time.Millisecond, 44 * time.Millisecond
	repeat := func(d time.Duration, n int) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }
	tests := []struct {
		name  string
		polls []time.Duration
		want  time.Duration
	}{
		{"fast", repeat(fast, 3), 0},
		{"two hiccups", []time.Duration{slow, slow, fast, fast, fast}, 0},
		{"a hiccup now and then", slices.Repeat(append(repeat(fast, 50), slow), 20), 0},
		{"delayed acknowledgements", []time.Duration{fast, slow, slow, slow}, firstHold},
		{"good from then", append(repeat(slow, 3), repeat(fast, 1000)...), firstHold},
		{"a slower server", repeat(slow, 6), 2 * firstHold},
		{"a hold that is just too short", slices.Repeat(append(repeat(fast, 10), slow), 4), firstHold},
		{"the longest hold", repeat(slow, 9), lastHold},
		{"nothing helps", repeat(slow, 12), 0},
		{"nothing helps at first", repeat(slow, 15), firstHold},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p pace
			for _, d := range tt.polls {
				if late := p.took(d); late != (d == slow) {
					t.Errorf("poll of %v slow: %v", d, late)
				}
			}
			if p.hold != tt.want {
				t.Errorf("hold %v, want %v", p.hold, tt.want)
			}
		})
	}
}
