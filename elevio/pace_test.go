package elevio

import (
	"slices"
	"testing"
	"time"
)

func TestPaceHoldsBackWhenPollsAreSlowInARow(t *testing.T) {
	const fast, slow = time.Millisecond, 44 * time.Millisecond
	tests := []struct {
		name  string
		polls []time.Duration
		want  time.Duration
	}{
		{"fast", []time.Duration{fast, fast, fast}, 0},
		{"a hiccup now and then", []time.Duration{slow, slow, fast, slow, slow, fast, slow}, 0},
		{"delayed acknowledgements", []time.Duration{fast, slow, slow, slow}, firstHold},
		{"and good from then", []time.Duration{slow, slow, slow, slow, fast, slow, slow, fast}, firstHold},
		{"a slower server", []time.Duration{slow, slow, slow, slow, slow, slow}, 2 * firstHold},
		{"one that nothing helps", slices.Repeat([]time.Duration{slow}, 30), lastHold},
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
