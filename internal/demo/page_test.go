package demo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/web"
)

// show is a session with a page that a test looks at.
type show struct {
	*rig
	orders  orders
	happens []web.Happen
}

func newShow(t *testing.T, on Network, nodes int) *show {
	t.Helper()
	r := newRigOn(t, on, nodes)
	return &show{rig: r, orders: orders{r.session}}
}

// until waits for something to happen, and returns it.
func (s *show) until(what string, is func(web.Happen) bool) web.Happen {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		s.happens = append(s.happens, s.page.Happens()...)
		if i := slices.IndexFunc(s.happens, is); i >= 0 {
			return s.happens[i]
		}
		if time.Now().After(end) {
			s.Fatalf("still waiting after %v: %s", patience, what)
		}
	}
}

func (s *show) forget() { s.page.Happens(); s.happens = nil }

// The life of a call, as the page has it: pressed, sent, received, held, lit,
// served; each datagram that was sent came to all others or is told to be lost.
func TestPageTellsTheLifeOfACall(t *testing.T) {
	t.Parallel()
	s := newShow(t, Memory, 3)
	s.forget()
	s.must(s.orders.Press(web.Press{ID: "1", Button: web.ButtonUp, Floor: 2}))
	is := func(kind, id string) func(web.Happen) bool {
		return func(h web.Happen) bool {
			return h.Kind == kind && h.ID == id && (h.Floor == nil || *h.Floor == 2) && (h.Button == "" || h.Button == web.ButtonUp)
		}
	}
	press := s.until("the press", is(web.HappenPress, "1"))
	sent := s.until("a datagram with the press", func(h web.Happen) bool {
		return h.Kind == web.HappenSent && h.ID == "1" && slices.Contains(h.Calls, web.Ref{Button: web.ButtonUp, Floor: 2, Phase: web.PhasePressed})
	})
	for _, peer := range []string{"2", "3"} {
		got := s.until("it comes to node "+peer, func(h web.Happen) bool {
			return h.Kind == web.HappenGot && h.ID == "1" && h.Peer == peer && h.Seq == sent.Seq
		})
		held := s.until("node "+peer+" holds it", func(h web.Happen) bool { return is(web.HappenHeld, "1")(h) && h.Peer == peer })
		if held.Ms == nil || *held.Ms <= 0 || held.T < got.T || got.T < sent.T || sent.T < press.T {
			t.Errorf("node %s: pressed at %v, sent at %v, got at %v, held at %v after %v", peer, press.T, sent.T, got.T, held.T, held.Ms)
		}
	}
	for _, id := range []string{"1", "2", "3"} {
		lamp := s.until("a lamp", func(h web.Happen) bool { return is(web.HappenLamp, id)(h) && h.On })
		if lamp.Ms == nil || lamp.T <= press.T {
			t.Errorf("the lamp of node %s at %v, %v after the press at %v", id, lamp.T, lamp.Ms, press.T)
		}
	}
	s.until("a door", func(h web.Happen) bool { return h.Kind == web.HappenDoor && h.On && h.Floor != nil && *h.Floor == 2 })
	served := s.until("the service", func(h web.Happen) bool { return h.Kind == web.HappenServed && *h.Floor == 2 })
	if served.Ms == nil || *served.Ms < 0 {
		t.Errorf("served %+v", served)
	}
	s.kept()
}

// Each way in which a datagram dies is told with its reason.
func TestPageTellsWhyDatagramsDie(t *testing.T) {
	t.Parallel()
	s := newShow(t, Memory, 3)
	lost := func(from, to, why string) func(web.Happen) bool {
		return func(h web.Happen) bool {
			return h.Kind == web.HappenLost && h.ID == from && h.Peer == to && h.Why == why
		}
	}
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultLink, ID: "1", Peer: "2", On: true}))
	s.forget()
	s.until("2 isn't heard by 1", lost("2", "1", web.LostToCut))
	s.until("1 is heard by 2", func(h web.Happen) bool { return h.Kind == web.HappenGot && h.ID == "1" && h.Peer == "2" })
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultLink, ID: "1", Peer: "2"}))
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultUnplug, ID: "3", On: true, Way: web.WayOut}))
	s.forget()
	s.until("3 is mute", lost("3", "1", web.LostToCut))
	s.until("and hears", func(h web.Happen) bool { return h.Kind == web.HappenGot && h.Peer == "3" })
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultLoss, Value: 50}))
	s.forget()
	s.until("loss", func(h web.Happen) bool { return h.Kind == web.HappenLost && h.Why == web.LostToLoss })
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultKill, ID: "2"}))
	s.forget()
	s.until("2 is dead", lost("1", "2", web.LostToDead))
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultHealAll}))
	s.awaitSound(3)
	s.kept()
}

// The frame shows what is done, and all views agree in the end.
func TestFrame(t *testing.T) {
	t.Parallel()
	s := newShow(t, Memory, 2)
	s.must(s.building.Motor(0, false))
	s.must(s.building.Motor(1, false))
	s.must(s.building.Press(0, 2, elevator.HallUp))
	s.must(s.building.Press(1, 3, elevator.Cab))
	s.await("both views with both calls", func(Snapshot) bool {
		f := s.page.Frame()
		for _, w := range f.Workspaces {
			if w.View == nil || len(w.View.Calls) != 2 || w.View.Digest != f.Workspaces[0].View.Digest {
				return false
			}
			up, cab := w.View.Calls[0], w.View.Calls[1]
			if up.Phase != web.PhaseLit || up.Button != web.ButtonUp || up.Floor != 2 || len(up.Holders) != 2 || up.Assigned == "" || len(up.Slots) != 1 || up.Slots[0].P != up.Slots[0].C {
				return false
			}
			if cab.Owner != "2" || cab.Floor != 3 || !slices.Equal(w.Lamps.Up, []int{2}) {
				return false
			}
		}
		return !f.Workspaces[0].Motor && len(f.Workspaces[0].Hears) == 1 && f.Figures.Lit == 2
	})
	// Nothing moves and nobody presses: two looks differ by their time alone, but
	// for the ages of calls and the rates.
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultFreeze, ID: "1"}))
	if w := s.page.Frame().Workspaces[0]; !w.Frozen || !w.Alive || w.View == nil {
		t.Errorf("a frozen node: %+v", w)
	}
	s.must(s.orders.Fault(web.Fault{Kind: web.FaultHealAll}))
	s.await("all is served", Snapshot.Dark)
	s.kept()
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s := newShow(t, Memory, 2)
	for _, f := range []web.Fault{
		{Kind: "earthquake", ID: "1"}, {Kind: web.FaultKill, ID: "9"}, {Kind: web.FaultLoss, Value: 101},
		{Kind: web.FaultLink, ID: "1", Peer: "1", On: true}, {Kind: web.FaultLink, ID: "1", Peer: "7", On: true},
		{Kind: web.FaultUnplug, ID: "1", Way: "sideways"}, {Kind: web.FaultDisk, ID: "1", On: true},
	} {
		if s.orders.Fault(f) == nil {
			t.Errorf("%+v: no error", f)
		}
	}
	for _, p := range []web.Press{{ID: "1", Button: "left"}, {ID: "3", Button: web.ButtonCab}, {ID: "1", Button: web.ButtonDown, Floor: 0}, {ID: "1", Button: web.ButtonCab, Floor: 99}} {
		if s.orders.Press(p) == nil {
			t.Errorf("%+v: no error", p)
		}
	}
	if s.orders.Scene(web.SceneOrder{ID: "nonsense"}) == nil {
		t.Error("no error for a scene that there isn't")
	}
	s.must(s.orders.Traffic(web.TrafficOrder{On: true}))
	if f := s.page.Frame(); !f.Traffic || f.Chaos {
		t.Errorf("traffic %v, chaos %v", f.Traffic, f.Chaos)
	}
	s.must(s.orders.Traffic(web.TrafficOrder{}))
	for _, f := range []struct {
		begin web.Fault
		shows func(w web.Workspace) bool
	}{
		{web.Fault{Kind: web.FaultKill, ID: "2"}, func(w web.Workspace) bool { return !w.Alive }},
		{web.Fault{Kind: web.FaultRestart, ID: "2"}, func(w web.Workspace) bool { return w.Alive && w.Joined }},
		{web.Fault{Kind: web.FaultWipe, ID: "2"}, func(w web.Workspace) bool { return w.Alive && w.Joined }},
		{web.Fault{Kind: web.FaultFreeze, ID: "2"}, func(w web.Workspace) bool { return w.Frozen }},
		{web.Fault{Kind: web.FaultThaw, ID: "2"}, func(w web.Workspace) bool { return !w.Frozen }},
		{web.Fault{Kind: web.FaultUnplug, ID: "2", On: true}, func(w web.Workspace) bool { return w.CutIn && w.CutOut }},
		{web.Fault{Kind: web.FaultUnplug, ID: "2", Way: web.WayIn}, func(w web.Workspace) bool { return !w.CutIn && w.CutOut }},
		{web.Fault{Kind: web.FaultLink, ID: "2", Peer: "1", On: true}, func(w web.Workspace) bool { return slices.Contains(w.CutFrom, "1") }},
		{web.Fault{Kind: web.FaultMotor, ID: "2", On: true}, func(w web.Workspace) bool { return !w.Motor }},
		{web.Fault{Kind: web.FaultObstruct, ID: "2", On: true}, func(w web.Workspace) bool { return w.Obstructed }},
		{web.Fault{Kind: web.FaultServer, ID: "2", On: true}, func(w web.Workspace) bool { return !w.Server }},
		{web.Fault{Kind: web.FaultPowerCut, On: true}, func(w web.Workspace) bool { return !w.Alive }},
		{web.Fault{Kind: web.FaultHealAll}, func(w web.Workspace) bool {
			return w.Alive && w.Joined && w.Motor && w.Server && !w.Obstructed && !w.CutOut && len(w.CutFrom) == 0
		}},
	} {
		s.must(s.orders.Fault(f.begin))
		s.await(fmt.Sprintf("%+v shows", f.begin), func(Snapshot) bool { return f.shows(s.page.Frame().Workspaces[1]) })
	}
	s.awaitSound(2)
	s.kept()
}

// A browser gets a hello with the scenes, a frame, and what happens.
func TestServe(t *testing.T) {
	t.Parallel()
	s := newShow(t, Memory, 2)
	v, err := s.listen("127.0.0.1:0", nil)
	s.must(err)
	v.begin()
	defer func() { s.must(v.close()) }()
	answer, err := http.Get(s.url + "api/stream")
	s.must(err)
	defer answer.Body.Close()
	seen := make(map[string]string)
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for kind := ""; lines.Scan() && len(seen) < 2; {
		line := lines.Text()
		if k, ok := strings.CutPrefix(line, "event: "); ok {
			kind = k
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && (kind == "hello" || kind == "frame") {
			seen[kind] = data
		}
	}
	var hello web.Hello
	s.must(json.Unmarshal([]byte(seen["hello"]), &hello))
	if hello.Mode != web.ModeDemo || hello.Network != "network in memory" || len(hello.Scenes) != len(Scenes()) || !hello.Faults || !hello.Press {
		t.Errorf("%+v", hello)
	}
	var frame web.Frame
	s.must(json.Unmarshal([]byte(seen["frame"]), &frame))
	if len(frame.Workspaces) != 2 || !frame.Workspaces[1].Alive {
		t.Errorf("%+v", frame)
	}
}
