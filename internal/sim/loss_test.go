package sim

import (
	"testing"
	"time"

	"elevnet/internal/node"
)

func TestLinksHoldUnderLoss(t *testing.T) {
	for _, loss := range []int{50, 80} {
		b := building(t, 3, func(o *Options) { o.Seed = uint64(loss) })
		lost := 0
		b.OnNotice = func(w *Workspace, n node.Notice) {
			if n.Kind == node.PeerLost {
				lost++
			}
		}
		b.Loss(loss)
		b.Run(time.Minute)
		if lost > 6 {
			t.Errorf("%d %% loss: %d links lost in a minute", loss, lost)
		}
		t.Logf("%d %% loss: %d links lost in a minute", loss, lost)
	}
}
