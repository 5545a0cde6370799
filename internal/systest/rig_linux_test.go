package systest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

// udpPort is where the nodes of these tests talk.
const udpPort = "15680"

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	if os.Getenv(tickerEnv) != "" {
		os.Exit(m.Run()) // the bare program of BenchmarkIdle: nothing to build
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "elevnet-systest")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "elevnet")
		build := exec.Command("go", "build", "-o", binary, "elevnet")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// The elevators of these tests are quicker than the course's, so that the whole
// takes minutes and not hours.
var (
	physics = elevserver.Options{Floors: 4, Travel: 600 * time.Millisecond, Pass: 200 * time.Millisecond, Tap: 150 * time.Millisecond}
	quick   = []string{"--travel", "600ms", "--door", "1s", "--motor-timeout", "2s"}
)

// rig is a building of real processes.
type rig struct {
	t        testing.TB
	wires    *wires
	stations []*station
}

// station is one workstation: a namespace, an elevator, and a node's process.
type station struct {
	rig     *rig
	id      string
	ns      string
	address string
	state   string
	car     *elevserver.Server
	node    *exec.Cmd
	log     *logBuffer

	mu     sync.Mutex
	events []elevserver.Event
}

// newRig starts so many nodes, with the ids 1, 2, ….
func newRig(t testing.TB, nodes int) *rig {
	needs(t)
	r := &rig{t: t, wires: newWires(t)}
	t.Cleanup(func() {
		for _, s := range r.stations {
			s.kill()
			s.car.Close()
			if t.Failed() {
				t.Logf("log of node %s:\n%s", s.id, s.log)
			}
		}
	})
	for range nodes {
		r.add()
	}
	r.settle()
	return r
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

func (l *logBuffer) Len() int { return len(l.String()) }

// Reset forgets it.
func (l *logBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Reset()
}

// add wires another workstation and starts its node.
func (r *rig) add() *station {
	s := &station{rig: r, id: fmt.Sprint(len(r.stations) + 1), state: r.t.TempDir(), log: new(logBuffer)}
	s.ns, s.address = r.wires.add()
	inside(r.t, s.ns, func() {
		var err error
		if s.car, err = elevserver.Listen("127.0.0.1:15657", physics); err != nil {
			r.t.Error(err)
		}
	})
	if s.car == nil {
		r.t.FailNow()
	}
	s.car.Subscribe(func(e elevserver.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
	})
	r.stations = append(r.stations, s)
	s.start()
	return s
}

// start starts the node's process.
func (s *station) start(more ...string) {
	args := append([]string{"netns", "exec", s.ns, binary, "--id", s.id, "--state-dir", s.state, "--udp-port", udpPort}, quick...)
	s.node = exec.Command("ip", append(args, more...)...)
	s.node.Stderr = s.log
	if err := s.node.Start(); err != nil {
		s.rig.t.Fatal(err)
	}
}

// kill ends the process as a power cut does, and returns when it is gone.
func (s *station) kill() {
	if s.node == nil {
		return
	}
	s.node.Process.Kill() //nolint:errcheck
	s.node.Wait()         //nolint:errcheck
	s.node = nil
}

// interrupt ends the process as Ctrl-C does and returns its exit status.
func (s *station) interrupt() int {
	s.node.Process.Signal(syscall.SIGINT) //nolint:errcheck
	s.node.Wait()                         //nolint:errcheck
	code := s.node.ProcessState.ExitCode()
	s.node = nil
	return code
}

// signal sends a signal to the process.
func (s *station) signal(name string) {
	signals := map[string]syscall.Signal{"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT}
	s.node.Process.Signal(signals[name]) //nolint:errcheck
}

// settle waits until all nodes are linked.
func (r *rig) settle() {
	r.t.Helper()
	r.until(15*time.Second, "all nodes linked", func() bool {
		for _, s := range r.stations {
			if s.node != nil && s.links() < r.alive()-1 {
				return false
			}
		}
		return true
	})
}

func (r *rig) alive() int {
	n := 0
	for _, s := range r.stations {
		if s.node != nil {
			n++
		}
	}
	return n
}

// links counts the peers that the node's log says it is linked with.
func (s *station) links() int {
	text := s.log.String()
	if at := strings.LastIndex(text, "starts"); at >= 0 {
		text = text[at:]
	}
	return strings.Count(text, " found at ") - strings.Count(text, " lost at ")
}

// until waits for a condition, and fails the test when it takes too long.
func (r *rig) until(limit time.Duration, what string, ok func() bool) time.Duration {
	r.t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			r.dump()
			r.t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return time.Since(began)
}

// dump logs what everybody shows and knows, for a test that fails.
func (r *rig) dump() {
	for _, s := range r.stations {
		r.t.Logf("car %s: %v", s.id, s.car.Snapshot())
		if s.node == nil {
			continue
		}
		out, err := exec.Command("ip", "netns", "exec", s.ns, binary, "watch", "--once", "--wait", "1s", "--udp-port", udpPort).CombinedOutput()
		r.t.Logf("heard at station %s: %v %s", s.id, err, out)
	}
}

// lit reports whether a hall lamp shows the same on all panels whose nodes run.
func (r *rig) lit(f int, b elevator.Button, on bool) func() bool {
	return func() bool {
		for _, s := range r.stations {
			if s.node != nil && s.car.Snapshot().Lamps.Has(f, b) != on {
				return false
			}
		}
		return true
	}
}

func (s *station) lit(f int, b elevator.Button, on bool) func() bool {
	return func() bool { return s.car.Snapshot().Lamps.Has(f, b) == on }
}

func (s *station) tap(f int, b elevator.Button) {
	if err := s.car.Tap(b, f); err != nil {
		s.rig.t.Fatal(err)
	}
}

// press taps a button and returns how long it took until the lamp was lit on
// the panels of the given stations, by the times of the lamps' own events.
func (s *station) press(f int, b elevator.Button, limit time.Duration, panels ...*station) time.Duration {
	s.rig.t.Helper()
	began := time.Now()
	s.tap(f, b)
	var worst time.Duration
	for _, p := range panels {
		s.rig.until(limit, fmt.Sprintf("lamp %v %d on panel %s", b, f, p.id), func() bool {
			at, ok := p.lampOn(f, b, began)
			if ok {
				worst = max(worst, at.Sub(began))
			}
			return ok
		})
	}
	return worst
}

// lampOn returns when a lamp went on, first after began.
func (s *station) lampOn(f int, b elevator.Button, began time.Time) (time.Time, bool) {
	return s.first(began, func(e elevserver.Event) bool {
		return e.Kind == elevserver.ButtonLamp && e.On && e.Floor == f && e.Button == b
	})
}

// first returns the time of the first event after began that fits.
func (s *station) first(began time.Time, fits func(elevserver.Event) bool) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if !e.At.Before(began) && fits(e) {
			return e.At, true
		}
	}
	return time.Time{}, false
}

// starts returns when a car of the given stations first set off after began.
func starts(began time.Time, stations ...*station) (time.Time, *station) {
	var at time.Time
	var who *station
	for _, s := range stations {
		t, ok := s.first(began, func(e elevserver.Event) bool {
			return e.Kind == elevserver.MotorCommanded && e.Direction != elevator.Stop
		})
		if ok && (who == nil || t.Before(at)) {
			at, who = t, s
		}
	}
	return at, who
}

// quiet waits until no lamp is lit and no door is open, so that the next test
// begins from rest.
func (r *rig) quiet() {
	r.t.Helper()
	r.until(60*time.Second, "every lit lamp is served and every car rests", func() bool {
		for _, s := range r.stations {
			x := s.car.Snapshot()
			if s.node != nil && (!x.Lamps.Empty() || x.Door || x.Motor != elevator.Stop) {
				return false
			}
		}
		return true
	})
}

// misuse fails the test if any car was ever driven against SPEC E1 or E2.
func (r *rig) misuse() {
	r.t.Helper()
	for _, s := range r.stations {
		x := s.car.Snapshot()
		if x.Misuse != [elevserver.MisuseKinds]int{} || x.Overruns > 0 {
			r.t.Errorf("E1, E2: car %s: misuse %v, overruns %d", s.id, x.Misuse, x.Overruns)
		}
	}
}

// others returns all stations but s.
func (r *rig) others(s *station) []*station {
	var o []*station
	for _, x := range r.stations {
		if x != s {
			o = append(o, x)
		}
	}
	return o
}

// Faults of the network.

func (s *station) iptables(op string, rule ...string) {
	run(s.rig.t, append([]string{"ip", "netns", "exec", s.ns, "iptables", "-w", op}, rule...)...)
}

func (s *station) loss(percent int) {
	s.iptables("-F", "INPUT")
	if percent > 0 {
		s.iptables("-A", "INPUT", "-i", "eth0", "-p", "udp", "-m", "statistic", "--mode", "random",
			"--probability", fmt.Sprintf("%.2f", float64(percent)/100), "-j", "DROP")
	}
}

// cut describes a way to cut a station's cable.
type cut struct {
	name      string
	cut, mend func(s *station)
}

func dropRule(chain, flag string) cut {
	rule := []string{chain, flag, "eth0", "-j", "DROP"}
	return cut{
		cut:  func(s *station) { s.iptables("-A", rule...) },
		mend: func(s *station) { s.iptables("-D", rule...) },
	}
}

func cuts() []cut {
	in, out := dropRule("INPUT", "-i"), dropRule("OUTPUT", "-o")
	in.name, out.name = "input cut", "output cut"
	return []cut{
		{"link down", func(s *station) { run(s.rig.t, "ip", "-n", s.ns, "link", "set", "eth0", "down") },
			func(s *station) { run(s.rig.t, "ip", "-n", s.ns, "link", "set", "eth0", "up") }},
		{"silent drop", func(s *station) { in.cut(s); out.cut(s) }, func(s *station) { in.mend(s); out.mend(s) }},
		in, out,
	}
}
