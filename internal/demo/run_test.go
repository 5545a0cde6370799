package demo

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

func run(t *testing.T, opts Options) (code int, out, errOut string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var o, e bytes.Buffer
	code, err := Run(ctx, opts, strings.NewReader(""), &o, &e)
	if err != nil {
		e.WriteString(err.Error())
	}
	return code, o.String(), e.String()
}

func TestHeadless(t *testing.T) {
	t.Parallel()
	code, out, errOut := run(t, Options{Nodes: 2, For: 1500 * time.Millisecond, Seed: 3, Traffic: true, Page: "127.0.0.1:0"})
	if code != exitOK {
		t.Errorf("exit code %d:\n%s%s", code, out, errOut)
	}
	if want := "not a terminal"; !strings.Contains(errOut, want) {
		t.Errorf("standard error %q, want %q", errOut, want)
	}
	for _, want := range []string{"2 nodes, 4 floors", "seed 3", "joined: 1 other node", "node 2 sent", "no promise was broken"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q isn't said in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("escape sequences without a terminal")
	}
}

func TestTemporaryFilesAreRemoved(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	if code, out, errOut := run(t, Options{Nodes: 1, Headless: true, For: 700 * time.Millisecond}); code != exitOK {
		t.Fatalf("exit code %d:\n%s%s", code, out, errOut)
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestInterruptEndsInGoodOrder(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
	defer cancel()
	var out bytes.Buffer
	code, err := Run(ctx, Options{Nodes: 2, Headless: true, StateDir: t.TempDir()}, strings.NewReader(""), &out, &out)
	if code != exitOK || err != nil {
		t.Errorf("code %d, %v:\n%s", code, err, out.String())
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there a port can be taken from another program")
	}
	taken, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	code, out, errOut := run(t, Options{Headless: true, UDPPort: taken.LocalAddr().(*net.UDPAddr).Port})
	if code != exitUsage || !strings.Contains(errOut, "--udp-port") {
		t.Errorf("exit code %d, %q:\n%s", code, errOut, out)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string]Options{
		"nodes":     {Nodes: MaxNodes + 1},
		"floors":    {Floors: 1},
		"state dir": {StateDir: filepath.Join(file, "under")},
	} {
		opts.Headless = true
		if code, _, errOut := run(t, opts); code != exitUsage || errOut == "" {
			t.Errorf("%s: exit code %d, %q", name, code, errOut)
		}
	}
}

// F4, R7: what one demonstration leaves lit in its directory, the next serves.
func TestStateDirCarriesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name, path, err := stateDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := stateDir(dir)
	if err != nil || again != name {
		t.Fatalf("names %q and %q of one directory (%v)", name, again, err)
	}
	cfg := quick(t, 2)
	cfg.Name, cfg.StateDir = name, path
	first, err := openSession(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, session: first}
	r.awaitSound(2)
	r.must(first.building.Motor(1, false))
	r.must(first.building.Press(1, 0, elevator.Cab))
	r.await("the cab lamp", func(s Snapshot) bool { return s.Workspaces[1].Car.Lamps.Has(0, elevator.Cab) })
	r.must(first.close())

	second, err := openSession(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	r = &rig{T: t, session: second}
	r.await("the cab lamp again", func(s Snapshot) bool { return s.Workspaces[1].Car.Lamps.Has(0, elevator.Cab) })
	r.await("it is served", Snapshot.Dark)
	r.must(second.close())
}

// A broken promise ends in exit code 3, with its number in SPEC.
func TestBrokenPromise(t *testing.T) {
	t.Parallel()
	s, err := openSession(quick(t, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, session: s}
	r.awaitSound(2)
	// A lamp that goes on and off, and never was a door open.
	at := time.Since(s.building.feed.began)
	for i, e := range []promise.Event{
		{Kind: promise.ButtonHeld, On: true}, {Kind: promise.ButtonLamp, On: true}, {Kind: promise.ButtonLamp},
	} {
		e.At, e.Floor, e.Button = at+time.Duration(i)*time.Millisecond, 2, elevator.HallUp
		s.building.feed.put(Event{Event: e})
	}
	time.Sleep(bounds(s.building.cfg).Jitter + 100*time.Millisecond)
	var out bytes.Buffer
	code, err := s.finish(&printer{out: &out}, time.Second, allServed, s.close)
	if code != exitBroken || err != nil || !strings.Contains(out.String(), "PROMISES BROKEN: 1\n  S1 ") {
		t.Errorf("code %d, %v:\n%s", code, err, out.String())
	}
}

func TestCallsLeftAtTheEndAreBroken(t *testing.T) {
	t.Parallel()
	s, err := openSession(quick(t, 1), 1)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, session: s}
	r.awaitSound(1)
	r.must(s.building.Motor(0, false))
	r.must(s.building.Press(0, 3, elevator.Cab))
	r.await("the lamp", func(s Snapshot) bool { return s.Lit() == 1 })
	var out bytes.Buffer
	code, err := s.finish(&printer{out: &out}, time.Second, stillLit, s.close)
	if code != exitBroken || err != nil || !strings.Contains(out.String(), "node 1: 3•") {
		t.Errorf("code %d, %v:\n%s", code, err, out.String())
	}
}
