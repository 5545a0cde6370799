package hra

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"elevnet/internal/elevator"
)

// MaxFloors and MaxCars bound what is assigned. The reference has no bounds.
const (
	MaxFloors = 10_000
	MaxCars   = 10_000
)

// MaxTime is the longest door and travel time: what fits a signed 32-bit number
// of milliseconds.
const MaxTime = (1<<31 - 1) * time.Millisecond

// ClearRule says which calls a stop takes.
type ClearRule uint8

// The clear rules.
const (
	// InDirection: the cab call and the hall call in the direction of travel; if
	// that one is not there and no call is left beyond, the other one.
	InDirection ClearRule = iota
	// All: every call at the floor.
	All
)

// Config is how the elevators behave.
type Config struct {
	// Travel is the time from one floor to the next, and Door that of a stop;
	// both 0 to MaxTime. What is below a microsecond is cut off.
	Travel, Door time.Duration
	Clear        ClearRule
}

// DefaultConfig returns the reference's: 2.5 s, 3 s, in direction.
func DefaultConfig() Config {
	return Config{Travel: 2500 * time.Millisecond, Door: 3 * time.Second}
}

// Floors is a set of floors: floor f is bit f%64 of word f/64. Words that aren't
// there are empty, and floors that the building doesn't have are ignored. An
// elevator.FloorSet s is one as s[:].
type Floors []uint64

// Has reports whether floor f, which is not negative, is in the set.
func (s Floors) Has(f int) bool {
	return f/64 < len(s) && s[f/64]&(1<<(f%64)) != 0
}

// Car is one elevator.
type Car struct {
	// ID is any text but the empty one; unique.
	ID string
	// Behaviour is what it does, at Floor, the last one that it was seen at.
	Behaviour elevator.Behaviour
	// Floor is 0 to Input.Floors-1. One that moves must not leave the shaft.
	Floor int
	// Direction is that of travel, or the last one, or Stop.
	Direction elevator.Direction
	// Cab holds its cab calls.
	Cab Floors
}

// Input is all that an assignment depends on, apart from the order of Cars, on
// which it does not depend.
type Input struct {
	Config Config
	// Floors is the number of floors, 1 to MaxFloors.
	Floors int
	// Up and Down hold the hall calls. That up at the top and down at the bottom
	// don't exist is not looked at; the reference doesn't either.
	Up, Down Floors
	// Cars holds 1 to MaxCars elevators.
	Cars []Car
}

// Validate returns an error that says what can't be assigned, with its place in
// the JSON of the contract.
func (in *Input) Validate() error {
	c := in.Config
	switch {
	case c.Travel < 0 || c.Travel > MaxTime:
		return fmt.Errorf("the travel time must be 0 to %v, not %v", MaxTime, c.Travel)
	case c.Door < 0 || c.Door > MaxTime:
		return fmt.Errorf("the door time must be 0 to %v, not %v", MaxTime, c.Door)
	case c.Clear > All:
		return fmt.Errorf("no clear rule %d", c.Clear)
	case in.Floors < 1 || in.Floors > MaxFloors:
		return fmt.Errorf("$.hallRequests: a building has 1 to %d floors, not %d", MaxFloors, in.Floors)
	case len(in.Cars) == 0:
		return errors.New("$.states: at least one elevator is needed")
	case len(in.Cars) > MaxCars:
		return fmt.Errorf("$.states: at most %d elevators, not %d", MaxCars, len(in.Cars))
	}
	for i := range in.Cars {
		if err := in.Cars[i].validate(in.Floors); err != nil {
			return err
		}
	}
	return in.unique()
}

func (c *Car) validate(floors int) error {
	switch {
	case c.ID == "":
		return fmt.Errorf("%s: an elevator needs an id that isn't empty", c.path())
	case c.Behaviour >= elevator.Behaviours:
		return fmt.Errorf("%s.behaviour: no behaviour %d", c.path(), c.Behaviour)
	case c.Direction < elevator.Down || c.Direction > elevator.Up:
		return fmt.Errorf("%s.direction: no direction %d", c.path(), c.Direction)
	case c.Floor < 0 || c.Floor >= floors:
		return fmt.Errorf("%s.floor: must be 0 to %d, not %d", c.path(), floors-1, c.Floor)
	case c.leaves(floors):
		return fmt.Errorf("%s.direction: moves %v from floor %d, out of the shaft", c.path(), c.Direction, c.Floor)
	}
	return nil
}

// leaves reports whether the car moves out of the shaft.
func (c *Car) leaves(floors int) bool {
	to := c.Floor + int(c.Direction)
	return c.Behaviour == elevator.Moving && (to < 0 || to >= floors)
}

func (c *Car) path() string { return statePath(c.ID) }

// statePath returns the place of an elevator in the JSON, in one short line.
func statePath(id string) string { return "$.states[" + quoted(id) + "]" }

func (in *Input) unique() error {
	ids := make([]string, len(in.Cars))
	for i := range in.Cars {
		ids[i] = in.Cars[i].ID
	}
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			return twice(ids[i])
		}
	}
	return nil
}

func twice(id string) error { return fmt.Errorf("%s: two elevators have this id", statePath(id)) }
