package cli

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
)

func runSim(ctx context.Context, args []string, std stdio) (int, error) {
	d := elevator.DefaultConfig()
	f := newFlags("sim", "  elevnet sim --port 15658 --floors 4\n  elevnet sim --start 1.5            begin between two floors\n")
	bind := f.String("bind", "127.0.0.1", "ADDRESS: to listen on; 0.0.0.0 lets other computers in")
	port := f.number("port", 15657, 1, 65535, "PORT: tcp port to listen on")
	floors := f.number("floors", d.Floors, elevator.MinFloors, elevator.MaxFloors, "NUMBER: of floors")
	travel := f.duration("travel", d.Travel, 10*time.Millisecond, time.Minute, "TIME: between two floor sensors")
	pass := f.duration("pass", d.Pass, 10*time.Millisecond, time.Minute, "TIME: past one floor sensor")
	start := f.Float64("start", 0, "FLOOR: at which the car stands at first; 1.5 is between 1 and 2")
	forget := f.Bool("forget-motor", false, "the motor waits for a new command when its power comes back")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	if !(*start >= 0 && *start <= float64(*floors-1)) { // so that NaN is refused, too
		return exitUsage, usage("--start must be from 0 to %d", *floors-1)
	}
	s, err := elevserver.Listen(net.JoinHostPort(*bind, strconv.Itoa(*port)), elevserver.Options{
		Floors: *floors, Travel: *travel, Pass: *pass, Start: *start, ForgetMotor: *forget,
	})
	if err != nil {
		return exitUsage, explainListen(err, *bind, *port)
	}
	defer s.Close()
	err = elevserver.Console(ctx, std.in, std.out, s)
	if err == nil {
		// Standard input has ended, as it does for what runs in the background.
		err = elevserver.Watch(ctx, std.out, s)
	}
	switch {
	case errors.Is(err, elevserver.ErrQuit), errors.Is(err, context.Canceled):
		return exitOK, nil
	default:
		return exitFailed, err
	}
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
