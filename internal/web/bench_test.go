package web

import (
	"fmt"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// BenchmarkLook is one look at a real building with a page open: 20 a second make
// what a page costs. Frames differ from look to look, as while cars move.
func BenchmarkLook(b *testing.B) {
	for _, size := range [][2]int{{3, 4}, {8, 16}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			cfg := elevator.DefaultConfig()
			cfg.Floors = size[1]
			src := newBuilding(b, size[0], cfg)
			for f := range cfg.Floors - 1 {
				if err := src.Press(Press{ID: "1", Button: ButtonUp, Floor: f}); err != nil {
					b.Fatal(err)
				}
			}
			time.Sleep(2 * time.Second)
			h := newHub(moving{src}, newRing(ringBytes, ringSpan), func(*Hello) {})
			c, err := h.join()
			if err != nil {
				b.Fatal(err)
			}
			size := 0
			for b.Loop() {
				h.look(time.Now())
				for _, m := range c.take() {
					size = max(size, len(m))
				}
			}
			b.ReportMetric(float64(size), "bytes/frame")
		})
	}
}

// moving is a building in which something differs at each look.
type moving struct{ *building }

func (m moving) Frame() *Frame {
	f := m.building.Frame()
	f.Workspaces[0].Pos = float64(f.T)
	return f
}
