package demo

import (
	"time"

	"elevnet/internal/promise"
)

// realTime is what a busy computer may add to the times within which things
// must happen. The measured times are told beside the verdict.
const realTime = 500 * time.Millisecond

// bounds are the tolerances of the judge. A finger holds a button for
// elevserver.DefaultTap, of which a busy computer may take a part.
func bounds(cfg Config) promise.Bounds {
	b := promise.DefaultBounds(cfg.Elevator)
	for _, d := range []*time.Duration{
		&b.Jitter, &b.Lamp, &b.LampFault, &b.LampDisk, &b.Settle, &b.Agree, &b.AgreeLoss, &b.Join, &b.Reconnect,
		&b.Durable, &b.Serve, &b.DoorSlack, &b.AnnounceSlack, &b.ObstructionSlack, &b.StopButton, &b.Motive,
	} {
		*d += realTime
	}
	b.MinPress = 150 * time.Millisecond
	b.Seen = 50 * time.Millisecond
	return b
}

// newJudge returns who watches the promises of such a building.
func newJudge(cfg Config) (*promise.Checker, error) {
	parks := 0
	if cfg.Parking {
		parks = cfg.Nodes
	}
	return promise.New(promise.Config{Workspaces: cfg.Nodes, Elevator: cfg.Elevator, Parks: parks, Bounds: bounds(cfg)})
}
