package scenario

import (
	"testing"
	"time"

	"elevnet/internal/node"
)

func TestF1LinksHoldUnderLoss(t *testing.T) {
	for _, loss := range []int{50, 80} {
		x := joined(t, 3, func(o *Setup) { o.Seed = uint64(loss) })
		x.do("loss %d%%", loss)
		x.Run(time.Minute)
		lost := x.said(node.PeerLost)
		if lost > 6 {
			t.Errorf("%d %% loss: %d links lost in a minute", loss, lost)
		}
		t.Logf("%d %% loss: %d links lost in a minute", loss, lost)
	}
}
