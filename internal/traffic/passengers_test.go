package traffic

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// within fails if a count of n trials, each with chance p, is more than five
// standard deviations from what is expected. The draws are fixed by their seeds,
// so it fails always or never.
func within(t *testing.T, what string, count, n int, p float64) {
	t.Helper()
	expected, deviation := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	if math.Abs(float64(count)-expected) > 5*deviation+1e-9 {
		t.Errorf("%s: %d of %d, expected %.1f ± %.1f", what, count, n, expected, deviation)
	}
}

func TestShares(t *testing.T) {
	for _, tc := range []struct {
		pattern           Pattern
		floors            int
		incoming, outgoes float64
	}{
		{UpPeak, 9, 0.85, 0.10},
		{DownPeak, 9, 0.10, 0.85},
		{Lunch, 9, 0.40, 0.40},
		{Interfloor, 9, 1.0 / 9, 1.0 / 9},
		{Interfloor, 2, 0.5, 0.5},
		{UpPeak, 2, 0.85 + 0.025, 0.10 + 0.025}, // nothing lies between
		{UpPeak, 3, 0.85, 0.10},
	} {
		s := Scenario{Cars: 3, Floors: tc.floors, Pattern: tc.pattern, Intensity: 1000}
		all := Passengers(s, 11, 15*time.Hour)
		in, out := 0, 0
		destinations := make([]int, tc.floors)
		for _, p := range all {
			switch {
			case p.From == p.To || min(p.From, p.To) < 0 || max(p.From, p.To) >= tc.floors:
				t.Fatalf("%v: %+v", s, p)
			case p.From == 0:
				in++
				destinations[p.To]++
			case p.To == 0:
				out++
			}
		}
		within(t, s.String()+" incoming", in, len(all), tc.incoming)
		within(t, s.String()+" outgoing", out, len(all), tc.outgoes)
		for f := 1; f < tc.floors; f++ {
			within(t, s.String()+" incoming to a floor", destinations[f], in, 1/float64(tc.floors-1))
		}
	}
}

// TestPoisson checks the gaps: their mean is the one asked for, and they are
// exponentially distributed.
func TestPoisson(t *testing.T) {
	for _, intensity := range []int{100, 800} {
		s := Scenario{Cars: 6, Floors: 16, Intensity: intensity}
		mean := time.Duration(float64(time.Second) / (s.HandlingCapacity() * float64(intensity) / 1000))
		if got := s.meanGap(); (got - mean).Abs() > time.Millisecond {
			t.Fatalf("%v: a passenger every %v, want %v", s, got, mean)
		}
		const n = 20000
		all := Passengers(s, 5, n*mean)
		// The number of arrivals has the variance n.
		if math.Abs(float64(len(all)-n)) > 5*math.Sqrt(n) {
			t.Errorf("%v: %d passengers, expected %d", s, len(all), n)
		}
		last, longer := time.Duration(0), [4]int{}
		for _, p := range all {
			if p.At < last {
				t.Fatalf("%v: %v comes after %v", s, p.At, last)
			}
			for i, x := range [4]float64{0.1, 0.5, 1, 3} {
				if float64(p.At-last) > x*float64(mean) {
					longer[i]++
				}
			}
			last = p.At
		}
		for i, x := range [4]float64{0.1, 0.5, 1, 3} {
			within(t, s.String()+" gaps longer than a part of the mean", longer[i], len(all), math.Exp(-x))
		}
	}
}

func TestBatches(t *testing.T) {
	s := Scenario{Cars: 3, Floors: 9, Pattern: Lunch, Intensity: 400, Batch: true}
	const hours = 60
	all := Passengers(s, 3, hours*time.Hour)
	sizes := map[int]int{}
	groups := 0
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].At == all[i].At && all[j].From == all[i].From {
			j++
		}
		sizes[j-i]++
		groups++
		i = j
	}
	for size := 1; size <= 5; size++ {
		within(t, "groups of a size", sizes[size], groups, math.Pow(0.5, float64(size)))
	}
	for size := range sizes {
		if size > largestGroup {
			t.Errorf("a group of %d", size)
		}
	}
	// The rate is that without groups. A group has the mean square 6.
	single := s
	single.Batch = false
	expected := hours * float64(time.Hour) / float64(single.meanGap())
	if math.Abs(float64(len(all))-expected) > 5*math.Sqrt(expected/2*6) {
		t.Errorf("%d passengers, expected %.0f", len(all), expected)
	}
}

// TestCommonRandomNumbers: who comes depends on the scenario and the seed alone.
func TestCommonRandomNumbers(t *testing.T) {
	s := Scenario{Cars: 3, Floors: 9, Pattern: UpPeak, Intensity: 400}
	hour := Passengers(s, 1, time.Hour)
	if len(hour) < 100 {
		t.Fatalf("%d passengers", len(hour))
	}
	day := Passengers(s, 1, 24*time.Hour)
	if diff := cmp.Diff(hour, day[:len(hour)]); diff != "" {
		t.Errorf("a longer run has other passengers: %s", diff)
	}
	small := s
	small.Capacity = 8
	if diff := cmp.Diff(hour, Passengers(small, 1, time.Hour)); diff != "" {
		t.Errorf("small cars have other passengers: %s", diff)
	}
	other := []Scenario{s, s, s, s, s}
	other[0].Cars++
	other[1].Floors++
	other[2].Pattern = Lunch
	other[3].Intensity++
	other[4].Batch = true
	for _, o := range other {
		if cmp.Equal(hour[:10], Passengers(o, 1, time.Hour)[:10]) {
			t.Errorf("%+v and %+v have the same passengers", s, o)
		}
	}
	if cmp.Equal(hour[:10], Passengers(s, 2, time.Hour)[:10]) {
		t.Error("two seeds have the same passengers")
	}

	for _, p := range Policies() {
		m, err := Run(s, 1, 10*time.Minute, p.New())
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, x := range day {
			if x.At >= WarmUp && x.At < WarmUp+10*time.Minute {
				count++
			}
		}
		if m.Passengers != count {
			t.Errorf("%s: %d passengers, not %d", p.Name, m.Passengers, count)
		}
	}
}

func TestHandlingCapacity(t *testing.T) {
	// Three floors above the entrance: H = 3 − (1/3)^6.4 − (2/3)^6.4 = 2.92449,
	// S = 3·(1 − (2/3)^6.4) = 2.77613, RTT = 5·H + 3·(S+1) = 25.9508 s.
	got := Scenario{Cars: 3, Floors: 4}.HandlingCapacity()
	if want := 3 * 6.4 / 25.9508; math.Abs(got-want) > 1e-4 {
		t.Errorf("%v people per second, want %v", got, want)
	}
	// With a single floor above it, a car goes up one floor and stops twice.
	got = Scenario{Cars: 1, Floors: 2}.HandlingCapacity()
	if want := 6.4 / (2*2.5 + 2*3); math.Abs(got-want) > 1e-9 {
		t.Errorf("%v people per second, want %v", got, want)
	}
}

func TestValidate(t *testing.T) {
	good := Scenario{Cars: 3, Floors: 4, Intensity: 400}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Scenario){
		func(s *Scenario) { s.Cars = 0 },
		func(s *Scenario) { s.Cars = MaxCars + 1 },
		func(s *Scenario) { s.Floors = 1 },
		func(s *Scenario) { s.Floors = 1000 },
		func(s *Scenario) { s.Pattern = Patterns },
		func(s *Scenario) { s.Intensity = 0 },
		func(s *Scenario) { s.Intensity = MaxIntensity + 1 },
		func(s *Scenario) { s.Capacity = -1 },
	} {
		bad := good
		change(&bad)
		if bad.Validate() == nil {
			t.Errorf("%+v is let through", bad)
		}
		if _, err := Run(bad, 1, time.Hour, every{}); err == nil {
			t.Errorf("%+v is run", bad)
		}
	}
	for _, length := range []time.Duration{0, -1, MaxLength + 1} {
		if _, err := Run(good, 1, length, every{}); err == nil {
			t.Errorf("%v are measured", length)
		}
	}
}
