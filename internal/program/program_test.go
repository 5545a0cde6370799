package program

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"elevnet/assigner"
	"elevnet/internal/advice"
	"elevnet/internal/elevator"
	"elevnet/internal/hra"
)

// The test binary plays the programs, each of which behaves in one way.
func TestMain(m *testing.M) {
	if mode, ok := strings.CutPrefix(os.Args[len(os.Args)-1], "play:"); ok {
		play(mode)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// play answers as the mode says.
func play(mode string) {
	signal.Ignore(syscall.SIGTERM)
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, 1<<20)
	switch mode {
	case "ends":
		fmt.Fprintln(os.Stderr, "no idea\nwhat to do")
		os.Exit(3)
	case "deaf":
		rest()
	case "mute":
		os.Stdout.Close()
		rest()
	case "endless":
		for x := bytes.Repeat([]byte("x"), 10<<20); ; {
			os.Stdout.Write(x)
		}
	case "chatters":
		for {
			fmt.Println("x")
		}
	case "answers unread":
		for {
			fmt.Println(`{"a":[[true,false],[false,false]]}`)
			time.Sleep(time.Millisecond)
		}
	case "leaves a child":
		c := exec.Command(os.Args[0], "play:deaf")
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Start(); err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stderr, "child", c.Process.Pid)
	case "storms":
		os.Stderr.Write(bytes.Repeat([]byte("x"), 10<<20))
		for range 100_000 {
			fmt.Fprintln(os.Stderr, "\nhelp\x1b[2J")
		}
	case "slow to start":
		time.Sleep(300 * time.Millisecond)
	}
	for n := 1; questions.Scan(); n++ {
		switch {
		case mode == "hangs" && n == 2:
			rest()
		case mode == "late" && n > 1:
			time.Sleep(500 * time.Millisecond)
		case mode == "crashes" && n == 3:
			panic("the third question")
		case mode == "talks":
			fmt.Println("debug: about to answer")
		}
		fmt.Println(answer(questions.Bytes()))
	}
	if mode == "stubborn" {
		rest() // though its standard input has ended
	}
}

// rest does nothing for ever.
func rest() {
	for {
		time.Sleep(time.Hour)
	}
}

// answer is the reference's.
func answer(question []byte) string {
	r, err := new(hra.Decoder).Decode(question)
	if err != nil {
		return string(hra.AppendError(nil, err))
	}
	r.Input.Config = hra.DefaultConfig()
	a, err := hra.Assign(&r.Input)
	if err != nil {
		return string(hra.AppendError(nil, err))
	}
	return string(hra.AppendAnswer(nil, &r.Input, a, false))
}

// relaxed are times for a busy computer, on which nothing is late by chance.
var relaxed = times{
	patience: 10 * time.Second, start: 20 * time.Second, stuck: 20 * time.Second,
	pause: 5 * time.Millisecond, longest: 50 * time.Millisecond, sound: time.Hour,
	goodbye: 10 * time.Second, last: time.Second,
}

type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// player is a program that plays, and what it logs.
type player struct {
	*Program
	t   *testing.T
	log *buffer
}

func playing(t *testing.T, mode string, change func(*times)) player {
	return playingTo(t, false, mode, change)
}

func playingTo(t *testing.T, patient bool, mode string, change func(*times)) player {
	t.Helper()
	tm := relaxed
	if change != nil {
		change(&tm)
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := new(buffer)
	p := start(Command{mode, path, []string{"play:" + mode}}, Options{Log: slog.New(slog.NewTextHandler(log, nil)), Patient: patient}, tm)
	t.Cleanup(func() {
		p.Close()
		if t.Failed() {
			t.Logf("%.4000s", log)
		}
	})
	return player{p, t, log}
}

const (
	question = `{"hallRequests":[[true,false],[false,false]],"states":{"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,false]}}}`
	right    = `{"a":[[true,false],[false,false]]}`
)

// answered asks until there is the right answer.
func (p player) answered() {
	p.t.Helper()
	p.until(func(answer string, err error) bool { return answer == right })
}

// fails asks until there is an error that says this.
func (p player) fails(part string) {
	p.t.Helper()
	p.until(func(_ string, err error) bool { return err != nil && strings.Contains(err.Error(), part) })
}

func (p player) until(ok func(string, error) bool) {
	p.t.Helper()
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		answer, err := p.Ask([]byte(question))
		if ok(string(answer), err) {
			return
		}
		if time.Since(began) > 30*time.Second {
			p.t.Fatalf("after 30 s: %.200s, %v", answer, err)
		}
	}
}

func (p player) says(part string) {
	p.t.Helper()
	for began := time.Now(); !strings.Contains(p.log.String(), part); time.Sleep(time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			p.t.Fatalf("the log doesn't say %s", part)
		}
	}
}

func TestAnswers(t *testing.T) {
	p := playing(t, "answers", nil)
	for range 100 {
		if answer, err := p.Ask([]byte(question)); string(answer) != right || err != nil {
			t.Fatalf("%s, %v", answer, err)
		}
	}
	p.Close()
	if _, err := p.Ask([]byte(question)); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if text := p.log.String(); text != "" {
		t.Error(text)
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	p := playing(t, "ends", nil)
	p.fails("it doesn't run: ")
	p.says(`exit status 3: what to do`)
	p.says("started again in 5ms")
	p.says("started again in 10ms")
	p.says("started again in 50ms")
	p.says(`ends says: no idea`)
}

func TestCrashes(t *testing.T) {
	t.Parallel()
	p := playing(t, "crashes", nil)
	for range 3 {
		p.answered()
		p.fails("exit status 2")
	}
	p.says("panic: the third question")
}

func TestHangs(t *testing.T) {
	t.Parallel()
	p := playing(t, "hangs", func(t *times) { t.patience, t.stuck = 50*time.Millisecond, 300*time.Millisecond })
	for range 2 { // having answered its first question each time
		p.fails(ErrLate.Error())
		p.fails(ErrBusy.Error())
		p.fails("no answer within 300ms: killed")
	}
}

// TestLate: a late answer is never taken for that to the next question.
func TestLate(t *testing.T) {
	t.Parallel()
	p := playing(t, "late", func(t *times) { t.patience = 20 * time.Millisecond })
	for range 3 {
		p.fails(ErrLate.Error())
		p.fails(ErrBusy.Error())
	}
	if text := p.log.String(); strings.Contains(text, "doesn't run") {
		t.Error("killed, though it answers")
	}
}

// TestPatient: in simulated time a program has its time for each question, though
// it was late with the one before; and for its start.
func TestPatient(t *testing.T) {
	t.Parallel()
	p := playingTo(t, true, "late", func(t *times) { t.patience = 20 * time.Millisecond })
	if answer, err := p.Ask([]byte(question)); string(answer) != right || err != nil {
		t.Fatalf("%s, %v", answer, err)
	}
	for range 3 {
		if _, err := p.Ask([]byte(question)); !errors.Is(err, ErrLate) {
			t.Fatal(err)
		}
	}
	p = playingTo(t, true, "hangs", func(t *times) { t.patience, t.stuck = 20*time.Millisecond, 100*time.Millisecond })
	for _, want := range []string{"", ErrLate.Error(), "no answer within 100ms: killed"} {
		if _, err := p.Ask([]byte(question)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Fatalf("%v, want %s", err, want)
		}
	}
}

// TestTalks: what is written without being asked is not taken for an answer to
// the next question, once it has come.
func TestTalks(t *testing.T) {
	t.Parallel()
	p := playing(t, "talks", nil)
	for range 5 {
		answer, err := p.Ask([]byte(question))
		if string(answer) != "debug: about to answer" || err != nil {
			t.Fatalf("%s, %v", answer, err)
		}
		time.Sleep(100 * time.Millisecond) // for the answer to come
	}
}

func TestMisbehaves(t *testing.T) {
	for mode, want := range map[string]string{
		"deaf":     "no answer within 200ms: killed",
		"mute":     "its standard output ended",
		"endless":  "a line of more than 1048576 bytes: killed",
		"chatters": "lines that nobody asked for: killed",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := playing(t, mode, func(t *times) { t.patience, t.start = 20*time.Millisecond, 200*time.Millisecond })
			p.until(func(string, error) bool { return strings.Contains(p.log.String(), want) })
		})
	}
}

// TestAnswersUnread: a program that answers what it doesn't read isn't asked for
// ever, though questions are larger than what a pipe holds.
func TestAnswersUnread(t *testing.T) {
	t.Parallel()
	p := playing(t, "answers unread", nil)
	large := bytes.Repeat([]byte("x"), 1<<20)
	for began := time.Now(); ; {
		_, err := p.Ask(large)
		if err != nil && strings.Contains(err.Error(), "doesn't read") {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatal(err)
		}
	}
}

// TestStubborn: a program that goes on when its standard input ends is killed.
func TestStubborn(t *testing.T) {
	t.Parallel()
	p := playing(t, "stubborn", func(t *times) { t.goodbye = 50 * time.Millisecond })
	p.answered()
	pid := p.child.cmd.Process.Pid // run waits for a question
	began := time.Now()
	p.Close()
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("ended after %v, though it is stubborn", took)
	}
	if alive(pid) {
		t.Error("it is still there")
	}
}

// TestLeavesAChild: what a program has started itself is gone with it.
func TestLeavesAChild(t *testing.T) {
	t.Parallel()
	p := playing(t, "leaves a child", nil)
	p.answered()
	p.says("says: child ")
	_, rest, _ := strings.Cut(p.log.String(), "says: child ")
	var pid int
	if _, err := fmt.Sscan(rest, &pid); err != nil {
		t.Fatal(rest, err)
	}
	p.Close()
	for began := time.Now(); alive(pid); time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("its child is still there")
		}
	}
}

// TestStorms: of a flood on standard error some lines are passed on, and cut.
func TestStorms(t *testing.T) {
	t.Parallel()
	p := playing(t, "storms", nil)
	p.answered()
	p.Close()
	text := p.log.String()
	if n := strings.Count(text, "\n"); n < 10 || n > 1000 {
		t.Errorf("%d lines", n)
	}
	if len(text) > 1<<20 || strings.Contains(text, "\x1b") {
		t.Errorf("%d bytes, or what moves the cursor", len(text))
	}
	if !strings.Contains(text, "help?[2J") {
		t.Errorf("%.2000s", text)
	}
}

// TestStarting: with nobody who waits for the start, that's no failure.
func TestStarting(t *testing.T) {
	t.Parallel()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tm := relaxed
	tm.patience = time.Millisecond
	p := start(Command{"slow", path, []string{"play:slow to start"}}, Options{}, tm)
	defer p.Close()
	a := NewAdviser(p)
	in := &assigner.Input{Config: elevator.DefaultConfig(), Calls: []assigner.HallCall{{Floor: 1}}, Cars: []assigner.Car{{ID: "a"}}}
	if calls, err := a.Advise(in, nil); calls != nil || err != nil {
		t.Errorf("%v, %v", calls, err)
	}
}

func TestAdviser(t *testing.T) {
	t.Parallel()
	p := playing(t, "answers", nil)
	a := NewAdviser(p.Program)
	in := assigner.Input{Config: elevator.DefaultConfig(), Calls: []assigner.HallCall{{Floor: 1}, {Floor: 3, Button: elevator.HallDown}}}
	in.Cars = []assigner.Car{{ID: "a"}, {ID: "b", State: elevator.State{Floor: 3}}}
	calls, err := a.Advise(&in, nil)
	if want := new(advice.Reference).Assign(in); err != nil || len(calls) != 2 || calls[0] != want[0] || calls[1] != want[1] {
		t.Errorf("%v, %v, want %v", calls, err, want)
	}
	talker := NewAdviser(playing(t, "talks", nil).Program)
	if _, err := talker.Advise(&in, nil); err == nil || err.Error() != "a wrong answer: $: an object is needed, not 'd' (line 1, column 1)" {
		t.Error(err)
	}
}

func TestParseCommand(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	name := "a program"
	if os.PathSeparator == '\\' {
		name += ".exe"
	}
	for file, mode := range map[string]os.FileMode{name: 0o755, "plain": 0o644} {
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ParseCommand("./" + name)
	if err != nil || len(c.args) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	path, err := os.Executable()
	if err != nil || strings.Contains(path, " ") {
		t.Skip(path, err)
	}
	c, err = ParseCommand(path + " -v  --count 1 ")
	if err != nil || strings.Join(c.args, "|") != "-v|--count|1" {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"":             "a program is needed",
		"./missing":    "./missing can't be run",
		"./missing -v": "./missing can't be run",
		"missing.py":   "missing.py can't be run",
	} {
		if _, err := ParseCommand(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ParseCommand("./plain"); os.PathSeparator == '/' && (err == nil || !strings.Contains(err.Error(), "chmod +x")) {
		t.Error(err)
	}
	if _, err := ParseCommand("plain"); err == nil || !strings.Contains(err.Error(), "in this directory write ."+string(os.PathSeparator)+"plain") {
		t.Error(err)
	}
}
