package elevserver

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
)

// DefaultTap is how long a tapped button is held down, as in the course's
// simulator.
const DefaultTap = 200 * time.Millisecond

// Options describe a simulated elevator. The zero value is one of the course's:
// 4 floors, 2 s between sensors, 0.5 s past one, the car at floor 0.
type Options struct {
	// Floors is the number of floors, elevator.MinFloors to
	// elevator.MaxFloors; 0 means 4.
	Floors int
	// Travel is the time between two sensors; 0 means 2 s.
	Travel time.Duration
	// Pass is the time past one sensor; 0 means 0.5 s.
	Pass time.Duration
	// Start is where the car stands at first, in floors: 1.5 is half-way
	// between the floors 1 and 2.
	Start float64
	// Tap is how long a tapped button is held down; 0 means [DefaultTap].
	Tap time.Duration
	// ForgetMotor makes the motor wait for a new command when its power comes
	// back; otherwise it does what it was last told.
	ForgetMotor bool
	// KeepMotor leaves the motor running when the last client goes; otherwise
	// it stops then.
	KeepMotor bool
	// Patient makes time stand still for the elevator while clients are
	// connected and none of them asks anything for 50 ms: one that a debugger
	// has stopped, or that a busy machine doesn't let run, misses no floor and
	// no pressed button.
	Patient bool
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	d := elevator.DefaultConfig()
	if o.Floors == 0 {
		o.Floors = d.Floors
	}
	if o.Travel == 0 {
		o.Travel = d.Travel
	}
	if o.Pass == 0 {
		o.Pass = d.Pass
	}
	if o.Tap == 0 {
		o.Tap = DefaultTap
	}
	return o
}

// hoistway returns the shaft.
func (o Options) hoistway() hoistway.Config {
	return hoistway.Config{Floors: o.Floors, Travel: o.Travel, Pass: o.Pass}
}

// validate checks what hoistway.New does not.
func (o Options) validate() error {
	if o.Tap < 0 || o.Tap > time.Hour {
		return fmt.Errorf("a tap must last above 0 and at most an hour, not %v", o.Tap)
	}
	return nil
}
