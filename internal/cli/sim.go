package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/simscreen"
)

// maxCars is how many elevators one simulator shows.
const maxCars = 16

// simSettings are the flags of the simulator.
type simSettings struct {
	bind, start           *string
	port, floors, cars    *int
	travel, pass, tap     *time.Duration
	forget, keep, patient *bool
	lines, ascii          *bool
	up, down, cab         *string
	stop, obstruction     *rune
	motorUp, motorStop    *rune
	motorDown, inBounds   *rune
	lampOn, lampOff       *rune
	con                   *string
}

func simFlags() (*flags, *simSettings) {
	d, k := elevator.DefaultConfig(), simscreen.DefaultKeys()
	f := newFlags("sim", "  elevnet sim                        one elevator, as the course's simulator shows it\n"+
		"  elevnet sim --port 15658 --floors 4\n"+
		"  elevnet sim --cars 3               three of them, at ports 15657, 15658 and 15659\n"+
		"  elevnet sim --start 1.5            begin between two floors\n"+
		"  elevnet sim --lines                commands and events as lines, as behind a pipe\n")
	f.after = "\nThe options of the course's simulator, such as --numFloors 9 or --btnDepressedTime_ms 500,\nare understood as well, and read from simulator.con if that is in the current directory.\n"
	s := &simSettings{
		bind:        f.String("bind", "127.0.0.1", "ADDRESS: to listen on; 0.0.0.0 lets other computers in"),
		port:        f.number("port", 15657, 1, 65535, "PORT: tcp port to listen on; that of the first of several elevators"),
		floors:      f.number("floors", d.Floors, elevator.MinFloors, elevator.MaxFloors, "NUMBER: of floors"),
		cars:        f.number("cars", 1, 1, maxCars, "NUMBER: of elevators, each with a port of its own, counted up"),
		travel:      f.duration("travel", d.Travel, 10*time.Millisecond, time.Minute, "TIME: between two floor sensors"),
		pass:        f.duration("pass", d.Pass, 10*time.Millisecond, time.Minute, "TIME: past one floor sensor"),
		tap:         f.duration("tap", elevserver.DefaultTap, 10*time.Millisecond, time.Minute, "TIME: for which a pressed button stays down"),
		start:       f.String("start", "0", "FLOOR: at which the car stands at first; 1.5 is between 1 and 2, random is anywhere"),
		forget:      f.Bool("forget-motor", false, "the motor waits for a new command when its power comes back"),
		keep:        f.Bool("keep-motor", false, "the motor runs on when nobody is connected any more"),
		patient:     f.Bool("patient", false, "the car waits while a connected program asks nothing, as one in a debugger"),
		lines:       f.Bool("lines", false, "lines instead of the screen"),
		ascii:       f.Bool("ascii", false, "draw the screen with ASCII characters only"),
		up:          f.String("key-ups", k.Up, "KEYS: of the hall buttons up, floor 0 first"),
		down:        f.String("key-downs", k.Down, "KEYS: of the hall buttons down, floor 1 first"),
		cab:         f.String("key-cabs", k.Cab, "KEYS: of the cab buttons, floor 0 first"),
		stop:        f.character("key-stop", k.Stop, "KEY: of the stop button"),
		obstruction: f.character("key-obstruction", k.Obstruction, "KEY: of the obstruction switch"),
		motorUp:     f.character("key-motor-up", k.MotorUp, "KEY: that drives the motor up"),
		motorStop:   f.character("key-motor-stop", k.MotorStop, "KEY: that stops the motor"),
		motorDown:   f.character("key-motor-down", k.MotorDown, "KEY: that drives the motor down"),
		inBounds:    f.character("key-in-bounds", k.InBounds, "KEY: that moves a car in an end switch back"),
		lampOn:      f.character("lamp-on", '*', "CHARACTER: for a lamp that is lit"),
		lampOff:     f.character("lamp-off", '-', "CHARACTER: for a lamp that is dark"),
		con:         f.String("con", "", "FILE: with settings of the course's simulator (default simulator.con, if it is there); \"none\" for none"),
	}
	return f, s
}

func runSim(ctx context.Context, args []string, std stdio) (int, error) {
	f, s := simFlags()
	args, err := courseArguments(args)
	if err != nil {
		return exitUsage, err
	}
	con, err := f.readCourseFile(args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	keys, err := s.keys()
	if err != nil {
		return exitUsage, err
	}
	servers, err := s.listen()
	defer func() {
		for _, x := range servers {
			x.Close()
		}
	}()
	if err != nil {
		return exitUsage, err
	}
	ctx, stop := untilHangUp(ctx)
	defer stop()
	if con != "" {
		fmt.Fprintln(std.err, "settings are read from "+con)
	}
	if *s.lines || !canShow(std.in, std.out) {
		err = simscreen.Lines(ctx, servers, std.in, std.out)
	} else {
		err = simscreen.Run(ctx, servers, simscreen.Options{
			Keys:  keys,
			Style: simscreen.Style{LampOn: *s.lampOn, LampOff: *s.lampOff, ASCII: *s.ascii || !speaksUTF8(runtime.GOOS, os.Getenv)},
		}, std.in, std.out)
	}
	if err == nil || errors.Is(err, elevserver.ErrQuit) {
		return exitOK, nil
	}
	return exitFailed, err
}

func (s *simSettings) keys() (simscreen.Keys, error) {
	k := simscreen.Keys{
		Up: strings.ToLower(*s.up), Down: strings.ToLower(*s.down), Cab: strings.ToLower(*s.cab),
		Stop: *s.stop, Obstruction: *s.obstruction,
		MotorUp: *s.motorUp, MotorStop: *s.motorStop, MotorDown: *s.motorDown, InBounds: *s.inBounds,
	}
	if err := k.Validate(); err != nil {
		return k, usage("%v; see --key-ups and the other --key flags", err)
	}
	return k, nil
}

// listen starts the elevators. With an error it returns those that are started.
func (s *simSettings) listen() ([]*elevserver.Server, error) {
	start := make([]float64, *s.cars)
	for i := range start {
		var err error
		if *s.start == "random" {
			start[i] = float64(rand.IntN(2**s.floors-1)) / 2 // at a floor, or half-way between two
		} else if start[i], err = strconv.ParseFloat(*s.start, 64); err != nil || !(start[i] >= 0 && start[i] <= float64(*s.floors-1)) { // so that NaN is refused, too
			return nil, usage("--start must be from 0 to %d, or random", *s.floors-1)
		}
	}
	if last := *s.port + *s.cars - 1; last > 65535 {
		return nil, usage("--port %d leaves no room for %d elevators", *s.port, *s.cars)
	}
	var all []*elevserver.Server
	for i := range *s.cars {
		x, err := elevserver.Listen(net.JoinHostPort(*s.bind, strconv.Itoa(*s.port+i)), elevserver.Options{
			Floors: *s.floors, Travel: *s.travel, Pass: *s.pass, Start: start[i], Tap: *s.tap,
			ForgetMotor: *s.forget, KeepMotor: *s.keep, Patient: *s.patient,
		})
		if err != nil {
			return all, explainListen(err, *s.bind, *s.port+i)
		}
		all = append(all, x)
	}
	return all, nil
}

// canShow reports whether there is a terminal that can show a screen.
func canShow(in io.Reader, out io.Writer) bool {
	return isTerminal(in) && isTerminal(out) && (runtime.GOOS == "windows" || os.Getenv("TERM") != "" && os.Getenv("TERM") != "dumb")
}

// speaksUTF8 reports whether the terminal shows more than ASCII, as far as the
// environment tells.
func speaksUTF8(goos string, getenv func(string) string) bool {
	if goos == "windows" || goos == "darwin" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// untilHangUp returns a context that also ends when the terminal is closed,
// unless the process was started to survive that.
func untilHangUp(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

// explainListen says in a user's words why a tcp port can't be had.
func explainListen(err error, bind string, port int) error {
	var listen *net.OpError
	switch {
	case errors.Is(err, syscall.EADDRINUSE) || runtime.GOOS == "windows" && errors.Is(err, wsaEADDRINUSE):
		return usage("tcp port %d is in use by another program; choose another with --port", port)
	case errors.Is(err, os.ErrPermission):
		return usage("tcp port %d: permission denied; choose one above 1023 with --port", port)
	case errors.As(err, &listen):
		return usage("can't listen at %s port %d: %v; see --bind and --port", bind, port, listen.Err)
	default:
		return usageError{err}
	}
}

// wsaEADDRINUSE is what Windows says of a port in use; syscall.EADDRINUSE is
// another number there.
const wsaEADDRINUSE = syscall.Errno(10048)
