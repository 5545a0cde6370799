package demo

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/worldview"
)

// MaxNodes is the largest number of nodes in one demonstration.
const MaxNodes = 16

// Config describes a building.
type Config struct {
	// Nodes is the number of workspaces, 1 to [MaxNodes]. Their ids are "1",
	// "2" and so on.
	Nodes int
	// Elevator holds the floors and timings of nodes and elevators alike.
	Elevator elevator.Config
	// Network is what the nodes talk over.
	Network Network
	// UDPPort is where the nodes talk on [UDP]; 0 takes a free one.
	UDPPort int
	// Name is that of the building. Nodes of other buildings are ignored.
	Name string
	// StateDir is where each node has a directory for what survives a crash.
	StateDir string
	// Seed decides which datagrams are lost.
	Seed uint64
	// Policy returns what a node decides with, nil for its own; Adviser whom it
	// asks, nil for nobody. Each may be nil, and is called for each start of a node.
	// A node in a process of its own is given both by the name Assigner.
	Policy   func() node.Policy
	Adviser  func(log *slog.Logger) host.Adviser
	Assigner string
	// LogLevel is the least level of the nodes' log lines that are kept.
	LogLevel slog.Leveler
	// OnLine, if set, is called with each log line, one at a time. It must not
	// call the building.
	OnLine func(Line)
	// OnEvent, if set, is called with each event, one at a time, in the order
	// in which things happened, a moment later; and OnTime, every now and then,
	// with the time until which all events were told.
	OnEvent func(Event)
	OnTime  func(time.Duration)
	// Tap, if set, is called at each start of a node in this process and returns
	// who is told all that it lives through; nil for nobody.
	Tap func(elevator.ID) host.Tap
	// Parking lets idle elevators wait where the next call is likely.
	Parking bool
	// Program is the program that [Processes] runs a node with, "" for this one;
	// Record is where each of its nodes records what it lives through, with its
	// id before the extension, "" for nowhere.
	Program, Record string

	// news is told what is seen of the building, at once.
	news newsreader
}

// newsreader is told what is seen of a building, at once, by any goroutine. It
// must return at once and not call the building.
type newsreader interface {
	moment(moment)
	caption(caption)
	sent(*datagram)
	fated(d *datagram, to int, at time.Duration, fate fate)
}

// Building is a running building. Its methods may be called from any goroutine.
type Building struct {
	cfg     Config
	journal *journal
	feed    *feed
	all     []*workspace
	stopped chan struct{}
	watcher sync.WaitGroup
	linking sync.Mutex // held while ways are cut or mended
	wire    *wire
	ether   ether    // of Memory
	spawner *spawner // of Processes
	story   *chronicle
	healing sync.Mutex  // held by HealAll
	quiet   atomic.Bool // what is mended is part of something larger
	seen    chan caption

	mu     sync.Mutex
	port   int
	closed bool
}

// Open starts a building with all its nodes.
func Open(cfg Config) (*Building, error) {
	if cfg.Nodes < 1 || cfg.Nodes > MaxNodes {
		return nil, fmt.Errorf("the number of nodes must be 1 to %d, not %d", MaxNodes, cfg.Nodes)
	}
	if err := cfg.Elevator.Validate(); err != nil {
		return nil, err
	}
	b := &Building{
		cfg:     cfg,
		journal: newJournal(cfg.OnLine),
		feed:    newFeed(time.Now(), cfg.OnEvent, cfg.OnTime),
		port:    cfg.UDPPort,
		stopped: make(chan struct{}),
		seen:    make(chan caption, 64),
	}
	ids := make([]elevator.ID, cfg.Nodes)
	for i := range ids {
		ids[i] = elevator.ID(fmt.Sprint(i + 1))
	}
	b.story = newChronicle(ids, cfg.news, b.seen)
	b.wire = newWire(cfg.Name, cfg.Elevator.Floors, ids, cfg.Seed, b.now, &wireNews{b.story, cfg.news})
	if cfg.Network == Processes {
		b.spawner = newSpawner()
		if cfg.Assigner == "" || cfg.Assigner == "builtin" { // nobody knows what others decide
			b.wire.reckon = func(view *worldview.Worldview, me int) ([]elevator.ID, []elevator.Calls) {
				return node.Reckon(cfg.Elevator, view, me)
			}
		}
	}
	for i := range cfg.Nodes {
		w, err := b.newWorkspace(i)
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		b.all = append(b.all, w)
	}
	for _, w := range b.all {
		if w.relay != nil {
			w.relay.begin()
		}
	}
	if err := b.startAll(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.watcher.Go(b.watch)
	b.watcher.Go(b.watchStalls)
	return b, nil
}

// newWorkspace returns a workspace with its elevator, and no node yet. The cars
// stand at different floors.
func (b *Building) newWorkspace(i int) (*workspace, error) {
	c := b.cfg.Elevator
	start := 0
	if b.cfg.Nodes > 1 {
		start = i * (c.Floors - 1) / (b.cfg.Nodes - 1)
	}
	server, err := elevserver.Listen("127.0.0.1:0", elevserver.Options{
		Floors: c.Floors, Travel: c.Travel, Pass: c.Pass, Start: float64(start),
	})
	if err != nil {
		return nil, err
	}
	id := elevator.ID(fmt.Sprint(i + 1))
	w := &workspace{
		building: b, index: i, id: id, server: server,
		dir: filepath.Join(b.cfg.StateDir, "node-"+string(id)),
		log: slog.New(&nodeHandler{journal: b.journal, node: id, level: b.cfg.LogLevel}),
	}
	watcher := &watcher{feed: b.feed, story: b.story, workspace: i}
	before, _ := server.Subscribe(watcher.see)
	b.feed.tell(promise.Event{Workspace: i, Kind: promise.SensorChanged, Floor: before.Sensor})
	b.story.add(moment{at: b.now(), kind: floorChanged, node: i, floor: before.Sensor})
	if cfg := b.cfg; cfg.Network == Processes {
		if w.relay, err = b.openRelay(i); err != nil {
			return nil, errors.Join(err, server.Close())
		}
	}
	return w, nil
}

// watch tells the feed which workspaces are sound, and the journal what was seen,
// until the building closes.
func (b *Building) watch() {
	tick := time.NewTicker(soundEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.stopped:
			return
		case <-tick.C:
			b.updateSound()
		case c := <-b.seen:
			b.journal.add(Line{At: b.feed.began.Add(c.at), Seen: true, Text: c.text})
		}
	}
}

// Close ends all nodes in good order, motors stopped and state saved, and then
// their elevators. What is in Config.StateDir stays.
func (b *Building) Close() error {
	b.mu.Lock()
	was := b.closed
	b.closed = true
	b.mu.Unlock()
	if was {
		return nil
	}
	close(b.stopped)
	b.watcher.Wait()
	errs := make([]error, len(b.all))
	var wg sync.WaitGroup
	for i, w := range b.all {
		wg.Go(func() { errs[i] = w.end() })
	}
	wg.Wait()
	for _, w := range b.all {
		errs = append(errs, w.closeRelay(), w.server.Close())
	}
	if b.spawner != nil {
		b.spawner.close()
	}
	b.feed.close()
	return errors.Join(errs...)
}

// transport returns what a node in this process talks over. The first one may
// choose the port.
func (b *Building) transport() (bcast.Transport, error) {
	if b.cfg.Network == Memory {
		return b.ether.join(), nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	conn, err := bcast.Listen(bcast.Options{Port: b.port, LoopbackOnly: true})
	if err != nil {
		return nil, err
	}
	b.port = conn.Port()
	return conn, nil
}

// now is the time since the start of the building.
func (b *Building) now() time.Duration { return time.Since(b.feed.began) }

// workspace returns one by its index.
func (b *Building) workspace(i int) (*workspace, error) {
	if i < 0 || i >= len(b.all) {
		return nil, fmt.Errorf("there is no workspace %d, only 0 to %d", i, len(b.all)-1)
	}
	return b.all[i], nil
}

// Nodes returns the number of workspaces.
func (b *Building) Nodes() int { return len(b.all) }

// say writes a line of the demonstration's own about a workspace.
func (b *Building) say(level slog.Level, node elevator.ID, format string, args ...any) {
	b.journal.add(Line{At: time.Now(), Node: node, Level: level, Hand: true, Text: fmt.Sprintf(format, args...)})
}

// nonce draws a number that differs at each start of a node.
func nonce() uint64 { return rand.Uint64() | 1 }
