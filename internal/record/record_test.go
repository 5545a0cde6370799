package record

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
)

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// create returns a recorder to a file of its own.
func create(t testing.TB, opts Options) (*Recorder, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.elevrec")
	opts.Program = "test"
	r, err := Create(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, path
}

// open opens a recording for the time of a test.
func open(t testing.TB, path string) *Recording {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// rerun runs a recording again.
func rerun(r ...*Recording) *Rerun {
	var x Rerun
	for rec := range Together(r) {
		x.Feed(rec)
	}
	return &x
}

// same fails the test if a run differs, and returns how many steps were compared.
func same(t testing.TB, x *Rerun) (compared, steps uint64) {
	t.Helper()
	for _, r := range x.Runs {
		if r.Difference != nil {
			t.Errorf("node %s: %v", r.Track.Node.ID, r.Difference)
		}
		compared += r.Compared
		steps += r.Steps
	}
	return compared, steps
}

func TestWhatWasRecordedIsDecidedAgain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		r, path := create(t, Options{})
		l := newLab(t, seed, 3, 4, func(elevator.ID) host.Tap { return r.Tap() })
		l.run(20 * time.Second)
		l.close()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		x := rerun(open(t, path))
		compared, steps := same(t, x)
		if compared != steps || steps < 1000 || len(x.Runs) < 3 {
			t.Errorf("%d runs, %d of %d steps were compared", len(x.Runs), compared, steps)
		}
		for _, run := range x.Runs {
			if run.Why != "" {
				t.Errorf("node %s: %s", run.Track.Node.ID, run.Why)
			}
		}
	}
}

// spy keeps what a tap is told, as it should be read again.
type spy struct {
	host.Tap
	id    elevator.ID
	steps *[]Step
}

func (s spy) Stepped(x *host.TapStep) {
	s.Tap.Stepped(x)
	a := x.Actions
	step := Step{
		Event: x.Event, From: x.From, Received: bytes.Clone(x.Received), Outputs: a.Outputs, Sent: bytes.Clone(x.Sent),
		Snapshot: a.Snapshot, Generation: a.Generation, Notices: a.Notices, Ask: a.Ask, Exit: a.Exit, Over: x.Over,
	}
	step.Event.Message = nil
	*s.steps = append(*s.steps, step)
}

// sameStep compares faster than cmp does.
func sameStep(a, b Step) bool {
	e, f := &a.Event, &b.Event
	return e.Kind == f.Kind && e.Inputs == f.Inputs && e.Generation == f.Generation && errText(e.Err) == errText(f.Err) &&
		slices.EqualFunc(e.Saved, f.Saved, bytes.Equal) && a.From == b.From && bytes.Equal(a.Received, b.Received) &&
		a.Outputs == b.Outputs && bytes.Equal(a.Sent, b.Sent) && bytes.Equal(a.Snapshot, b.Snapshot) &&
		a.Generation == b.Generation && slices.EqualFunc(a.Notices, b.Notices, sameNotice) && sameQuestion(a.Ask, b.Ask) &&
		errText(a.Exit) == errText(b.Exit) && a.Over == b.Over && slices.Equal(e.Assigned, f.Assigned) && sameQuestion(e.Question, f.Question)
}

// errorsByText compares errors as they are recorded.
var errorsByText = cmp.Comparer(func(a, b error) bool { return errText(a) == errText(b) })

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ring := NewRing(Options{})
		defer ring.Close()
		all := make(map[elevator.ID]*[]Step)
		l := newLab(t, rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 4).Draw(rt, "nodes"), rapid.SampledFrom([]int{2, 4, 12}).Draw(rt, "floors"),
			func(id elevator.ID) host.Tap {
				if all[id] == nil {
					all[id] = new([]Step)
				}
				return spy{ring.Tap(), id, all[id]}
			})
		for range rapid.IntRange(1, 4).Draw(rt, "frames") {
			l.run(time.Duration(rapid.IntRange(1, 250).Draw(rt, "ms")) * time.Millisecond)
			ring.flush()
		}
		got := make(map[elevator.ID]*[]Step)
		for rec := range written(t, ring).Records() {
			if rec.Kind != Stepped {
				continue
			}
			id := rec.Track.Node.ID
			if got[id] == nil {
				got[id] = new([]Step)
			}
			*got[id] = append(*got[id], rec.Step)
		}
		for id, steps := range all {
			var have []Step
			if got[id] != nil {
				have = *got[id]
			}
			if len(*steps) != len(have) {
				rt.Fatalf("node %s: %d steps of %d", id, len(have), len(*steps))
			}
			for k, want := range *steps {
				if !sameStep(want, have[k]) {
					rt.Fatalf("node %s, step %d: %s", id, k, cmp.Diff(want, have[k], cmpopts.EquateComparable(netip.AddrPort{}), errorsByText))
				}
			}
		}
	})
}

// written returns all that a ring holds.
func written(t testing.TB, ring *Ring) *Recording {
	t.Helper()
	var b bytes.Buffer
	if _, err := ring.WriteTo(&b, time.Unix(0, 0), time.Unix(1<<32, 0)); err != nil {
		t.Fatal(err)
	}
	r, err := NewRecording("ring", bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (m *memory) held() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.size
}

// texts writes the records of a recording, for comparing.
func texts(r *Recording) []string {
	var list []string
	for rec := range r.Records() {
		track := elevator.ID("")
		if rec.Track != nil {
			track = rec.Track.Node.ID
		}
		list = append(list, fmt.Sprintf("%d %s %d %x %x %v", rec.Kind, track, rec.Moment, rec.Step.Sent, rec.Step.Received, rec.Step.Outputs))
	}
	return list
}

// TestTornAtEachByte cuts a recording everywhere: what is left is always the
// beginning of what was recorded, and at the most one frame less than fits.
func TestTornAtEachByte(t *testing.T) {
	t.Parallel()
	r, path := create(t, Options{})
	l := newLab(t, 5, 2, 4, func(elevator.ID) host.Tap { return r.Tap() })
	for range 3 {
		l.run(50 * time.Millisecond)
		r.flush()
	}
	r.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	full := open(t, path)
	want := texts(full)
	counts := map[int64]int{int64(headerSize): 0} // records by where a frame ends
	n := 0
	for k := range full.frames {
		body, err := full.body(k)
		if err != nil {
			t.Fatal(err)
		}
		d := newDecoder(full.tracks)
		if k > 0 {
			first, _ := full.body(0)
			d.body(first, frameFirst, func(*Record) bool { return true })
		}
		d.body(body, full.frames[k].kind, func(*Record) bool { n++; return true })
		counts[full.frames[k].at+int64(full.frames[k].size())] = n
	}
	expect := 0
	for size := range len(whole) + 1 {
		cut, err := NewRecording("cut", bytes.NewReader(whole[:size]), int64(size))
		if size < headerSize {
			if err == nil {
				t.Fatalf("%d bytes are a recording", size)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := counts[int64(size)]; ok {
			expect = c
		}
		if got := texts(cut); len(got) != expect || !slices.Equal(got, want[:expect]) {
			t.Fatalf("%d of %d bytes: %d records, want the first %d", size, len(whole), len(got), expect)
		}
		if cut.Unread < 0 || (cut.Unread == 0) != (counts[int64(size)] > 0 || size == headerSize) {
			t.Fatalf("%d of %d bytes: %d are said to be unread", size, len(whole), cut.Unread)
		}
	}
	if n < 20 || n != len(want) {
		t.Errorf("%d records, %d by frames", len(want), n)
	}
}

// TestTornFileIsContinued cuts a file at some places and records to it again.
func TestTornFileIsContinued(t *testing.T) {
	t.Parallel()
	r, path := create(t, Options{})
	l := newLab(t, 6, 2, 4, func(elevator.ID) host.Tap { return r.Tap() })
	for range 5 {
		l.run(time.Second)
		r.flush()
	}
	r.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 0; size <= len(whole); size += max(1, len(whole)/40) {
		path := filepath.Join(t.TempDir(), "torn")
		if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		var said []string
		r, err := Create(path, Options{Warn: func(s string) { said = append(said, s) }})
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		l := newLab(t, 7, 1, 4, func(elevator.ID) host.Tap { return r.Tap() })
		l.run(time.Second)
		l.close()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		x := rerun(open(t, path))
		same(t, x)
		if last := x.Runs[len(x.Runs)-1]; !last.Over || last.Compared == 0 {
			t.Errorf("%d bytes: what was recorded later isn't whole", size)
		}
		if open(t, path).Unread != 0 {
			t.Errorf("%d bytes: something torn is left", size)
		}
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"hello", "a letter of some length\n", magic + "\x02and so on", "ELVNREK", "\x00"} {
		path := filepath.Join(t.TempDir(), "other")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if r, err := Create(path, Options{}); err == nil {
			r.Close()
			t.Errorf("%q: recorded over it", text)
		}
		if b, _ := os.ReadFile(path); string(b) != text {
			t.Errorf("%q became %q", text, b)
		}
		if _, err := Open(path); err == nil {
			t.Errorf("%q is a recording", text)
		}
	}
	if _, err := NewRecording("x", bytes.NewReader([]byte(magic+"\x07")), int64(headerSize)); err == nil || !bytes.Contains([]byte(err.Error()), []byte("version 7")) {
		t.Errorf("another version: %v", err)
	}
	if _, err := Create(filepath.Join(t.TempDir(), "no", "such"), Options{}); err == nil {
		t.Error("recorded into a directory that isn't there")
	}
	if _, err := Create(t.TempDir(), Options{}); err == nil {
		t.Error("recorded into a directory")
	}
	r, path := create(t, Options{})
	if _, err := Create(path, Options{}); err == nil {
		t.Error("two recorders write to one file")
	}
	r.Close()
}

func TestFileIsBounded(t *testing.T) {
	t.Parallel()
	var said []string
	const limit = MinLimit
	r, path := create(t, Options{Limit: limit, Warn: func(s string) { said = append(said, s) }})
	l := newLab(t, 8, 3, 4, func(elevator.ID) host.Tap { return r.Tap() })
	l.quiet = true
	var most int64
	for range 300 {
		l.run(time.Second)
		r.flush()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, info.Size())
	}
	l.close()
	r.Close()
	if most > limit || most < limit*9/10 {
		t.Errorf("the file had up to %d bytes, the limit is %d", most, limit)
	}
	rec := open(t, path)
	if rec.Missing.Segments < 3 || rec.Missing.Bytes < limit/4 || len(said) != 1 {
		t.Errorf("missing %+v, said %q", rec.Missing, said)
	}
	x := rerun(rec)
	compared, steps := same(t, x)
	if compared == 0 || steps-compared > steps/20 {
		t.Errorf("%d of %d steps were compared", compared, steps)
	}
	first, last := rec.Span()
	if d := time.Duration(last - first); d < 10*time.Second {
		t.Errorf("%v are left", d)
	}
	if left, _ := filepath.Glob(path + ".*"); left != nil {
		t.Errorf("%q are left behind", left)
	}
}

func TestRingIsBoundedAndRunsAgain(t *testing.T) {
	t.Parallel()
	const limit = 90_000
	ring := NewRing(Options{Limit: limit})
	defer ring.Close()
	l := newLab(t, 9, 3, 4, func(elevator.ID) host.Tap { return ring.Tap() })
	l.quiet = true
	for range 100 {
		l.run(time.Second)
		ring.flush()
		if size := ring.memory.held(); size > limit {
			t.Fatalf("%d bytes are held, the limit is %d", size, limit)
		}
	}
	end := l.began.Add(l.now)
	for _, ago := range []time.Duration{time.Hour, 25 * time.Second, 12 * time.Second, time.Second} {
		from, to := end.Add(-ago), end.Add(-min(ago/2, 10*time.Second))
		var b bytes.Buffer
		n, err := ring.WriteTo(&b, from, to)
		if err != nil || n != int64(b.Len()) {
			t.Fatalf("%v: wrote %d bytes of %d: %v", ago, n, b.Len(), err)
		}
		rec, err := NewRecording("part", bytes.NewReader(b.Bytes()), n)
		if err != nil {
			t.Fatal(err)
		}
		first, last := rec.Span()
		if ago < time.Hour && (first > from.UnixNano() || first < from.Add(-2*ringSegment).UnixNano()) {
			t.Errorf("%v: begins %v before", ago, time.Duration(from.UnixNano()-first))
		}
		if ago < time.Hour && (last < to.Add(-2*time.Second).UnixNano() || last > to.Add(2*time.Second).UnixNano()) {
			t.Errorf("%v: ends at %v", ago, last)
		}
		if rec.Missing.Segments == 0 {
			t.Errorf("%v: doesn't say that older parts are missing", ago)
		}
		if compared, steps := same(t, rerun(rec)); compared < steps*8/10 || compared == 0 {
			t.Errorf("%v: %d of %d steps were compared", ago, compared, steps)
		}
	}
	if _, err := ring.WriteTo(new(bytes.Buffer), end.Add(-time.Minute), end.Add(-1000*time.Hour)); err == nil {
		t.Error("wrote what was never recorded")
	}
}
