package scenario

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// TestF1ForgedStamps: somebody on a network without a key sends the greatest
// stamps that are believed, for one button and for the status of one node. That
// node can't go above them; the others' calls, and its other buttons, must work
// all the same, and nobody may flood the network in trying.
func TestF1ForgedStamps(t *testing.T) {
	x := joined(t, 3, nil)
	var m worldview.Message
	life := worldview.NewLife(worldview.MaxSecond, 0xffff)
	m.Header = worldview.Header{Building: worldview.HashBuilding("sim"), Floors: 4, Timings: worldview.HashTimings(x.Setup().Elevator), Boot: 77, Seq: 5, ID: "evil"}
	top := life.Start() | 0xffff
	m.Sections = []worldview.Section{{ID: "1", HasStatus: true, Status: worldview.Status{Version: worldview.Version{Life: life, Seq: 1 << 60}},
		Calls: []worldview.Entry{{Number: worldview.Number(2, elevator.HallUp), Call: worldview.Call{P: top, C: top, S: top}}}}, {ID: "evil"}}
	var e worldview.Encoder
	data := e.Append(nil, &m)
	for _, w := range x.spaces {
		w.Receive(data)
	}
	before, s := x.Now(), x.Building().Sent()
	for k := range x.spaces {
		for _, f := range []int{1, 3} {
			x.Tap(k, f, down)
			if !x.RunUntil(5*time.Second, x.lit(f, down)) {
				t.Errorf("panel %d floor %d dark", k, f)
			}
			if !x.RunUntil(2*time.Minute, x.dark(f, down)) {
				t.Errorf("panel %d floor %d not served", k, f)
			}
			x.Run(4 * time.Second)
		}
	}
	perNode := float64(x.Building().Sent()-s) / 3 / (x.Now() - before).Seconds()
	if perNode > 200 {
		t.Errorf("%.0f datagrams a second from each node", perNode)
	}
}
