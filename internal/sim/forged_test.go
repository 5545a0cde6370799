package sim

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
	b := building(t, 3, nil)
	b.OnNotice = nil
	b.Run(2 * time.Second)
	var m worldview.Message
	life := worldview.NewLife(worldview.MaxSecond, 0xffff)
	m.Header = worldview.Header{Building: worldview.HashBuilding("sim"), Floors: 4, Timings: worldview.HashTimings(b.cfg), Boot: 77, Seq: 5, ID: "evil"}
	top := life.Start() | 0xffff
	m.Sections = []worldview.Section{{ID: "1", HasStatus: true, Status: worldview.Status{Version: worldview.Version{Life: life, Seq: 1 << 60}},
		Calls: []worldview.Entry{{Number: worldview.Number(2, elevator.HallUp), Call: worldview.Call{P: top, C: top, S: top}}}}, {ID: "evil"}}
	var e worldview.Encoder
	data := e.Append(nil, &m)
	for _, w := range b.Workspaces() {
		w.Receive(data)
	}
	before, s := b.Now(), b.Sent()
	for k, w := range b.Workspaces() {
		for _, f := range []int{1, 3} {
			w.Tap(f, elevator.HallDown)
			if !b.RunUntil(5*time.Second, allLit(b, f, elevator.HallDown, true)) {
				t.Errorf("panel %d floor %d dark", k, f)
			}
			if !b.RunUntil(120*time.Second, allLit(b, f, elevator.HallDown, false)) {
				t.Errorf("panel %d floor %d not served", k, f)
			}
			b.Run(4 * time.Second)
		}
	}
	perNode := float64(b.Sent()-s) / 3 / (b.Now() - before).Seconds()
	if perNode > 200 {
		t.Errorf("%.0f datagrams a second from each node", perNode)
	}
}
