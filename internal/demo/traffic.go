package demo

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"elevnet/internal/elevator"
)

// pressEvery is the mean time between two random presses.
const pressEvery = 1500 * time.Millisecond

// visitors press random buttons on panels whose node runs, while they are let.
type visitors struct {
	building *Building
	random   *rand.Rand
	in       atomic.Bool
}

func newVisitors(b *Building, seed uint64) *visitors {
	return &visitors{building: b, random: rand.New(rand.NewPCG(seed, 'v'))}
}

// run presses until ctx is done.
func (v *visitors) run(ctx context.Context) {
	for {
		pause := min(time.Duration(v.random.ExpFloat64()*float64(pressEvery)), 6*pressEvery)
		if !sleep(ctx, pause) {
			return
		}
		s := v.building.Snapshot()
		if i, floor, button, ok := choosePress(v.random, s); ok && v.in.Load() {
			// The button exists, and pressing it can't fail otherwise.
			_ = v.building.Press(i, floor, button)
		}
	}
}

// choosePress picks a button that nobody holds, on a panel whose node has
// joined. As many people want to go somewhere from inside a car as from a hall.
func choosePress(random *rand.Rand, s Snapshot) (workspace, floor int, button elevator.Button, ok bool) {
	type place struct {
		workspace, floor int
		button           elevator.Button
	}
	var halls, cabs []place
	for i, w := range s.Workspaces {
		if !w.Alive || !w.Node.Joined {
			continue
		}
		for f := range s.Floors {
			for b := range elevator.Button(elevator.Buttons) {
				switch {
				case !elevator.ButtonExists(s.Floors, f, b) || w.Car.Buttons.Has(f, b):
				case b == elevator.Cab:
					cabs = append(cabs, place{i, f, b})
				default:
					halls = append(halls, place{i, f, b})
				}
			}
		}
	}
	if random.IntN(2) == 0 {
		halls = cabs
	}
	if len(halls) == 0 {
		return 0, 0, 0, false
	}
	p := halls[random.IntN(len(halls))]
	return p.workspace, p.floor, p.button, true
}

// sleep waits, and reports false when ctx is done first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
