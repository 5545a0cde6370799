package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// historyPatience is for how long an answer about the past may take.
const historyPatience = time.Minute

// maxMoment bounds the times that a page may ask for: over a hundred years.
const maxMoment = Ms(4e12)

// window is a time that a page asks for.
type window struct{ from, to, step Ms }

var errMoment = errors.New("from, to and step are milliseconds since the start, from at most to")

// parseWindow reads ?from=ms&to=ms&step=ms. Without from or to all that is known
// is meant.
func parseWindow(r *http.Request) (window, error) {
	w := window{to: maxMoment}
	q := r.URL.Query()
	for name, v := range map[string]*Ms{"from": &w.from, "to": &w.to, "step": &w.step} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) {
			return w, errMoment
		}
		*v = min(max(Ms(x), 0), maxMoment)
	}
	if w.from > w.to {
		return w, errMoment
	}
	return w, nil
}

// history serves GET /api/history.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	win, err := parseWindow(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.enter(s.readers) {
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, "busy: try again")
		return
	}
	defer s.exit(s.readers)
	if s.past != nil {
		s.pastHistory(w, win)
		return
	}
	s.patient(w)
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriterSize(w, 64<<10)
	// Once it has begun, an answer can't become an error any more: it just ends.
	if err := writeHistory(out, s.hub.greeting(), s.ring.view(win.from, win.to), win); err == nil {
		_ = out.Flush()
	}
}

// pastHistory asks a source that knows the past itself.
func (s *Server) pastHistory(w http.ResponseWriter, win window) {
	frames, happens, err := s.past.History(win.from.Duration(), win.to.Duration())
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	t := thinner{step: win.step}
	h := History{Frames: []json.RawMessage{}, Happens: []json.RawMessage{}}
	for i, f := range frames {
		if !t.passes(f.T) && i < len(frames)-1 {
			continue
		}
		if data, err := json.Marshal(f); err == nil {
			h.Frames = append(h.Frames, data)
		}
	}
	for _, x := range happens {
		if data, err := json.Marshal(x); err == nil {
			h.Happens = append(h.Happens, data)
		}
	}
	data, err := json.Marshal(struct {
		Hello   json.RawMessage   `json:"hello"`
		Frames  []json.RawMessage `json:"frames"`
		Happens []json.RawMessage `json:"happens"`
	}{s.hub.greeting(), h.Frames, h.Happens})
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	s.patient(w)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // a page that has gone has gone
}

// patient gives a handler more time to write than others have.
func (s *Server) patient(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(historyPatience))
}

// thinner lets frames pass that are step apart.
type thinner struct {
	step, next Ms
}

func (t *thinner) passes(at Ms) bool {
	if at < t.next {
		return false
	}
	t.next = at + t.step
	return true
}

// writeHistory writes a [History]: the state at the beginning of the window and
// what came later.
func writeHistory(w io.Writer, hello []byte, chunks []chunk, win window) error {
	var err error
	put := func(b ...[]byte) {
		for _, x := range b {
			if err == nil {
				_, err = w.Write(x)
			}
		}
	}
	comma := false
	entry := func(data []byte) {
		if comma {
			put([]byte{','})
		}
		comma = true
		put(data)
	}
	put([]byte(`{"hello":`), hello, []byte(`,"frames":[`))
	// held is the newest frame that isn't written: that before the window, or one
	// that was passed over, which the end of the window needs.
	var held []byte
	t := thinner{step: win.step}
	for _, c := range chunks {
		if e := c.each(func(kind entryKind, at Ms, data []byte) bool {
			if kind != frameEntry || at > win.to {
				return err == nil
			}
			if at > win.from && held != nil && t.next == 0 {
				entry(held) // the state at the beginning
				t.next, held = win.from+t.step, nil
			}
			if at < win.from || !t.passes(at) {
				held = append(held[:0], data...)
				return err == nil
			}
			held = nil
			entry(data)
			return err == nil
		}); e != nil {
			return e
		}
	}
	if held != nil {
		entry(held)
	}
	put([]byte(`],"happens":[`))
	comma = false
	for _, c := range chunks {
		if e := c.each(func(kind entryKind, at Ms, data []byte) bool {
			if kind == happenEntry && at >= win.from && at <= win.to {
				entry(data)
			}
			return err == nil
		}); e != nil {
			return e
		}
	}
	put([]byte("]}"))
	if err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

// incident serves GET /api/incident.
func (s *Server) incident(w http.ResponseWriter, r *http.Request) {
	if s.opts.Incidents == nil {
		fail(w, http.StatusNotFound, "nothing is recorded here")
		return
	}
	win, err := parseWindow(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.enter(s.readers) {
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, "busy: try again")
		return
	}
	defer s.exit(s.readers)
	s.patient(w)
	out := &attachment{w: w, name: s.opts.Incidents.Name()}
	if err := s.opts.Incidents.Incident(out, win.from.Duration(), win.to.Duration()); err != nil && !out.begun {
		fail(w, http.StatusInternalServerError, err.Error())
	}
}

// attachment names the file at the first byte.
type attachment struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (a *attachment) Write(b []byte) (int, error) {
	if !a.begun {
		a.begun = true
		h := a.w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(safeName(a.name)))
	}
	return a.w.Write(b)
}

// safeName leaves of a file name what is harmless in a header and on a disk.
func safeName(s string) string {
	b := []byte(s)
	for i, c := range b {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			b[i] = '-'
		}
	}
	return string(b)
}
