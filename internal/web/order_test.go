package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestOrdersReachTheHands(t *testing.T) {
	h := &hands{}
	s := newServer(t, Options{Source: newFake(), Hands: h})
	for path, body := range map[string]string{
		"/api/press":   `{"id":"1","button":"cab","floor":0}`,
		"/api/fault":   `{"kind":"link","id":"1","peer":"2","on":true}`,
		"/api/scene":   `{"id":"cable"}`,
		"/api/traffic": `{"on":true}`,
	} {
		if w := s.ask(http.MethodPost, path, body, nil); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	got := make(map[any]bool)
	for _, o := range h.orders {
		got[o] = true
	}
	want := map[any]bool{
		Press{ID: "1", Button: ButtonCab}:                    true,
		Fault{Kind: FaultLink, ID: "1", Peer: "2", On: true}: true,
		SceneOrder{ID: "cable"}:                              true,
		TrafficOrder{On: true}:                               true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	h.err = errors.New("the node\nis gone\x1b[31m")
	w := s.ask(http.MethodPost, "/api/press", `{"id":"1","button":"cab","floor":0}`, nil)
	if want := `{"error":"the node is gone [31m"}` + "\n"; w.Code != http.StatusConflict || w.Body.String() != want {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	h := &hands{}
	s := newServer(t, Options{Source: newFake(), Hands: h})
	for _, c := range []struct{ path, body string }{
		{"press", ``}, {"press", `null`}, {"press", `[]`}, {"press", `{"id":"1"}`}, {"press", `{`},
		{"press", `{"id":"1","button":"up","floor":1}x`}, {"press", `{"id":"1","button":"up","floor":1}{}`},
		{"press", `{"id":"1","button":"up","floor":1,"more":1}`}, {"press", `{"id":"1","button":"up","floor":1.5}`},
		{"press", `{"id":"1","button":"up","floor":1e99}`}, {"press", `{"id":"1","button":"up","floor":-1}`},
		{"press", `{"id":"1","button":"down","floor":0}`}, {"press", `{"id":"1","button":"up","floor":128}`},
		{"press", `{"id":"","button":"up","floor":1}`}, {"press", `{"id":"../1","button":"up","floor":1}`},
		{"press", `{"id":"1","button":"sideways","floor":1}`},
		{"fault", `{"kind":"explode","id":"1"}`}, {"fault", `{"kind":"kill"}`}, {"fault", `{"kind":"link","id":"1"}`},
		{"fault", `{"kind":"link","id":"1","peer":"1"}`}, {"fault", `{"kind":"loss","value":101}`},
		{"fault", `{"kind":"loss","value":-1}`}, {"fault", `{"kind":"loss","value":5,"id":"a b"}`},
		{"fault", `{"kind":"unplug","id":"1","way":"up"}`},
		{"scene", `{}`}, {"scene", `{"id":"` + strings.Repeat("x", 65) + `"}`},
		{"traffic", `{"on":1}`}, {"traffic", `"on"`},
	} {
		w := s.ask(http.MethodPost, "/api/"+c.path, c.body, nil)
		if w.Code != http.StatusBadRequest || strings.Count(w.Body.String(), "\n") != 1 {
			t.Errorf("%s %s: %d %q", c.path, c.body, w.Code, w.Body)
		}
	}
	if w := s.ask(http.MethodPost, "/api/press", `{"id":"`+strings.Repeat("1", maxOrder)+`"}`, nil); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long order: %d", w.Code)
	}
	if n := h.count(); n > 0 {
		t.Errorf("%d orders were carried out", n)
	}
}

// A page without hands can only look, whatever it is asked.
func TestNodePageCannotPressOrBreak(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	for path, body := range map[string]string{
		"/api/press": `{"id":"1","button":"cab","floor":0}`, "/api/fault": `{"kind":"kill","id":"1"}`,
		"/api/scene": `{"id":"s"}`, "/api/traffic": `{"on":true}`,
	} {
		if w := s.ask(http.MethodPost, path, body, nil); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if h := decode[Hello](t, string(s.hub.greeting())); h.Press || h.Faults || h.Incident || len(h.Scenes) > 0 || len(h.Kinds) > 0 || h.Version != ContractVersion {
		t.Errorf("the page is told %+v", h)
	}
	s = newServer(t, Options{Source: newFake(), Hands: &hands{}})
	if h := decode[Hello](t, string(s.hub.greeting())); !h.Press || !h.Faults || len(h.Scenes) != 1 || len(h.Kinds) != 1 {
		t.Errorf("the page of a demonstration is told %+v", h)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	s := newServer(t, Options{Source: newFake(), Hands: &hands{}})
	for path, allowed := range methods {
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, "X"} {
			if m == allowed {
				continue
			}
			h := http.Header{"Content-Type": {"application/json"}}
			if w := s.ask(m, path, "{}", h); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != allowed {
				t.Errorf("%s %s: %d", m, path, w.Code)
			}
		}
	}
	for _, path := range []string{"/api/stream", "/", "/api/history"} {
		if w := s.ask(http.MethodHead, path, "", nil); w.Code != http.StatusOK {
			t.Errorf("HEAD %s: %d", path, w.Code)
		}
	}
	if w := s.ask(http.MethodPost, "/", "{}", nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
}

func TestFilesOfThePage(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	for path, kind := range map[string]string{"/": "text/html", "/index.html": "text/html"} {
		w := s.ask(http.MethodGet, path, "", nil)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	for _, path := range []string{"/app", "/app/", "/nothing", "/../server.go", "/%2e%2e/server.go", "/..%2fserver.go", "/app/../../contract.go", "/api", "/api/", "/api/x", "/\x00"} {
		r := strings.NewReplacer("\x00", "%00").Replace(path)
		if w := s.ask(http.MethodGet, r, "", nil); w.Code == http.StatusOK {
			t.Errorf("%q: %d %.80s", path, w.Code, w.Body)
		}
	}
}

// Too many orders at once are refused, not queued.
func TestTooManyOrdersAtOnce(t *testing.T) {
	s := newServer(t, Options{Source: newFake(), Hands: &hands{}})
	for range atOnceDoing {
		s.enter(s.doers)
	}
	if w := s.ask(http.MethodPost, "/api/traffic", `{}`, nil); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d", w.Code)
	}
	s.exit(s.doers)
	if w := s.ask(http.MethodPost, "/api/traffic", `{}`, nil); w.Code != http.StatusNoContent {
		t.Errorf("%d", w.Code)
	}
}

func FuzzOrder(f *testing.F) {
	for _, s := range []string{
		`{"id":"1","button":"up","floor":1}`, `{"kind":"link","id":"1","peer":"2","on":true}`, `{"id":"cable","stop":true}`,
		`{"on":true,"chaos":true}`, `{"kind":"loss","value":100}`, `{"id":"\ud800","button":"down","floor":-9}`, `{}{}`, `[[[[`, "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		press, err := decodeOrder(body, validPress)
		explained(t, err)
		if err == nil && (press.Floor < 0 || press.ID == "" || press.Button == ButtonDown && press.Floor == 0) {
			t.Errorf("the hands are given %+v", press)
		}
		fault, err := decodeOrder(body, validFault)
		explained(t, err)
		if err == nil && (fault.Value < 0 || fault.Value > 100 || fault.Kind == FaultKill && fault.ID == "") {
			t.Errorf("the hands are given %+v", fault)
		}
		scene, err := decodeOrder(body, validScene)
		explained(t, err)
		if err == nil && scene.ID == "" && !scene.Stop {
			t.Errorf("the hands are given %+v", scene)
		}
		_, err = decodeOrder(body, validTraffic)
		explained(t, err)
	})
}

// explained looks whether an error can be shown to a person, in one line.
func explained(t *testing.T, err error) {
	if err == nil {
		return
	}
	text := oneLine(err.Error())
	if text == "" || strings.ContainsAny(text, "\n\r\x1b") || !utf8.ValidString(text) || len(text) > maxErrorText+10 {
		t.Errorf("error %q", text)
	}
}
