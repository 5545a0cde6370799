package host_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/store"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

// The elevators are quick, but long enough at each sensor, and wait long enough
// for a node that a busy machine doesn't let run, that it doesn't miss it.
var (
	physics = elevserver.Options{Floors: 4, Travel: 200 * time.Millisecond, Pass: 600 * time.Millisecond, Tap: 500 * time.Millisecond, Patient: true}
	cfg     = elevator.Config{Floors: 4, Door: 200 * time.Millisecond, Travel: 200 * time.Millisecond, Pass: 600 * time.Millisecond, MotorTimeout: 20 * time.Second}
)

// station is a node with its elevator, for real but on this computer alone.
type station struct {
	t    testing.TB
	car  *elevserver.Server
	dir  string
	opts host.Options
	log  *logBuffer
	port int

	host   *host.Host
	cancel context.CancelFunc
	ended  chan error

	mu  sync.Mutex
	lit map[elevserver.Event]int // how often each lamp went on
}

// logBuffer is what a node has logged so far.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// lines counts the lines, but for those about peers that are lost and found: on
// a busy machine that happens, and is to be said.
func (l *logBuffer) lines() int {
	n := 0
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, `msg="peer `) && !strings.Contains(line, `msg="alone: `) {
			n++
		}
	}
	return n
}

// newStation returns a station whose node isn't started. With port 0 it picks
// one. The building is the test, in case that two tests get one port.
func newStation(t testing.TB, id string, port int) *station {
	t.Helper()
	car, err := elevserver.Listen("127.0.0.1:0", physics)
	if err != nil {
		t.Fatal(err)
	}
	s := &station{t: t, car: car, dir: t.TempDir(), port: port, log: new(logBuffer), lit: make(map[elevserver.Event]int)}
	_, unsubscribe := car.Subscribe(func(e elevserver.Event) {
		if e.Kind == elevserver.ButtonLamp && e.On {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.lit[lampOf(e.Button, e.Floor)]++
		}
	})
	s.opts = host.Options{
		Node:   node.Config{ID: elevator.ID(id), Building: t.Name(), Elevator: cfg},
		Server: car.Addr().String(),
	}
	t.Cleanup(func() {
		s.stop()
		unsubscribe()
		car.Close()
		if t.Failed() {
			t.Logf("log of node %s:\n%.8000s", id, s.log)
		}
	})
	return s
}

// open gives the node a transport and a disk of its own, unless it has one.
func (s *station) open() {
	s.t.Helper()
	conn, err := bcast.Listen(bcast.Options{Port: s.port, LoopbackOnly: true, Rescan: 100 * time.Millisecond})
	if err != nil {
		s.t.Fatal(err)
	}
	s.port = conn.Port()
	s.opts.Transport = conn
	s.opts.Boot, s.opts.Start = rand.Uint64()|1, time.Now()
	s.opts.Log = slog.New(slog.NewTextHandler(s.log, nil))
	if s.opts.OpenDisk == nil && s.opts.Disk == nil {
		disk, found, err := store.Open(store.OS(), s.dir, "state")
		if err != nil {
			s.t.Fatal(err)
		}
		s.opts.Disk, s.opts.Saved = disk, found.Payloads
	}
	if s.host, err = host.New(s.opts); err != nil {
		s.t.Fatal(err)
	}
}

// start starts the node.
func (s *station) start() {
	s.t.Helper()
	s.open()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.ended = make(chan error, 1)
	h, ended := s.host, s.ended
	go func() { ended <- h.Run(ctx) }()
}

// stop ends the node in good order and returns what Run returned.
func (s *station) stop() error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	return s.wait()
}

// wait waits for the end.
func (s *station) wait() error {
	s.t.Helper()
	var err error
	select {
	case err = <-s.ended:
	case <-time.After(patience):
		s.t.Errorf("Run hasn't returned within %v", patience)
	}
	s.cancel()
	s.cancel = nil
	s.opts.Disk, s.opts.Saved = nil, nil
	return err
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func (s *station) says(part string) bool { return strings.Contains(s.log.String(), part) }

func (s *station) untilSays(part string) {
	s.t.Helper()
	until(s.t, "the log says "+part, func() bool { return s.says(part) })
}

// tap presses a button for long enough that a busy machine doesn't miss it.
func (s *station) tap(b elevator.Button, floor int) {
	s.t.Helper()
	until(s.t, "the elevator is connected", func() bool { return s.car.Snapshot().Clients > 0 })
	if err := s.car.Tap(b, floor); err != nil {
		s.t.Fatal(err)
	}
}

// released waits until no button is held any more: the next process would take
// it for another press.
func (s *station) released() {
	s.t.Helper()
	until(s.t, "the buttons are let go", func() bool { return s.car.Snapshot().Buttons.Empty() })
}

func (s *station) lamp(b elevator.Button, floor int) bool {
	return s.car.Snapshot().Lamps.Has(floor, b)
}

func (s *station) untilLamp(b elevator.Button, floor int, on bool) {
	s.t.Helper()
	// The panel alone may still show what an earlier process left there.
	until(s.t, fmt.Sprintf("lamp %v %d is %v", b, floor, on), func() bool {
		return s.host.Observe().Lamps.Has(floor, b) == on && s.lamp(b, floor) == on
	})
}

// linked waits until the stations hear each other.
func linked(t testing.TB, stations ...*station) {
	t.Helper()
	until(t, "all linked", func() bool {
		for _, s := range stations {
			if o := s.host.Observe(); !o.Joined || len(o.Live) != len(stations)-1 {
				return false
			}
		}
		return true
	})
}

// lampOf names a lamp.
func lampOf(b elevator.Button, floor int) elevserver.Event {
	return elevserver.Event{Kind: elevserver.ButtonLamp, Button: b, Floor: floor}
}

// timesLit returns how often a lamp has gone on: who only looks now and then may
// miss one that was served meanwhile.
func (s *station) timesLit(b elevator.Button, floor int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lit[lampOf(b, floor)]
}

// served lets a call be lit, and then served, on all panels.
func served(t testing.TB, b elevator.Button, floor int, at *station, panels ...*station) {
	t.Helper()
	before := make([]int, len(panels))
	for k, p := range panels {
		before[k] = p.timesLit(b, floor)
	}
	at.tap(b, floor)
	for k, p := range panels {
		until(t, "the lamp is lit on every panel", func() bool { return p.timesLit(b, floor) > before[k] })
	}
	for _, p := range panels {
		p.untilLamp(b, floor, false)
	}
}

// behaved fails the test if the car was driven against the rules.
func (s *station) behaved() {
	s.t.Helper()
	x := s.car.Snapshot()
	if x.Misuse != [elevserver.MisuseKinds]int{} || x.Overruns > 0 {
		s.t.Errorf("E1, E2: misuse %v, overruns %d", x.Misuse, x.Overruns)
	}
}
