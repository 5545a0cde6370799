package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"elevnet/internal/elevator"
)

// order serves a POST: it reads a T, looks whether it makes sense, and lets the
// hands do it.
func order[T any](s *Server, valid func(T) error, do func(Hands, T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.opts.Hands == nil {
			fail(w, http.StatusForbidden, "this page can only look")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOrder))
		var long *http.MaxBytesError
		switch {
		case errors.As(err, &long):
			fail(w, http.StatusRequestEntityTooLarge, "too long")
			return
		case err != nil:
			fail(w, http.StatusBadRequest, "the request broke off")
			return
		}
		x, err := decodeOrder(body, valid)
		if err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		if !s.enter(s.doers) {
			w.Header().Set("Retry-After", "1")
			fail(w, http.StatusServiceUnavailable, "busy: try again")
			return
		}
		defer s.exit(s.doers)
		if err := do(s.opts.Hands, x); err != nil {
			fail(w, http.StatusConflict, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// decodeOrder reads one JSON value, and nothing besides it.
func decodeOrder[T any](body []byte, valid func(T) error) (T, error) {
	var x T
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		return x, fmt.Errorf("not an order: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return x, errors.New("not an order: something follows it")
	}
	return x, valid(x)
}

// buttons are the page's names.
var buttons = map[string]elevator.Button{
	ButtonUp: elevator.HallUp, ButtonDown: elevator.HallDown, ButtonCab: elevator.Cab,
}

// ParseButton returns the button of a name as the page has it.
func ParseButton(name string) (elevator.Button, error) {
	b, ok := buttons[name]
	if !ok {
		return 0, fmt.Errorf("there is no button %.20q", name)
	}
	return b, nil
}

func validPress(p Press) error {
	if _, err := elevator.ParseID(string(p.ID)); err != nil {
		return err
	}
	b, err := ParseButton(p.Button)
	if err != nil {
		return err
	}
	if p.Floor < 0 || p.Floor >= elevator.MaxFloors || b == elevator.HallDown && p.Floor == 0 {
		return fmt.Errorf("there is no button %s at floor %d", p.Button, p.Floor)
	}
	return nil
}

// faultNeeds says of each kind of fault which fields it needs.
var faultNeeds = map[string]struct{ id, peer bool }{
	FaultKill:     {id: true},
	FaultRestart:  {id: true},
	FaultWipe:     {id: true},
	FaultFreeze:   {id: true},
	FaultThaw:     {id: true},
	FaultUnplug:   {id: true},
	FaultLink:     {id: true, peer: true},
	FaultLoss:     {},
	FaultMotor:    {id: true},
	FaultObstruct: {id: true},
	FaultServer:   {id: true},
	FaultStop:     {id: true},
	FaultDisk:     {id: true},
	FaultPowerCut: {},
	FaultHealAll:  {},
}

func validFault(f Fault) error {
	needs, ok := faultNeeds[f.Kind]
	if !ok {
		return fmt.Errorf("there is no fault %.20q", f.Kind)
	}
	for _, x := range [...]struct {
		needed bool
		id     elevator.ID
	}{{needs.id, f.ID}, {needs.peer, f.Peer}} {
		if x.id == "" && !x.needed {
			continue
		}
		if _, err := elevator.ParseID(string(x.id)); err != nil {
			return fmt.Errorf("fault %s: %w", f.Kind, err)
		}
	}
	switch {
	case needs.peer && f.Peer == f.ID:
		return fmt.Errorf("fault %s: id and peer must differ", f.Kind)
	case f.Value < 0 || f.Value > 100:
		return fmt.Errorf("fault %s: the value must be 0 to 100 per cent", f.Kind)
	case f.Way != "" && f.Way != WayBoth && f.Way != WayIn && f.Way != WayOut:
		return fmt.Errorf("fault %s: there is no way %.20q", f.Kind, f.Way)
	}
	return nil
}

// maxSceneID is the longest name of a scene.
const maxSceneID = 64

func validScene(o SceneOrder) error {
	switch {
	case o.ID == "" && !o.Stop:
		return errors.New("which scene?")
	case len(o.ID) > maxSceneID:
		return errors.New("there is no such scene")
	}
	return nil
}

func validTraffic(TrafficOrder) error { return nil }

// maxErrorText is the longest text of an answer that says what is wrong.
const maxErrorText = 300

// fail answers with an error: one line of JSON.
func fail(w http.ResponseWriter, code int, text string) {
	data, err := json.Marshal(struct {
		Error string `json:"error"`
	}{oneLine(text)})
	if err != nil {
		data = []byte(`{"error":"something is wrong"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(data, '\n')) // a page that has gone has gone
}

// oneLine leaves of a text what can be shown in one line, and not too much.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	if len(s) > maxErrorText {
		cut := maxErrorText
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}
