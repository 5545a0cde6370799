package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// browser is a page without a picture: it reads the stream and posts orders.
type browser struct {
	*streamClient
	server  *Server
	client  *http.Client
	frame   Frame
	happens []Happen
	last    Ms
}

func newBrowser(t testing.TB, s *Server) *browser {
	b := &browser{streamClient: watch(t, s), server: s, client: &http.Client{Transport: newTransport(t)}}
	if e := b.must(""); e.name != "hello" {
		t.Fatalf("a stream begins with %s", e.name)
	}
	return b
}

// post gives an order.
func (b *browser) post(path string, order any) {
	b.t.Helper()
	data, err := json.Marshal(order)
	if err != nil {
		b.t.Fatal(err)
	}
	at := "http://" + b.server.listen.Addr().String()
	req, err := http.NewRequest(http.MethodPost, at+path, bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", at)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusNoContent {
		b.t.Fatalf("%s %s: %s %s %v", path, data, res.Status, text, err)
	}
}

// until reads on until something holds.
func (b *browser) until(what string, holds func() bool) {
	b.t.Helper()
	for limit := time.Now().Add(patience); !holds(); {
		if time.Now().After(limit) {
			b.t.Fatalf("still waiting: %s; the last frame is %+v", what, b.frame)
		}
		e := b.must("")
		switch e.name {
		case "frame":
			b.frame = decode[Frame](b.t, e.data)
			if b.frame.T < b.last {
				b.t.Errorf("a frame of %v comes after %v", b.frame.T, b.last)
			}
			b.last = b.frame.T
		case "happen":
			b.happens = append(b.happens, decode[[]Happen](b.t, e.data)...)
		case "gap":
			b.t.Error("a page that reads has a gap")
		}
	}
}

// saw counts what happened.
func (b *browser) saw(match func(h Happen) bool) int {
	n := 0
	for _, h := range b.happens {
		if match(h) {
			n++
		}
	}
	return n
}

func (b *browser) workspace(id string) Workspace {
	for _, w := range b.frame.Workspaces {
		if string(w.ID) == id {
			return w
		}
	}
	return Workspace{}
}

func (h Happen) isCall(kind, id, button string, floor int) bool {
	return h.Kind == kind && (id == "" || h.ID == id) && h.Button == button && h.Floor != nil && *h.Floor == floor
}

// TestPageThroughFaults watches a real building through the life of a call and
// the death of a node, as a browser does.
func TestPageThroughFaults(t *testing.T) {
	t.Parallel()
	b := newBuilding(t, 3, quickly)
	s := newServer(t, Options{Source: b, Hands: b})
	serve(t, s)
	page := newBrowser(t, s)
	linked := func(n int) func() bool {
		return func() bool {
			all := 0
			for _, w := range page.frame.Workspaces {
				if w.Joined && len(w.Linked) == n-1 {
					all++
				}
			}
			return all == n
		}
	}
	page.until("three linked nodes", linked(3))

	page.post("/api/press", Press{ID: "1", Button: ButtonUp, Floor: 2})
	lit := func(h Happen) bool { return h.isCall(HappenLamp, "", ButtonUp, 2) && h.On }
	served := func(h Happen) bool { return h.isCall(HappenServed, "", ButtonUp, 2) }
	page.until("three lamps, and the door", func() bool { return page.saw(lit) >= 3 && page.saw(served) >= 1 })
	for what, match := range map[string]func(h Happen) bool{
		"the press":          func(h Happen) bool { return h.isCall(HappenPress, "1", ButtonUp, 2) },
		"the lamp's time":    func(h Happen) bool { return lit(h) && h.ID == "1" && h.Ms != nil && *h.Ms > 0 },
		"node 2 holds it":    func(h Happen) bool { return h.isCall(HappenHeld, "1", ButtonUp, 2) && h.Peer == "2" },
		"node 3 holds it":    func(h Happen) bool { return h.isCall(HappenHeld, "1", ButtonUp, 2) && h.Peer == "3" },
		"the press is sent":  func(h Happen) bool { return h.Kind == HappenSent && h.ID == "1" && len(h.Calls) > 0 },
		"a datagram arrives": func(h Happen) bool { return h.Kind == HappenGot && h.ID == "1" && h.Peer == "3" && h.Ms != nil },
		"a door opens":       func(h Happen) bool { return h.Kind == HappenDoor && h.On },
	} {
		if page.saw(match) == 0 {
			t.Errorf("the page wasn't told: %s", what)
		}
	}

	page.post("/api/fault", Fault{Kind: FaultKill, ID: "2"})
	page.until("node 2 is dead, and datagrams to it", func() bool {
		return !page.workspace("2").Alive && page.workspace("2").View == nil && page.saw(func(h Happen) bool {
			return h.Kind == HappenLost && h.Peer == "2" && h.Why == LostToDead
		}) > 0
	})
	page.post("/api/fault", Fault{Kind: FaultUnplug, ID: "3", On: true})
	page.post("/api/press", Press{ID: "3", Button: ButtonCab, Floor: 0})
	page.until("node 3 alone serves its cab call", func() bool {
		return page.workspace("3").CutIn && page.saw(func(h Happen) bool { return h.isCall(HappenServed, "3", ButtonCab, 0) }) > 0
	})
	page.post("/api/fault", Fault{Kind: FaultUnplug, ID: "3"})
	page.post("/api/fault", Fault{Kind: FaultRestart, ID: "2"})
	page.until("three linked nodes again", linked(3))
	page.until("one view", func() bool {
		digests := make(map[string]bool)
		for _, w := range page.frame.Workspaces {
			if w.View != nil {
				digests[w.View.Digest] = true
			}
		}
		return len(digests) == 1
	})

	// What was seen live is what the history tells.
	res, err := page.client.Get("http://" + s.listen.Addr().String() + "/api/history")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	past := decode[History](t, string(text))
	told := make(map[string]bool)
	for _, x := range past.Happens {
		told[string(x)] = true
	}
	for _, h := range page.happens {
		data, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		if !told[string(data)] {
			t.Errorf("the history doesn't know %s", data)
		}
	}
	if !slices.ContainsFunc(past.Frames, func(f json.RawMessage) bool { return strings.Contains(string(f), `"alive":false`) }) {
		t.Error("the history doesn't know of a dead node")
	}
}

// The page of one node shows what that node knows, and no more.
func TestNodePageShowsWhatItKnows(t *testing.T) {
	t.Parallel()
	b := newBuilding(t, 2, quickly)
	first := b.stations[0]
	first.kill()
	source := NewNodeSource(NodeOptions{ID: "1", Program: "elevnet", Building: "b", Network: "real UDP", Elevator: quickly})
	first.page = source
	if f := source.Frame(); len(f.Workspaces) != 0 {
		t.Errorf("before it runs: %+v", f)
	}
	if err := first.run(); err != nil {
		t.Fatal(err)
	}
	source.Attach(first.host)
	s := newServer(t, Options{Source: source})
	serve(t, s)
	page := newBrowser(t, s)
	hello := decode[Hello](t, string(s.hub.greeting()))
	if hello.Mode != ModeNode || hello.Self != "1" || hello.Faults || hello.Press || hello.Floors != 4 || hello.DoorMs != 300 {
		t.Errorf("hello is %+v", hello)
	}
	page.until("two linked nodes", func() bool {
		return slices.Contains(page.workspace("1").Linked, "2") && slices.Contains(page.workspace("2").Linked, "1") && page.workspace("2").Alive
	})
	if err := b.Press(Press{ID: "1", Button: ButtonDown, Floor: 3}); err != nil {
		t.Fatal(err)
	}
	shown := false
	page.until("the call, and its service", func() bool {
		w := page.workspace("1")
		if w.View != nil {
			for _, c := range w.View.Calls {
				shown = shown || c.Phase == PhaseLit && c.Floor == 3 && c.Assigned != "" && slices.Contains(w.Lamps.Down, 3) && len(c.Holders) == 2
			}
		}
		return shown && page.saw(func(h Happen) bool { return h.isCall(HappenLamp, "1", ButtonDown, 3) && !h.On }) > 0
	})
	for what, match := range map[string]func(h Happen) bool{
		"the press":           func(h Happen) bool { return h.isCall(HappenPress, "1", ButtonDown, 3) },
		"node 2 holds it":     func(h Happen) bool { return h.isCall(HappenHeld, "1", ButtonDown, 3) && h.Peer == "2" },
		"what node 2 says":    func(h Happen) bool { return h.Kind == HappenGot && h.ID == "2" && len(h.Calls) > 0 && h.Text != "" },
		"what this node says": func(h Happen) bool { return h.Kind == HappenSent && h.ID == "1" && len(h.Calls) > 0 },
		"what this node logs": func(h Happen) bool { return h.Kind == HappenNotice && strings.Contains(h.Text, "joined") },
	} {
		if page.saw(match) == 0 {
			t.Errorf("the page wasn't told: %s", what)
		}
	}
	if n := page.saw(func(h Happen) bool { return h.ID == "2" && h.Kind != HappenGot }); n > 0 {
		t.Errorf("%d things of node 2 were told that node 1 can't know", n)
	}
	if w := page.workspace("2"); w.Panel || w.View != nil || w.Physical {
		t.Errorf("node 2 is shown from inside: %+v", w)
	}
	if w := page.workspace("1"); !w.Panel || w.Rates == nil {
		t.Errorf("this node is shown from outside: %+v", w)
	}
	if err := b.Fault(Fault{Kind: FaultObstruct, ID: "2", On: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.Press(Press{ID: "2", Button: ButtonCab, Floor: 1}); err != nil {
		t.Fatal(err)
	}
	page.until("node 2 says that it is obstructed", func() bool {
		w := page.workspace("2")
		return w.Obstructed && w.Door && w.Behaviour == BehaviourDoor && slices.Contains(w.Unavailable, "obstructed")
	})
	b.stations[1].kill()
	page.until("node 2 is gone", func() bool { return !page.workspace("2").Alive && len(page.workspace("1").Linked) == 0 })
}
