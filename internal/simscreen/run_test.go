package simscreen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

func start(t *testing.T, n int) []*elevserver.Server {
	t.Helper()
	var all []*elevserver.Server
	for range n {
		s, err := elevserver.Listen("127.0.0.1:0", elevserver.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		all = append(all, s)
	}
	return all
}

// buffer is what has been written so far.
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

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// The screen gives the terminal back, whether somebody quits or the program is
// told to end.
func TestScreenGivesTheTerminalBack(t *testing.T) {
	servers := start(t, 1)
	for name, c := range map[string]struct {
		end  func(keys io.Writer, cancel func())
		want error
	}{
		"ctrl-c":  {func(keys io.Writer, _ func()) { io.WriteString(keys, "\x03") }, elevserver.ErrQuit},
		"command": {func(keys io.Writer, _ func()) { io.WriteString(keys, ":quit\r") }, elevserver.ErrQuit},
		"signal":  {func(_ io.Writer, cancel func()) { cancel() }, nil},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		in, keys := io.Pipe()
		out := new(buffer)
		ended := make(chan error, 1)
		go func() { ended <- Run(ctx, servers, Options{}, in, out) }()
		const enter, leave = "\x1b[?1049h", "\x1b[?1049l"
		until(t, "the screen", func() bool { return strings.Contains(out.String(), enter) })
		go c.end(keys, cancel)
		select {
		case err := <-ended:
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		case <-time.After(patience):
			t.Fatalf("%s: the screen hasn't ended after %v", name, patience)
		}
		keys.Close()
		cancel()
		if text := out.String(); strings.Count(text, enter) != strings.Count(text, leave) {
			t.Errorf("%s: the alternate screen wasn't left: %q", name, text)
		}
	}
}

// A crash of the screen is an error, and the terminal is given back.
func TestCrashGivesTheTerminalBack(t *testing.T) {
	m := newModel(DefaultKeys(), Style{}, func() []car { return atRest(1, 4).Cars }, func(int, action) (string, bool) { panic("a crash, as it should be") })
	in, keys := io.Pipe()
	out := new(buffer)
	ended := make(chan error, 1)
	go func() { ended <- show(t.Context(), m, in, out) }()
	until(t, "the screen", func() bool { return strings.Contains(out.String(), "\x1b[?1049h") })
	go io.WriteString(keys, "0")
	select {
	case err := <-ended:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(patience):
		t.Fatal("hasn't ended")
	}
	keys.Close()
	if !strings.Contains(out.String(), "\x1b[?1049l") {
		t.Errorf("the alternate screen wasn't left: %q", out)
	}
}

// Each deed does to the elevator what it says.
func TestPerform(t *testing.T) {
	s := start(t, 1)[0]
	do := func(a action) string {
		t.Helper()
		answer, err := a.perform(s)
		if err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
		return answer
	}
	do(pressOf(elevator.HallUp, 1, true))
	do(pressOfStop(true))
	do(action{deed: obstruction})
	if shot := s.Snapshot(); !shot.Buttons.Has(1, elevator.HallUp) || !shot.StopButton || !shot.Obstruction {
		t.Errorf("held: %v", shot)
	}
	do(pressOf(elevator.HallUp, 1, true))
	do(pressOfStop(true))
	do(action{deed: obstruction})
	if shot := s.Snapshot(); !shot.Buttons.Empty() || shot.StopButton || shot.Obstruction {
		t.Errorf("let go: %v", shot)
	}
	do(pressOf(elevator.Cab, 2, false))
	do(pressOfStop(false))
	if shot := s.Snapshot(); !shot.Buttons.Has(2, elevator.Cab) || !shot.StopButton {
		t.Errorf("tapped: %v", shot)
	}
	until(t, "let go", func() bool { shot := s.Snapshot(); return shot.Buttons.Empty() && !shot.StopButton })
	do(action{deed: drive, way: elevator.Up})
	if m := s.Snapshot().Motor; m != elevator.Up {
		t.Errorf("motor %v", m)
	}
	if answer := do(action{deed: inBounds}); !strings.Contains(answer, "isn't out of bounds") {
		t.Errorf("in bounds: %q", answer)
	}
	if answer := do(action{deed: command, line: "fly"}); !strings.Contains(answer, "no command") {
		t.Errorf("fly: %q", answer)
	}
	if answer := do(action{deed: command, line: "help"}); strings.Contains(answer, "\n") || answer == "" {
		t.Errorf("help: %q", answer)
	}
	if _, err := (action{deed: command, line: "quit"}).perform(s); !errors.Is(err, elevserver.ErrQuit) {
		t.Errorf("quit: %v", err)
	}
	if _, err := pressOf(elevator.HallDown, 0, false).perform(s); err == nil {
		t.Error("a button that isn't there was pressed")
	}
}

func TestJournalIsBounded(t *testing.T) {
	var j journal
	add := j.add(time.Time{})
	for i := range 5 * logLength {
		add(elevserver.Event{Kind: elevserver.Indicator, Floor: i})
	}
	got := j.last()
	if len(got) != logLength || got[logLength-1].Text != "indicator 499" || got[0].Text != "indicator 400" {
		t.Errorf("%d entries, %q to %q", len(got), got[0].Text, got[len(got)-1].Text)
	}
}

// Several elevators share one input and one output.
func TestLinesOfSeveral(t *testing.T) {
	servers := start(t, 3)
	in, keys := io.Pipe()
	out := new(buffer)
	ended := make(chan error, 1)
	go func() { ended <- Lines(t.Context(), servers, in, out) }()
	say := func(line, want string) {
		t.Helper()
		io.WriteString(keys, line+"\n")
		until(t, line+" → "+want, func() bool { return strings.Contains(out.String(), want) })
	}
	until(t, "three addresses", func() bool { return strings.Count(out.String(), "simulated elevator with 4 floors at") == 3 })
	say("press up 1", "button hall-up 1 pressed")
	say("2 press down 3", "\n2:  ")
	say("3: state", "3: car at floor 0")
	say("4 state", "4: there are 3 elevators")
	say("2 fly", `2: there is no command "fly"`)
	if !servers[1].Snapshot().Buttons.Has(3, elevator.HallDown) && !strings.Contains(out.String(), "button hall-down 3 pressed") {
		t.Error("the second elevator's button wasn't pressed")
	}
	io.WriteString(keys, "quit\n")
	select {
	case err := <-ended:
		if !errors.Is(err, elevserver.ErrQuit) {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("doesn't quit")
	}
	keys.Close()
	for line := range strings.SplitSeq(strings.TrimSpace(out.String()), "\n") {
		if len(line) < 3 || line[1] != ':' {
			t.Errorf("a line that doesn't say whose it is: %q", line)
		}
	}
}

// The end of the input isn't the end, with one elevator or with several.
func TestLinesGoOnWithoutInput(t *testing.T) {
	for _, n := range []int{1, 2} {
		servers := start(t, n)
		ctx, cancel := context.WithCancel(t.Context())
		out := new(buffer)
		ended := make(chan error, 1)
		go func() { ended <- Lines(ctx, servers, strings.NewReader("press cab 1"), out) }()
		until(t, "the command", func() bool { return strings.Contains(out.String(), "button cab 1 pressed") })
		servers[n-1].SetObstruction(true)
		until(t, "an event", func() bool { return strings.Contains(out.String(), "obstruction on") })
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("doesn't end")
		}
	}
}
