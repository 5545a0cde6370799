// Package hoistway is the physics of one elevator car: where it is, when it
// reaches or leaves a floor sensor, and what a motor without power or a broken
// sensor makes of that. It is pure: the time is an argument, so the same car
// runs behind a socket in real time and in a simulation in virtual time.
//
// # The shaft
//
// A car that passes a floor covers its sensor for [Config.Pass], and then
// travels for [Config.Travel] until it reaches the next sensor; these are the
// times of the course's simulator. As there, a car that is set in motion on a
// sensor needs the whole of Pass to leave it, whichever way it goes and
// wherever on the sensor it stands. Between two sensors it moves at constant
// speed and keeps its place when it stops or turns: one that turns half-way
// needs half of Travel to be back. (The course's simulator needs all of it.)
//
// A car that leaves the sensor of an end floor outwards runs into the end
// switch: it stands still, its motor is off, and it takes no more commands
// until somebody moves it by hand ([Car.Place]), as in the course's simulator.
//
// # Time
//
// Every method that takes a time first moves the car on to it. A time earlier
// than one given before counts as that one. [Car.Next] says when the car will
// next reach or leave a sensor, so a simulation can jump there; nothing happens
// in between. All of it is computed in whole nanoseconds except the position
// on a sensor, which is only shown and never decides when anything happens.
package hoistway

import (
	"fmt"
	"math"
	"time"

	"elevnet/internal/elevator"
)

// maxTime bounds Travel and Pass.
const maxTime = time.Hour

// Config describes the shaft.
type Config struct {
	// Floors is the number of floors, elevator.MinFloors to elevator.MaxFloors.
	Floors int
	// Travel is the time from leaving one sensor to reaching the next, above 0
	// and at most an hour.
	Travel time.Duration
	// Pass is the time over which a passing car covers a sensor, above 0 (a
	// sensor covered for no time would never be seen) and at most an hour.
	Pass time.Duration
}

// Validate returns an error that says which value is out of range.
func (c Config) Validate() error {
	switch {
	case c.Floors < elevator.MinFloors || c.Floors > elevator.MaxFloors:
		return fmt.Errorf("floors must be %d to %d, not %d", elevator.MinFloors, elevator.MaxFloors, c.Floors)
	case c.Travel <= 0 || c.Travel > maxTime:
		return fmt.Errorf("the travel time must be above 0 and at most %v, not %v", maxTime, c.Travel)
	case c.Pass <= 0 || c.Pass > maxTime:
		return fmt.Errorf("the time past a sensor must be above 0 and at most %v, not %v", maxTime, c.Pass)
	}
	return nil
}

// halfSensor is half the length of a sensor, in floors: at constant speed a
// car covers one floor in Travel + Pass and a sensor in Pass.
func (c Config) halfSensor() float64 {
	return float64(c.Pass) / float64(2*(c.Travel+c.Pass))
}

// Car is one car in its shaft. It is a value: a copy is a snapshot that can be
// advanced on its own. Make it with [New].
type Car struct {
	cfg Config
	now time.Duration

	motor   elevator.Direction // the command in force
	noPower bool

	// On a sensor, floor is that sensor's. Off it, floor is the one below the
	// car, or -1 below the bottom floor.
	floor    int
	onSensor bool
	// above is, off a sensor, how long the way up from floor's sensor took:
	// 0 to Travel.
	above time.Duration
	// since is when the car, on a sensor, began its present motion, and offset
	// where it was then: -1 at the sensor's lower edge to 1 at its upper edge.
	since  time.Duration
	offset float64

	stuck      bool
	stuckAt    int
	overruns   int
	outOfBound bool
}

// New returns a car that stands at a position (see [Car.Place]) with its motor
// stopped and powered.
func New(cfg Config, now time.Duration, position float64) (Car, error) {
	if err := cfg.Validate(); err != nil {
		return Car{}, err
	}
	c := Car{cfg: cfg, now: now}
	return c, c.Place(now, position)
}

// Advance moves the car on to the time now. A driver that wants to see every
// sensor change advances to each [Car.Next] in turn.
func (c *Car) Advance(now time.Duration) {
	for {
		next, ok := c.Next()
		if !ok || next > now {
			break
		}
		c.travel(next)
		c.cross()
	}
	if now > c.now {
		c.travel(now)
	}
}

// Next returns when the car will next reach or leave a sensor, unless
// something is done to it before; ok is false if it stands still.
func (c *Car) Next() (at time.Duration, ok bool) {
	way := c.Moving()
	switch {
	case way == elevator.Stop:
		return 0, false
	case c.onSensor:
		return c.since + c.cfg.Pass, true
	case way == elevator.Up:
		return c.now + c.cfg.Travel - c.above, true
	default:
		return c.now + c.above, true
	}
}

// travel moves the car to a time at which it still is in the same part of the
// shaft, or at its very end.
func (c *Car) travel(to time.Duration) {
	if !c.onSensor {
		c.above += time.Duration(c.Moving()) * (to - c.now)
	}
	c.now = to
}

// cross takes a car at the end of its part of the shaft into the next part.
func (c *Car) cross() {
	way := c.Moving()
	if c.onSensor {
		c.onSensor = false
		if way == elevator.Up {
			c.above = 0
		} else {
			c.floor--
			c.above = c.cfg.Travel
		}
		if c.floor < 0 || c.floor == c.cfg.Floors-1 {
			c.outOfBound = true
			c.overruns++
			c.motor = elevator.Stop
		}
		return
	}
	if way == elevator.Up {
		c.floor++
	}
	c.onSensor = true
	c.since = c.now
	c.offset = -float64(way)
}

// change advances the car and does something that may alter its motion.
func (c *Car) change(now time.Duration, do func()) {
	c.Advance(now)
	before, offset := c.Moving(), c.sensorOffset()
	do()
	if c.onSensor && c.Moving() != before {
		c.since, c.offset = c.now, offset
	}
}

// Command sets the direction of the motor. The command in force, given again,
// changes nothing. A car out of bounds ignores it.
func (c *Car) Command(now time.Duration, d elevator.Direction) {
	c.change(now, func() {
		if !c.outOfBound {
			c.motor = d
		}
	})
}

// CutPower takes the power from the motor: the car stands still whatever the
// command, and commands are only noted.
func (c *Car) CutPower(now time.Duration) {
	c.change(now, func() { c.noPower = true })
}

// RestorePower gives the power back. With remember, the motor does what it was
// last told; without, it waits for a new command.
func (c *Car) RestorePower(now time.Duration, remember bool) {
	c.change(now, func() {
		if c.noPower && !remember {
			c.motor = elevator.Stop
		}
		c.noPower = false
	})
}

// Place puts the car at a position in floors, 0 to Floors-1: 1.5 is half-way
// between the floors 1 and 2, and what is near a floor is on its sensor. The
// command in force stays in force. A car that was out of bounds no longer is.
func (c *Car) Place(now time.Duration, position float64) error {
	if !(position >= 0 && position <= float64(c.cfg.Floors-1)) {
		return fmt.Errorf("there is no position %v: they are 0 to %d", position, c.cfg.Floors-1)
	}
	c.Advance(now)
	half := c.cfg.halfSensor()
	near := math.Round(position)
	off := position - near
	c.outOfBound = false
	c.onSensor = math.Abs(off) <= half
	if c.onSensor {
		c.floor = int(near)
		c.since, c.offset = c.now, off/half
		return nil
	}
	c.floor = int(math.Floor(position))
	way := (position - float64(c.floor) - half) / (1 - 2*half)
	c.above = min(max(time.Duration(way*float64(c.cfg.Travel)), 0), c.cfg.Travel)
	return nil
}

// StickSensor breaks the sensor: it shows a floor, or elevator.NoFloor, for
// good, whatever the car does.
func (c *Car) StickSensor(now time.Duration, floor int) error {
	if floor != elevator.NoFloor && (floor < 0 || floor >= c.cfg.Floors) {
		return fmt.Errorf("the sensor can't show floor %d: floors are 0 to %d", floor, c.cfg.Floors-1)
	}
	c.Advance(now)
	c.stuck, c.stuckAt = true, floor
	return nil
}

// FreeSensor repairs the sensor.
func (c *Car) FreeSensor(now time.Duration) {
	c.Advance(now)
	c.stuck = false
}

// Config returns the shaft.
func (c *Car) Config() Config { return c.cfg }

// Now returns the time to which the car was last advanced.
func (c *Car) Now() time.Duration { return c.now }

// Motor returns the command in force.
func (c *Car) Motor() elevator.Direction { return c.motor }

// Powered reports whether the motor has power.
func (c *Car) Powered() bool { return !c.noPower }

// Moving returns the direction in which the car really moves.
func (c *Car) Moving() elevator.Direction {
	if c.noPower || c.outOfBound {
		return elevator.Stop
	}
	return c.motor
}

// Sensor returns what the floor sensor shows: a floor, or elevator.NoFloor.
func (c *Car) Sensor() int {
	if c.stuck {
		return c.stuckAt
	}
	return c.Floor()
}

// SensorStuck reports whether the sensor is broken.
func (c *Car) SensorStuck() bool { return c.stuck }

// Floor returns the floor at which the car really is, or elevator.NoFloor.
func (c *Car) Floor() int {
	if c.onSensor {
		return c.floor
	}
	return elevator.NoFloor
}

// OutOfBounds reports whether the car stands on an end switch.
func (c *Car) OutOfBounds() bool { return c.outOfBound }

// Overruns returns how often the car has run into an end switch.
func (c *Car) Overruns() int { return c.overruns }

// sensorOffset returns where on the sensor the car is, -1 to 1.
func (c *Car) sensorOffset() float64 {
	if !c.onSensor || c.Moving() == elevator.Stop {
		return c.offset
	}
	part := float64(c.now-c.since) / float64(c.cfg.Pass)
	return c.offset + float64((float64(c.Moving())-c.offset)*part)
}

// Position returns where the car is, in floors: it is a whole number at the
// middle of a floor's sensor, and a little below 0 or above the top floor on
// an end switch.
func (c *Car) Position() float64 {
	half := c.cfg.halfSensor()
	if c.onSensor {
		return float64(c.floor) + float64(c.sensorOffset()*half)
	}
	part := float64(c.above) / float64(c.cfg.Travel)
	return float64(c.floor) + half + float64(part*(1-2*half))
}
