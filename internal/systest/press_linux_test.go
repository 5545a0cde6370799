package systest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// figures sorts times and says what they are like.
func figures(took []time.Duration) string {
	slices.Sort(took)
	at := func(percent int) time.Duration {
		return took[min(len(took)-1, len(took)*percent/100)].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("median %v, 99th percentile %v, worst %v of %d", at(50), at(99), at(100), len(took))
}

// presses taps hall buttons on one panel after the other and returns how long
// each lamp took to be lit on all panels.
func (r *rig) presses(count int, limit time.Duration) []time.Duration {
	buttons := []struct {
		f int
		b elevator.Button
	}{{1, elevator.HallUp}, {2, elevator.HallDown}, {2, elevator.HallUp}, {1, elevator.HallDown}, {3, elevator.HallDown}, {0, elevator.HallUp}}
	var took []time.Duration
	for k := range count {
		c := buttons[k%len(buttons)]
		r.until(60*time.Second, "lamp off before the press", r.lit(c.f, c.b, false))
		if k%len(buttons) == 0 {
			r.quiet()
		}
		took = append(took, r.stations[k%len(r.stations)].press(c.f, c.b, limit, r.stations...))
	}
	return took
}

func TestPressLightsAllPanels(t *testing.T) {
	r := newRig(t, 3)
	took := r.presses(60, 5*time.Second)
	t.Logf("S3 press to lamp on all 3 panels: %s", figures(took))
	if m := took[len(took)/2]; m > 100*time.Millisecond {
		t.Errorf("S3: half of the lamps took longer than %v", m)
	}
	r.quiet()
	r.misuse()
}

func TestPressLightsAllPanelsUnderLoss(t *testing.T) {
	r := newRig(t, 3)
	for _, percent := range []int{25, 50, 80} {
		for _, s := range r.stations {
			s.loss(percent)
		}
		time.Sleep(time.Second)
		took := r.presses(24, 20*time.Second)
		t.Logf("F1 %d %% loss: press to lamp on all 3 panels: %s", percent, figures(took))
		r.quiet()
	}
	r.misuse()
}
