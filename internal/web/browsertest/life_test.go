package browsertest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The story of a press is made of what happened, and of nothing else. The page's
// own modules are asked, in the browser, about happenings written by hand.
func TestLifeOfAPress(t *testing.T) {
	v := open(t, demo(t, "--nodes", "2").URL, Look{})
	const press = `{t: 1000, kind: "press", id: "1", button: "up", floor: 2}`
	const told = `
		{t: 1000.2, kind: "sent", id: "1", seq: 7, calls: [{button: "up", floor: 2, phase: "pressed"}]},
		{t: 1000.3, kind: "got", id: "1", peer: "2", seq: 7},
		{t: 1000.4, kind: "lost", id: "1", peer: "3", seq: 7, why: "loss"},
		{t: 1000.9, kind: "held", id: "1", peer: "2", button: "up", floor: 2},
		{t: 1000.9, kind: "held", id: "2", peer: "3", button: "up", floor: 2},
		{t: 1020.5, kind: "held", id: "1", peer: "3", button: "up", floor: 2},
		{t: 1020.6, kind: "lamp", id: "1", button: "up", floor: 2, on: true},
		{t: 1021.0, kind: "lamp", id: "2", button: "up", floor: 2, on: true},
		{t: 1021.5, kind: "lamp", id: "3", button: "down", floor: 2, on: true}`
	const last = `{t: 1022.0, kind: "lamp", id: "3", button: "up", floor: 2, on: true}`
	type story struct {
		Held, Lamps []string
		ToLamp      float64
		Length      float64
		Complete    bool
		Flights     []string
		Steps       []string
	}
	tell := func(happens, until string) *story {
		t.Helper()
		text := eval[string](v, `(async () => {
			const { Tape } = await import("./app/tape.js");
			const { lifeOf, steps } = await import("./app/life.js");
			const tape = new Tape();
			const press = `+press+`;
			// In disorder, as they may come.
			for (const h of [press, `+happens+`].sort((a, b) => (a.kind === "sent") - (b.kind === "sent") || b.t - a.t).reverse()) tape.addHappen(h);
			const life = lifeOf(press, tape, ["1", "2", "3"], `+until+`);
			if (!life) return "null";
			const at = ([id, t]) => id + " " + (t - press.t).toFixed(1);
			return JSON.stringify({
				Held: [...life.held].map(at), Lamps: [...life.lamps].map(at), ToLamp: +life.toLamp?.toFixed(1), Length: +life.length.toFixed(1), Complete: life.complete,
				Flights: life.flights.map((f) => f.from + ">" + f.to + (f.lost ? " lost" : "") + (f.news ? " news" : "")),
				Steps: steps(life, (c) => c.button + c.floor).map((s) => s.text),
			});
		})()`)
		var s *story
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return s
	}

	if s := tell(told, "1300"); s != nil {
		t.Errorf("a story is told before its end is known: %+v", s)
	}
	if s := tell(told+","+last, "1040"); s != nil {
		t.Errorf("a story is told while more of it may come: %+v", s)
	}
	want := &story{
		Held: []string{"1 0.0", "2 0.9", "3 20.5"}, Lamps: []string{"1 20.6", "2 21.0", "3 22.0"},
		ToLamp: 20.6, Length: 22, Complete: true,
		Flights: []string{"1>2 news", "1>3 lost news"},
		Steps: []string{"up2 is pressed on panel 1", "node 1 tells all others", "1 of 2 datagrams have died on the way",
			"node 2 has acknowledged the call", "node 3 has acknowledged the call", "lit: 3 of 3 nodes hold this call"},
	}
	if diff := cmp.Diff(want, tell(told+","+last, "1100")); diff != "" {
		t.Errorf("the story (-want +got):\n%s", diff)
	}
	if s := tell(told, "3600"); s == nil || s.Complete {
		t.Errorf("a lamp that stays dark must be told as such in the end: %+v", s)
	}
	v.healthy()
}
