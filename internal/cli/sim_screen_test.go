package cli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

var update = flag.Bool("update", false, "write the golden files anew")

// terminal is a terminal with a program in it, and a person in front.
type terminal struct {
	t    *testing.T
	dir  string
	sock string
}

// openTerminal runs a shell command in a terminal of its own. It skips the test,
// aloud, where there is no tmux.
func openTerminal(t *testing.T, width, height int, command string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("NOT TESTED: tmux isn't installed, and so there is no terminal to try the screen in")
	}
	elevnet, err := exec.LookPath("elevnet")
	if err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir: the path of a socket must be short.
	dir, err := os.MkdirTemp("", "sim")
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, dir: dir, sock: filepath.Join(dir, "tmux")}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen:\n%s", x.screen())
		}
		x.tmux("kill-server") //nolint:errcheck // it ends with the program
		os.RemoveAll(dir)
	})
	script := "PATH='" + filepath.Dir(elevnet) + "':$PATH; export PATH LANG=C.UTF-8 LC_ALL=C.UTF-8\ncd '" + dir + "'\n" + command + "\n"
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := x.tmux("-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height),
		"sh '"+filepath.Join(dir, "script")+"'; echo THE END; sleep 600")
	if err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	return x
}

func (x *terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", x.sock}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=", "TMUX_TMPDIR="+x.dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// keys types keys, by their tmux names.
func (x *terminal) keys(names ...string) {
	x.t.Helper()
	if out, err := x.tmux(append([]string{"send-keys"}, names...)...); err != nil {
		x.t.Fatalf("tmux: %v: %s", err, out)
	}
}

// click presses a button of the mouse (0 is the left one, 2 the right one) at a
// place, as terminals report it.
func (x *terminal) click(button, column, row int) {
	x.t.Helper()
	report := fmt.Sprintf("\x1b[<%d;%d;%dM\x1b[<%d;%d;%dm", button, column+1, row+1, button, column+1, row+1)
	var hex []string
	for _, b := range []byte(report) {
		hex = append(hex, fmt.Sprintf("%02x", b))
	}
	x.keys(append([]string{"-H"}, hex...)...)
}

func (x *terminal) screen() string {
	out, _ := x.tmux("capture-pane", "-p")
	return out
}

// shows waits until the screen matches all patterns, and returns it.
func (x *terminal) shows(patterns ...string) string {
	x.t.Helper()
	var missing string
	for began := time.Now(); time.Since(began) < patience; time.Sleep(20 * time.Millisecond) {
		screen := x.screen()
		missing = ""
		for _, p := range patterns {
			if !regexp.MustCompile("(?m)" + p).MatchString(screen) {
				missing = p
				break
			}
		}
		if missing == "" {
			return screen
		}
	}
	x.t.Fatalf("the screen doesn't show %s within %v", missing, patience)
	return ""
}

func (x *terminal) file(name string) string {
	b, err := os.ReadFile(filepath.Join(x.dir, name))
	if err != nil {
		x.t.Error(err)
	}
	return string(b)
}

// freePorts returns the first of n tcp ports in a row that are free.
func freePorts(t *testing.T, n int) int {
	t.Helper()
search:
	for range 200 {
		text, err := freePort("tcp")
		if err != nil {
			t.Fatal(err)
		}
		first, _ := strconv.Atoi(text)
		for i := range n {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+i))
			if err != nil {
				continue search
			}
			l.Close()
		}
		return first
	}
	t.Fatal("no free ports in a row")
	return 0
}

// client is a plain connection to a simulator.
type client struct {
	t *testing.T
	net.Conn
}

func dialSim(t *testing.T, port int) client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience)) //nolint:errcheck // then it takes longer to fail
	return client{t, conn}
}

// send writes frames as pieces of a number of bytes.
func (c client) send(piece int, frames ...elevproto.Frame) {
	c.t.Helper()
	var b []byte
	for _, f := range frames {
		b = append(b, f[:]...)
	}
	for len(b) > 0 {
		n := min(piece, len(b))
		if _, err := c.Write(b[:n]); err != nil {
			c.t.Fatal(err)
		}
		if b = b[n:]; len(b) > 0 {
			time.Sleep(5 * time.Millisecond) // so that they arrive one by one, as a rule
		}
	}
}

func (c client) reply() elevproto.Frame {
	c.t.Helper()
	var f elevproto.Frame
	if _, err := io.ReadFull(c, f[:]); err != nil {
		c.t.Fatal(err)
	}
	return f
}

// untilReply asks again and again until the reply is as wanted.
func (c client) untilReply(ask, want elevproto.Frame) {
	c.t.Helper()
	var got elevproto.Frame
	for began := time.Now(); time.Since(began) < patience; time.Sleep(5 * time.Millisecond) {
		c.send(elevproto.Size, ask)
		if got = c.reply(); got == want {
			return
		}
	}
	c.t.Fatalf("%v: replied %v, want %v", ask, got, want)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screen", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update if this is as it should be (-want +got):\n%s", diff)
	}
}

// A client that splits and merges its frames, and a person, see each other.
func TestSimOnTheScreen(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 1)
	x := openTerminal(t, 80, 10, fmt.Sprintf("exec elevnet sim --con none --port %d --floors 4", port))
	x.shows("no client", "Hall Down .*f-", "f1 help")

	a := dialSim(t, port)
	x.shows("1 client ")
	lit := []elevproto.Frame{
		elevproto.ButtonLamp(elevator.HallUp, 1, true), elevproto.ButtonLamp(elevator.HallDown, 3, true),
		elevproto.ButtonLamp(elevator.Cab, 2, true), elevproto.FloorIndicator(2), elevproto.DoorLamp(true), elevproto.StopLamp(true),
	}
	a.send(1, lit[:2]...)
	a.send(3, lit[2:4]...)
	a.send(100, lit[4:]...)
	x.shows(`w\*`, `f\*`, `c\*`, `2\*`, `Door   \* open`, `Stop   \* p`, "6 written")

	b, c := dialSim(t, port), dialSim(t, port)
	x.shows("3 clients")
	x.keys("Q", "V", "-")
	screen := x.shows(`\[q-\]`, `\[v-\]`, `Obstr  v - on`)
	golden(t, "busy", strings.Replace(screen, fmt.Sprint(port), strings.Repeat("9", len(fmt.Sprint(port))), 1))

	// All clients see the same, with requests split and merged.
	for k, conn := range []client{a, b, c} {
		conn.send([]int{1, 7, 100}[k], elevproto.ReadButton(elevator.HallUp, 0), elevproto.ReadFloorSensor(),
			elevproto.ReadButton(elevator.Cab, 3), elevproto.ReadObstruction(), elevproto.ReadStopButton())
		for _, want := range []elevproto.Frame{{6, 1}, {7, 1, 0}, {6, 1}, {9, 1}, {8, 0}} {
			if got := conn.reply(); got != want {
				t.Errorf("client %d: %v, want %v", k, got, want)
			}
		}
	}
	x.keys("Q")
	b.untilReply(elevproto.ReadButton(elevator.HallUp, 0), elevproto.Frame{6, 0})
	b.Close()
	c.Close()
	x.shows("1 client ")
	x.keys("C-c")
	x.shows("THE END")
}

// The motor's keys, the end switch and the way back, and a command.
func TestSimMotorKeys(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 1)
	x := openTerminal(t, 80, 24, fmt.Sprintf("exec elevnet sim --con none --port %d --travel 100ms --pass 50ms", port))
	x.shows("at floor 0")
	x.keys("9")
	x.shows("OUT OF BOUNDS", "OUT OF BOUNDS: the car ran into the end switch beyond floor 3", "0 move the car back")
	x.keys("7") // to no avail
	x.keys("0")
	x.shows("at floor 3", "motor stop")
	x.keys(":", "p", "l", "a", "c", "e", "Space", "1", ".", "5")
	x.shows("^:place 1.5")
	x.keys("Enter")
	x.shows(`at 1\.5`, "car placed at 1.50")
	x.keys(":", "f", "l", "y", "Enter")
	x.shows(`there is no command "fly"`)
	x.keys("F1")
	x.shows("qwertyui .*hall up", "Any key closes this help")
	x.keys("q")
	x.shows("Hall Up")
	x.keys(":", "q", "u", "i", "t", "Enter")
	x.shows("THE END")
}

// Several elevators: keys work the chosen one, the mouse any; and the picture
// follows the size of the terminal.
func TestSimOfSeveral(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 3)
	x := openTerminal(t, 80, 24, fmt.Sprintf("exec elevnet sim --con none --port %d --cars 3 --ascii --tap 30s", port))
	screen := x.shows(`> 1: port \d+ - no client`, fmt.Sprintf(" 3: port %d - no client", port+2))
	if strings.ContainsFunc(screen, func(r rune) bool { return r > '~' }) {
		t.Errorf("more than ASCII:\n%s", screen)
	}
	clients := []client{dialSim(t, port), dialSim(t, port+1), dialSim(t, port+2)}
	pressed := func(i int, b elevator.Button, floor int) {
		t.Helper()
		for k, c := range clients {
			want := elevproto.BoolReply(elevproto.OpButton, k == i)
			if k == i {
				c.untilReply(elevproto.ReadButton(b, floor), want)
			} else if c.send(4, elevproto.ReadButton(b, floor)); c.reply() != want {
				t.Errorf("%v %d is pressed at %d, not at %d alone", b, floor, k+1, i+1)
			}
		}
	}
	x.keys("w")
	pressed(0, elevator.HallUp, 1)
	x.keys("Tab", "f")
	pressed(1, elevator.HallDown, 3)
	x.keys("3", "x")
	pressed(2, elevator.Cab, 1)

	// The mouse, at the lamp of elevator 2's cab button for floor 3.
	column, row := place(t, x.screen(), 2, "v-")
	x.click(0, column, row)
	pressed(1, elevator.Cab, 3)
	x.shows(`> 2: port`)

	if out, err := x.tmux("resize-window", "-x", "170", "-y", "14"); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	x.shows(`1: port \d+ .* > 2: port \d+ .* 3: port`)
	if out, err := x.tmux("resize-window", "-x", "20", "-y", "5"); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	x.shows("or more")
	if out, err := x.tmux("resize-window", "-x", "44", "-y", "12"); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	x.shows("> 2: port", "2 more: tab")
	x.keys("C-c")
	x.shows("THE END")
}

// place returns where the n-th occurrence of a text begins on a screen.
func place(t *testing.T, screen string, n int, text string) (column, row int) {
	t.Helper()
	for row, line := range strings.Split(screen, "\n") {
		if i := strings.Index(line, text); i >= 0 {
			if n--; n == 0 {
				return len([]rune(line[:i])), row
			}
		}
	}
	t.Fatalf("%q isn't on the screen:\n%s", text, screen)
	return 0, 0
}

// Whatever ends the program, the terminal is as it was.
func TestSimGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end    func(x *terminal)
		status string
	}{
		"ctrl-c": {func(x *terminal) { x.keys("C-c") }, "0"},
		"TERM":   {func(x *terminal) { signalPID(x, "TERM") }, "0"},
		"INT":    {func(x *terminal) { signalPID(x, "INT") }, "0"},
		"HUP":    {func(x *terminal) { signalPID(x, "HUP") }, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePorts(t, 1)
			x := openTerminal(t, 80, 24, fmt.Sprintf(`echo BEFORE; stty -a >before
sh -c 'echo $$ >pid; exec elevnet sim --con none --port %d 2>errors'
echo $? >status; stty -a >after`, port))
			x.shows("f1 help")
			c.end(x)
			screen := x.shows("THE END")
			if !strings.Contains(screen, "BEFORE") || strings.Contains(screen, "Hall Up") {
				t.Errorf("the screen isn't given back:\n%s", screen)
			}
			if diff := cmp.Diff(x.file("before"), x.file("after")); diff != "" {
				t.Errorf("the terminal isn't as it was:\n%s", diff)
			}
			if text := x.file("errors"); text != "" {
				t.Errorf("standard error:\n%s", text)
			}
			if got := strings.TrimSpace(x.file("status")); got != c.status {
				t.Errorf("exit status %s, want %s", got, c.status)
			}
			// Neither the mouse nor pasting is reported any more, and the cursor shows.
			flags, err := x.tmux("display-message", "-p", "#{mouse_any_flag}#{mouse_button_flag}#{mouse_sgr_flag}#{alternate_on} #{cursor_flag}")
			if err != nil || strings.TrimSpace(flags) != "0000 1" {
				t.Errorf("terminal modes %q, %v", flags, err)
			}
		})
	}
}

func signalPID(x *terminal, name string) {
	x.t.Helper()
	if out, err := exec.Command("kill", "-"+name, strings.TrimSpace(x.file("pid"))).CombinedOutput(); err != nil {
		x.t.Fatalf("kill: %v: %s", err, out)
	}
}

// Put in the background, the simulator gives the terminal back; and takes it
// again.
func TestSimInTheBackground(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 1)
	x := openTerminal(t, 80, 24, "PS1='shell> ' exec sh -i")
	x.shows("^shell>")
	x.keys("-l", fmt.Sprintf("elevnet sim --con none --port %d\n", port))
	x.shows("f1 help")
	x.keys("C-z")
	x.shows(`(Stopped|Suspended).*elevnet sim|\[1\] *\+`)
	x.keys("-l", "stty -a | grep -c ' echo '; echo $((40+2))\n")
	x.shows("^1$", "^42$")
	x.keys("-l", "fg\n")
	x.shows("f1 help")
	x.keys("Q")
	x.shows(`\[q-\]`)
	x.keys("C-c")
	x.shows("fg\n.*\nshell>") // what is typed earlier is the simulator's
	x.keys("-l", "stty -a | grep -c ' echo '; echo $((50+3))\n")
	x.shows("^1$\n^53$")
}

// Without colours nothing is coloured, and nothing is lost; and a terminal that
// can do nothing gets lines.
func TestSimOnPlainTerminals(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 1)
	x := openTerminal(t, 80, 10, fmt.Sprintf("NO_COLOR=1 exec elevnet sim --con none --port %d", port))
	x.shows("f1 help")
	dialSim(t, port).send(4, elevproto.ButtonLamp(elevator.Cab, 2, true))
	x.shows(`c\*`, "1 client")
	escaped, err := x.tmux("capture-pane", "-p", "-e")
	if err != nil {
		t.Fatal(err)
	}
	if colour := regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7])\b`).FindString(escaped); colour != "" {
		t.Errorf("a colour: %q in\n%q", colour, escaped)
	}

	for _, how := range []string{"TERM=dumb elevnet sim", "elevnet sim --lines"} {
		port := freePorts(t, 1)
		y := openTerminal(t, 100, 10, fmt.Sprintf("%s --con none --port %d", how, port))
		y.shows("simulated elevator with 4 floors at")
		y.keys("-l", "press cab 2\n")
		y.shows("button cab 2 pressed")
		y.keys("-l", "quit\n")
		y.shows("THE END")
	}
}

// Behind a pipe there are lines, whatever the terminal is.
func TestSimBehindAPipe(t *testing.T) {
	t.Parallel()
	port := freePorts(t, 1)
	x := openTerminal(t, 100, 10, fmt.Sprintf("elevnet sim --con none --port %d | cat", port))
	x.shows("^simulated elevator with 4 floors at")
	if bytes.ContainsRune([]byte(x.screen()), '│') {
		t.Error("a screen behind a pipe")
	}
	x.keys("-l", "quit\n")
	x.shows("THE END")
}
