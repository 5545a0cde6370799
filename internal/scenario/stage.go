package scenario

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
	"elevnet/internal/sim"
)

// Violation is a promise that was broken.
type Violation = promise.Violation

// Stage is a building under the eyes of a judge, who sees buttons, lamps,
// doors, motors and sensors and is told of the faults. Make it with [New]. It
// isn't safe for concurrent use.
type Stage struct {
	setup  Setup
	b      *sim.Building
	judge  *promise.Checker
	spaces []space
	net    network
	own    []Violation // that the judge can't see
	counts [Verbs]int
	trace  trace
	line   timeline
	saved  [][]byte // recorded datagrams
	keep   bool     // record
}

// space is what is known of a workspace besides what the simulation knows: how
// its switches stand and what is broken.
type space struct {
	*sim.Workspace
	absent    bool // has never run, or left
	stranger  bool // runs under another one's id
	mashed    elevator.Calls
	noPower   bool
	badDisk   bool
	badSensor bool
	noServer  bool // and the node has said so
}

// New builds a building and its judge. Its nodes have just been started: they
// need about a second until they know each other.
func New(setup Setup) (*Stage, error) {
	setup = setup.filled()
	if err := setup.validate(); err != nil {
		return nil, err
	}
	b, err := sim.New(setup.options())
	if err != nil {
		return nil, err
	}
	judge, err := promise.New(promise.Config{Workspaces: setup.Nodes, Elevator: setup.Elevator, Parks: setup.Parks, NoDisk: setup.NoDisk})
	if err != nil {
		return nil, err
	}
	s := &Stage{setup: setup, b: b, judge: judge, trace: newTrace()}
	s.line.on = setup.Timeline
	s.net.init(setup.Nodes)
	for i, w := range b.Workspaces() {
		s.spaces = append(s.spaces, space{Workspace: w})
		car := w.Car()
		s.tell(i, promise.Event{Kind: promise.SensorChanged, Floor: car.Sensor()})
		s.spaces[i].absent = !w.Alive()
		s.tell(i, promise.Event{Kind: promise.NodeRunning, On: w.Alive()})
	}
	b.OnHold = s.held
	b.OnShow = s.show
	b.OnSensor = s.sensor
	b.OnOverrun = s.overrun
	b.OnExit = s.exit
	b.OnSend = s.send
	b.OnNotice = s.notice
	return s, nil
}

// Setup returns what the stage was made with, defaults filled in.
func (s *Stage) Setup() Setup { return s.setup }

// Building returns the building, to look at. What is done to it behind the
// stage's back the judge doesn't know.
func (s *Stage) Building() *sim.Building { return s.b }

// Now returns the virtual time.
func (s *Stage) Now() time.Duration { return s.b.Now() }

// Run lets virtual time pass.
func (s *Stage) Run(d time.Duration) { s.RunUntil(d, func() bool { return false }) }

// RunUntil lets virtual time pass until done says so, or for d at the most. It
// returns whether done said so.
func (s *Stage) RunUntil(d time.Duration, done func() bool) bool {
	reached := s.b.RunUntil(d, done)
	s.judge.Advance(s.Now())
	return reached
}

// Violations returns the promises that were broken so far.
func (s *Stage) Violations() []Violation { return append(s.judge.Violations(), s.own...) }

// Summary returns what the judge has measured: presses, waits, press to lamp.
func (s *Stage) Summary() promise.Summary { return s.judge.Summary() }

// Counts returns how often each command was carried out, by its verb.
func (s *Stage) Counts() [Verbs]int { return s.counts }

// Faults returns how many commands broke something.
func (s *Stage) Faults() int {
	n := 0
	for v, k := range s.counts {
		if Verb(v).Fault() {
			n += k
		}
	}
	return n
}
