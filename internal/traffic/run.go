package traffic

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// WarmUp is for how long people come before the measured ones do, and CoolDown
// for how long after them, so that the measured ones meet the usual traffic from
// the first to the last.
const (
	WarmUp   = 10 * time.Minute
	CoolDown = 5 * time.Minute
)

// MaxLength is the longest time that is measured.
const MaxLength = 100 * time.Hour

// Measures are the figures of one run. Times are in seconds. With no passenger,
// or no call, what can't be told is NaN.
type Measures struct {
	// Passengers is how many were measured: those who came between the warm-up
	// and the cool-down. The waits and journeys are theirs.
	Passengers int
	// Wait is the average time from a passenger's arrival until he boards, Wait90
	// the 90th percentile, WaitMax the longest, and WaitSquare the mean square.
	Wait, Wait90, WaitMax, WaitSquare float64
	// Journey is the average time from arrival to leaving at the destination.
	Journey float64
	// Over60 is the share of passengers who waited for more than 60 s.
	Over60 float64
	// Floors is how many floors all cars together travelled per hour.
	Floors float64
	// Reassigned is how often, for one hall call, the cars that were to go there
	// were replaced by others.
	Reassigned float64
}

// Run measures a policy in a scenario for a length of time, above 0 and at most
// MaxLength, with the passengers of a seed. An error says what is out of range, or
// what the policy did wrong.
func Run(s Scenario, seed uint64, length time.Duration, policy Policy) (Measures, error) {
	x, err := New(s, seed, length, policy)
	for done := false; err == nil && !done; {
		done, err = x.Advance(math.MaxInt)
	}
	if err != nil {
		return Measures{}, err
	}
	return x.Measures(), nil
}

// Simulation is a run that is made in parts.
type Simulation struct {
	scenario Scenario
	seed     uint64
	building *building
	diary    *diary
}

// New begins what Run does as a whole.
func New(s Scenario, seed uint64, length time.Duration, policy Policy) (*Simulation, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if length <= 0 || length > MaxLength {
		return nil, fmt.Errorf("the measured time must be above 0 and at most %v, not %v", MaxLength, length)
	}
	end := WarmUp + length
	coming := Passengers(s, seed, end+CoolDown)
	x := &Simulation{scenario: s, seed: seed, diary: newDiary(coming, WarmUp, end)}
	var err error
	x.building, err = newBuilding(s, coming, policy, x.diary)
	return x, x.explain(err)
}

// Advance goes on for a number of moments at which something happens, and reports
// whether everybody who comes is now where he wants to be.
func (x *Simulation) Advance(moments int) (done bool, err error) {
	for ; moments > 0; moments-- {
		if x.building.people.allServed() {
			return true, nil
		}
		if err := x.building.advance(); err != nil {
			return false, x.explain(err)
		}
	}
	return false, nil
}

// Measures returns the figures. It is called once, when Advance has returned true.
func (x *Simulation) Measures() Measures { return x.diary.measures() }

func (x *Simulation) explain(err error) error {
	if err != nil {
		err = fmt.Errorf("%v, seed %d: %w", x.scenario, x.seed, err)
	}
	return err
}

// log is told what happens in a run.
type log interface {
	boarded(who int, now time.Duration)
	left(who int, now time.Duration)
	call(now time.Duration)       // a hall lamp is lit
	reassigned(now time.Duration) // a hall call changes hands
	floor(now time.Duration)      // a car comes to a floor
}

// diary measures what happens from one time to another.
type diary struct {
	coming   []Passenger
	from, to time.Duration

	waits   []time.Duration
	journey time.Duration
	floors  int
	calls   int
	changes int
}

func newDiary(coming []Passenger, from, to time.Duration) *diary {
	return &diary{coming: coming, from: from, to: to, waits: make([]time.Duration, 0, len(coming))}
}

func (d *diary) counts(t time.Duration) bool { return d.from <= t && t < d.to }

func (d *diary) boarded(who int, now time.Duration) {
	if at := d.coming[who].At; d.counts(at) {
		d.waits = append(d.waits, now-at)
	}
}

func (d *diary) left(who int, now time.Duration) {
	if at := d.coming[who].At; d.counts(at) {
		d.journey += now - at
	}
}

func (d *diary) call(now time.Duration) {
	if d.counts(now) {
		d.calls++
	}
}

func (d *diary) reassigned(now time.Duration) {
	if d.counts(now) {
		d.changes++
	}
}

func (d *diary) floor(now time.Duration) {
	if d.counts(now) {
		d.floors++
	}
}

// measures may be called once, when everybody has left.
func (d *diary) measures() Measures {
	n := len(d.waits)
	m := Measures{
		Passengers: n,
		Floors:     float64(d.floors) / (d.to - d.from).Hours(),
		Reassigned: float64(d.changes) / float64(d.calls),
		Journey:    d.journey.Seconds() / float64(n),
	}
	slices.Sort(d.waits)
	m.Wait90, m.WaitMax = math.NaN(), math.NaN()
	if n > 0 {
		m.Wait90 = d.waits[(9*n+9)/10-1].Seconds() // the smallest that 90 % don't exceed
		m.WaitMax = d.waits[n-1].Seconds()
	}
	over := 0
	for _, w := range d.waits {
		s := w.Seconds()
		m.Wait += s
		m.WaitSquare += s * s
		if w > time.Minute {
			over++
		}
	}
	m.Wait /= float64(n)
	m.WaitSquare /= float64(n)
	m.Over60 = float64(over) / float64(n)
	return m
}
