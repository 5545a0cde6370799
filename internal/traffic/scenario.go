package traffic

import (
	"fmt"
	"math"
	"time"

	"elevnet/internal/elevator"
)

// Pattern is where passengers come from and go to.
type Pattern uint8

// The patterns. A passenger is incoming, from the entrance (floor 0) to any other
// floor; outgoing, from any other floor to the entrance; or interfloor.
const (
	// UpPeak: 85 % incoming, 10 % outgoing, 5 % interfloor, as in the morning.
	UpPeak Pattern = iota
	// DownPeak: 10 %, 85 %, 5 %, as in the evening.
	DownPeak
	// Lunch: 40 %, 40 %, 20 %.
	Lunch
	// Interfloor: from any floor, the entrance included, to any other, all
	// equally likely.
	Interfloor
	// Patterns is how many patterns there are.
	Patterns = 4
)

func (p Pattern) String() string {
	names := [Patterns]string{"up-peak", "down-peak", "lunch", "interfloor"}
	if int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("pattern(%d)", uint8(p))
}

// shares returns the percentages of incoming and outgoing passengers; the others
// are interfloor.
func (p Pattern) shares() (incoming, outgoing int) {
	switch p {
	case UpPeak:
		return 85, 10
	case DownPeak:
		return 10, 85
	default:
		return 40, 40
	}
}

// Bounds of a scenario.
const (
	MaxCars     = elevator.MaxNodes
	MaxCapacity = 1000
	// MaxIntensity is in thousandths: three times the handling capacity.
	MaxIntensity = 3000
)

// Scenario is a building and the people in it. It is comparable.
type Scenario struct {
	// Cars is 1 to MaxCars, Floors elevator.MinFloors to elevator.MaxFloors.
	Cars, Floors int
	Pattern      Pattern
	// Intensity is the arrival rate, in thousandths of the building's up-peak
	// handling capacity (see HandlingCapacity): 1 to MaxIntensity.
	Intensity int
	// Batch lets people come in groups: of one with a chance of 1/2, two with
	// 1/4, three with 1/8 and so on, two on average, from one floor and at one
	// time, each with a destination of his own. The rate of people is the same.
	Batch bool
	// Capacity is how many people fit into a car; 0 for no limit.
	Capacity int
}

// Validate returns an error that says which value is out of range.
func (s Scenario) Validate() error {
	switch {
	case s.Cars < 1 || s.Cars > MaxCars:
		return fmt.Errorf("a building has 1 to %d cars, not %d", MaxCars, s.Cars)
	case s.Floors < elevator.MinFloors || s.Floors > elevator.MaxFloors:
		return fmt.Errorf("a building has %d to %d floors, not %d", elevator.MinFloors, elevator.MaxFloors, s.Floors)
	case s.Pattern >= Patterns:
		return fmt.Errorf("no pattern %d", s.Pattern)
	case s.Intensity < 1 || s.Intensity > MaxIntensity:
		return fmt.Errorf("the intensity must be 0.001 to %d, not %.3f", MaxIntensity/1000, float64(s.Intensity)/1000)
	case s.Capacity < 0 || s.Capacity > MaxCapacity:
		return fmt.Errorf("the capacity of a car must be 0 to %d, not %d", MaxCapacity, s.Capacity)
	}
	return nil
}

// Size is the scenario's building, as in "3x4": cars and floors.
func (s Scenario) Size() string { return fmt.Sprintf("%dx%d", s.Cars, s.Floors) }

// String is as in "3x4 lunch 0.4".
func (s Scenario) String() string {
	return fmt.Sprintf("%s %v %s", s.Size(), s.Pattern, FormatIntensity(s.Intensity))
}

// FormatIntensity writes thousandths as a decimal fraction: 400 is "0.4".
func FormatIntensity(thousandths int) string { return fmt.Sprint(float64(thousandths) / 1000) }

// config is the configuration of the elevators.
func (s Scenario) config() elevator.Config {
	c := elevator.DefaultConfig()
	c.Floors = s.Floors
	return c
}

// nominalLoad is how many people travel in a car in the definition of the
// handling capacity: 80 % of 8, as is usual.
const nominalLoad = 6.4

// HandlingCapacity returns the building's up-peak handling capacity in people per
// second, by the usual formula (CIBSE Guide D): with P people in a car and N
// floors above the entrance, all equally likely, a car on average turns back at
// floor
//
//	H = N − Σ (i/N)^P for i from 1 to N−1
//
// and makes S = N·(1 − (1 − 1/N)^P) stops above the entrance. Its round trip takes
//
//	RTT = 2·H·leg + (S+1)·door
//
// because here the time of a stop does not depend on how many people walk. L cars
// take P·L people in that time. P is 6.4, whatever the capacity of the scenario's
// cars, so that the passengers are the same with and without a limit.
func (s Scenario) HandlingCapacity() float64 {
	c := s.config()
	n := float64(s.Floors - 1)
	h := n
	for i := 1.0; i < n; i++ {
		h -= math.Pow(i/n, nominalLoad)
	}
	stops := n * (1 - math.Pow(1-1/n, nominalLoad))
	leg := (c.Travel + c.Pass).Seconds()
	roundTrip := 2*h*leg + (stops+1)*c.Door.Seconds()
	return nominalLoad * float64(s.Cars) / roundTrip
}

// meanGap returns the mean time between two passengers. It is a whole number of
// milliseconds, so that the last bit of a float decides nothing.
func (s Scenario) meanGap() time.Duration {
	rate := s.HandlingCapacity() * float64(s.Intensity) / 1000
	return max(time.Duration(math.Round(1000/rate)), 1) * time.Millisecond
}
