package demo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/worldview"
)

// child is one life of a node in a process of its own. What is known of it is
// what it broadcasts, and what it says on its standard error.
type child struct {
	workspace *workspace
	cmd       *exec.Cmd
	logs      sync.WaitGroup
	crashed   chan struct{}
	once      sync.Once // closes crashed
}

// prepareChild starts the process of a node.
func (w *workspace) prepareChild() (life, error) {
	b := w.building
	program := b.cfg.Program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find this program, to start it again: %w", err)
		}
	}
	_, port, err := net.SplitHostPort(w.server.Addr().String())
	if err != nil {
		return nil, err
	}
	c := b.cfg.Elevator
	args := []string{
		"node", "--id", string(w.id), "--local", "--building", b.cfg.Name, "--host", "127.0.0.1", "--port", port,
		"--udp-port", fmt.Sprint(w.relay.conn.Port()), "--floors", fmt.Sprint(c.Floors),
		"--door", c.Door.String(), "--travel", c.Travel.String(), "--motor-timeout", c.MotorTimeout.String(),
		"--state-dir", w.dir, "--log-format", "json", "--log-level", levelName(b.cfg.LogLevel),
	}
	if b.cfg.Assigner != "" {
		args = append(args, "--assigner", b.cfg.Assigner)
	}
	if b.cfg.Parking {
		args = append(args, "--park")
	}
	if b.cfg.Record != "" {
		extension := filepath.Ext(b.cfg.Record)
		args = append(args, "--record", strings.TrimSuffix(b.cfg.Record, extension)+"-"+string(w.id)+extension)
	}
	l := &child{workspace: w, cmd: exec.Command(program, args...), crashed: make(chan struct{})}
	l.cmd.Env = withoutSettings(os.Environ())
	stderr, err := l.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := b.spawner.start(l.cmd); err != nil {
		return nil, fmt.Errorf("start node %s: %w", w.id, err)
	}
	l.logs.Go(func() { l.readLog(stderr) })
	return l, nil
}

// withoutSettings takes out what would set flags of a node.
func withoutSettings(environment []string) []string {
	var left []string
	for _, v := range environment {
		if !strings.HasPrefix(v, "ELEVNET_") {
			left = append(left, v)
		}
	}
	return left
}

func levelName(l slog.Leveler) string {
	if l == nil {
		return "info"
	}
	return strings.ToLower(l.Level().String())
}

// readLog takes what the node says line by line.
func (l *child) readLog(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		l.workspace.building.journal.add(l.line(lines.Bytes()))
	}
	_, _ = io.Copy(io.Discard, r) // after a line that is too long
}

// line turns one line into one of the journal's.
func (l *child) line(b []byte) Line {
	at := Line{At: time.Now(), Node: l.workspace.id, Level: slog.LevelInfo}
	fields := make(map[string]any)
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		at.Level, at.Text = slog.LevelWarn, oneLine(string(b))
		return at
	}
	level, _ := fields[slog.LevelKey].(string)
	_ = at.Level.UnmarshalText([]byte(level)) // another word leaves it as it is
	at.Text, _ = fields[slog.MessageKey].(string)
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if k != slog.LevelKey && k != slog.MessageKey && k != slog.TimeKey {
			at.Text += fmt.Sprintf("  %s=%v", k, fields[k])
		}
	}
	at.Text = oneLine(at.Text)
	return at
}

func (l *child) run() error {
	l.logs.Wait() // as Wait closes the pipe
	err := l.cmd.Wait()
	select {
	case <-l.crashed:
		return nil
	default:
		return err
	}
}

func (l *child) crash() {
	l.once.Do(func() { close(l.crashed) })
	_ = l.cmd.Process.Kill() // it may have ended already
}

func (l *child) finish() {
	if interrupt(l.cmd.Process) != nil {
		l.crash()
	}
}

func (l *child) freeze(on bool) error { return freezeProcess(l.cmd.Process, on) }

// observe tells what the node has said of itself.
func (l *child) observe() host.Observation {
	w := l.workspace
	s, view, serves, sent, got := w.building.wire.heard(w.index)
	o := host.Observation{
		View: view, Joined: s.joined, Lamps: s.lit, Serves: serves,
		Sent: host.Traffic{Datagrams: sent.datagrams, Bytes: sent.bytes},
		Got:  host.Traffic{Datagrams: got.datagrams, Bytes: got.bytes},
	}
	for _, i := range members(s.linked) {
		o.Live = append(o.Live, w.building.all[i].id)
	}
	return o
}

// inspect tells what the node has said of each call.
func (l *child) inspect(also func(elevator.ID, int, elevator.Button) bool) host.Insight {
	w := l.workspace
	x := host.Insight{Observation: l.observe(), Me: w.id}
	x.Heard = w.building.names(w.building.wire.speech(w.index).hears)
	x.Calls = w.building.wire.known(w.index, also)
	return x
}

// heard returns what a node says of itself and of all else, and its traffic
// since it was started.
func (w *wire) heard(node int) (s speech, view worldview.View, serves elevator.Calls, sent, got traffic) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ends[node]
	return e.speech, e.view.View(), e.serves, e.sent, e.received
}

// reaches reports whether there is a node to receive something.
func (w *wire) reaches(node int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ends[node].alive
}
