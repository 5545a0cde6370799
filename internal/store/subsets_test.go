package store_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

// TestEverySubsetIsCovered: any choice of pending changes leaves the disk as one
// of those of EverySubset does.
func TestEverySubsetIsCovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := storetest.New()
		s, _, err := store.Open(d, stateDir, stateName)
		if err != nil {
			t.Fatal(err)
		}
		p := promise{acked: -1}
		for range rapid.IntRange(0, 2).Draw(t, "before") {
			if err := s.Commit(p.next(rapid.IntRange(8, 1300).Draw(t, "size"))); err != nil {
				t.Fatal(err)
			}
		}
		at := d.Calls() + rapid.IntRange(0, 9).Draw(t, "calls")
		d.SetFaults(func(c storetest.Call) storetest.Fault { return storetest.Fault{Crash: c.N == at} })
		_ = s.Commit(p.next(rapid.IntRange(8, 1300).Draw(t, "size")))
		d.SetFaults(nil)
		choice := rapid.SliceOfN(rapid.Bool(), d.Pending(), d.Pending()).Draw(t, "keep")
		any := d.Clone()
		any.PowerCut(func(i int) bool { return choice[i] })
		found := false
		d.EverySubset(func(keep func(int) bool) {
			if !found {
				c := d.Clone()
				c.PowerCut(keep)
				found = sameFiles(c, any)
			}
		})
		if !found {
			t.Fatalf("of %d changes, %v leave what nothing else does", d.Pending(), choice)
		}
	})
}

func sameFiles(a, b *storetest.Disk) bool {
	if !slices.Equal(a.Paths(), b.Paths()) {
		return false
	}
	for _, p := range a.Paths() {
		if !bytes.Equal(a.Contents(p), b.Contents(p)) {
			return false
		}
	}
	return true
}

// scene is a state of a store and what is done to it next.
type scene struct {
	name string
	// before brings the store to the state, in a process of its own if it
	// returns nil.
	before func(t *testing.T, d *storetest.Disk, p *promise) *store.Store
	// sizes are those of the commits that are looked at.
	sizes []int
}

// committed opens a store and commits payloads of the given sizes.
func committed(sizes ...int) func(*testing.T, *storetest.Disk, *promise) *store.Store {
	return func(t *testing.T, d *storetest.Disk, p *promise) *store.Store {
		s, _, err := store.Open(d, stateDir, stateName)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range sizes {
			if err := s.Commit(p.next(size)); err != nil {
				t.Fatal(err)
			}
			p.acked = len(p.attempted) - 1
		}
		return s
	}
}

// failedSync commits, and once more with a sync that fails and drops what was
// written.
func failedSync(sizes ...int) func(*testing.T, *storetest.Disk, *promise) *store.Store {
	return func(t *testing.T, d *storetest.Disk, p *promise) *store.Store {
		s := committed(sizes...)(t, d, p)
		d.SetFaults(func(c storetest.Call) storetest.Fault {
			if c.Op == storetest.Sync {
				return storetest.Fault{Err: syscall.EIO, Drop: true}
			}
			return storetest.Fault{}
		})
		if err := s.Commit(p.next(40)); err == nil {
			t.Fatal("committed, though the sync failed")
		}
		d.SetFaults(nil)
		return s
	}
}

// killed ends the process without a power cut: what isn't durable is still seen.
func killed(before func(*testing.T, *storetest.Disk, *promise) *store.Store) func(*testing.T, *storetest.Disk, *promise) *store.Store {
	return func(t *testing.T, d *storetest.Disk, p *promise) *store.Store {
		before(t, d, p)
		d.Kill()
		return nil
	}
}

func scenes() []scene {
	nothing := func(*testing.T, *storetest.Disk, *promise) *store.Store { return nil }
	return []scene{
		{"the first commit", nothing, []int{700}},
		{"in place, the second slot", committed(700), []int{1300}},
		{"in place, over the older slot", committed(1300, 1500), []int{600}},
		{"in place, nine sectors", committed(2000, 4000), []int{4100}},
		{"one that outgrows the file", committed(100, 1900), []int{2100}},
		{"two in a row", committed(700), []int{1300, 600}},
		{"two in a row, the second in a new file", committed(700), []int{20, 2100}},
		{"the replacement after a failed sync", failedSync(700, 900), []int{1100}},
		{"the first one, again after a failed sync", failedSync(), []int{600}},
		{"after a restart", killed(committed(700, 900)), []int{600}},
		{"after a failed sync and a restart", killed(failedSync(700, 900)), []int{600, 20}},
	}
}

// figures count what was looked at.
type figures struct{ subsets, recovered, nested atomic.Int64 }

// cuts runs the commits of a scene on its disk, with at most one fault, and cuts
// the power before every call and at the end, with every subset of what was
// under way. Calls before from have been seen without the fault.
type cuts struct {
	t       *testing.T
	what    string
	disk    *storetest.Disk
	promise *promise
	from    int
	count   *figures
	// some: SomeSubsets, not all.
	some bool
	// then, if set, is called with each state that is left, and what was
	// promised.
	then  func(d *storetest.Disk, p promise, where string)
	moved bool // the last call may have changed the disk
}

func (c *cuts) run(s *store.Store, sizes []int, fault func(storetest.Call) storetest.Fault) {
	c.moved = true
	c.disk.SetFaults(func(call storetest.Call) storetest.Fault {
		if call.N > c.from {
			c.cut(call.String())
		}
		switch call.Op {
		case storetest.Open, storetest.Read, storetest.Size, storetest.Exists, storetest.Close, storetest.Lock:
		default:
			c.moved = true
		}
		return fault(call)
	})
	if s == nil {
		var err error
		for range 2 { // a single fault needs one repetition
			if s, _, err = store.Open(c.disk, stateDir, stateName); err == nil {
				break
			}
		}
		if err != nil {
			c.t.Fatalf("%s: %v", c.what, err)
		}
	}
	for _, size := range sizes {
		var err error
		for range 2 {
			if err = s.Commit(c.promise.next(size)); err == nil {
				c.promise.acked = len(c.promise.attempted) - 1
				break
			}
			c.cut("trying again")
		}
		if err != nil {
			c.t.Fatalf("%s: failed twice: %v", c.what, err)
		}
		c.moved = true
		c.cut("the next commit")
	}
	c.disk.SetFaults(nil)
}

func (c *cuts) cut(where string) {
	if !c.moved {
		return
	}
	c.moved = false
	if !c.some {
		c.count.subsets.Add(1 << c.disk.Pending())
	}
	subsets := c.disk.EverySubset
	if c.some {
		subsets = c.disk.SomeSubsets
	}
	subsets(func(keep func(int) bool) {
		d := c.disk.Clone()
		d.SetFaults(nil)
		d.PowerCut(keep)
		if c.then != nil {
			c.then(d, promise{bytesClone(c.promise.attempted), c.promise.acked}, where)
			return
		}
		c.count.recovered.Add(1)
		_, r, err := store.Open(d, stateDir, stateName)
		if err == nil {
			err = c.promise.check(r)
		}
		if err != nil {
			c.t.Fatalf("%s, power cut before %s: %v", c.what, where, err)
		}
	})
}

// begin returns the disk of a scene, its promises and its store.
func (s scene) begin(t *testing.T) (*storetest.Disk, *promise, *store.Store) {
	d, p := storetest.New(), &promise{acked: -1}
	return d, p, s.before(t, d, p)
}

// F4, F6: the power is cut at every point of a commit, and every subset of the
// sectors and names that were not synced reaches the disk; with no fault, and
// with every one that any of its calls can have.
func TestEverySubsetOfOneCommit(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var count figures
			var calls []storetest.Call
			d, p, st := s.begin(t)
			first := d.Calls()
			c := &cuts{t: t, what: "no fault", disk: d, promise: p, from: -1, count: &count}
			c.run(st, s.sizes, func(call storetest.Call) storetest.Fault {
				calls = append(calls, call)
				return storetest.Fault{}
			})
			subsets, plain, faults := count.subsets.Load(), count.recovered.Load(), 0
			for k, call := range calls {
				if raceDetector && k%4 != 0 {
					continue // it has nothing to find here, and is slow
				}
				for name, fault := range faultsFor(call) {
					faults++
					d, p, st := s.begin(t)
					if d.Calls() != first {
						t.Fatal("a scene isn't always the same")
					}
					c := &cuts{
						t: t, what: fmt.Sprintf("%v: %s", call, name),
						disk: d, promise: p, from: call.N, count: &count, some: true,
					}
					hit := false
					c.run(st, s.sizes, func(now storetest.Call) storetest.Fault {
						if now.N != call.N {
							return storetest.Fault{}
						}
						hit = true
						return fault
					})
					if !hit {
						t.Fatalf("%s: never happened", c.what)
					}
				}
			}
			t.Logf("%d calls: %d subsets, %d disks recovered; %d faults: %d disks recovered",
				len(calls), subsets, plain, faults, count.recovered.Load()-plain)
		})
	}
}

// F4 twice: the power is cut at every point of a commit and, while the next
// process recovers from what was left and makes its first commit, at every point
// again.
func TestPowerCutWhileRecovering(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var count figures
			seen := map[string]bool{}
			d, p, st := s.begin(t)
			c := &cuts{t: t, what: "no fault", disk: d, promise: p, from: -1, count: &count}
			c.then = func(d *storetest.Disk, p promise, where string) {
				key := fmt.Sprint(p.acked)
				for _, path := range d.Paths() {
					key += fmt.Sprintf(" %s %x", path, sha256.Sum256(d.Contents(path)))
				}
				if seen[key] {
					return
				}
				seen[key] = true
				if raceDetector && len(seen)%16 != 0 {
					return // it has nothing to find here, and is slow
				}
				count.nested.Add(1)
				second := &cuts{
					t: t, what: "power cut before " + where,
					disk: d, promise: &p, from: -1, count: &count, some: true,
				}
				second.run(nil, []int{30}, noFault)
			}
			c.run(st, s.sizes, noFault)
			t.Logf("%d disks left by one power cut, %d by two", count.nested.Load(), count.recovered.Load())
		})
	}
}

// TestSectorsOfACommit: what is chosen from are the sectors that were written.
func TestSectorsOfACommit(t *testing.T) {
	d, p, s := scene{before: committed(2000, 4000)}.begin(t)
	at := d.Calls()
	d.SetFaults(func(c storetest.Call) storetest.Fault { return storetest.Fault{Crash: c.N == at+1} })
	_ = s.Commit(p.next(4100))
	const sectors = (64 + 4100 + storetest.SectorSize - 1) / storetest.SectorSize
	chosen := d.EverySubset(func(func(int) bool) {})
	if d.Pending() != sectors || chosen != 1<<sectors {
		t.Errorf("%d sectors, %d subsets; want %d sectors and all subsets", d.Pending(), chosen, sectors)
	}
}
