package demo

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

func quickShow(t *testing.T, scenes []Scene) (*session, func() error) {
	t.Helper()
	cfg := quick(t, 2)
	cfg.Network = Memory
	s, end, err := openShow(Options{NoPage: true, Scenes: scenes}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	(&rig{T: t, session: s}).awaitSound(2)
	return s, end
}

// A script prints each step with its time, and ends with 0.
func TestScript(t *testing.T) {
	t.Parallel()
	scenes, err := FindScenes("1, cable", 2)
	if err != nil {
		t.Fatal(err)
	}
	s, end := quickShow(t, scenes)
	var out bytes.Buffer
	code, err := s.runScenes(t.Context(), &printer{out: &out}, Options{Scenes: scenes}, time.Now(), end)
	if code != exitOK || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	for _, want := range []string{"scene 1 of 2: A call that cannot be lost", "scene 2 of 2", " 1. ", " held the press ", "no promise was broken"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q isn't said in\n%s", want, out.String())
		}
	}
}

// A step that doesn't come about in time ends the script with 3, and what was
// broken is mended.
func TestScriptFails(t *testing.T) {
	t.Parallel()
	scenes := []Scene{{ID: "x", Title: "x", steps: []step{{
		text: "In vain.",
		act:  func(d *director) error { return d.building.SetLoss(100) },
		until: func(*director, *sight) bool {
			return false
		},
		within: 50 * time.Millisecond,
	}}}}
	s, end := quickShow(t, scenes)
	var out bytes.Buffer
	mended := 100
	code, _ := s.runScenes(t.Context(), &printer{out: &out}, Options{Scenes: scenes}, time.Now(), func() error {
		mended = s.building.lossPercent()
		return end()
	})
	if code != exitBroken || !strings.Contains(out.String(), `FAILED: scene "x", step 1 (In vain.)`) || mended != 0 {
		t.Errorf("exit code %d, loss %d:\n%s", code, mended, out.String())
	}
}

// A scene that somebody stops in the middle leaves nothing broken.
func TestSceneIsStopped(t *testing.T) {
	t.Parallel()
	s, end := quickShow(t, nil)
	scenes, err := FindScenes("cable", 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.startScenes(scenes); err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, session: s}
	r.await("the cable is out", func(s Snapshot) bool { return s.Workspaces[1].CutIn })
	s.stopScene()
	s.stopScene()
	if s.building.disturbed() {
		t.Error("the cable is still out")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func TestFindScenes(t *testing.T) {
	for _, c := range []struct {
		list  string
		nodes int
		want  string
	}{
		{"all", 3, "promise death loss cable power"},
		{"all", 1, "power"},
		{"2", 3, "death"},
		{"5, loss,1", 2, "power loss promise"},
		{"6", 3, ""}, {"0", 3, ""}, {"nonsense", 3, ""}, {"", 3, ""}, {"death", 1, ""},
	} {
		found, err := FindScenes(c.list, c.nodes)
		var ids []string
		for _, s := range found {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); got != c.want || (err == nil) == (c.want == "") {
			t.Errorf("%q with %d nodes: %q, %v", c.list, c.nodes, got, err)
		}
	}
}

// Scenes work in any building, also where each floor has a car.
func TestScenesInSmallBuildings(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	for _, c := range []struct{ nodes, floors int }{{1, 2}, {2, 2}, {4, 3}} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			cfg := quick(t, c.nodes)
			cfg.Network, cfg.Elevator.Floors = Memory, c.floors
			s, end, err := openShow(Options{NoPage: true}, cfg)
			if err != nil {
				t.Fatal(err)
			}
			scenes, err := FindScenes("all", c.nodes)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
			defer cancel()
			var out bytes.Buffer
			if code, err := s.runScenes(ctx, &printer{out: &out}, Options{Scenes: scenes}, time.Now(), end); code != exitOK || err != nil {
				t.Errorf("%d nodes, %d floors: exit code %d, %v\n%s", c.nodes, c.floors, code, err, out.String())
			}
		})
	}
}
