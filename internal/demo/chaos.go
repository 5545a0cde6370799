package demo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// A random fault begins every faultEvery on average and lasts from
// faultShortest to faultLongest.
const (
	faultEvery    = 5 * time.Second
	faultShortest = 2 * time.Second
	faultLongest  = 8 * time.Second
	// settleTime is the time without any fault before one that destroys what
	// its peers may not hold yet.
	settleTime = 3 * time.Second
	// atOnce is how many faults there are at one time.
	atOnce = 2
)

// fault is one kind of fault.
type fault struct {
	begin, heal func(b *Building, workspace int) error
	// everywhere is set if it hits all workspaces.
	everywhere bool
	// alone is set if it is the only one while it lasts, and begins when
	// nothing was wrong for settleTime: a disk that is lost while a peer is
	// away may take the only copy of a promise with it, and power cuts are
	// enough by themselves.
	alone bool
	// peers is how many other nodes there must be.
	peers int
	// disables is set if the elevator can't run meanwhile: one must be left
	// that can.
	disables bool
}

var faults = []fault{
	{begin: (*Building).Kill, heal: restart(false), disables: true},
	{begin: (*Building).Kill, heal: restart(true), disables: true, alone: true, peers: 1},
	{begin: network(true, true), heal: network(false, false), peers: 1},
	{begin: network(true, false), heal: network(false, false), peers: 1},
	{begin: network(false, true), heal: network(false, false), peers: 1},
	{begin: loss(25), heal: loss(0), everywhere: true, peers: 1},
	{begin: loss(50), heal: loss(0), everywhere: true, peers: 1},
	{begin: switched((*Building).Motor, false), heal: switched((*Building).Motor, true), disables: true},
	{begin: switched((*Building).Obstruct, true), heal: switched((*Building).Obstruct, false), disables: true},
	{begin: (*Building).Stop, heal: (*Building).Stop, disables: true},
	{begin: switched((*Building).Server, false), heal: switched((*Building).Server, true), disables: true},
	{
		begin:      func(b *Building, _ int) error { return b.PowerCut() },
		heal:       func(b *Building, _ int) error { return b.PowerOn() },
		everywhere: true, alone: true, disables: true,
	},
}

func restart(withoutDisk bool) func(*Building, int) error {
	return func(b *Building, i int) error { return b.Restart(i, withoutDisk) }
}

func network(cutIn, cutOut bool) func(*Building, int) error {
	return func(b *Building, i int) error { return b.SetNetwork(i, cutIn, cutOut) }
}

func loss(percent int) func(*Building, int) error {
	return func(b *Building, _ int) error { return b.SetLoss(percent) }
}

func switched(set func(*Building, int, bool) error, on bool) func(*Building, int) error {
	return func(b *Building, i int) error { return set(b, i, on) }
}

// ongoing is a fault that lasts.
type ongoing struct {
	fault
	workspace int
	until     time.Time
}

// chaos makes random faults, one or two at a time, and heals them.
type chaos struct {
	building *Building
	random   *rand.Rand
	now      []ongoing
	calm     time.Time // when the last fault was healed
	next     time.Time
	begun    int
}

func newChaos(b *Building, seed uint64) *chaos {
	c := &chaos{building: b, random: rand.New(rand.NewPCG(seed, 'f')), calm: time.Now()}
	c.next = c.calm.Add(faultEvery)
	return c
}

// run makes faults until ctx is done, heals them all and returns how many there
// were.
func (c *chaos) run(ctx context.Context) (int, error) {
	var errs []error
	for sleep(ctx, 100*time.Millisecond) {
		errs = append(errs, c.step(time.Now()))
	}
	for _, o := range c.now {
		errs = append(errs, o.heal(c.building, o.workspace))
	}
	return c.begun, errors.Join(errs...)
}

// step heals what has lasted long enough, and begins a fault if it is time.
func (c *chaos) step(now time.Time) error {
	var errs []error
	var left []ongoing
	for _, o := range c.now {
		if now.Before(o.until) {
			left = append(left, o)
			continue
		}
		errs = append(errs, o.heal(c.building, o.workspace))
		c.calm = now
	}
	c.now = left
	if now.Before(c.next) {
		return errors.Join(errs...)
	}
	f, w := faults[c.random.IntN(len(faults))], c.random.IntN(c.building.Nodes())
	if !c.allowed(f, w, now) {
		return errors.Join(errs...) // another one is drawn at the next step
	}
	lasts := faultShortest + time.Duration(c.random.Int64N(int64(faultLongest-faultShortest)))
	c.now = append(c.now, ongoing{f, w, now.Add(lasts)})
	c.next = now.Add(faultEvery/2 + time.Duration(c.random.Int64N(int64(faultEvery))))
	c.begun++
	return errors.Join(append(errs, f.begin(c.building, w))...)
}

// allowed reports whether a fault may begin beside those that last.
func (c *chaos) allowed(f fault, workspace int, now time.Time) bool {
	switch {
	case c.building.Nodes() <= f.peers, len(c.now) >= atOnce:
		return false
	case f.alone:
		return len(c.now) == 0 && now.Sub(c.calm) >= settleTime
	}
	disabled := 0
	for _, o := range c.now {
		if o.alone || o.workspace == workspace && !o.everywhere && !f.everywhere || o.everywhere && f.everywhere {
			return false
		}
		if o.disables {
			disabled++
		}
	}
	return !f.disables || disabled+1 < c.building.Nodes() || c.building.Nodes() == 1
}
