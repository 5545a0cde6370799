//go:build unix

package host_test

import (
	"context"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
)

// processor returns how long this process has used a processor so far.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A node without a disk that has a call open doesn't take the whole processor.
func TestNodeWithoutDiskRests(t *testing.T) {
	s := newStation(t, "a", 0)
	conn, err := bcast.Listen(bcast.Options{LoopbackOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	s.opts.Transport, s.opts.Boot, s.opts.Start = conn, 7, time.Now()
	s.opts.Log = slog.New(slog.NewTextHandler(s.log, nil))
	if s.host, err = host.New(s.opts); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.ended = cancel, make(chan error, 1)
	go func() { s.ended <- s.host.Run(ctx) }()
	stuck(s)
	const watched = time.Second
	began, before := time.Now(), processor(t)
	time.Sleep(watched)
	if used, lasted := processor(t)-before, time.Since(began); used > lasted*4/10 {
		t.Errorf("%v of %v", used, lasted)
	} else {
		t.Logf("%v of %v", used, lasted)
	}
	s.car.SetMotorPower(true)
	s.untilLamp(elevator.Cab, 3, false)
}
