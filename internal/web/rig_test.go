package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/store"
	"elevnet/worldview"
)

// building is a few real nodes on this computer with simulated elevators: a
// source and hands for tests.
type building struct {
	tb    testing.TB
	cfg   elevator.Config
	start time.Time
	log   Log
	port  int

	mu       sync.Mutex
	stations []*station
	loss     int
	flying   []flying // datagrams that not all have got yet
	scene    string
}

// flying is a datagram that was sent and told.
type flying struct {
	Happen
	left map[string]bool // who has not got it
}

// station is one node with its elevator.
type station struct {
	b      *building
	id     elevator.ID
	car    *elevserver.Server
	dir    string
	viewer Viewer
	meter  meter

	page   *NodeSource // that it tells, nil for none
	tap    *watched
	host   *host.Host // nil while it doesn't run
	filter *bcast.Faulty
	crash  chan struct{}
	ended  chan error
	cutIn  bool
	cutOut bool
}

var quickly = elevator.Config{
	Floors: 4, Door: 300 * time.Millisecond, Travel: 250 * time.Millisecond, Pass: 60 * time.Millisecond,
	MotorTimeout: 2 * time.Second,
}

// newBuilding starts a building.
func newBuilding(tb testing.TB, nodes int, cfg elevator.Config) *building {
	tb.Helper()
	b := &building{tb: tb, cfg: cfg, start: time.Now()}
	tb.Cleanup(func() {
		for _, s := range b.stations {
			s.kill()
			if err := s.car.Close(); err != nil {
				tb.Error(err)
			}
		}
	})
	dir := tb.TempDir()
	for i := range nodes {
		car, err := elevserver.Listen("127.0.0.1:0", elevserver.Options{
			Floors: cfg.Floors, Travel: cfg.Travel, Pass: cfg.Pass, Start: float64(i % cfg.Floors),
		})
		if err != nil {
			tb.Fatal(err)
		}
		id := elevator.ID(fmt.Sprint(i + 1))
		b.stations = append(b.stations, &station{b: b, id: id, car: car, dir: filepath.Join(dir, string(id))})
	}
	for _, s := range b.stations {
		if err := s.run(); err != nil {
			tb.Fatal(err)
		}
	}
	return b
}

// run starts the node.
func (s *station) run() error {
	conn, err := bcast.Listen(bcast.Options{Port: s.b.port, LoopbackOnly: true})
	if err != nil {
		return err
	}
	s.b.port = conn.Port()
	disk, found, err := store.Open(store.OS(), s.dir, "state")
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	logs := &NodeSource{opts: NodeOptions{ID: s.id}, start: s.b.start}
	tap := &watched{witness: newWitness(&s.b.log, s.b.start)}
	tap.tells = func(m *worldview.Message, _ Ms) bool { return m.Count%32 == 0 }
	var told host.Tap = tap
	said := slog.New(&toLog{logs: logs.Logs(slog.DiscardHandler), log: &s.b.log, source: logs})
	if s.page != nil {
		told, said = s.page.Tap(), slog.New(s.page.Logs(slog.NewTextHandler(io.Discard, nil)))
	}
	filter := bcast.NewFaulty(conn, rand.Uint64())
	crash, ended := make(chan struct{}), make(chan error, 1)
	h, err := host.New(host.Options{
		Node:      node.Config{ID: s.id, Building: s.b.tb.Name() + fmt.Sprint(s.b.start.UnixNano()), Elevator: s.b.cfg},
		Server:    s.car.Addr().String(),
		Transport: filter,
		Disk:      disk, Saved: found.Payloads,
		Boot: rand.Uint64() | 1, Start: time.Now(),
		Log:     said,
		Crashed: crash,
		Tap:     told,
	})
	if err != nil {
		return errors.Join(err, disk.Close(), conn.Close())
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.tap, s.host, s.filter, s.crash, s.ended = tap, h, filter, crash, ended
	s.meter = meter{}
	s.link()
	go func() { ended <- h.Run(context.Background()) }()
	return nil
}

// toLog hands what a node logs on to the building.
type toLog struct {
	logs   slog.Handler
	log    *Log
	source *NodeSource
}

func (l *toLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *toLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *toLog) WithGroup(string) slog.Handler            { return l }
func (l *toLog) Handle(ctx context.Context, r slog.Record) error {
	err := l.logs.Handle(ctx, r)
	for _, h := range l.source.log.Take() {
		l.log.Add(h)
	}
	return err
}

// link sets the faults of the network. b.mu is held.
func (s *station) link() {
	if s.filter == nil {
		return
	}
	if err := s.filter.Set(bcast.Faults{DropIn: float64(s.b.loss), CutIn: s.cutIn, CutOut: s.cutOut}); err != nil {
		s.b.tb.Error(err)
	}
}

// kill crashes the node.
func (s *station) kill() {
	s.b.mu.Lock()
	h, crash, ended := s.host, s.crash, s.ended
	s.host = nil
	s.b.mu.Unlock()
	if h == nil {
		return
	}
	close(crash)
	<-ended
}

func (b *building) now() Ms { return Millis(time.Since(b.start)) }

// Hello implements Source.
func (b *building) Hello() Hello {
	h := Hello{
		Program: "elevnet", Mode: ModeDemo, Network: "real UDP on loopback", Building: "demo",
		Floors: b.cfg.Floors, TravelMs: Millis(b.cfg.Travel), PassMs: Millis(b.cfg.Pass), DoorMs: Millis(b.cfg.Door),
		StartedAt: b.start, T: b.now(),
		Scenes: []Scene{{ID: "cable", Title: "A cable is pulled", Seconds: 20, Text: "A node loses its cable and goes on serving."}},
	}
	for _, s := range b.stations {
		h.Nodes = append(h.Nodes, s.id)
	}
	return h
}

// Frame implements Source.
func (b *building) Frame() *Frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := &Frame{T: b.now(), Loss: b.loss, Scene: b.scene}
	for _, s := range b.stations {
		f.Workspaces = append(f.Workspaces, s.workspace(f.T))
	}
	return f
}

func (s *station) workspace(t Ms) Workspace {
	car := s.car.Snapshot()
	w := Workspace{
		ID: s.id, Pos: float64(int(car.Position*100+0.5)) / 100, Physical: true, Floor: car.Indicator, Dir: int(car.Moving),
		Behaviour: BehaviourIdle, Door: car.Door, Obstructed: car.Obstruction, Motor: car.Power, Server: car.Accepting,
		Stop: car.StopLamp, Disk: DiskOK, Unavailable: []string{}, CutIn: s.cutIn, CutOut: s.cutOut,
		CutFrom: []elevator.ID{}, Hears: []elevator.ID{}, Linked: []elevator.ID{}, Panel: true,
		Lamps: CallsOf(car.Lamps), Held: CallsOf(car.Buttons), Serves: CallsOf(elevator.Calls{}), Escalated: CallsOf(elevator.Calls{}),
	}
	switch {
	case car.Door:
		w.Behaviour = BehaviourDoor
	case car.Moving != elevator.Stop:
		w.Behaviour = BehaviourMoving
	}
	if s.host == nil {
		return w
	}
	x := s.host.Inspect(s.viewer.Also(t))
	w.Alive, w.Joined = true, x.Joined
	w.Hears, w.Linked = ids(x.Heard), ids(x.Live)
	w.Serves, w.Escalated = CallsOf(x.Serves), CallsOf(x.Escalated)
	w.View = s.viewer.View(x.View.Digest, x.Calls)
	w.Rates = s.meter.read(time.Now(), x.Observation)
	for _, v := range x.View.Nodes {
		if v.ID == s.id {
			w.Unavailable, w.Disk, w.Parking = words(v.Unavailable), diskOf(v.Disk), v.Parking
			if w.Dir == 0 {
				w.Dir = dirOf(v.Direction)
			}
		}
	}
	return w
}

// lostAfter is how long after it was sent a datagram counts as lost.
const lostAfter = Ms(200)

// Happens implements Source. It adds how long datagrams took, and which were
// lost.
func (b *building) Happens() []Happen {
	list := b.log.Take()
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, h := range list {
		switch h.Kind {
		case HappenSent:
			f := flying{Happen: h, left: make(map[string]bool)}
			for _, s := range b.stations {
				f.left[string(s.id)] = string(s.id) != h.ID
			}
			b.flying = append(b.flying, f)
		case HappenGot:
			for _, f := range b.flying {
				if f.ID == h.ID && f.Seq == h.Seq {
					f.left[h.Peer] = false
					ms := h.T - f.T
					list[i].Ms, list[i].Calls, list[i].Text = &ms, nil, ""
				}
			}
		}
	}
	b.flying = slices.DeleteFunc(b.flying, func(f flying) bool {
		if b.now()-f.T < lostAfter {
			return false
		}
		for _, s := range b.stations {
			if !f.left[string(s.id)] {
				continue
			}
			h := Happen{T: f.T, Kind: HappenLost, ID: f.ID, Peer: string(s.id), Seq: f.Seq, Why: LostToLoss}
			switch {
			case s.host == nil:
				h.Why = LostToDead
			case s.cutIn || b.station(elevator.ID(f.ID)).cutOut:
				h.Why = LostToCut
			}
			list = append(list, h)
		}
		return true
	})
	inOrder(list)
	return list
}

func (b *building) station(id elevator.ID) *station {
	for _, s := range b.stations {
		if s.id == id {
			return s
		}
	}
	return nil
}

// Kinds implements Hands.
func (b *building) Kinds() []string {
	return []string{FaultKill, FaultRestart, FaultUnplug, FaultLoss, FaultMotor, FaultObstruct, FaultServer, FaultHealAll}
}

// Press implements Hands.
func (b *building) Press(p Press) error {
	s := b.station(p.ID)
	if s == nil {
		return fmt.Errorf("there is no node %s", p.ID)
	}
	button, err := ParseButton(p.Button)
	if err != nil {
		return err
	}
	return s.car.Tap(button, p.Floor)
}

// Fault implements Hands.
func (b *building) Fault(f Fault) error {
	s := b.station(f.ID)
	if s == nil && f.Kind != FaultLoss && f.Kind != FaultHealAll {
		return fmt.Errorf("there is no node %s", f.ID)
	}
	kind := HappenFault
	if !f.On {
		kind = HappenHealed
	}
	switch f.Kind {
	case FaultKill:
		kind = HappenFault
		s.kill()
	case FaultRestart:
		kind = HappenHealed
		if err := s.run(); err != nil {
			return err
		}
	case FaultUnplug:
		b.mu.Lock()
		s.cutIn, s.cutOut = f.On && f.Way != WayOut, f.On && f.Way != WayIn
		s.link()
		b.mu.Unlock()
	case FaultLoss:
		b.mu.Lock()
		b.loss = f.Value
		for _, s := range b.stations {
			s.link()
		}
		b.mu.Unlock()
		if f.Value > 0 {
			kind = HappenFault
		}
	case FaultMotor:
		s.car.SetMotorPower(!f.On)
	case FaultObstruct:
		s.car.SetObstruction(f.On)
	case FaultServer:
		if err := s.car.SetAccepting(!f.On); err != nil {
			return err
		}
		if f.On {
			s.car.DropConnections()
		}
	default:
		return fmt.Errorf("a test has no fault %s", f.Kind)
	}
	b.log.Add(Happen{T: b.now(), Kind: kind, ID: string(f.ID), Why: f.Kind, Text: fmt.Sprintf("%s %s %s", f.Kind, f.ID, f.Way)})
	return nil
}

// Scene implements Hands.
func (b *building) Scene(o SceneOrder) error {
	if !o.Stop && o.ID != "cable" {
		return errors.New("there is no such scene")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scene = o.ID
	step := 0
	if o.Stop {
		b.scene, step = "", -1
	}
	b.log.Add(Happen{T: b.now(), Kind: HappenScene, Scene: o.ID, Step: &step, Text: "a test"})
	return nil
}

// Traffic implements Hands.
func (b *building) Traffic(TrafficOrder) error {
	return errors.New("nobody presses by chance in a test")
}
