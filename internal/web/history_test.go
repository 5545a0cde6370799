package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// moments are the times of a history's frames and of what happened.
func moments(t testing.TB, text string) (frames, happens []Ms) {
	t.Helper()
	h := decode[History](t, text)
	for _, f := range h.Frames {
		frames = append(frames, moment(t, f))
	}
	for _, x := range h.Happens {
		happens = append(happens, moment(t, x))
	}
	return frames, happens
}

func moment(t testing.TB, data []byte) Ms {
	t.Helper()
	var x struct{ T Ms }
	if err := json.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	return x.T
}

func written(t testing.TB, r *ring, w window) string {
	t.Helper()
	var b strings.Builder
	if err := writeHistory(&b, []byte("{}"), r.view(w.from, w.to), w); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The history gives back what was put in: the state at the beginning of the
// window, what came later, and nothing else.
func TestHistoryGivesBackWhatWasSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRing(ringBytes, ringSpan)
		var frames, happens []Ms
		at := Ms(0)
		for range rapid.IntRange(0, 100).Draw(rt, "entries") {
			at += Ms(rapid.IntRange(0, 500).Draw(rt, "pause"))
			data := fmt.Appendf(nil, `{"t":%v,"x":%q}`, at, strings.Repeat("x", rapid.IntRange(0, 1000).Draw(rt, "size")))
			if rapid.Bool().Draw(rt, "frame") {
				frames = append(frames, at)
				r.add(frameEntry, at, data)
			} else {
				happens = append(happens, at)
				r.add(happenEntry, at, data)
			}
		}
		w := window{from: Ms(rapid.IntRange(0, int(at)+1000).Draw(rt, "from"))}
		w.to = w.from + Ms(rapid.IntRange(0, int(at)+1000).Draw(rt, "span"))
		w.step = Ms(rapid.SampledFrom([]int{0, 0, 100, 5000}).Draw(rt, "step"))
		var wantFrames, wantHappens []Ms
		for i, f := range frames {
			last := i == len(frames)-1 || frames[i+1] > w.from
			if f >= w.from && f <= w.to || f < w.from && last && !(i < len(frames)-1 && frames[i+1] <= w.from) {
				wantFrames = append(wantFrames, f)
			}
		}
		for _, h := range happens {
			if h >= w.from && h <= w.to {
				wantHappens = append(wantHappens, h)
			}
		}
		gotFrames, gotHappens := moments(t, written(t, r, w))
		if diff := cmp.Diff(wantHappens, gotHappens); diff != "" {
			rt.Fatalf("what happened: %s", diff)
		}
		if w.step == 0 {
			if diff := cmp.Diff(wantFrames, gotFrames); diff != "" {
				rt.Fatalf("frames of %v: %s", w, diff)
			}
			return
		}
		// Thinned: the first and the last, and none too close but the last.
		if len(wantFrames) == 0 != (len(gotFrames) == 0) {
			rt.Fatalf("%d frames of %d", len(gotFrames), len(wantFrames))
		}
		if n := len(gotFrames); n > 0 && (gotFrames[0] != wantFrames[0] && wantFrames[0] >= w.from || gotFrames[n-1] != wantFrames[len(wantFrames)-1]) {
			rt.Fatalf("thinned %v to %v", wantFrames, gotFrames)
		}
		for i := 1; i < len(gotFrames)-1; i++ {
			if gotFrames[i]-max(gotFrames[i-1], w.from) < w.step {
				rt.Fatalf("%v are closer than %v", gotFrames, w.step)
			}
		}
	})
}

// Memory stays bounded whatever is put in; what is left is the newest.
func TestHistoryIsBounded(t *testing.T) {
	const bound = 600_000
	r := newRing(bound, 60_000)
	noise := make([]byte, 0, 50_000)
	x := uint64(1)
	for t0 := Ms(0); t0 < 600_000; t0 += 1000 {
		noise = append(noise[:0], `{"n":"`...)
		for range 600 {
			x = x*6364136223846793005 + 1442695040888963407
			noise = strconv.AppendUint(noise, x, 36)
		}
		noise = append(noise, `"}`...)
		r.add(frameEntry, t0, noise)
		kept := 0
		for _, c := range r.chunks {
			kept += cap(c.data)
		}
		if kept > bound+chunkBytes || kept != r.packed && kept < r.packed || len(r.open) > chunkBytes+len(noise) {
			t.Fatalf("%d bytes are kept, counted as %d, and %d open", kept, r.packed, len(r.open))
		}
	}
	if since, ok := r.since(); !ok || since < 500_000 {
		t.Errorf("remembers since %v", since)
	}
	calm := newRing(bound, 60_000)
	for t0 := Ms(0); t0 < 1_500_000; t0 += 1000 {
		calm.add(frameEntry, t0, []byte("{}"))
	}
	if since, _ := calm.since(); since < 1_400_000 || since > 1_440_000 {
		t.Errorf("a calm building is remembered since %v", since)
	}
}

// Ten minutes of a busy building fit many times into the bound.
func TestTenMinutesFit(t *testing.T) {
	frame := Frame{Workspaces: make([]Workspace, 16)}
	for i := range frame.Workspaces {
		w := &frame.Workspaces[i]
		w.View = &View{Calls: make([]Call, 30)}
		for k := range w.View.Calls {
			w.View.Calls[k] = Call{Button: ButtonUp, Floor: k, Phase: PhaseLit, Slots: []Slot{{ID: "1", P: "6b0271fe3dd6.1", C: "6b0271fe3dd6.1"}}, Holders: []elevator.ID{"1", "2", "3"}}
		}
	}
	r := newRing(ringBytes, ringSpan)
	for i := range 2 * 20 { // two seconds
		for k := range frame.Workspaces {
			frame.Workspaces[k].Pos = float64(i*(k+3)%900) / 100
			frame.Workspaces[k].View.Calls[i%30].Age = i / 20
		}
		data, err := json.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		r.add(frameEntry, Ms(i*50), data)
	}
	r.seal()
	t.Logf("two seconds of 16 nodes with 30 calls: %d kB packed", r.packed/1000)
	if 300*r.packed > ringBytes {
		t.Errorf("two seconds take %d bytes: ten minutes don't fit into %d", r.packed, ringBytes)
	}
}

func TestHistoryOverHTTP(t *testing.T) {
	f := newFake()
	s := newServer(t, Options{Source: f})
	now := time.Now()
	s.hub.look(now)
	for n := 1; n <= 3; n++ {
		f.set(func(x *Frame) { x.Loss = n })
		f.log.Add(Happen{T: Ms(n), Kind: HappenDoor})
		s.hub.look(now)
	}
	w := s.ask(http.MethodGet, "/api/history", "", nil)
	h := decode[History](t, w.Body.String())
	if w.Code != http.StatusOK || len(h.Frames) != 4 || len(h.Happens) != 3 || h.Hello.Floors != 4 || h.Hello.Version != ContractVersion {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if last := decode[Frame](t, string(h.Frames[3])); last.Loss != 3 {
		t.Errorf("the last frame is %+v", last)
	}
	for _, q := range []string{"?from=x", "?to=NaN", "?from=5&to=1", "?step=1e"} {
		if w := s.ask(http.MethodGet, "/api/history"+q, "", nil); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", q, w.Code)
		}
	}
	for _, q := range []string{"?from=-5", "?to=1e300", "?from=&to=&step=", "?to=Inf", "?from=1e12&to=1e13"} {
		if w := s.ask(http.MethodGet, "/api/history"+q, "", nil); w.Code != http.StatusOK {
			t.Errorf("%s: %d", q, w.Code)
		}
	}
	for range atOnceReading {
		s.enter(s.readers)
	}
	if w := s.ask(http.MethodGet, "/api/history", "", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("too many at once: %d", w.Code)
	}
}

// past is a recording.
type past struct {
	*fake
	err error
}

func (p *past) History(from, to time.Duration) ([]*Frame, []Happen, error) {
	if p.err != nil {
		return nil, nil, p.err
	}
	return []*Frame{{T: Millis(from)}, {T: Millis(from) + 1}, {T: Millis(from) + 2}}, []Happen{{T: Millis(from), Kind: HappenPress}}, nil
}

func TestARecordingKnowsItsPast(t *testing.T) {
	p := &past{fake: newFake()}
	s := newServer(t, Options{Source: p})
	frames, happens := moments(t, s.ask(http.MethodGet, "/api/history?from=1500&to=2000", "", nil).Body.String())
	if !cmp.Equal(frames, []Ms{1500, 1501, 1502}) || !cmp.Equal(happens, []Ms{1500}) {
		t.Errorf("%v %v", frames, happens)
	}
	frames, _ = moments(t, s.ask(http.MethodGet, "/api/history?from=1500&to=2000&step=100", "", nil).Body.String())
	if !cmp.Equal(frames, []Ms{1500, 1502}) {
		t.Errorf("thinned: %v", frames)
	}
	p.err = errors.New("the file is cut off")
	if w := s.ask(http.MethodGet, "/api/history", "", nil); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "cut off") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// incidents are what a test records.
type incidents struct{ err error }

func (i incidents) Name() string { return "elevnet \"1\"/..\r\n.rec" }
func (i incidents) Incident(w io.Writer, from, to time.Duration) error {
	if i.err != nil {
		return i.err
	}
	_, err := fmt.Fprint(w, from, to)
	return err
}

func TestIncident(t *testing.T) {
	s := newServer(t, Options{Source: newFake(), Incidents: incidents{}})
	w := s.ask(http.MethodGet, "/api/incident?from=1000&to=2500", "", nil)
	if got := w.Header().Get("Content-Disposition"); w.Code != http.StatusOK || w.Body.String() != "1s 2.5s" || got != `attachment; filename="elevnet--1--..--.rec"` {
		t.Errorf("%d %s %s", w.Code, w.Body, got)
	}
	if w := s.ask(http.MethodGet, "/api/incident?from=x", "", nil); w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
	s = newServer(t, Options{Source: newFake(), Incidents: incidents{errors.New("nothing yet")}})
	if w := s.ask(http.MethodGet, "/api/incident", "", nil); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "nothing yet") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s = newServer(t, Options{Source: newFake()})
	if w := s.ask(http.MethodGet, "/api/incident", "", nil); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}
