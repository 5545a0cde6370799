package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for what should come at once. It is long:
// the machine may be busy with everything else.
const patience = 30 * time.Second

// The test binary plays the program, so that nothing needs to be built first.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"elevnet":  func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"stubborn": stubborn,
	})
}

// stubborn is a program that takes its time to end.
func stubborn() {
	ctx, stop := interruptible(context.Background())
	defer stop()
	fmt.Fprintln(os.Stderr, "runs")
	<-ctx.Done()
	fmt.Fprintln(os.Stderr, "ends")
	time.Sleep(2 * patience)
}

// TestScripts runs what a person types. Nothing of it leaves this computer: each
// script has a building of its own, and ELEVNET_LOCAL is set for all.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(3 * time.Minute), // a script takes seconds
		Setup: func(env *testscript.Env) error {
			s := &session{vars: env.Vars}
			env.Values[sessionKey{}] = s
			env.Defer(s.end)
			for _, name := range []string{"TCP1", "TCP2", "UDP"} {
				port, err := freePort(strings.ToLower(name[:3]))
				if err != nil {
					return err
				}
				s.vars = append(s.vars, name+"="+port)
			}
			s.vars = append(s.vars, "ELEVNET_LOCAL=true", "ELEVNET_BUILDING="+filepath.Base(env.WorkDir))
			env.Vars = s.vars
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"refused": refused,
			"fails":   fails,
			"start":   start,
			"say":     say,
			"signal":  sendSignal,
			"ended":   ended,
			"until":   until,
			"json":    isJSON,
			"hold":    hold,
		},
	})
}

// Ports that were given to a script of this run, which another must not get.
var ports struct {
	sync.Mutex
	taken map[string]bool
}

func freePort(network string) (string, error) {
	ports.Lock()
	defer ports.Unlock()
	for range 100 {
		port, err := anyPort(network)
		if err != nil {
			return "", err
		}
		if !ports.taken[network+port] {
			if ports.taken == nil {
				ports.taken = make(map[string]bool)
			}
			ports.taken[network+port] = true
			return port, nil
		}
	}
	return "", errors.New("no free port")
}

func anyPort(network string) (string, error) {
	if network == "tcp" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		defer l.Close()
		return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
	}
	c, err := net.ListenPacket("udp4", ":0")
	if err != nil {
		return "", err
	}
	defer c.Close()
	return strconv.Itoa(c.LocalAddr().(*net.UDPAddr).Port), nil
}

// session is what one script has running.
type session struct {
	vars  []string
	procs map[string]*process
	held  []io.Closer
}

type sessionKey struct{}

type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{}
}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(sessionKey{}).(*session) }

func (s *session) end() {
	for _, p := range s.procs {
		p.cmd.Process.Kill() //nolint:errcheck // it may have ended
		<-p.ended
	}
	for _, c := range s.held {
		c.Close()
	}
}

// refused PATTERN command...: it is bad input: exit status 2, nothing on standard
// output, and on standard error one line, which matches.
func refused(ts *testscript.TestScript, _ bool, args []string) { oneLineOf(ts, exitUsage, args) }

// fails PATTERN command...: the same with exit status 1.
func fails(ts *testscript.TestScript, _ bool, args []string) { oneLineOf(ts, exitFailed, args) }

func oneLineOf(ts *testscript.TestScript, want int, args []string) {
	pattern := compile(ts, args[0])
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case !errors.As(err, &exit):
		ts.Fatalf("ended with %v, want exit status %d", err, want)
	case exit.ExitCode() != want:
		ts.Fatalf("exit status %d, want %d", exit.ExitCode(), want)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output holds %q", out)
	}
	text := ts.ReadFile("stderr")
	line, rest, ok := strings.Cut(text, "\n")
	switch {
	case !ok || rest != "":
		ts.Fatalf("standard error holds %d lines, want one", strings.Count(text, "\n"))
	case !strings.HasPrefix(line, "elevnet: "):
		ts.Fatalf("the line doesn't say who speaks: %s", line)
	case !pattern.MatchString(line):
		ts.Fatalf("the line doesn't match %s: %s", pattern, line)
	case len(line) > 400:
		ts.Fatalf("the line has %d characters", len(line))
	}
}

// start NAME command...: runs in the background; NAME.out and NAME.err hold what
// it writes.
func start(ts *testscript.TestScript, _ bool, args []string) {
	s := sessionOf(ts)
	name := args[0]
	if s.procs[name] != nil {
		ts.Fatalf("%s is running", name)
	}
	p := &process{cmd: exec.Command(args[1], args[2:]...), ended: make(chan struct{})}
	p.cmd.Env = s.vars
	p.cmd.Dir = ts.MkAbs(".")
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	errOut, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	p.cmd.Stdout, p.cmd.Stderr = out, errOut
	p.in, err = p.cmd.StdinPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	go func() {
		defer close(p.ended)
		p.cmd.Wait() //nolint:errcheck // its status is looked at
		out.Close()
		errOut.Close()
	}()
	if s.procs == nil {
		s.procs = make(map[string]*process)
	}
	s.procs[name] = p
}

func find(ts *testscript.TestScript, name string) *process {
	p := sessionOf(ts).procs[name]
	if p == nil {
		ts.Fatalf("%s isn't running", name)
	}
	return p
}

// say NAME words...: types a line.
func say(ts *testscript.TestScript, _ bool, args []string) {
	_, err := io.WriteString(find(ts, args[0]).in, strings.Join(args[1:], " ")+"\n")
	ts.Check(err)
}

// signal NAME INT|TERM|KILL
func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}
	ts.Check(find(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

// ended NAME STATUS: waits for the end. A status of -1 is an end by a signal.
func ended(ts *testscript.TestScript, _ bool, args []string) {
	p := find(ts, args[0])
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s hasn't ended within %v; it says:\n%s", args[0], patience, ts.ReadFile(args[0]+".err"))
	}
	delete(sessionOf(ts).procs, args[0])
	if code := strconv.Itoa(p.cmd.ProcessState.ExitCode()); code != args[1] {
		ts.Fatalf("%s: exit status %s, want %s; it says:\n%s", args[0], code, args[1], ts.ReadFile(args[0]+".err"))
	}
}

// until FILE PATTERN: waits until the file matches.
func until(ts *testscript.TestScript, _ bool, args []string) {
	pattern := compile(ts, args[1])
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		text := ts.ReadFile(args[0])
		if pattern.MatchString(text) {
			return
		}
		if time.Since(began) > patience {
			ts.Fatalf("%s doesn't match %s within %v:\n%s", args[0], pattern, patience, text)
		}
	}
}

func compile(ts *testscript.TestScript, pattern string) *regexp.Regexp {
	re, err := regexp.Compile("(?m)" + pattern)
	ts.Check(err)
	return re
}

// json FILE NODE...: every JSON value in the file is one of watch, and the last
// one tells that exactly these nodes were heard and agree.
func isJSON(ts *testscript.TestScript, _ bool, args []string) {
	type value struct {
		Building string
		Agree    bool
		Heard    []struct{ ID, Address string }
		Floors   int
		Hall     []struct{ Button, Phase string }
		Nodes    []struct {
			ID        string
			Known     bool
			Behaviour string
		}
		Digest string
	}
	var last *value
	for dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0]))); ; {
		v := new(value)
		if err := dec.Decode(v); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			ts.Fatalf("%s: %v", args[0], err)
		}
		if v.Hall == nil || v.Nodes == nil || v.Heard == nil {
			ts.Fatalf("%s: a list is missing, or null: %+v", args[0], v)
		}
		last = v
	}
	if last == nil {
		ts.Fatalf("%s: holds no JSON", args[0])
	}
	var heard, known []string
	for _, h := range last.Heard {
		heard = append(heard, h.ID)
	}
	for _, n := range last.Nodes {
		if n.Known && n.Behaviour == "" {
			ts.Fatalf("node %s is known and does nothing", n.ID)
		}
		known = append(known, n.ID)
	}
	want := strings.Join(args[1:], " ")
	if strings.Join(heard, " ") != want || strings.Join(known, " ") != want {
		ts.Fatalf("heard %v, known %v, want %s", heard, known, want)
	}
	if !last.Agree || len(last.Digest) != 16 || last.Floors == 0 || last.Building == "" {
		ts.Fatalf("%+v", last)
	}
}

// hold tcp|udp PORT: another program has the port, for itself.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	var c io.Closer
	var err error
	if args[0] == "tcp" {
		c, err = net.Listen("tcp", "127.0.0.1:"+args[1])
	} else {
		c, err = net.ListenPacket("udp4", ":"+args[1])
	}
	ts.Check(err)
	s := sessionOf(ts)
	s.held = append(s.held, c)
}
