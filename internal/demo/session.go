package demo

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"elevnet/internal/promise"
)

// session is a building with what surrounds it: those who press its buttons,
// those who break it, and those who watch.
type session struct {
	building *Building
	page     *page // nil if there is none
	stage    stage
	url      string // of the page, "" if none is served
	moved    int    // the port that was taken, 0 for none
	visitors *visitors
	seed     uint64
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	did      chan action

	faults   sync.Mutex // held while random faults begin or end
	calm     context.CancelFunc
	troubled chan int // how many random faults there were, when they have ended

	mu      sync.Mutex
	tally   *tally
	judge   *promise.Checker
	judged  bool // the judge has spoken its last word
	figures Figures
	counted time.Time
	begun   int // random faults
}

// newSession returns a session without a building yet.
func newSession(cfg Config, seed uint64) (*session, error) {
	judge, err := newJudge(cfg)
	if err != nil {
		return nil, err
	}
	return &session{seed: seed, tally: newTally(cfg.Nodes), judge: judge, did: make(chan action, 64)}, nil
}

// open starts the building. cfg must tell the session of events and time.
func (s *session) open(cfg Config) error {
	var err error
	if s.building, err = Open(cfg); err != nil {
		return err
	}
	s.visitors = newVisitors(s.building, s.seed)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.running.Go(func() { s.visitors.run(s.ctx) })
	s.running.Go(s.carryOut)
	return nil
}

// openSession starts a building.
func openSession(cfg Config, seed uint64) (*session, error) {
	s, err := newSession(cfg, seed)
	if err != nil {
		return nil, err
	}
	cfg.OnEvent, cfg.OnTime = s.observe, s.advance
	return s, s.open(cfg)
}

// close ends everything.
func (s *session) close() error {
	s.stopScene()
	s.setFaults(false)
	s.cancel()
	s.running.Wait()
	return s.building.Close()
}

func (s *session) observe(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.observe(e)
	if !e.Sound && !s.judged {
		s.judge.Observe(e.Event)
	}
}

func (s *session) advance(until time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.judged {
		s.judge.Advance(until)
	}
}

// carryOut carries out what was asked for at the screen, in that order.
func (s *session) carryOut() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case a := <-s.did:
			if err := s.perform(a); err != nil {
				s.complain(err)
			}
		}
	}
}

// act asks for an action. One that finds too many in front of it is dropped.
func (s *session) act(a action) {
	select {
	case s.did <- a:
	default:
	}
}

// complain says that something could not be done.
func (s *session) complain(err error) {
	s.building.say(slog.LevelError, "", "%v", err)
}

func (s *session) setTraffic(on bool) {
	if s.visitors.in.Swap(on) != on {
		s.building.say(slog.LevelInfo, "", "random presses %s", onOff(on))
	}
}

// setFaults begins random faults, or ends them and heals what they broke.
func (s *session) setFaults(on bool) {
	s.faults.Lock()
	defer s.faults.Unlock()
	if on == (s.calm != nil) {
		return
	}
	s.building.say(slog.LevelInfo, "", "random faults %s", onOff(on))
	if !on {
		s.calm()
		n := <-s.troubled
		s.calm = nil
		s.mu.Lock()
		s.begun += n
		s.mu.Unlock()
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.calm, s.troubled = cancel, make(chan int, 1)
	go func(ended chan<- int) {
		n, err := newChaos(s.building, s.seed).run(ctx)
		if err != nil {
			s.complain(err)
		}
		ended <- n
	}(s.troubled)
}

func (s *session) faulting() bool {
	s.faults.Lock()
	defer s.faults.Unlock()
	return s.calm != nil
}

// look is what there is to see now.
func (s *session) look() picture {
	c := picture{
		Snapshot: s.building.Snapshot(),
		Traffic:  s.visitors.in.Load(),
		Chaos:    s.faulting(),
		URL:      s.url,
	}
	c.Figures, c.Broken = s.newestFigures(c.At)
	return c
}

// newestFigures returns figures that are a second old at the most, and how many
// promises were broken.
func (s *session) newestFigures(now time.Time) (f Figures, broken int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.counted) >= time.Second {
		s.figures, s.counted = s.tally.figures(), now
	}
	return s.figures, s.judge.Summary().Violations
}

// untilDark waits until every lit lamp was served. It gives up after a while.
func (s *session) untilDark(ctx context.Context) bool {
	deadline := time.Now().Add(s.patience())
	for time.Now().Before(deadline) {
		if s.building.Snapshot().Dark() {
			return true
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return false
		}
	}
	return false
}

// patience is how long the last calls may take: twice up and down with every
// stop, and a minute at the least.
func (s *session) patience() time.Duration {
	c := s.building.cfg.Elevator
	return max(time.Minute, 4*time.Duration(c.Floors-1)*(c.Travel+c.Pass+c.Door))
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
