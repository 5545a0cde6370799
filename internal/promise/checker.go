package promise

import (
	"math"
	"math/bits"
	"time"

	"elevnet/internal/elevator"
)

const (
	far   = time.Duration(math.MaxInt64)     // a time that never comes
	never = time.Duration(math.MinInt64 / 4) // a time that never was
	// unknown is a floor sensor that hasn't been told of.
	unknown = elevator.NoFloor - 1
)

// Checker follows a building and notes which promises are broken. Make it with
// [New]. It isn't safe for concurrent use.
type Checker struct {
	cfg    Config
	bounds Bounds
	now    time.Duration
	next   time.Duration // the earliest deadline, or some time before it

	spaces []workspace
	lamps  []lamp          // by workspace, floor and button: see lampAt
	calls  []call          // hall calls by floor and button, then cab calls by workspace and floor
	until  []time.Duration // by workspace and floor: the last time its door was open there
	floors []landing
	uneven []time.Duration // by hall call and leader of a group: since when panels differ

	set   sets
	links []uint64 // whom each workspace can send to
	loss  int
	quiet quiet
	// goneAt is when a node last ended or was cut off, lossyAt when datagrams were
	// last lost, late or out of order.
	goneAt     time.Duration
	lossyAt    time.Duration
	violations []Violation
	sum        counts
}

// sets are sets of workspaces, by bit.
type sets struct {
	alive, frozen, server uint64
	diskBad               uint64
	// wiped: running nodes whose disk was emptied under them.
	wiped uint64
	// control: alive, not frozen, and the server is there.
	control uint64
	// leaders: the lowest of each group of running nodes that are connected.
	leaders uint64
	// wrong: the clock was wrong at some time.
	wrong uint64
	// astray: so it was, and since then the disk was lost or didn't work: the
	// node may have forgotten a life that is ahead of all to come.
	astray uint64
}

// workspace is what is known of one of them.
type workspace struct {
	group  uint64 // running nodes connected with this one, both ways, itself included
	reach  uint64 // nodes, running or frozen, that anything could have come from or gone to
	leader int

	calmAt    time.Duration // when all that happened within reach has settled
	panelAt   time.Duration // when its panel shows what its node knows
	controlAt time.Duration // when control last began or ended, or the car was touched
	startedAt time.Duration // when its node was last started
	diskAt    time.Duration // when its disk last became good

	car
	door
	stop
	motive
}

// lamp is one button with its lamp at one workspace.
type lamp struct {
	exists  bool
	on      bool
	late    bool          // its service is overdue, and this was said
	changed time.Duration // when it last went on or off
	suspect time.Duration // when a lamp that went off without a door is a violation
	crossed bool          // it last went on just after it had gone off

	held    time.Duration // since when the button is held, far if it isn't
	let     time.Duration // when it was let go
	pressed time.Duration // the last press that counts

	due   time.Duration // when the press below must have lit the lamp
	asked time.Duration
	again bool // the press had been lit before
}

// call is what is known of one call in the building.
type call struct {
	floor  int
	button elevator.Button
	owner  int // whose cab call it is, -1 for a hall call

	lit  uint64 // panels that show it
	owed uint64 // panels that showed it, or must show it, and haven't been released
	// mem and disk are the nodes that are certain to hold it.
	mem, disk uint64
	memAt     time.Duration // when mem last grew
	// stale are the nodes that may hold a press that nobody served, and
	// staleDisk those whose disks may; oldest is the oldest press of which this
	// may be true.
	stale, staleDisk uint64
	oldest           time.Duration

	changed   time.Duration // any lamp
	lastPress time.Duration // any press, however short
	first     time.Duration // the first press since it was served
	served    time.Duration
	asked     time.Duration // the press after which all panels are awaited
	missed    bool          // a press has been answered too late, or not at all
}

// landing is a floor.
type landing struct {
	doors uint64        // whose doors are open here, with a node in control
	until time.Duration // the last time any was
}

// New returns a checker, or an error that says what is wrong with the
// configuration.
func New(cfg Config) (*Checker, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.MaxViolations == 0 {
		cfg.MaxViolations = 1000
	}
	w, f := cfg.Workspaces, cfg.Elevator.Floors
	c := &Checker{
		cfg:    cfg,
		bounds: cfg.Bounds.fill(cfg.Elevator),
		now:    never,
		goneAt: never, lossyAt: never,
		quiet:  quiet{litAt: never, at: never},
		next:   far,
		spaces: make([]workspace, w),
		lamps:  make([]lamp, w*f*elevator.Buttons),
		until:  make([]time.Duration, w*f),
		floors: make([]landing, f),
		uneven: make([]time.Duration, 2*f*w),
		links:  make([]uint64, w),
	}
	all := uint64(1)<<w - 1
	c.set.server = all
	for i := range c.spaces {
		c.links[i] = all &^ (1 << i)
		c.spaces[i] = workspace{
			leader: i,
			calmAt: never, panelAt: never, controlAt: never, startedAt: never, diskAt: never,
			car:    car{sensor: unknown, sensorAt: never, lied: elevator.NoFloor, repaired: never, power: true, ableSince: far},
			door:   door{between: far, obstructedAt: never},
			stop:   stop{due: far, runs: far, let: never},
			motive: motive{left: far, opened: far},
		}
		for floor := range f {
			for b := range elevator.Button(elevator.Buttons) {
				*c.lampAt(i, floor, b) = lamp{
					exists:  elevator.ButtonExists(f, floor, b),
					changed: never, suspect: far, held: far, let: never, pressed: never, due: far,
				}
			}
		}
	}
	for floor := range f {
		for b := range elevator.Cab {
			c.calls = append(c.calls, newCall(floor, b, -1))
		}
		c.floors[floor].until = never
	}
	for i := range w {
		for floor := range f {
			c.calls = append(c.calls, newCall(floor, elevator.Cab, i))
			c.until[i*f+floor] = never
		}
	}
	for i := range c.uneven {
		c.uneven[i] = far
	}
	return c, nil
}

func newCall(floor int, b elevator.Button, owner int) call {
	return call{
		floor: floor, button: b, owner: owner,
		memAt: never, oldest: far, changed: never, lastPress: never, first: far, served: never, asked: far,
	}
}

func (c *Checker) lampAt(w, floor int, b elevator.Button) *lamp {
	return &c.lamps[(w*c.cfg.Elevator.Floors+floor)*elevator.Buttons+int(b)]
}

func (c *Checker) callIndex(w, floor int, b elevator.Button) int {
	if b == elevator.Cab {
		return 2*c.cfg.Elevator.Floors + w*c.cfg.Elevator.Floors + floor
	}
	return 2*floor + int(b)
}

// Observe takes in one event. Events must come in the order of their times.
// Those about workspaces or floors that don't exist are ignored.
func (c *Checker) Observe(e Event) {
	c.Advance(e.At)
	c.sum.events++
	c.quiet.disturb(e)
	if e.Kind == Loss {
		c.observeLoss(e.Percent)
		return
	}
	if e.Workspace < 0 || e.Workspace >= len(c.spaces) {
		return
	}
	switch e.Kind {
	case ButtonHeld, ButtonLamp:
		if e.Floor < 0 || e.Floor >= len(c.floors) || e.Button >= elevator.Buttons {
			return
		}
		c.observeButton(e)
	case DoorLamp, Obstruction:
		c.observeDoor(e)
	case MotorCommanded, SensorChanged, MotorPower, OutOfBounds, CarPlaced, SensorBroken:
		c.observeCar(e)
	case StopHeld, StopLamp:
		c.observeStop(e)
	case ServerReachable, NodeRunning, NodeFrozen, DiskLost, DiskFault, Link:
		c.observeFault(e)
	case ClockWrong:
		c.observeClock(e)
	}
}

func (c *Checker) observeButton(e Event) {
	i := c.callIndex(e.Workspace, e.Floor, e.Button)
	k, l := &c.calls[i], c.lampAt(e.Workspace, e.Floor, e.Button)
	lit := k.lit != 0
	switch {
	case e.Kind == ButtonHeld && e.On:
		c.press(e.Workspace, k, l)
	case e.Kind == ButtonHeld:
		c.release(e.Workspace, l)
	case e.On == l.on:
	case e.On:
		c.lampOn(e.Workspace, k, l)
		c.compare(i, e.Workspace)
	default:
		c.lampOff(e.Workspace, k, l)
		c.compare(i, e.Workspace)
	}
	c.quiet.count(lit, k.lit != 0, c.now)
}

// Advance lets time pass without an event, so that what doesn't happen in time
// is noticed. It costs next to nothing if no deadline has passed. How often it
// is called makes no difference to what is found, only to when that is known.
func (c *Checker) Advance(now time.Duration) {
	for now > c.next {
		c.now = max(c.now, c.next+1)
		c.sweep()
	}
	c.now = max(c.now, now)
}

// wake makes sure that the deadlines are looked at after t.
func (c *Checker) wake(t time.Duration) { c.next = min(c.next, t) }

// sweep looks at all deadlines.
func (c *Checker) sweep() {
	c.next = far
	c.spread()
	for w := range c.spaces {
		c.sweepDoor(w)
		c.sweepStop(w)
		c.sweepMotive(w)
	}
	for i := range c.calls {
		k := &c.calls[i]
		if k.owner >= 0 {
			c.sweepLamp(k.owner, k)
			continue
		}
		for w := range c.spaces {
			c.sweepLamp(w, k)
		}
		c.sweepUneven(i)
	}
}

func (c *Checker) sweepLamp(w int, k *call) {
	l := c.lampAt(w, k.floor, k.button)
	if l.due != far {
		c.sweepPress(w, k, l)
	}
	if l.suspect != far {
		c.sweepSuspect(w, k, l)
	}
	if l.on {
		c.sweepService(w, k, l)
		c.sweepSole(w, k, l)
	} else if k.owed>>w&1 != 0 {
		c.sweepDark(w, k, l)
	}
}

// passed reports whether a deadline is over, and has it looked at later if not.
func (c *Checker) passed(due time.Duration) bool {
	if c.now > due {
		return true
	}
	c.wake(due)
	return false
}

// Finish judges the end: every lamp that is lit, on the panel of a node that
// runs, and every call that such a node owes and knows, should have been served. Call it
// when no button has been pressed and no fault has been there for
// [Bounds.Serve], or for as long as the building should take.
func (c *Checker) Finish(now time.Duration) {
	c.Advance(now)
	for i := range c.calls {
		k := &c.calls[i]
		for m := (k.lit | k.owed&k.mem) & c.set.control; m != 0; m &= m - 1 {
			w := bits.TrailingZeros64(m)
			l := c.lampAt(w, k.floor, k.button)
			switch {
			case !l.on && c.forgetful(k):
			case l.on:
				c.broken("S1", w, c.now, "the lamp of %v at floor %d is still lit at the end, since %v", k.button, k.floor, l.changed)
			default:
				c.broken("S1", w, c.now, "the call %v at floor %d was lit, is dark since %v, and wasn't served by the end", k.button, k.floor, l.changed)
			}
		}
	}
}
