package store_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

const stateName = "state-lab.1"

var stateDir = filepath.FromSlash("/state/elevnet")

// payload returns the payload number n, size bytes long: no two of its sectors
// are equal, nor those of different payloads.
func payload(n, size int) []byte {
	b := make([]byte, max(size, 8))
	binary.LittleEndian.PutUint64(b, uint64(n))
	x := uint64(n)*0x9e3779b97f4a7c15 + 1
	for i := 8; i < len(b); i++ {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}

// promise is what a store has said so far.
type promise struct {
	attempted [][]byte // payload number i at index i
	acked     int      // the newest payload whose Commit returned nil, -1 for none
}

// next returns the next payload, of the given size.
func (p *promise) next(size int) []byte {
	b := payload(len(p.attempted), size)
	p.attempted = append(p.attempted, b)
	return b
}

// check returns an error unless r holds the newest acknowledged payload or a
// newer one, and nothing that was never attempted.
func (p *promise) check(r store.Recovery) error {
	newest := -1
	for _, b := range r.Payloads {
		n := -1
		if len(b) >= 8 {
			n = int(binary.LittleEndian.Uint64(b))
		}
		if n < 0 || n >= len(p.attempted) || !bytes.Equal(b, p.attempted[n]) {
			return fmt.Errorf("recovered %d bytes that were never committed", len(b))
		}
		newest = max(newest, n)
	}
	if newest < p.acked {
		return fmt.Errorf("payload %d was acknowledged, %d is the newest recovered; damaged: %q", p.acked, newest, r.Damaged)
	}
	return nil
}

// subsets calls f with every subset of n pending changes if there are few, and
// else with all prefixes, and with each change alone and all but one; of these
// every stride-th.
func subsets(n, stride int, f func(keep func(i int) bool)) {
	if n <= 5 {
		for mask := range 1 << n {
			f(func(i int) bool { return mask&(1<<i) != 0 })
		}
		return
	}
	for k := 0; k < n; k += stride {
		f(func(i int) bool { return i < k })
		f(func(i int) bool { return i == k })
		f(func(i int) bool { return i != k })
	}
}

// explorer runs a script of commits, with at most one fault, and looks at every
// state that the disk could be left in on the way.
type explorer struct {
	t       *testing.T
	what    string
	states  int
	promise promise
	disk    *storetest.Disk
	// atKill, if set, is called for each state that a kill could leave.
	atKill func(d *storetest.Disk, p promise)

	// from is the first call at which the power is cut: what comes before has
	// been seen in a run without the fault.
	from   int
	lastOp storetest.Op
}

// hook is called before each call and cuts the power there, in a copy.
func (e *explorer) hook(fault func(storetest.Call) storetest.Fault) func(storetest.Call) storetest.Fault {
	return func(c storetest.Call) storetest.Fault {
		switch e.lastOp {
		case storetest.Open, storetest.Read, storetest.Size, storetest.Exists, storetest.Close, storetest.Lock:
			// The state is that of the previous call.
		default:
			if c.N > e.from {
				e.crash(c.String())
			}
		}
		e.lastOp = c.Op
		return fault(c)
	}
}

func (e *explorer) crash(where string) {
	stride := 1
	if e.from >= 0 {
		stride = 5
	}
	subsets(e.disk.Pending(), stride, func(keep func(int) bool) {
		d := e.disk.Clone()
		d.PowerCut(keep)
		e.recover(d, where)
	})
	if e.atKill != nil {
		d := e.disk.Clone()
		d.SetFaults(nil)
		d.Kill()
		e.atKill(d, promise{bytesClone(e.promise.attempted), e.promise.acked})
	}
}

func bytesClone(b [][]byte) [][]byte { return append([][]byte(nil), b...) }

// recover opens what is left and checks the promise.
func (e *explorer) recover(d *storetest.Disk, where string) {
	e.t.Helper()
	e.states++
	d.SetFaults(nil)
	s, r, err := store.Open(d, stateDir, stateName)
	if err != nil {
		e.t.Fatalf("%s, power cut before %s: %v", e.what, where, err)
	}
	if err := e.promise.check(r); err != nil {
		e.t.Fatalf("%s, power cut before %s: %v", e.what, where, err)
	}
	for _, p := range d.Paths() {
		if strings.Contains(p, ".damaged-") {
			e.t.Fatalf("%s, power cut before %s: a file without a valid slot: %q", e.what, where, r.Damaged)
		}
	}
	if e.states%16 != 0 {
		return
	}
	// Now and then, see that life goes on from here.
	more := payload(1<<20, 500)
	if err := s.Commit(more); err != nil {
		e.t.Fatalf("%s, power cut before %s, the commit after it: %v", e.what, where, err)
	}
	d.PowerCut(nil)
	_, r, err = store.Open(d, stateDir, stateName)
	if err != nil || len(r.Payloads) == 0 || !bytes.Equal(r.Payloads[0], more) || damaged(r) {
		e.t.Fatalf("%s, power cut before %s, a commit and a second cut: %v, %d payloads, damaged %q",
			e.what, where, err, len(r.Payloads), r.Damaged)
	}
}

// damaged reports whether anything but an unfinished new file was damaged.
func damaged(r store.Recovery) bool {
	for _, line := range r.Damaged {
		if !strings.Contains(line, ".tmp-") {
			return true
		}
	}
	return false
}

// run opens the store and commits payloads of the given sizes, trying again
// after an error; a single fault must not need more than one repetition.
func (e *explorer) run(sizes []int, fault func(storetest.Call) storetest.Fault) {
	e.disk.SetFaults(e.hook(fault))
	s, r, err := store.Open(e.disk, stateDir, stateName)
	if err != nil {
		s, r, err = store.Open(e.disk, stateDir, stateName)
	}
	if err != nil {
		e.t.Fatalf("%s: the second Open: %v", e.what, err)
	}
	if err := e.promise.check(r); err != nil {
		e.t.Fatalf("%s: %v", e.what, err)
	}
	for i, size := range sizes {
		for attempt := range 3 {
			if attempt > 0 {
				size = 20 // which fits in place, if the store still trusts a file
			}
			b := e.promise.next(size)
			if err = s.Commit(b); err == nil {
				e.promise.acked = len(e.promise.attempted) - 1
				break
			}
			if attempt == 1 {
				e.t.Fatalf("%s: commit %d failed twice: %v", e.what, i, err)
			}
		}
	}
	e.crash("the end")
	if err := s.Close(); err != nil {
		e.t.Fatalf("%s: Close: %v", e.what, err)
	}
}

func noFault(storetest.Call) storetest.Fault { return storetest.Fault{} }

// script has commits into a new file, into both slots, and one that doesn't
// fit any more.
var script = []int{700, 1300, 20, 1500, 5000, 600, 1100}

// faultsFor returns the ways in which a call can fail.
func faultsFor(c storetest.Call) map[string]storetest.Fault {
	faults := map[string]storetest.Fault{"EIO": {Err: syscall.EIO}}
	switch c.Op {
	case storetest.Write:
		faults["EIO, done"] = storetest.Fault{Err: syscall.EIO, Applied: true}
		faults["ENOSPC"] = storetest.Fault{Err: syscall.ENOSPC}
		faults["ENOSPC, short"] = storetest.Fault{Err: syscall.ENOSPC, Written: 700}
	case storetest.Sync:
		faults["EIO, done"] = storetest.Fault{Err: syscall.EIO, Applied: true}
		faults["EIO, dropped"] = storetest.Fault{Err: syscall.EIO, Drop: true}
	case storetest.Create:
		faults["ENOSPC, done"] = storetest.Fault{Err: syscall.ENOSPC, Applied: true}
	case storetest.Mkdir, storetest.Rename, storetest.Remove, storetest.SyncDir:
		faults["EIO, done"] = storetest.Fault{Err: syscall.EIO, Applied: true}
	}
	return faults
}

// F2, F4, F6: every call fails in every way, and the power is cut at every
// point with every choice of what had reached the disk.
func TestEveryFaultAndEveryPowerCut(t *testing.T) {
	t.Parallel()
	var calls []storetest.Call
	plain := &explorer{t: t, what: "no fault", disk: storetest.New(), promise: promise{acked: -1}, from: -1}
	plain.run(script, func(c storetest.Call) storetest.Fault {
		calls = append(calls, c)
		return storetest.Fault{}
	})
	states := plain.states
	for _, call := range calls {
		for name, fault := range faultsFor(call) {
			e := &explorer{
				t: t, what: fmt.Sprintf("%v: %s", call, name),
				disk: storetest.New(), promise: promise{acked: -1}, from: call.N,
			}
			hit := false
			e.run(script, func(c storetest.Call) storetest.Fault {
				if c.N != call.N {
					return storetest.Fault{}
				}
				hit = true
				return fault
			})
			if !hit {
				t.Fatalf("%s: never happened", e.what)
			}
			states += e.states
		}
	}
	t.Logf("%d calls, %d states of the disk recovered", len(calls), states)
}

// F2 then F4: the process is killed at every point, the next one goes on with
// what the system shows it, and then the power is cut at every point. This is
// where trusting an inherited file would lose a promise: it may show what is
// on no disk.
func TestKillThenPowerCut(t *testing.T) {
	t.Parallel()
	sizes := []int{700, 1300, 600}
	var calls []storetest.Call
	plain := &explorer{t: t, what: "no fault", disk: storetest.New(), promise: promise{acked: -1}, from: -1}
	plain.run(sizes, func(c storetest.Call) storetest.Fault {
		calls = append(calls, c)
		return storetest.Fault{}
	})
	states := 0
	explore := func(what string, from int, fault func(storetest.Call) storetest.Fault) {
		e := &explorer{t: t, what: what, disk: storetest.New(), promise: promise{acked: -1}, from: from}
		e.atKill = func(d *storetest.Disk, p promise) {
			for _, evict := range []bool{false, true} {
				if evict && from < 0 {
					continue // nothing was dropped
				}
				d := d.Clone()
				if evict {
					d.Evict()
				}
				second := &explorer{
					t: t, what: fmt.Sprintf("%s, killed, evict %v", what, evict),
					disk: d, promise: promise{bytesClone(p.attempted), p.acked}, from: d.Calls(),
				}
				second.run([]int{1200, 30}, noFault)
				states += second.states
			}
		}
		e.run(sizes, fault)
		states += e.states
	}
	explore("no fault", -1, noFault)
	for _, call := range calls {
		if call.Op == storetest.Sync || call.Op == storetest.SyncDir {
			explore(call.String()+" fails", call.N, func(c storetest.Call) storetest.Fault {
				if c.N != call.N {
					return storetest.Fault{}
				}
				return storetest.Fault{Err: syscall.EIO, Drop: true}
			})
		}
	}
	t.Logf("%d states of the disk recovered", states)
}

// F6: whatever the disk does, in any order: the store never panics, opens
// again, recovers what it acknowledged, and never makes anything up. A flipped
// bit may cost what was acknowledged, and is then said.
func TestStateMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := storetest.New()
		p := promise{acked: -1}
		var s *store.Store
		faulty := false
		d.SetFaults(func(c storetest.Call) storetest.Fault {
			if !faulty || rapid.IntRange(0, 5).Draw(t, "fault") != 0 {
				return storetest.Fault{}
			}
			return storetest.Fault{
				Err:     rapid.SampledFrom([]error{syscall.EIO, syscall.ENOSPC}).Draw(t, "err"),
				Applied: rapid.Bool().Draw(t, "applied"),
				Drop:    rapid.Bool().Draw(t, "drop"),
				Written: rapid.IntRange(0, 9000).Draw(t, "written"),
			}
		})
		open := func(t *rapid.T) {
			was := faulty
			faulty = false
			var (
				r   store.Recovery
				err error
			)
			if s, r, err = store.Open(d, stateDir, stateName); err != nil {
				t.Fatalf("Open: %v", err)
			}
			if err := p.check(r); err != nil {
				t.Fatal(err)
			}
			faulty = was
		}
		open(t)
		commit := func(t *rapid.T) error {
			err := s.Commit(p.next(rapid.IntRange(8, 9000).Draw(t, "size")))
			if err == nil {
				p.acked = len(p.attempted) - 1
			}
			return err
		}
		t.Repeat(map[string]func(*rapid.T){
			"commit": func(t *rapid.T) { _ = commit(t) },
			"healthy commit": func(t *rapid.T) {
				was := faulty
				faulty = false
				d.SetSpace(-1)
				if err := commit(t); err != nil {
					t.Fatalf("a commit on a healthy disk: %v", err)
				}
				faulty = was
			},
			"faults": func(t *rapid.T) { faulty = rapid.Bool().Draw(t, "on") },
			"space":  func(t *rapid.T) { d.SetSpace(rapid.Int64Range(-1, 40000).Draw(t, "bytes")) },
			"kill": func(t *rapid.T) {
				d.Kill()
				if rapid.Bool().Draw(t, "evict") {
					d.Evict()
				}
				open(t)
			},
			"power cut": func(t *rapid.T) {
				d.PowerCut(func(int) bool { return rapid.Bool().Draw(t, "keep") })
				open(t)
			},
			"close": func(t *rapid.T) {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if err := s.Commit(nil); err == nil {
					t.Fatal("a closed store commits")
				}
				open(t)
			},
			"flip a bit": func(t *rapid.T) {
				paths := d.Paths()
				if len(paths) == 0 {
					t.Skip("no file")
				}
				d.Flip(rapid.SampledFrom(paths).Draw(t, "path"), rapid.Int64Range(0, 20000).Draw(t, "bit"))
				p.acked = -1
			},
		})
	})
}
