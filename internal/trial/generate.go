package trial

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
)

// Range is from Least to Most, both included. The zero value leaves it to
// chance.
type Range struct{ Least, Most int }

// Profile says what plans are to be like.
type Profile struct {
	Nodes, Floors Range
	Faults        Faults
	Parks         Parks
}

// Parks says which elevators park.
type Parks uint8

// Who parks.
const (
	// SomePark: in two buildings of five nobody, in two all, and else some.
	SomePark Parks = iota
	AllPark
	NonePark
)

// draw returns how many of the nodes park. It has a source of its own, so that the
// rest of the plan is the same whoever parks.
func (p Parks) draw(seed uint64, nodes int) int {
	rng := rand.New(rand.NewPCG(seed, 0x7061_726b))
	switch share := rng.IntN(5); {
	case p == AllPark, p == SomePark && share < 2:
		return nodes
	case p == SomePark && share == 2:
		return rng.IntN(nodes + 1)
	}
	return 0
}

// maxGap is the longest time between two faults of an episode.
const maxGap = 10 * time.Second

// never is later than any step.
const never = time.Duration(math.MaxInt64)

// style is how cruel fate is.
type style uint8

const (
	gentle style = iota // one fault at a time
	steady              // several; somebody can always run
	brutal              // many, and all may be down
	styles
)

// What can be wrong with one workspace, in one way at a time.
const (
	process = iota
	disk
	motor
	sight
	doorway
	stopped
	link
	resources
)

// What can be wrong with the network as a whole, besides cut cables.
const (
	lossy = iota
	late
	doubled
	shuffled
	damaged
	strange
	attacked
	moods
)

// generator makes the steps of one episode after the other.
type generator struct {
	rng    *rand.Rand
	style  style
	floors int
	noDisk bool
	// bearable is the longest delay with which lamps go on in time all the same.
	bearable time.Duration

	long    time.Duration // how long the episode is
	forgot  bool          // a process of this building has ended
	now     time.Duration // when what is being added happens
	episode Episode
	spaces  []spaceState
	mood    [moods]time.Duration // until when
	network time.Duration        // until when it is disturbed
	hush    time.Duration        // until when it must not be
	twins   bool                 // somebody was started under another one\'s id
	kind    uint8                // of the fault that is being added, see Step
	longest time.Duration        // that a fault may last
	longs   int                  // how many may last for longer than usual at one time
	ends    []time.Duration      // of those
	busy    time.Duration        // until when anything is wrong
	spared  int                  // a workspace whose elevator always runs, -1 if none
}

// spaceState is what the generator knows of a workspace.
type spaceState struct {
	busy     [resources]time.Duration // until when
	disabled time.Duration            // until when its elevator can't be used
	away     bool                     // has not joined, or was sent home
}

// Generate makes a plan from a seed.
func Generate(seed uint64, p Profile) Plan {
	rng := rand.New(rand.NewPCG(seed, 0x7472_6961_6c))
	plan := Plan{Seed: seed, Setup: p.setup(rng)}
	plan.Setup.Seed, plan.Setup.Parks = seed, p.Parks.draw(seed, plan.Setup.Nodes)
	g := &generator{
		rng: rng, style: style(rng.IntN(int(styles))), floors: plan.Setup.Elevator.Floors,
		noDisk: plan.Setup.NoDisk, bearable: bearable(plan.Setup), spaces: make([]spaceState, plan.Setup.Nodes),
	}
	for i := plan.Setup.Started; i < plan.Setup.Nodes; i++ {
		g.spaces[i].away = true
	}
	for left := budget(plan.Setup.Nodes); left > 0; {
		long := min(left, g.duration(3*time.Minute, 8*time.Minute))
		if left-long < time.Minute {
			long = left
		}
		left -= long
		plan.Episodes = append(plan.Episodes, g.generate(long, p.Faults))
	}
	return plan
}

// budget returns how much time a plan takes, without settling: less in a big
// building, which costs more than the square of its nodes.
func budget(nodes int) time.Duration {
	long := 30 * time.Minute * 9 / time.Duration(max(9, nodes*nodes))
	if nodes > 4 {
		long /= 2
	}
	return max(long, time.Minute)
}

// bearable returns by how much datagrams may be late, for one reason of two, for
// a lamp to go on within 100 ms: on the way there and back, with three commits
// one after the other.
func bearable(s scenario.Setup) time.Duration {
	left := 90*time.Millisecond - s.Poll - 3*s.Commit - 4*s.Latency
	return max(left/4, time.Millisecond)
}

// setup draws a building, most often that of the course.
func (p Profile) setup(rng *rand.Rand) scenario.Setup {
	e := elevator.DefaultConfig()
	s := scenario.Setup{
		Nodes:    p.Nodes.draw(rng, []int{1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 6, 7, 8}, 32, 200),
		Elevator: e,
		Latency:  choose[time.Duration](rng, 100, 200, 200, 200, 1000) * time.Microsecond,
		Poll:     choose[time.Duration](rng, 4, 8, 8, 8, 12) * time.Millisecond,
		Commit:   choose[time.Duration](rng, 1, 3, 3, 10, 30) * time.Millisecond,
		Interval: choose[time.Duration](rng, 20, 20, 20, 40, 60, 80) * time.Millisecond,
		NoDisk:   rng.IntN(10) == 0,
	}
	s.Elevator.Floors = p.Floors.draw(rng, []int{2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9}, 100, 100)
	s.Started = s.Nodes
	if s.Nodes > 1 && rng.IntN(4) == 0 {
		s.Started = 1 + rng.IntN(s.Nodes-1)
	}
	if s.Elevator.Floors > 20 || rng.IntN(6) == 0 { // a fast elevator
		s.Elevator.Travel, s.Elevator.Pass = e.Travel/4, e.Pass/4
		s.Elevator.Door = e.Door / 2
	}
	return s
}

// draw takes a number from the range; or from a list, and one time in so many
// the rare one.
func (r Range) draw(rng *rand.Rand, usual []int, rare, oneIn int) int {
	if r != (Range{}) {
		return r.Least + rng.IntN(r.Most-r.Least+1)
	}
	if rng.IntN(oneIn) == 0 {
		return rare
	}
	return usual[rng.IntN(len(usual))]
}

// generate makes an episode.
func (g *generator) generate(long time.Duration, faults Faults) Episode {
	g.begin()
	g.long = long
	g.passengers(long)
	g.joins(long)
	if all := g.possible(faults); len(all) > 0 {
		g.faults(long, g.some(all), all)
	}
	slices.SortStableFunc(g.episode, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return g.episode
}

// begin forgets what settling has healed.
func (g *generator) begin() {
	g.now, g.episode, g.network, g.hush, g.busy, g.kind, g.twins = 0, nil, 0, 0, 0, 0, false
	g.mood, g.ends = [moods]time.Duration{}, nil
	for i := range g.spaces {
		w := &g.spaces[i]
		w.busy, w.disabled = [resources]time.Duration{}, 0
		if w.away {
			w.busy[process], w.disabled = never, never
		}
	}
	g.spared = -1
	if g.rng.IntN(3) == 0 {
		g.spared = g.rng.IntN(len(g.spaces))
	}
}

// joins lets those join who are away, most of them.
func (g *generator) joins(long time.Duration) {
	for i := range g.spaces {
		if w := &g.spaces[i]; w.away && g.rng.IntN(4) > 0 {
			g.now = g.duration(0, long/2)
			g.on(scenario.Join, i)
			w.away = false
			w.busy[process], w.disabled = g.now, g.now
			g.claim(i, g.now)
		}
	}
	g.now, g.busy = 0, 0
}

// claim keeps everything but itself from a workspace until a time that lies in
// the future: it hasn't joined yet.
func (g *generator) claim(i int, until time.Duration) {
	for r := range resources {
		g.spaces[i].busy[r] = max(g.spaces[i].busy[r], until)
	}
}

// possible returns the kinds of a set that this building can have.
func (g *generator) possible(faults Faults) []int {
	var all []int
	for i := range kinds {
		if k := &kinds[i]; faults>>i&1 != 0 && k.peers < len(g.spaces) && !(g.noDisk && k.needsDisk()) {
			all = append(all, i)
		}
	}
	return all
}

// some returns all of these kinds, or a part of them: what goes wrong in one
// episode is often alike.
func (g *generator) some(all []int) []int {
	if len(all) <= 4 || g.rng.IntN(2) == 0 {
		return all
	}
	part := slices.Clone(all)
	g.rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
	return part[:2+g.rng.IntN(len(part)-2)]
}

func (k *kind) needsDisk() bool {
	return slices.ContainsFunc(k.verbs, func(v scenario.Verb) bool {
		return v == scenario.DiskFails || v == scenario.DiskFull || v == scenario.DiskSlow
	})
}

// faults lets things go wrong, never with more than maxGap in between: those of
// some kinds, and of all where that leaves nothing to break.
func (g *generator) faults(long time.Duration, of, all []int) {
	places := 0
	for _, k := range of {
		if kinds[k].everywhere {
			places++
		} else {
			places += len(g.spaces)
		}
	}
	// With more long ones there might be nothing left to break.
	g.longest, g.longs = 3*time.Minute, places/6
	if g.style == gentle || g.longs == 0 {
		g.longest = usual
	}
	for g.now = g.gap(); g.now < long; g.now += g.gap() {
		for !g.fault(of) && !g.fault(all) && g.now < long {
			g.now += 200 * time.Millisecond
		}
	}
}

// usual is how long most faults last at the most.
const usual = maxGap - 3*time.Second

// gap returns the time from one fault to the next.
func (g *generator) gap() time.Duration {
	switch g.style {
	case gentle:
		return max(g.busy-g.now, 0) + g.duration(500*time.Millisecond, maxGap-g.longest-500*time.Millisecond)
	case steady:
		return g.duration(time.Second, 8*time.Second)
	default:
		return g.duration(50*time.Millisecond, 5*time.Second)
	}
}

// fault breaks something, just after a press now and then, and reports whether
// it found anything to break.
func (g *generator) fault(of []int) bool {
	if g.style != gentle && g.rng.IntN(4) == 0 {
		g.press(g.rng.IntN(len(g.spaces)))
		g.now += g.duration(0, 300*time.Millisecond)
	}
	sum := 0
	for _, k := range of {
		sum += kinds[k].weight
	}
	for range 50 {
		x := g.rng.IntN(sum)
		n := 0
		for x >= kinds[of[n]].weight {
			x -= kinds[of[n]].weight
			n++
		}
		k, i := &kinds[of[n]], g.rng.IntN(len(g.spaces))
		g.kind = uint8(of[n] + 1)
		if (!k.disables || g.mayDisable(k, i)) && k.begin(g, i) {
			return true
		}
	}
	g.kind = 0
	return false
}

// mayDisable reports whether an elevator may be taken out of service now.
func (g *generator) mayDisable(k *kind, i int) bool {
	if k.everywhere {
		return true
	}
	if i == g.spared {
		return false
	}
	if len(g.spaces) == 1 || g.style == brutal && g.rng.IntN(4) == 0 {
		return true
	}
	for j := range g.spaces {
		if j != i && g.spaces[j].disabled <= g.now {
			return true
		}
	}
	return false
}

// during breaks something at a workspace that isn't broken there yet.
func (g *generator) during(resource, i int, long time.Duration, add func(end time.Duration)) bool {
	w := &g.spaces[i]
	if w.busy[resource] > g.now || w.busy[process] == never {
		return false
	}
	end := g.now + long
	w.busy[resource] = end
	g.lasts(end)
	g.forgot = g.forgot || resource == process
	if resource != disk {
		g.disabled(i, end)
	}
	add(end)
	return true
}

// everywhere does so with the network.
func (g *generator) everywhere(mood int, add func(end time.Duration)) bool {
	if g.mood[mood] > g.now || g.hush > g.now {
		return false
	}
	end := g.now + g.lasting()
	g.mood[mood] = end
	g.lasts(end)
	g.network = max(g.network, end)
	add(end)
	return true
}

func (g *generator) disabled(i int, until time.Duration) {
	g.spaces[i].disabled = max(g.spaces[i].disabled, until)
}

// present returns how many workspaces have joined.
func (g *generator) present() int {
	n := 0
	for i := range g.spaces {
		if g.spaces[i].busy[process] <= g.now {
			n++
		}
	}
	return n
}

// other returns another workspace.
func (g *generator) other(i int) int {
	j := g.rng.IntN(len(g.spaces) - 1)
	if j >= i {
		j++
	}
	return j
}

// do adds a command now.
func (g *generator) do(c scenario.Command) { g.later(g.now, c) }

func (g *generator) on(v scenario.Verb, i int) { g.do(scenario.Command{Verb: v, Who: i}) }

// later adds a command at a time to come.
func (g *generator) later(at time.Duration, c scenario.Command) {
	at = min(at, g.long)
	g.busy = max(g.busy, at)
	s := Step{At: at, Do: c}
	if c.Verb.Fault() {
		s.Kind, g.kind = g.kind, 0
	}
	g.episode = append(g.episode, s)
}

// lasting draws for how long something is broken.
func (g *generator) lasting() time.Duration {
	least, most := 2*time.Second, 15*time.Second
	switch g.rng.IntN(8) {
	case 0, 1:
		least, most = time.Millisecond, 2*time.Second
	case 2:
		least, most = 15*time.Second, 3*time.Minute
	}
	longest := g.longest
	g.ends = slices.DeleteFunc(g.ends, func(end time.Duration) bool { return end <= g.now })
	if len(g.ends) >= g.longs {
		longest = min(longest, usual)
	}
	return g.duration(min(least, longest/2), min(most, longest))
}

// lasts notes a fault that lasts for long.
func (g *generator) lasts(until time.Duration) {
	if until-g.now > usual {
		g.ends = append(g.ends, until)
	}
}

// within draws a time from now to another one.
func (g *generator) within(end time.Duration) time.Duration { return g.now + g.duration(0, end-g.now) }

// duration draws a time in whole milliseconds.
func (g *generator) duration(least, most time.Duration) time.Duration {
	return (least + time.Duration(g.rng.Int64N(int64(most-least)+1))).Truncate(time.Millisecond)
}

func choose[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func pick[T any](g *generator, of ...T) T { return choose(g.rng, of...) }
