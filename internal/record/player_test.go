package record

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/web"
)

// recorded returns a recording of a lab and its lab.
func recorded(t testing.TB, seed uint64, nodes int, d time.Duration) (*lab, *Recording) {
	t.Helper()
	ring := NewRing(Options{Program: "test 1"})
	t.Cleanup(func() { ring.Close() })
	l := newLab(t, seed, nodes, 4, func(elevator.ID) host.Tap { return ring.Tap() })
	for end := l.now + d; l.now < end; {
		l.run(time.Second)
		ring.flush()
	}
	return l, written(t, ring)
}

func player(t testing.TB, recs ...*Recording) *Player {
	t.Helper()
	p, err := NewPlayer(context.Background(), recs, new(Rerun), "test 2")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlayerShowsWhatTheNodesKnew(t *testing.T) {
	t.Parallel()
	l, rec := recorded(t, 11, 3, 15*time.Second)
	p := player(t, rec)
	h := p.Hello()
	if h.Mode != web.ModeReplay || h.Floors != 4 || !slices.Equal(h.Nodes, []elevator.ID{"1", "2", "3"}) || h.T < 13_000 {
		t.Errorf("hello: %+v", h)
	}
	f := p.Frame()
	for _, w := range f.Workspaces {
		n := l.nodes[slices.Index(h.Nodes, w.ID)]
		if !w.Alive {
			if n.node != nil && n.at() > 2*time.Second {
				t.Errorf("node %s isn't alive", w.ID)
			}
			continue
		}
		if w.View == nil || w.Joined != n.node.Joined() || len(w.Linked) != n.node.Live().Len() {
			t.Errorf("node %s: %+v", w.ID, w)
		}
	}
	frames, happens, err := p.History(0, h.T.Duration())
	if err != nil || len(frames) < 100 {
		t.Fatalf("%d frames: %v", len(frames), err)
	}
	if !slices.IsSortedFunc(frames, func(a, b *web.Frame) int { return int(a.T - b.T) }) {
		t.Error("the frames aren't in order")
	}
	kinds := make(map[string]int)
	for _, x := range happens {
		kinds[x.Kind]++
	}
	for _, k := range []string{web.HappenPress, web.HappenLamp, web.HappenSent, web.HappenGot, web.HappenLost, web.HappenHeld, web.HappenServed, web.HappenDoor, web.HappenNotice} {
		if kinds[k] == 0 {
			t.Errorf("nothing of kind %s: %v", k, kinds)
		}
	}
}

// TestPartsOfThePast asks for parts: each shows the same as the whole does there.
func TestPartsOfThePast(t *testing.T) {
	t.Parallel()
	_, rec := recorded(t, 12, 3, 20*time.Second)
	p := player(t, rec)
	length := p.Hello().T.Duration()
	whole, _, err := p.History(0, length)
	if err != nil {
		t.Fatal(err)
	}
	at := func(frames []*web.Frame, t time.Duration) *web.Frame {
		var f *web.Frame
		for _, g := range frames {
			if g.T.Duration() <= t {
				f = g
			}
		}
		return f
	}
	for from := time.Duration(0); from < length-5*time.Second; from += 7 * time.Second {
		part, happens, err := p.History(from, from+3*time.Second)
		if err != nil || len(part) == 0 {
			t.Fatalf("from %v: %d frames, %v", from, len(part), err)
		}
		if first := part[0].T.Duration(); first != from && from > 0 {
			t.Errorf("from %v: the first frame is of %v", from, first)
		}
		for _, h := range happens {
			if d := h.T.Duration(); d < from || d > from+3*time.Second {
				t.Errorf("from %v: something of %v", from, d)
			}
		}
		for _, d := range []time.Duration{0, time.Second, 2900 * time.Millisecond} {
			a, b := at(part, from+d), at(whole, from+d)
			if a == nil || b == nil {
				t.Fatalf("nothing at %v", from+d)
			}
			for k := range a.Workspaces {
				x, y := a.Workspaces[k], b.Workspaces[k]
				if x.Alive != y.Alive || x.Joined != y.Joined || x.View == nil != (y.View == nil) || x.View != nil && x.View.Digest != y.View.Digest {
					t.Errorf("at %v node %s is another in a part: %+v, %+v", from+d, x.ID, x, y)
				}
			}
		}
	}
}

// TestSeveralFilesAreOne records each node to a file of its own.
func TestSeveralFilesAreOne(t *testing.T) {
	t.Parallel()
	rings := make(map[elevator.ID]*Ring)
	l := newLab(t, 13, 3, 4, func(id elevator.ID) host.Tap {
		if rings[id] == nil {
			rings[id] = NewRing(Options{})
			t.Cleanup(func() { rings[id].Close() })
		}
		return rings[id].Tap()
	})
	for range 10 {
		l.run(time.Second)
		for _, r := range rings {
			r.flush()
		}
	}
	var recs []*Recording
	for _, id := range []elevator.ID{"2", "1", "3"} {
		recs = append(recs, written(t, rings[id]))
	}
	x := rerun(recs...)
	if compared, steps := same(t, x); compared != steps || compared == 0 {
		t.Errorf("%d of %d steps", compared, steps)
	}
	p := player(t, recs...)
	if h := p.Hello(); len(h.Nodes) != 3 {
		t.Errorf("hello: %+v", h)
	}
	frames, happens, err := p.History(5*time.Second, 8*time.Second)
	if err != nil || len(frames) == 0 || len(frames[0].Workspaces) != 3 || len(happens) == 0 {
		t.Errorf("%d frames, %d happenings, %v", len(frames), len(happens), err)
	}
	one := player(t, recs[0])
	if f := one.Frame(); len(f.Workspaces) != 3 || f.Workspaces[0].ID != "2" || f.Workspaces[1].Panel {
		t.Errorf("of one recording: %+v", f.Workspaces)
	}
}

func TestNotesAreShown(t *testing.T) {
	t.Parallel()
	ring := NewRing(Options{})
	defer ring.Close()
	l := newLab(t, 14, 2, 4, func(elevator.ID) host.Tap { return ring.Tap() })
	l.run(3 * time.Second)
	now := l.began.Add(l.now)
	ring.Happened(now, web.Happen{Kind: web.HappenCaption, Text: "Node 1 is cut off."})
	ring.Happened(now, web.Happen{Kind: web.HappenPress, ID: "1"}) // the node tells that
	ring.Seen(now, &web.Frame{Loss: 25, Workspaces: []web.Workspace{{ID: "1", Alive: true, Pos: 1.25, Physical: true, CutIn: true}}})
	l.run(time.Second)
	p := player(t, written(t, ring))
	f := p.Frame()
	if f.Loss != 25 || f.Workspaces[0].Pos != 1.25 || !f.Workspaces[0].CutIn || f.Workspaces[1].CutIn {
		t.Errorf("frame: %+v", f)
	}
	_, happens, err := p.History(0, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	captions := 0
	for _, h := range happens {
		if h.Kind == web.HappenCaption && h.Text == "Node 1 is cut off." && h.T > 2900 && h.T < 3100 {
			captions++
		}
	}
	if captions != 1 {
		t.Errorf("%d captions of %d", captions, len(happens))
	}
}

func TestNothingToPlay(t *testing.T) {
	t.Parallel()
	b := fileHeader()
	r, err := NewRecording("empty", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewPlayer(context.Background(), []*Recording{r}, new(Rerun), ""); err == nil {
		t.Error("plays nothing")
	}
	_, rec := recorded(t, 15, 1, time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewPlayer(ctx, []*Recording{rec}, new(Rerun), ""); err == nil {
		t.Error("isn't interrupted")
	}
}
