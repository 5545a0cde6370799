package scenario

import (
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
				t.Logf("again with: go test ./internal/scenario -run TestRandomFaults -seed %d", seed)
			}
		})
	}
}

func chaos(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	floors := 2 + r.IntN(5)
	x := try(t, 1+r.IntN(4), func(o *Setup) {
		o.Seed = seed
		o.Elevator.Floors = floors
		o.NoDisk = r.IntN(8) == 0
		o.Commit = []time.Duration{1, 3, 10, 30}[r.IntN(4)] * time.Millisecond
	})
	x.Run(2 * time.Second)
	steps := 10 + r.IntN(40)
	faulty := 1 + r.IntN(9) // of 10 steps, how many are faults at the most
	for range steps {
		if r.IntN(10) >= faulty {
			x.Tap(r.IntN(len(x.spaces)), r.IntN(floors), elevator.Button(r.IntN(elevator.Buttons)))
		} else {
			fault(x, r)
		}
		if r.IntN(3) > 0 {
			x.Run(time.Duration(r.Int64N(int64(3 * time.Second))))
		}
	}
	x.settle(healed)
	t.Logf("trace %016x", x.Trace())
}

// fault breaks something, or repairs it. What makes no sense as things are is
// refused, and does no harm.
func fault(x *trial, r *rand.Rand) {
	n := len(x.spaces)
	i, j := r.IntN(n), r.IntN(n)
	on := r.IntN(2) == 0
	ms := func(most int) time.Duration { return time.Duration(r.IntN(most)) * time.Millisecond }
	do := func(v Verb, c Command) {
		c.Verb = v
		_ = x.Do(c)
	}
	who := Command{Who: i}
	switch r.IntN(26) {
	case 0:
		do(Kill, who)
	case 1:
		do(Kill, who)
		if r.IntN(3) == 0 {
			do(Clock, Command{Who: i, For: -time.Duration(r.IntN(100000)) * time.Second})
		}
		do(Start, who)
	case 2:
		do(Kill, who)
		do(LoseDisk, who)
		do(Start, who)
	case 3, 4:
		do(Start, who)
	case 5:
		do(Freeze, who)
	case 6:
		do(Thaw, who)
	case 7:
		do([]Verb{Cut, Mend}[r.IntN(2)], Command{Who: i, Peer: j})
	case 8:
		do([]Verb{Unplug, Plug}[r.IntN(2)], who)
	case 9:
		groups := []byte("|")
		for k := range n {
			if r.IntN(2) == 0 {
				groups = append(groups, Name(k)...)
			}
		}
		do(Partition, Command{Groups: string(groups)})
	case 10:
		do(Loss, Command{Percent: []int{0, 10, 25, 50, 80}[r.IntN(5)]})
	case 11:
		do(Delay, Command{For: []time.Duration{0, 5, 40, 300, 2000}[r.IntN(5)] * time.Millisecond})
		do(Duplicate, Command{Percent: []int{0, 10, 50}[r.IntN(3)]})
	case 12:
		do([]Verb{MotorOff, MotorOn, MotorForgetful}[r.IntN(3)], who)
	case 13:
		do(Obstruct, Command{Who: i, On: on})
	case 14:
		do(Server, Command{Who: i, On: on})
	case 15:
		do(StopButton, who)
	case 16:
		if on {
			do(DiskFull, who)
		} else {
			do(DiskSlow, Command{Who: i, For: ms(3000)})
		}
	case 17:
		do(DiskWorks, who)
	case 20:
		do(DiskFails, who)
	case 21:
		do(Kill, who)
		do(FlipDisk, who)
		do(Start, who)
	case 22:
		do(Burst, Command{For: ms(3000)})
		do(Reorder, Command{Percent: r.IntN(100), For: 20 * time.Millisecond})
	case 23:
		do(Corrupt, Command{Percent: []int{0, 10, 50}[r.IntN(3)]})
		// No Echoes: see Replay.
		do(Foreign, Command{Percent: []int{0, 20}[r.IntN(2)]})
		do(Hostile, Command{Percent: []int{0, 20, 100}[r.IntN(3)]})
	case 24:
		do([]Verb{StuckSensor, StuckNowhere, RepairSensor}[r.IntN(3)], Command{Who: i, Floor: r.IntN(x.Setup().Elevator.Floors)})
	case 25:
		do(Mash, Command{Who: i, Floor: r.IntN(x.Setup().Elevator.Floors), Button: elevator.Button(r.IntN(elevator.Buttons)), For: ms(5000)})
	case 18: // a power cut, just after a press
		x.Tap(i, r.IntN(x.Setup().Elevator.Floors), elevator.Button(r.IntN(elevator.Buttons)))
		x.Run(ms(150))
		do(PowerCut, Command{})
		do(PowerOn, Command{})
	case 19: // impatience in front of a lit lamp, while it is being served
		floor, b := r.IntN(x.Setup().Elevator.Floors), elevator.Button(r.IntN(elevator.Buttons))
		for range 8 {
			x.Tap(i, floor, b)
			x.Run(ms(1200))
		}
	}
}

// TestRunsAreFunctionsOfTheirSetup: the same setup and commands twice give the
// same.
func TestRunsAreFunctionsOfTheirSetup(t *testing.T) {
	run := func(seed uint64) uint64 {
		x := try(t, 3, func(o *Setup) { o.Seed = seed })
		r := rand.New(rand.NewPCG(seed, 3))
		for range 30 {
			x.Tap(r.IntN(3), r.IntN(4), elevator.Button(r.IntN(elevator.Buttons)))
			fault(x, r)
			x.Run(time.Second)
		}
		x.Heal()
		x.Run(20 * time.Second)
		return x.Trace()
	}
	a, b, c := run(1), run(1), run(2)
	if a != b {
		t.Error("two runs of the same differ")
	}
	if a == c {
		t.Error("two runs with different seeds are the same: nothing was traced")
	}
}
