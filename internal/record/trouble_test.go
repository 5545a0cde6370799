package record

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
)

// badDisk is a sink that hangs or fails when it is told to.
type badDisk struct {
	memory
	mu    sync.Mutex
	err   error
	hangs chan struct{}
}

func (b *badDisk) append(frame []byte, head frameHead) error {
	b.mu.Lock()
	err, hangs := b.err, b.hangs
	b.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
	if err != nil {
		return err
	}
	return b.memory.append(frame, head)
}

func (b *badDisk) set(err error, hangs chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err, b.hangs = err, hangs
}

func (b *badDisk) recording(t *testing.T) *Recording {
	t.Helper()
	file := fileHeader()
	for _, f := range b.frames {
		file = append(file, f.b...)
	}
	r, err := NewRecording("bad", bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiskThatFailsForAWhile(t *testing.T) {
	t.Parallel()
	disk := &badDisk{memory: memory{limit: 1 << 30}}
	var mu sync.Mutex
	var said []string
	r := newRecorder(Options{Warn: func(s string) { mu.Lock(); said = append(said, s); mu.Unlock() }}, disk)
	l := newLab(t, 31, 2, 4, func(elevator.ID) host.Tap { return r.Tap() })
	for k := range 12 {
		if k == 3 {
			disk.set(errors.New("no space left"), nil)
		}
		if k == 7 {
			disk.set(nil, nil)
		}
		l.run(time.Second)
		r.flush()
	}
	if r.Lost() == 0 {
		t.Error("nothing was lost")
	}
	l.close()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	mu.Lock()
	if len(said) != 2 || !strings.Contains(said[0], "no space left") || !strings.Contains(said[1], "works again") {
		t.Errorf("said %q", said)
	}
	mu.Unlock()
	lost := uint64(0)
	rec := disk.recording(t)
	for x := range rec.Records() {
		if x.Kind == Lost {
			lost += x.Missing
		}
	}
	if lost == 0 || lost > r.Lost() {
		t.Errorf("the recording says that %d are missing, the recorder %d", lost, r.Lost())
	}
	x := rerun(rec)
	compared, steps := same(t, x)
	if compared < steps*9/10 || compared == steps && steps == 0 {
		t.Errorf("%d of %d steps were compared", compared, steps)
	}
}

// TestDiskThatHangs makes sure that the nodes never wait, that memory is bounded,
// and that what was recorded later can be run again.
func TestDiskThatHangs(t *testing.T) {
	t.Parallel()
	hangs := make(chan struct{})
	disk := &badDisk{memory: memory{limit: 1 << 30}, hangs: hangs}
	const queue = 200 << 10
	r := newRecorder(Options{queue: queue}, disk)
	l := newLab(t, 32, 3, 4, func(elevator.ID) host.Tap { return r.Tap() })
	l.quiet = true
	for r.Lost() < 1000 {
		l.run(time.Second)
		r.mu.Lock()
		n := len(r.body.b)
		r.mu.Unlock()
		if n > queue+64<<10 {
			t.Fatalf("%d bytes are waiting", n)
		}
	}
	disk.set(nil, nil)
	close(hangs)
	r.flush()
	for range 3 {
		l.run(time.Second)
		r.flush()
	}
	l.close()
	r.Close()
	x := rerun(disk.recording(t))
	compared, steps := same(t, x)
	if compared < steps*9/10 {
		t.Errorf("%d of %d steps were compared", compared, steps)
	}
	for _, run := range x.Runs {
		if run.Why == "" || !run.Over || run.Node == nil {
			t.Errorf("node %s: %q, over %v", run.Track.Node.ID, run.Why, run.Over)
		}
	}
}

// TestDamageInTheMiddle flips bits: the frames around are still read, and what is
// compared is the same.
func TestDamageInTheMiddle(t *testing.T) {
	t.Parallel()
	ring := NewRing(Options{})
	defer ring.Close()
	l := newLab(t, 33, 2, 4, func(elevator.ID) host.Tap { return ring.Tap() })
	for range 24 {
		l.run(time.Second)
		ring.flush()
	}
	var b bytes.Buffer
	if _, err := ring.WriteTo(&b, time.Unix(0, 0), time.Unix(1<<32, 0)); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	clean, err := NewRecording("clean", bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for k, f := range clean.frames {
		bad := bytes.Clone(whole)
		bad[f.at+int64(f.size())-1] ^= 0x10
		r, err := NewRecording("bad", bytes.NewReader(bad), int64(len(bad)))
		if err != nil {
			t.Fatal(err)
		}
		if len(r.frames) != len(clean.frames)-1 || r.Unread != int64(f.size()) || len(r.Remarks()) != 1 {
			t.Fatalf("frame %d: %d of %d are left, %d bytes are unread", k, len(r.frames), len(clean.frames), r.Unread)
		}
		if k%5 == 0 {
			if compared, _ := same(t, rerun(r)); compared == 0 {
				t.Errorf("frame %d: nothing was compared", k)
			}
		}
	}
}

func TestClosedRecorder(t *testing.T) {
	t.Parallel()
	r, path := create(t, Options{})
	l := newLab(t, 34, 1, 4, func(elevator.ID) host.Tap { return r.Tap() })
	l.run(time.Second)
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	l.run(time.Second)
	l.close()
	r.flush()
	if size() != before {
		t.Error("something was recorded after the end")
	}
}

// TestFileThatGoesAway removes the directory while it is recorded to.
func TestFileThatGoesAway(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var warned atomic.Bool
	r, err := Create(filepath.Join(dir, "x"), Options{Limit: MinLimit, Warn: func(string) { warned.Store(true) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Skip("this system keeps open files:", err)
	}
	l := newLab(t, 35, 3, 4, func(elevator.ID) host.Tap { return r.Tap() })
	l.quiet = true
	for k := 0; !warned.Load(); k++ { // until the limit, where the file is to be replaced
		if k == 1000 {
			t.Fatal("nobody says that the recording is gone")
		}
		l.run(time.Second)
		r.flush()
	}
	l.close()
	r.Close()
}
