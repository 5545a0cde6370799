package sim

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

var (
	oneSeed = flag.Uint64("seed", 0, "run only the random building with this seed, and log it")
	seeds   = flag.Uint64("seeds", 60, "number of random buildings to run")
)

// healed is the time within which all must be served once all faults are over.
const healed = 3 * time.Minute

// TestRandomFaults lets chance press buttons and break things, in many small
// buildings. Then everything is healed, and every promise must have been kept.
func TestRandomFaults(t *testing.T) {
	from, to := uint64(1), *seeds
	if raceEnabled {
		to = (to + 9) / 10
	}
	if *oneSeed != 0 {
		from, to = *oneSeed, *oneSeed
	}
	for seed := from; seed <= to; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			chaos(t, seed)
			if t.Failed() {
				t.Logf("again with: go test ./internal/sim -run TestRandomFaults -seed %d", seed)
			}
		})
	}
}

func chaos(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	floors := 2 + r.IntN(5)
	x := try(t, 1+r.IntN(4), func(o *Options) {
		o.Seed = seed
		o.Elevator.Floors = floors
		o.NoDisk = r.IntN(8) == 0
		o.Commit = []time.Duration{1, 3, 10, 30}[r.IntN(4)] * time.Millisecond
	})
	if testing.Verbose() {
		trace := traced(x.Building)
		defer func() { t.Logf("trace %016x", trace()) }()
	}
	x.Run(2 * time.Second)
	steps := 10 + r.IntN(40)
	faulty := 1 + r.IntN(9) // of 10 steps, how many are faults at the most
	for range steps {
		if r.IntN(10) >= faulty {
			x.Tap(r.IntN(len(x.all)), r.IntN(floors), elevator.Button(r.IntN(elevator.Buttons)))
		} else {
			fault(x, r)
		}
		if r.IntN(3) > 0 {
			x.Run(time.Duration(r.Int64N(int64(3 * time.Second))))
		}
	}
	x.settle(healed)
}

// fault breaks something, or repairs it.
func fault(x *trial, r *rand.Rand) {
	n := len(x.all)
	i, j := r.IntN(n), r.IntN(n)
	on := r.IntN(2) == 0
	switch r.IntN(20) {
	case 0:
		x.Kill(i)
	case 1:
		x.Kill(i)
		if r.IntN(3) == 0 {
			x.w(i).Clock(-time.Duration(r.IntN(100000)) * time.Second)
		}
		x.Start(i)
	case 2:
		x.Kill(i)
		x.LoseDisk(i)
		x.Start(i)
	case 3, 4:
		x.Start(i)
	case 5:
		x.Freeze(i)
	case 6:
		x.Thaw(i)
	case 7:
		if i != j {
			x.Cut(i, j, on)
		}
	case 8:
		x.Isolate(i, on)
	case 9:
		group := make([]int, n)
		for k := range group {
			group[k] = r.IntN(2)
		}
		x.Partition(group...)
	case 10:
		x.Loss([]int{0, 10, 25, 50, 80}[r.IntN(5)])
	case 11:
		x.Delay([]time.Duration{0, 5, 40, 300, 2000}[r.IntN(5)] * time.Millisecond)
		x.Duplicate([]int{0, 10, 50}[r.IntN(3)])
	case 12:
		x.Motor(i, on, r.IntN(2) == 0)
	case 13:
		x.Obstruct(i, on)
	case 14:
		x.Server(i, on)
	case 15:
		x.PressStop(i)
	case 16:
		if on {
			x.Disk(i, errors.New("no space left"), 0)
		} else {
			x.Disk(i, nil, time.Duration(r.IntN(3000))*time.Millisecond)
		}
	case 17:
		x.Disk(i, nil, 0)
	case 18: // a power cut, just after a press
		x.Tap(i, r.IntN(x.cfg.Floors), elevator.Button(r.IntN(elevator.Buttons)))
		x.Run(time.Duration(r.IntN(150)) * time.Millisecond)
		for k := range x.all {
			x.Kill(k)
		}
		for k := range x.all {
			x.Start(k)
		}
	case 19: // impatience in front of a lit lamp, while it is being served
		floor, b := r.IntN(x.cfg.Floors), elevator.Button(r.IntN(elevator.Buttons))
		for range 8 {
			x.Tap(i, floor, b)
			x.Run(time.Duration(r.IntN(1200)) * time.Millisecond)
		}
	}
}

// TestRunsAreFunctionsOfTheirOptions: the same options twice give the same.
func TestRunsAreFunctionsOfTheirOptions(t *testing.T) {
	run := func(seed uint64) uint64 {
		x := try(t, 3, func(o *Options) { o.Seed = seed })
		trace := traced(x.Building)
		r := rand.New(rand.NewPCG(seed, 3))
		for range 30 {
			x.Tap(r.IntN(3), r.IntN(4), elevator.Button(r.IntN(elevator.Buttons)))
			fault(x, r)
			x.Run(time.Second)
		}
		x.heal()
		x.Run(20 * time.Second)
		return trace()
	}
	a, b, c := run(1), run(1), run(2)
	if a != b {
		t.Error("two runs with the same options differ")
	}
	if a == c {
		t.Error("two runs with different seeds are the same: nothing was traced")
	}
}
