package demo

import (
	"context"
	"testing"
	"time"
)

// Every scene comes about, on any network, and no promise is broken by it.
func TestScenes(t *testing.T) {
	for _, sc := range Scenes() {
		t.Run(sc.ID, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, Memory, 3)
			ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
			defer cancel()
			steps := 0
			d := &director{building: r.building, tell: func(c cue) {
				if !c.caption && c.step >= 0 {
					steps++
				}
				t.Logf("%8v %d %v %s", c.at.Round(time.Millisecond), c.step, c.took.Round(time.Microsecond), c.text)
			}}
			if err := d.play(ctx, sc); err != nil {
				t.Fatal(err)
			}
			if steps != len(sc.steps) {
				t.Errorf("%d steps were told, of %d", steps, len(sc.steps))
			}
			r.kept()
		})
	}
}
