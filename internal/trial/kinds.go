package trial

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"elevnet/internal/scenario"
)

// Faults is a set of kinds of faults, by bit. 0 is none.
type Faults uint64

// kind is a kind of fault: how it begins, and how it ends after some time.
type kind struct {
	name string
	// verbs are those that count as faults in it.
	verbs  []scenario.Verb
	weight int
	// peers is how many other workspaces it takes.
	peers int
	// everywhere: it doesn't belong to one workspace.
	everywhere bool
	// disables: the elevator can't be used meanwhile.
	disables bool
	// begin adds the commands for workspace i, and reports whether that was
	// possible as things stand.
	begin func(g *generator, i int) bool
}

// kinds are all kinds of faults. Their order is part of what a seed means.
var kinds = []kind{
	{name: "kill", verbs: verbs(scenario.Kill), weight: 8, disables: true, begin: (*generator).kill},
	{name: "wipe", verbs: verbs(scenario.LoseDisk), weight: 3, peers: 1, disables: true, begin: (*generator).wipe},
	{name: "tear", verbs: verbs(scenario.TearDisk), weight: 2, peers: 1, disables: true, begin: (*generator).tear},
	{name: "flip", verbs: verbs(scenario.FlipDisk), weight: 2, peers: 1, disables: true, begin: (*generator).flip},
	{name: "freeze", verbs: verbs(scenario.Freeze), weight: 5, disables: true, begin: (*generator).freeze},
	{name: "power-cut", verbs: verbs(scenario.PowerCut), weight: 3, everywhere: true, disables: true, begin: (*generator).powerCut},
	{name: "leave", verbs: verbs(scenario.Leave), weight: 2, peers: 1, disables: true, begin: (*generator).leave},
	{name: "twin", verbs: verbs(scenario.StartAs), weight: 1, peers: 1, disables: true, begin: (*generator).twin},
	{name: "clock", verbs: verbs(scenario.Clock), weight: 2, disables: true, begin: (*generator).clock},

	{name: "disk-fails", verbs: verbs(scenario.DiskFails), weight: 3, begin: diskFault(scenario.DiskFails)},
	{name: "disk-full", verbs: verbs(scenario.DiskFull), weight: 3, begin: diskFault(scenario.DiskFull)},
	{name: "disk-slow", verbs: verbs(scenario.DiskSlow), weight: 3, begin: (*generator).slowDisk},

	{name: "loss", verbs: verbs(scenario.Loss), weight: 6, peers: 1, everywhere: true, begin: (*generator).loss},
	{name: "burst", verbs: verbs(scenario.Burst), weight: 4, peers: 1, everywhere: true, begin: (*generator).burst},
	{name: "delay", verbs: verbs(scenario.Delay), weight: 4, peers: 1, everywhere: true, begin: (*generator).delay},
	{name: "duplicate", verbs: verbs(scenario.Duplicate), weight: 2, peers: 1, everywhere: true, begin: (*generator).duplicate},
	{name: "reorder", verbs: verbs(scenario.Reorder), weight: 3, peers: 1, everywhere: true, begin: (*generator).reorder},
	{name: "corrupt", verbs: verbs(scenario.Corrupt), weight: 2, peers: 1, everywhere: true, begin: noise(scenario.Corrupt, damaged, 5, 20, 50)},
	{name: "foreign", verbs: verbs(scenario.Foreign), weight: 2, everywhere: true, begin: noise(scenario.Foreign, strange, 20, 100)},
	{name: "hostile", verbs: verbs(scenario.Hostile), weight: 2, everywhere: true, begin: noise(scenario.Hostile, attacked, 20, 100)},
	{name: "echoes", verbs: verbs(scenario.Echoes), weight: 6, peers: 1, everywhere: true, begin: (*generator).echoes},
	{name: "cut", verbs: verbs(scenario.Cut), weight: 5, peers: 1, begin: (*generator).cut},
	{name: "cut-both", verbs: verbs(scenario.CutBoth), weight: 4, peers: 1, begin: (*generator).cutBoth},
	{name: "partition", verbs: verbs(scenario.Partition), weight: 4, peers: 1, everywhere: true, begin: (*generator).partition},
	{name: "unplug", verbs: verbs(scenario.Unplug), weight: 5, peers: 1, begin: (*generator).unplug},

	{name: "motor", verbs: verbs(scenario.MotorOff), weight: 6, disables: true, begin: (*generator).motor},
	{name: "sensor", verbs: verbs(scenario.StuckSensor, scenario.StuckNowhere), weight: 3, disables: true, begin: (*generator).sensor},
	{name: "obstruct", verbs: verbs(scenario.Obstruct), weight: 6, disables: true, begin: (*generator).obstruct},
	{name: "stop", verbs: verbs(scenario.StopButton), weight: 4, disables: true, begin: (*generator).stop},
	{name: "server", verbs: verbs(scenario.Server), weight: 5, disables: true, begin: (*generator).server},
	{name: "place", verbs: verbs(scenario.Place), weight: 2, disables: true, begin: (*generator).place},
}

func verbs(v ...scenario.Verb) []scenario.Verb { return v }

// All returns every kind of fault.
func All() Faults { return 1<<len(kinds) - 1 }

// FaultNames returns the names of all kinds of faults.
func FaultNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// ParseFaults reads "all", "none", or names as in "motor,loss,kill".
func ParseFaults(text string) (Faults, error) {
	switch text {
	case "all":
		return All(), nil
	case "none":
		return 0, nil
	}
	var set Faults
	for name := range strings.SplitSeq(text, ",") {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == strings.TrimSpace(name) })
		if i < 0 {
			return 0, fmt.Errorf("there is no fault %.30q: want all, none, or some of %s", name, strings.Join(FaultNames(), ", "))
		}
		set |= 1 << i
	}
	return set, nil
}

// String writes a set as [ParseFaults] reads it.
func (f Faults) String() string {
	switch f {
	case All():
		return "all"
	case 0:
		return "none"
	}
	var names []string
	for i, k := range kinds {
		if f>>i&1 != 0 {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ",")
}

// Count is how many faults of one kind there were.
type Count struct {
	Name  string
	Times int
}

// ByKind returns how many faults of each kind there were.
func (r *Report) ByKind() []Count {
	var list []Count
	for i, n := range r.faults {
		if n > 0 {
			list = append(list, Count{kinds[i].name, n})
		}
	}
	return list
}

// kindOf returns the kind of fault that a command begins, as [Step] has it, and
// 0 if it ends one.
func kindOf(c scenario.Command) uint8 {
	switch c.Verb {
	case scenario.Loss, scenario.Duplicate, scenario.Reorder, scenario.Corrupt, scenario.Foreign, scenario.Hostile, scenario.Echoes:
		if c.Percent == 0 {
			return 0
		}
	case scenario.Delay, scenario.Clock:
		if c.For == 0 {
			return 0
		}
	case scenario.Obstruct:
		if !c.On {
			return 0
		}
	case scenario.Server:
		if c.On {
			return 0
		}
	}
	for i, k := range kinds {
		if slices.Contains(k.verbs, c.Verb) {
			return uint8(i + 1)
		}
	}
	return 0
}

// Processes.

// kill ends a process and starts it again.
func (g *generator) kill(i int) bool {
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.Kill, i)
		g.later(end, scenario.Command{Verb: scenario.Start, Who: i})
	})
}

func (g *generator) wipe(i int) bool { return g.withoutDisk(scenario.LoseDisk, i) }

func (g *generator) tear(i int) bool { return g.withoutDisk(scenario.TearDisk, i) }

func (g *generator) flip(i int) bool { return g.withoutDisk(scenario.FlipDisk, i) }

// withoutDisk restarts a process after its disk has suffered.
func (g *generator) withoutDisk(v scenario.Verb, i int) bool {
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.Kill, i)
		g.later(g.within(end), scenario.Command{Verb: v, Who: i})
		g.later(end, scenario.Command{Verb: scenario.Start, Who: i})
	})
}

func (g *generator) freeze(i int) bool {
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.Freeze, i)
		g.later(end, scenario.Command{Verb: scenario.Thaw, Who: i})
	})
}

// powerCut ends all processes at once, also those that have trouble already.
func (g *generator) powerCut(int) bool {
	if g.hush > g.now || g.twins {
		return false // power would start the twin again
	}
	g.forgot = true
	end := g.now + g.duration(100*time.Millisecond, min(8*time.Second, g.longest))
	for i := range g.spaces {
		g.spaces[i].busy[process] = max(g.spaces[i].busy[process], end)
		g.disabled(i, end)
	}
	g.do(scenario.Command{Verb: scenario.PowerCut})
	g.later(end, scenario.Command{Verb: scenario.PowerOn})
	return true
}

// leave ends a process as if for good; somebody starts it again in the end.
func (g *generator) leave(i int) bool {
	if g.present() < 2 {
		return false
	}
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.Leave, i)
		g.later(end, scenario.Command{Verb: scenario.Join, Who: i})
	})
}

// listens is for how long a node that starts must be able to hear the other one
// that has its id: nobody can blame two that never meet.
const listens = 2 * time.Second

// twin starts a process under the id of another one that can be heard. After
// that episode it is gone.
func (g *generator) twin(i int) bool {
	j := g.other(i)
	w, p := &g.spaces[i], &g.spaces[j]
	if w.busy[process] > g.now || p.busy[process] > g.now || g.network > g.now || p.away {
		return false
	}
	g.on(scenario.Kill, i)
	g.on(scenario.LoseDisk, i) // what it has stored isn't under that id
	g.now += 100 * time.Millisecond
	g.do(scenario.Command{Verb: scenario.StartAs, Who: i, Peer: j})
	end := g.now + listens
	p.busy[process], g.hush, g.twins, g.forgot = end, end, true, true
	w.busy[process], w.away = never, true
	g.disabled(i, never)
	g.later(end, scenario.Command{Verb: scenario.Kill, Who: i})
	return true
}

// clock restarts a process under a wall clock that is wrong, and once more under
// the right one.
func (g *generator) clock(i int) bool {
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		wrong := time.Duration(g.rng.Int64N(int64(2*clockStep))) - clockStep
		g.do(scenario.Command{Verb: scenario.Clock, Who: i, For: wrong.Truncate(time.Second)})
		g.on(scenario.Kill, i)
		g.later(g.within(end), scenario.Command{Verb: scenario.Start, Who: i})
		g.later(end, scenario.Command{Verb: scenario.Clock, Who: i})
		if g.rng.IntN(2) == 0 {
			g.later(end, scenario.Command{Verb: scenario.Kill, Who: i})
			g.later(end, scenario.Command{Verb: scenario.Start, Who: i})
		}
	})
}

// clockStep is by how much a clock is wrong at the most.
const clockStep = 999 * time.Hour

// Disks.

func diskFault(v scenario.Verb) func(*generator, int) bool {
	return func(g *generator, i int) bool {
		if g.noDisk {
			return false
		}
		return g.during(disk, i, g.lasting(), func(end time.Duration) {
			g.on(v, i)
			g.later(end, scenario.Command{Verb: scenario.DiskWorks, Who: i})
		})
	}
}

// slowDisk makes a disk slow. It works again when the last slow commit must have
// ended.
func (g *generator) slowDisk(i int) bool {
	if g.noDisk {
		return false
	}
	by := pick[time.Duration](g, 10, 50, 200, 1000, 5000) * time.Millisecond
	return g.during(disk, i, max(g.lasting(), by+100*time.Millisecond), func(end time.Duration) {
		g.do(scenario.Command{Verb: scenario.DiskSlow, Who: i, For: by})
		g.later(end-by, scenario.Command{Verb: scenario.DiskSlow, Who: i, For: time.Millisecond})
		g.later(end, scenario.Command{Verb: scenario.DiskWorks, Who: i})
	})
}

// The network.

func (g *generator) loss(int) bool {
	return g.everywhere(lossy, func(end time.Duration) {
		g.do(scenario.Command{Verb: scenario.Loss, Percent: pick(g, 5, 10, 25, 50, 50, 80, 80, 95)})
		g.later(end, scenario.Command{Verb: scenario.Loss})
	})
}

func (g *generator) burst(int) bool {
	if g.hush > g.now {
		return false
	}
	long := g.duration(50*time.Millisecond, 4*time.Second)
	g.do(scenario.Command{Verb: scenario.Burst, For: long})
	g.network = max(g.network, g.now+long)
	return true
}

func (g *generator) delay(int) bool {
	return g.everywhere(late, func(end time.Duration) {
		by := pick(g, 5*time.Millisecond, g.bearable, 300*time.Millisecond, 2*time.Second, 10*time.Second)
		if by < 50*time.Millisecond {
			by = min(by, g.bearable)
		}
		g.network = max(g.network, end+by)
		g.do(scenario.Command{Verb: scenario.Delay, For: by})
		g.later(end, scenario.Command{Verb: scenario.Delay})
	})
}

func (g *generator) duplicate(int) bool {
	return g.everywhere(doubled, func(end time.Duration) {
		g.do(scenario.Command{Verb: scenario.Duplicate, Percent: pick(g, 10, 50, 100)})
		g.later(end, scenario.Command{Verb: scenario.Duplicate})
	})
}

// reorder holds some datagrams back.
func (g *generator) reorder(int) bool {
	return g.everywhere(shuffled, func(end time.Duration) {
		by := g.duration(time.Millisecond, g.bearable)
		g.do(scenario.Command{Verb: scenario.Reorder, Percent: pick(g, 5, 25, 75), For: by})
		g.later(end, scenario.Command{Verb: scenario.Reorder})
	})
}

// noise puts what nobody wants on the network.
func noise(v scenario.Verb, mood int, percent ...int) func(*generator, int) bool {
	return func(g *generator, _ int) bool {
		return g.everywhere(mood, func(end time.Duration) {
			g.do(scenario.Command{Verb: v, Percent: pick(g, percent...)})
			g.later(end, scenario.Command{Verb: v})
		})
	}
}

// echoes repeats old datagrams. Nobody may be cut off meanwhile, nor have
// forgotten what it knew: see [scenario.Replay].
func (g *generator) echoes(int) bool {
	if g.forgot || g.network > g.now || g.hush > g.now {
		return false
	}
	for i := range g.spaces {
		if g.spaces[i].busy[process] > g.now {
			return false
		}
	}
	end := g.now + g.duration(time.Second, min(10*time.Second, g.longest))
	g.hush = end
	for i := range g.spaces {
		g.spaces[i].busy[process] = end
	}
	g.do(scenario.Command{Verb: scenario.Echoes, Percent: pick(g, 5, 25, 75)})
	g.later(end, scenario.Command{Verb: scenario.Echoes})
	return true
}

func (g *generator) cut(i int) bool {
	j := g.other(i)
	return g.wire(scenario.Command{Verb: scenario.Cut, Who: i, Peer: j}, scenario.Command{Verb: scenario.Mend, Who: i, Peer: j})
}

func (g *generator) cutBoth(i int) bool {
	j := g.other(i)
	return g.wire(scenario.Command{Verb: scenario.CutBoth, Who: i, Peer: j}, scenario.Command{Verb: scenario.MendBoth, Who: i, Peer: j})
}

func (g *generator) unplug(i int) bool {
	return g.wire(scenario.Command{Verb: scenario.Unplug, Who: i}, scenario.Command{Verb: scenario.Plug, Who: i})
}

// partition splits the network into two or three groups.
func (g *generator) partition(int) bool {
	groups := make([]string, 2+g.rng.IntN(2))
	var mend []scenario.Command
	for i := range g.spaces {
		name := scenario.Name(i)
		if len(name) > 1 {
			name = "(" + name + ")"
		}
		groups[g.rng.IntN(len(groups))] += name
		mend = append(mend, scenario.Command{Verb: scenario.Plug, Who: i})
	}
	groups = slices.DeleteFunc(groups, func(s string) bool { return s == "" })
	if len(groups) < 2 {
		return false
	}
	return g.wire(scenario.Command{Verb: scenario.Partition, Groups: strings.Join(groups, "|")}, mend...)
}

// wire cuts something and mends it. Cuts may overlap: what mends the one may
// mend a part of the other.
func (g *generator) wire(cut scenario.Command, mend ...scenario.Command) bool {
	if g.hush > g.now {
		return false
	}
	end := g.now + g.lasting()
	g.lasts(end)
	g.do(cut)
	for _, c := range mend {
		g.later(end, c)
	}
	g.network = max(g.network, end)
	return true
}

// Elevators.

func (g *generator) motor(i int) bool {
	return g.during(motor, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.MotorOff, i)
		g.later(end, scenario.Command{Verb: pick(g, scenario.MotorOn, scenario.MotorForgetful), Who: i})
	})
}

// sensor lets a floor sensor show one floor, or none.
func (g *generator) sensor(i int) bool {
	return g.during(sight, i, g.lasting(), func(end time.Duration) {
		if g.rng.IntN(2) == 0 {
			g.on(scenario.StuckNowhere, i)
		} else {
			g.do(scenario.Command{Verb: scenario.StuckSensor, Who: i, Floor: g.rng.IntN(g.floors)})
		}
		g.later(end, scenario.Command{Verb: scenario.RepairSensor, Who: i})
	})
}

func (g *generator) obstruct(i int) bool {
	return g.during(doorway, i, g.lasting(), func(end time.Duration) {
		g.do(scenario.Command{Verb: scenario.Obstruct, Who: i, On: true})
		g.later(end, scenario.Command{Verb: scenario.Obstruct, Who: i})
	})
}

// stop presses the stop button, and once more.
func (g *generator) stop(i int) bool {
	const tap = 500 * time.Millisecond // for which it is held, and more
	return g.during(stopped, i, max(g.lasting(), time.Second)+tap, func(end time.Duration) {
		g.on(scenario.StopButton, i)
		g.later(end-tap, scenario.Command{Verb: scenario.StopButton, Who: i})
	})
}

func (g *generator) server(i int) bool {
	return g.during(link, i, g.lasting(), func(end time.Duration) {
		g.do(scenario.Command{Verb: scenario.Server, Who: i})
		g.later(end, scenario.Command{Verb: scenario.Server, Who: i, On: true})
	})
}

// place moves the car by hand while its node is down.
func (g *generator) place(i int) bool {
	return g.during(process, i, g.lasting(), func(end time.Duration) {
		g.on(scenario.Kill, i)
		to := float64(g.rng.IntN(2*g.floors-1)) / 2
		g.later(g.within(end), scenario.Command{Verb: scenario.Place, Who: i, Position: to})
		g.later(end, scenario.Command{Verb: scenario.Start, Who: i})
	})
}
