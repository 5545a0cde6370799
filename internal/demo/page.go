package demo

import (
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/web"
)

// page shows a session to browsers: it is a [web.Source]. What happens is noted
// always, and cheaply; the state is looked at when somebody asks for it.
type page struct {
	program string
	log     web.Log
	began   time.Time
	session *session // set before anybody asks
	// note, if set, is given what the nodes themselves can't know.
	note func(web.Happen)

	// What follows belongs to the goroutine that looks.
	viewers []web.Viewer
	asked   time.Time

	watched atomic.Bool // somebody asks often

	mu    sync.Mutex
	beats []time.Duration // by node: when a heartbeat of it was last told
	scene string
}

// How often a page that nobody watches is looked at, at the least: see web.
const unwatched = 150 * time.Millisecond

// beatsPerSecond is how many datagrams without news are told, and beatWords how
// many happenings they may make.
const (
	beatsPerSecond = 24
	beatWords      = 120
)

func newPage(program string, nodes int) *page {
	return &page{program: program, viewers: make([]web.Viewer, nodes), beats: make([]time.Duration, nodes)}
}

// Hello implements [web.Source].
func (p *page) Hello() web.Hello {
	b := p.session.building
	c := b.cfg.Elevator
	h := web.Hello{
		Program: p.program, Mode: web.ModeDemo, Network: b.networkText(), Building: b.cfg.Name,
		Floors: c.Floors, TravelMs: web.Millis(c.Travel), PassMs: web.Millis(c.Pass), DoorMs: web.Millis(c.Door),
		StartedAt: b.feed.began, T: web.Millis(b.now()),
	}
	for _, w := range b.all {
		h.Nodes = append(h.Nodes, w.id)
	}
	for _, s := range Scenes() {
		if s.Nodes <= len(b.all) {
			h.Scenes = append(h.Scenes, web.Scene{ID: s.ID, Title: s.Title, Text: s.Text, Seconds: s.seconds(c).Seconds()})
		}
	}
	return h
}

// Happens implements [web.Source].
func (p *page) Happens() []web.Happen {
	now := time.Now()
	p.watched.Store(now.Sub(p.asked) < unwatched)
	p.asked = now
	return p.log.Take()
}

// Frame implements [web.Source].
func (p *page) Frame() *web.Frame {
	f := p.outside()
	for i, w := range p.session.building.all {
		p.inside(i, w, f.T, &f.Workspaces[i])
	}
	return f
}

// outside shows what can be seen by somebody who stands beside the elevators, and
// what each node says of itself.
func (p *page) outside() *web.Frame {
	s := p.session
	b := s.building
	f := &web.Frame{T: web.Millis(b.now()), Loss: b.lossPercent(), Traffic: s.visitors.in.Load(), Chaos: s.faulting()}
	p.mu.Lock()
	f.Scene = p.scene
	p.mu.Unlock()
	var lit Snapshot
	for i, w := range b.all {
		car := w.server.Snapshot()
		lit.Workspaces = append(lit.Workspaces, Workspace{Car: car})
		f.Workspaces = append(f.Workspaces, w.outside(i, car))
	}
	f.Figures = s.webFigures(lit.Lit())
	return f
}

func (w *workspace) outside(i int, car elevserver.Snapshot) web.Workspace {
	b := w.building
	say := b.wire.speech(i)
	in, out, from := b.wire.cuts(i)
	s := web.Workspace{
		ID: w.id, Alive: w.running() != nil, Frozen: w.isFrozen(), Joined: say.joined,
		Pos: math.Round(car.Position*1000) / 1000, Physical: true, Floor: car.Indicator,
		Behaviour: web.BehaviourIdle, Door: car.Door, Obstructed: car.Obstruction, Motor: car.Power,
		Server: car.Accepting, Stop: car.StopLamp, Disk: web.DiskText(say.status.Disk),
		Unavailable: []string{}, CutIn: in, CutOut: out, CutFrom: b.names(from),
		Hears: b.names(say.hears), Linked: b.names(say.linked),
		Panel: true, Lamps: web.CallsOf(car.Lamps), Held: web.CallsOf(car.Buttons),
		Serves: web.CallsOf(elevator.Calls{}), Escalated: web.CallsOf(elevator.Calls{}),
	}
	if say.status.Known() {
		s.Unavailable = append(s.Unavailable, say.status.Unavailable.Names()...)
		s.Parking = say.status.Parking
	}
	if car.Floor != elevator.NoFloor && car.Moving == elevator.Stop {
		s.Pos = float64(car.Floor) // it stops where the sensor begins
	}
	switch {
	case car.Door:
		s.Behaviour, s.Dir = web.BehaviourDoor, int(say.status.Direction)
	case car.Moving != elevator.Stop:
		s.Behaviour, s.Dir = web.BehaviourMoving, int(car.Moving)
	}
	return s
}

// inside adds what is inside a node.
func (p *page) inside(i int, w *workspace, t web.Ms, s *web.Workspace) {
	x, alive := w.inspect(p.viewers[i].Also(t))
	if !alive {
		s.Alive, s.Joined = false, false
		return
	}
	s.Joined = x.Joined
	s.Serves, s.Escalated = web.CallsOf(x.Serves), web.CallsOf(x.Escalated)
	s.Hears, s.Linked = orNone(x.Heard), orNone(x.Live)
	s.View = p.viewers[i].View(x.View.Digest, x.Calls)
	r := w.rates(time.Now(), x.Observation)
	s.Rates = &web.Rates{
		Sent: int(r.SentDatagrams + 0.5), Got: int(r.GotDatagrams + 0.5),
		SentBytes: int(r.SentBytes + 0.5), GotBytes: int(r.GotBytes + 0.5), Dropped: dropped(x.Observation),
	}
}

// dropped counts what was dropped, copies aside: they are harmless.
func dropped(o host.Observation) (n int) {
	for why, k := range o.Dropped {
		if why != "repeated" {
			n += int(k)
		}
	}
	return n
}

func orNone(list []elevator.ID) []elevator.ID {
	if list == nil {
		return []elevator.ID{}
	}
	return list
}

// names returns the ids of some workspaces.
func (b *Building) names(set uint64) []elevator.ID {
	list := []elevator.ID{}
	for _, i := range members(set) {
		list = append(list, b.all[i].id)
	}
	return list
}

// webFigures are the figures as the page has them.
func (s *session) webFigures(lit int) *web.Figures {
	f, broken := s.newestFigures(time.Now())
	return &web.Figures{
		Presses: f.Presses, Served: f.Served, Lit: lit, Broken: broken,
		LampMs: web.Millis(f.LampMedian), LampWorstMs: web.Millis(f.LampWorst),
		WaitMs: web.Millis(f.WaitAverage), WaitWorstMs: web.Millis(f.WaitWorst),
	}
}

// levelText is a level of the log as the page has it.
func levelText(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "error"
	case l >= slog.LevelWarn:
		return "warn"
	}
	return "info"
}
