package node

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
	"elevnet/worldview"
)

var diskDir = filepath.FromSlash("/state")

// powerCuts runs one node, alone, on a disk, and at every step and before every
// call of the file system looks at what a crash in that moment would leave.
type powerCuts struct {
	t     fatal
	r     *rig
	disk  *storetest.Disk
	fault func(storetest.Call) storetest.Fault
	seen  map[string]bool
	// last says what was there at the last moment.
	last struct {
		calls int
		lit   elevator.Calls
	}
	// moments, states and lives count: points in time at which the power was
	// cut, disks that were left, and different outcomes that a node lived on
	// with.
	moments, states, lives int
	serve                  int // how many of them it lives until all is served
}

type fatal interface{ Fatalf(string, ...any) }

func newPowerCuts(t fatal) *powerCuts {
	c := &powerCuts{t: t, disk: storetest.New(), seen: map[string]bool{}}
	c.disk.SetFaults(func(call storetest.Call) storetest.Fault {
		switch call.Op {
		case storetest.Open, storetest.Read, storetest.Size, storetest.Exists, storetest.Close, storetest.Lock:
		default:
			c.cut()
		}
		if c.fault == nil {
			return storetest.Fault{}
		}
		return c.fault(call)
	})
	c.boot(1)
	return c
}

// boot starts the node with what the disk holds.
func (c *powerCuts) boot(boot uint64) {
	c.r = nil
	s, rec, err := store.Open(c.disk, diskDir, "1")
	if err != nil {
		c.t.Fatalf("open: %v", err)
	}
	r := begin(panics{}, func(cfg *Config) { cfg.Boot, cfg.Second = boot, 1000 }, rec.Payloads)
	r.store = s.Commit
	r.after = func(Event) { c.cut() }
	r.sense(0)
	c.r = r
}

// cut is a crash of the process, and of the power, now.
func (c *powerCuts) cut() {
	if c.r == nil {
		return
	}
	lit := elevator.Calls{} // as a promise: not by a node that says that its disk is lost
	if c.r.n.led.Disk() == worldview.DiskWorks {
		lit = c.r.a.Outputs.Lamps
	}
	if c.last.calls == c.disk.Calls() && c.last.lit == lit {
		return // neither the disk nor the panel has changed
	}
	c.moments++
	c.last.calls, c.last.lit = c.disk.Calls(), lit
	c.disk.SomeSubsets(func(keep func(int) bool) {
		d := c.disk.Clone()
		d.PowerCut(keep)
		c.restart(d, lit)
	})
	killed := c.disk.Clone()
	killed.Kill()
	c.restart(killed, lit)
	evicted := c.disk.Clone()
	evicted.Kill()
	evicted.Evict()
	c.restart(evicted, lit)
}

// restart starts the node again on what is left, and checks that no promise is
// lost.
func (c *powerCuts) restart(d *storetest.Disk, lit elevator.Calls) {
	c.states++
	d.SetFaults(nil)
	s, rec, err := store.Open(d, diskDir, "1")
	if err != nil {
		c.t.Fatalf("at %v: open after the crash: %v", c.r.now, err)
	}
	key := lit.String()
	for _, p := range rec.Payloads {
		key += fmt.Sprintf(" %x", sha256.Sum256(p))
	}
	if c.seen[key] {
		return
	}
	c.seen[key] = true
	c.lives++
	// The clock went back, for good measure: what is on the disk is above it.
	r := begin(panics{}, func(cfg *Config) { cfg.Boot, cfg.Second = 99, 10 }, rec.Payloads)
	r.store = s.Commit
	for f, b := range lit.All() {
		if call := r.own(f, b); !call.Active() {
			c.t.Fatalf("at %v: %v at floor %d was lit before the crash, and then %+v\ndamaged: %q", c.r.now, b, f, call, rec.Damaged)
		}
	}
	if own := r.n.led.OwnLife(); r.n.led.Life() <= own {
		c.t.Fatalf("at %v: life %x after life %x", c.r.now, r.n.led.Life(), own)
	}
	if c.lives > c.serve {
		return
	}
	// Every promise is kept: a door opens there, announcing that direction.
	left := lit
	r.after = func(Event) {
		if r.in.Floor == elevator.NoFloor || !r.a.Outputs.Door {
			return
		}
		for f, b := range left.All() {
			if r.n.carOut.Serving.Has(f, b) {
				left.Put(f, b, false)
			}
		}
	}
	r.sense(0)
	for k := 0; k < 100 && !(left.Empty() && r.n.Joined() && r.a.Outputs.Lamps.Empty()); k++ {
		r.ride(time.Second)
	}
	if !left.Empty() || !r.a.Outputs.Lamps.Empty() {
		c.t.Fatalf("at %v: after the crash never served: %v, lit %v", c.r.now, left, r.a.Outputs.Lamps)
	}
}

// failSyncs makes every sync fail and lose what it was to keep.
func failSyncs(c storetest.Call) storetest.Fault {
	if c.Op == storetest.Sync {
		return storetest.Fault{Err: syscall.EIO, Drop: true}
	}
	return storetest.Fault{}
}

// TestLitMeansOnTheDisk is F4: a node that is alone is cut off at every step of
// its life and at every call of its file system, with every choice of what had
// reached the disk. Each lamp that was lit is an active call afterwards, and is
// served.
func TestLitMeansOnTheDisk(t *testing.T) {
	c := newPowerCuts(t)
	c.serve = 1000
	c.r.run(600 * ms)
	c.r.press(2, up)
	c.r.run(ms)
	c.r.press(3, down) // while the commit of the first is under way
	c.r.press(1, cab)
	c.r.ride(2 * time.Second)
	c.r.press(2, up) // again
	c.r.ride(4 * time.Second)
	c.fault = failSyncs
	c.r.press(0, up)
	c.r.ride(2500 * ms)
	c.fault = nil
	c.r.ride(3 * time.Second)
	c.r.press(3, cab)
	c.r.run(ms)
	c.disk.Kill()
	c.boot(2) // killed with a commit under way
	c.r.ride(10 * time.Second)
	t.Logf("%d moments, %d disks left, %d different lives after it", c.moments, c.states, c.lives)
	if c.lives < 10 {
		t.Errorf("%d lives only", c.lives)
	}
}

// TestLitMeansOnAnyDisk is the same for any life, with any faults of the disk.
func TestLitMeansOnAnyDisk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newPowerCuts(t)
		c.serve = 1
		boot := uint64(1)
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0, 1, 2, 3:
				c.r.press(rapid.IntRange(0, 3).Draw(t, "floor"), elevator.Button(rapid.IntRange(0, 2).Draw(t, "button")))
			case 4:
				c.fault = failSyncs
			case 5:
				c.fault = nil
			case 6:
				c.r.commit = time.Duration(rapid.SampledFrom([]int{1, 30, 900}).Draw(t, "commit")) * ms
			case 7:
				c.disk.Kill()
				c.fault = nil
				boot++
				c.boot(boot)
			}
			c.r.ride(time.Duration(rapid.SampledFrom([]int{1, 700, 4000}).Draw(t, "ms")) * ms)
		}
	})
}

// TestADiskThatWorksAgainHoldsWhatIsLit: while the disk fails lamps are lit
// without it, and the node says so. It must not take that back before the disk
// holds them all.
func TestADiskThatWorksAgainHoldsWhatIsLit(t *testing.T) {
	c := newPowerCuts(t)
	c.r.run(600 * ms)
	c.fault = failSyncs
	c.r.press(2, up)
	c.r.run(900 * ms)
	c.fault = nil
	c.r.commit = 300 * ms
	c.r.until(time.Second, "another commit", func() bool { return c.r.pending != nil })
	c.r.press(3, down) // too late for the commit under way
	c.r.until(time.Second, "lit without a disk", func() bool { return c.r.lit(3, down) })
	if c.r.n.led.Disk() != worldview.DiskFailed {
		t.Fatal("the disk works: this test shows nothing")
	}
	c.r.run(2 * time.Second)
	if c.r.n.led.Disk() != worldview.DiskWorks {
		t.Error("the disk works, and the node doesn't say so")
	}
}
