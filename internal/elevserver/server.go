package elevserver

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// Server is a simulated elevator that listens. Its methods may be called from
// any goroutine, and also after Close, when nobody is served any more.
type Server struct {
	epoch   time.Time
	addr    net.Addr
	running sync.WaitGroup

	mu      sync.Mutex
	clock   clock
	plant   *plant
	queues  []*queue
	clients []*client
	// listener is nil while connections are refused.
	listener net.Listener
	// answer is closed while requests are handled; a new one replaces it while
	// they are left lying.
	answer    chan struct{}
	answering bool
	closed    bool
	// timer calls tick when something will happen by itself: see clock.due.
	timer *time.Timer
}

// Listen starts a simulated elevator on a TCP address such as "127.0.0.1:15657"
// or ":0". Close ends it.
func Listen(addr string, o Options) (*Server, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, fmt.Errorf("simulated elevator: %w", err)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("simulated elevator: %w", err)
	}
	s.addr = listener.Addr()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listen(listener)
	return s, nil
}

// newServer returns a server that doesn't listen yet.
func newServer(o Options) (*Server, error) {
	s := &Server{epoch: time.Now(), answer: make(chan struct{}), answering: true, clock: clock{patient: o.Patient}}
	close(s.answer)
	p, err := newPlant(o, s.epoch, s.publish)
	if err != nil {
		return nil, err
	}
	s.plant = p
	s.timer = time.AfterFunc(time.Hour, s.tick)
	s.timer.Stop()
	return s, nil
}

// Addr returns the address on which the server listens, also while it refuses
// connections.
func (s *Server) Addr() net.Addr { return s.addr }

// Started returns the time at which the server was made.
func (s *Server) Started() time.Time { return s.epoch }

// Close refuses and drops all connections, delivers the events that wait to
// their subscribers and returns when every goroutine of the server has ended.
// A subscriber must not call it.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.timer.Stop()
	listener := s.listener
	s.listener = nil
	dropped := s.removeAll()
	for _, q := range s.queues {
		q.close()
	}
	s.queues = nil
	s.mu.Unlock()
	if listener != nil {
		listener.Close()
	}
	closeAll(dropped)
	s.running.Wait()
	return nil
}

// now returns the time of the elevator. The mutex is held.
func (s *Server) now() time.Duration { return s.clock.read(time.Since(s.epoch)) }

// awaited tells the clock whether a client is there to be waited for. The mutex
// is held.
func (s *Server) awaited() {
	s.clock.wait(time.Since(s.epoch), len(s.clients) > 0 && s.answering)
}

// act does something to the plant at the present time.
func (s *Server) act(do func(now time.Duration) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.actLocked(do)
}

func (s *Server) actLocked(do func(now time.Duration) error) error {
	err := do(s.now())
	s.arm()
	return err
}

// arm sets the timer for what will happen by itself next.
func (s *Server) arm() {
	due, ok := s.plant.next()
	switch {
	case s.closed:
	case !ok && s.clock.armed:
		s.clock.armed = false
		s.timer.Stop()
	case ok && (!s.clock.armed || due != s.clock.due):
		s.clock.armed, s.clock.due = true, due
		s.timer.Reset(due - s.now())
	}
}

// tick is called by the timer.
func (s *Server) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := s.now()
	s.clock.armed = false
	s.plant.advance(now)
	s.arm()
}

// publish hands an event to every subscriber. The mutex is held.
func (s *Server) publish(e Event) {
	e.At = e.At.Add(s.clock.stood) // in real time
	for _, q := range s.queues {
		q.put(e)
	}
}

// Snapshot shows the elevator as it is now.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot()
}

func (s *Server) snapshot() Snapshot {
	shot := s.plant.snapshot(s.now())
	shot.Clients = len(s.clients)
	shot.Accepting = s.listener != nil
	shot.Answering = s.answering
	s.arm()
	return shot
}

// Subscribe calls see with every event from now on, one after the other, in
// the order in which things happened, on a goroutine of its own. It returns the
// elevator as it was just before the first of these events, and a function that
// ends the subscription (one call to see may still be under way when that
// returns). The server never waits for see: one that falls tens of thousands of
// events behind misses some, and is told so by an event of the kind EventsLost.
func (s *Server) Subscribe(see func(Event)) (before Snapshot, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, before := s.watch()
	if !s.closed {
		s.running.Go(func() { pump(q, see) })
	}
	return before, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unwatch(q)
	}
}

// pump hands the events of a queue to see until the queue ends.
func pump(q *queue, see func(Event)) {
	for range q.ready {
		events, open := q.take()
		for _, e := range events {
			if q.discarded() {
				return
			}
			see(e)
		}
		if !open {
			return
		}
	}
}

// watch returns a queue of all events from now on. The mutex is held.
func (s *Server) watch() (*queue, Snapshot) {
	before := s.snapshot()
	q := newQueue()
	if s.closed {
		q.close()
	} else {
		s.queues = append(s.queues, q)
	}
	return q, before
}

// unwatch ends what watch began. The mutex is held.
func (s *Server) unwatch(q *queue) {
	s.queues = slices.DeleteFunc(s.queues, func(o *queue) bool { return o == q })
	q.discard()
}

// request carries out one frame of a client; ok is false if the client was
// dropped meanwhile.
func (s *Server) request(c *client, f elevproto.Frame) (reply elevproto.Frame, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.answering {
		answer := s.answer
		s.mu.Unlock()
		select {
		case <-answer:
		case <-c.gone:
		}
		s.mu.Lock()
		if c.left() {
			break
		}
	}
	if c.left() {
		return reply, false
	}
	s.clock.question(time.Since(s.epoch))
	reply = s.plant.request(s.now(), f)
	s.arm()
	return reply, true
}

// report publishes an event of the server's own.
func (s *Server) report(e Event) {
	_ = s.actLocked(func(now time.Duration) error {
		s.plant.advance(now)
		s.plant.report(e)
		return nil
	})
}

// stopMotor is what happens when the last client goes.
func (s *Server) stopMotor() {
	_ = s.actLocked(func(now time.Duration) error {
		if !s.plant.keep {
			s.plant.command(now, elevator.Stop)
		}
		return nil
	})
}
