package elevserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// terminal is a console in fake time: what is typed comes out of one end, and
// what was printed since is taken from the other.
type terminal struct {
	t    *testing.T
	keys *io.PipeWriter
	err  chan error

	mu  sync.Mutex
	out bytes.Buffer
}

func (c *terminal) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(b)
}

func open(t *testing.T, ctx context.Context, s *Server) *terminal {
	r, w := io.Pipe()
	c := &terminal{t: t, keys: w, err: make(chan error, 1)}
	go func() { c.err <- Console(ctx, r, c, s) }()
	synctest.Wait()
	return c
}

func (c *terminal) typed(lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(c.keys, line+"\n"); err != nil {
			c.t.Fatal(err)
		}
		synctest.Wait()
	}
}

func (c *terminal) expect(want string) {
	c.t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), c.out.String()); diff != "" {
		c.t.Errorf("printed (-want +got):\n%s", diff)
	}
	c.out.Reset()
}

const greeting = "simulated elevator with 4 floors at 127.0.0.1:15657; type help for the commands\n"

func TestConsoleTranscript(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		c := open(t, t.Context(), s)
		conn := plug(s)
		defer conn.Close()
		c.expect(greeting + "    0.000  client pipe connected (1 now)\n")
		c.typed("press up 2", "PRESS  2   Down ", "press cab 1", "stop")
		c.expect(`
    0.000  button hall-up 2 pressed
    0.000  button hall-down 2 pressed
    0.000  button cab 1 pressed
    0.000  stop button pressed
`)
		time.Sleep(time.Second)
		write(t, conn, elevproto.ButtonLamp(elevator.HallUp, 2, true), elevproto.Motor(elevator.Up))
		c.typed("state")
		c.expect(`
    0.200  button hall-up 2 let go
    0.200  button hall-down 2 let go
    0.200  button cab 1 let go
    0.200  stop button let go
    1.000  lamp hall-up 2 on
    1.000  motor up
car at floor 0, motor up, door closed, indicator 0, lamps 2↑, refusing connections, clients 1
`)
		time.Sleep(1500 * ms)
		c.typed("motor off", "state")
		write(t, conn, elevproto.DoorLamp(true))
		c.typed("motor on", "motor on forget", "motor off", "motor on", "motor off", "motor on remember")
		c.expect(`
    1.500  car between floors
    2.500  motor power lost
car at 0.50, motor up, door closed, indicator 0, no motor power, lamps 2↑, refusing connections, clients 1
    2.500  door open
    2.500  MISUSE: door opened while the motor runs
    2.500  MISUSE: door opened between floors
    2.500  motor power back, motor up
    2.500  motor power lost
    2.500  motor stop
    2.500  motor power back, motor stop
    2.500  motor power lost
    2.500  motor power back, motor stop
`)
		c.typed("hold cab 2", "hold up 1 0.5", "hold stop", "obstruct on", "state")
		time.Sleep(time.Second)
		c.typed("release cab 2", "release stop", "obstruct off")
		c.expect(`
    2.500  button cab 2 pressed
    2.500  button hall-up 1 pressed
    2.500  stop button pressed
    2.500  obstruction on
car at 0.50, motor stop, door open, indicator 0, obstructed, stop button held, lamps 2↑, held 1↑ 2•, refusing connections, door opened while the motor runs: 1, door opened between floors: 1, clients 1
    3.000  button hall-up 1 let go
    3.500  button cab 2 let go
    3.500  stop button let go
    3.500  obstruction off
`)
		c.typed("place 3", "sensor stuck 1", "sensor stuck none", "sensor ok", "hang on", "hang off", "drop")
		c.expect(`
    3.500  car at floor 3
    3.500  car placed at 3.00
    3.500  car at floor 1
    3.500  floor sensor stuck at floor 1
    3.500  car between floors
    3.500  floor sensor stuck between floors
    3.500  floor sensor repaired
    3.500  car at floor 3
    3.500  not answering requests
    3.500  answering requests
    3.500  client pipe gone (0 left)
`)
		c.typed("quit")
		if err := <-c.err; !errors.Is(err, ErrQuit) {
			t.Errorf("quit returns %v", err)
		}
		c.keys.Close()
	})
}

// TestConsoleForgives: whatever is typed, one clear line comes back.
func TestConsoleForgives(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		c := open(t, t.Context(), s)
		c.expect(greeting)
		usage := map[string]string{
			"press": "press up 2, press down 3, press cab 1, press stop",
			"hold":  "hold cab 2, hold up 1 5s, hold stop",
			"rel":   "release cab 2, release stop",
			"obs":   "obstruct on, obstruct off",
			"motor": "motor off, motor on, motor on forget, motor on remember, motor up, motor down, motor stop",
			"place": "place 1.5",
		}
		for _, tt := range []struct{ line, want string }{
			{"", ""},
			{"   \t ", ""},
			{"jump", `there is no command "jump"; type help for those there are`},
			{strings.Repeat("x", 10000), `there is no command "` + strings.Repeat("x", 40) + `"; type help for those there are`},
			{"\x00\xff\x1b[2J", `there is no command "\x00�\x1b[2j"; type help for those there are`},
			{"press", "write it like this: " + usage["press"]},
			{"press up", "write it like this: " + usage["press"]},
			{"press sideways 2", "write it like this: " + usage["press"]},
			{"press 1 2", "write it like this: " + usage["press"]},
			{"press up 3", "press: there is no hall-up button at floor 3 of 0 to 3"},
			{"press cab 4", "press: there is no floor 4: floors are 0 to 3"},
			{"press cab -1", "press: there is no floor -1: floors are 0 to 3"},
			{"press cab 99999999999999999999", "write it like this: " + usage["press"]},
			{"hold cab 1 soon", `hold: "soon" is no time; 2, 0.5 and 200ms are`},
			{"hold cab 1 -2", `hold: "-2" is no time; 2, 0.5 and 200ms are`},
			{"hold", "write it like this: " + usage["hold"]},
			{"release", "write it like this: " + usage["rel"]},
			{"stop it", "write it like this: stop"},
			{"obstruct", "write it like this: " + usage["obs"]},
			{"obstruct maybe", "write it like this: " + usage["obs"]},
			{"motor on fire", "write it like this: " + usage["motor"]},
			{"sensor", "write it like this: sensor stuck 2, sensor stuck none, sensor ok"},
			{"sensor stuck x", "write it like this: sensor stuck 2, sensor stuck none, sensor ok"},
			{"sensor stuck 9", "sensor: the sensor can't show floor 9: floors are 0 to 3"},
			{"place", "write it like this: " + usage["place"]},
			{"place here", "write it like this: " + usage["place"]},
			{"place 7", "place: there is no position 7: they are 0 to 3"},
			{"place nan", "place: there is no position NaN: they are 0 to 3"},
			{"drop all", "write it like this: drop"},
			{"refuse", "write it like this: refuse on, refuse off"},
		} {
			c.typed(tt.line)
			if tt.want != "" {
				tt.want += "\n"
			}
			c.expect(tt.want)
		}
		if before, after := s.Snapshot(), s.Snapshot(); !after.Buttons.Empty() || before != after {
			t.Errorf("something was done: %v", after)
		}
		c.typed("help")
		help := c.out.String()
		for _, cmd := range commands() {
			if !strings.Contains(help, "\n  "+cmd.name) && !strings.HasPrefix(help, "  "+cmd.name) {
				t.Errorf("help doesn't name %s", cmd.name)
			}
		}
		c.keys.Close()
		if err := <-c.err; err != nil {
			t.Errorf("at the end of the input: %v", err)
		}
	})
}

// TestConsoleNamesAreUnique: no name hides another.
func TestConsoleNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, cmd := range commands() {
		for _, name := range append([]string{cmd.name}, cmd.also...) {
			if other, ok := seen[name]; ok {
				t.Errorf("%q is both %s and %s", name, other, cmd.name)
			}
			seen[name] = cmd.name
			if name != strings.ToLower(name) {
				t.Errorf("%q can't be typed", name)
			}
		}
	}
}

func TestConsoleEnds(t *testing.T) {
	t.Run("input ends", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, s *Server) {
			var out bytes.Buffer
			if err := Console(t.Context(), strings.NewReader("press cab 1\nstate"), &out, s); err != nil {
				t.Fatal(err)
			}
			want := greeting + "    0.000  button cab 1 pressed\n" +
				"car at floor 0, motor stop, door closed, indicator 0, held 1•, refusing connections, clients 0\n"
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
			if s.Snapshot().Buttons.Empty() {
				t.Error("the simulator ended with its input")
			}
		})
	})
	t.Run("context done", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, s *Server) {
			ctx, cancel := context.WithCancel(t.Context())
			c := open(t, ctx, s)
			cancel()
			if err := <-c.err; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			c.keys.Close()
		})
	})
	t.Run("server closed", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, s *Server) {
			c := open(t, t.Context(), s)
			s.SetObstruction(true)
			s.Close()
			if err := <-c.err; !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
			c.expect(greeting + "    0.000  obstruction on\n")
			c.keys.Close()
		})
	})
	t.Run("input fails", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, s *Server) {
			broken := errors.New("broken")
			c := open(t, t.Context(), s)
			c.keys.CloseWithError(broken)
			if err := <-c.err; !errors.Is(err, broken) {
				t.Error(err)
			}
		})
	})
	t.Run("output fails", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, s *Server) {
			r, w := io.Pipe()
			r.Close()
			if err := Console(t.Context(), strings.NewReader("state\n"), w, s); !errors.Is(err, io.ErrClosedPipe) {
				t.Error(err)
			}
		})
	})
}

func TestWatch(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, s *Server) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &terminal{t: t, err: make(chan error, 1)}
		go func() { c.err <- Watch(ctx, c, s) }()
		synctest.Wait()
		time.Sleep(1234 * ms)
		s.SetObstruction(true)
		c.expect("    1.234  obstruction on\n")
		cancel()
		if err := <-c.err; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.queues) != 0 {
			t.Error(fmt.Sprint(len(s.queues), " subscriptions remain"))
		}
	})
}
