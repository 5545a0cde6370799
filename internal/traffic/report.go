package traffic

import (
	"math"
	"slices"
	"strconv"
)

// Figure is one of the figures that are reported.
type Figure uint8

// The figures: see Measures.
const (
	Wait Figure = iota
	Wait90
	WaitMax
	WaitSquare
	Journey
	Over60
	Floors
	Reassigned
	// Figures is how many figures there are.
	Figures = 8
)

// String is the figure's name in CSV and JSON.
func (f Figure) String() string {
	return [Figures]string{"wait", "wait-90", "wait-max", "wait-square", "journey", "over-60", "floors", "reassigned"}[f]
}

func (f Figure) of(m *Measures) float64 {
	return [Figures]float64{m.Wait, m.Wait90, m.WaitMax, m.WaitSquare, m.Journey, m.Over60, m.Floors, m.Reassigned}[f]
}

// Estimates holds an estimate of each figure.
type Estimates [Figures]Estimate

// MarshalJSON writes an object with a field for each figure.
func (e Estimates) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for f, x := range e {
		if f > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendQuote(text, Figure(f).String())
		text = x.appendJSON(append(text, ':'))
	}
	return append(text, '}'), nil
}

// Results holds what was measured.
type Results struct {
	Scenarios []Scenario
	Policies  []string
	Seeds     []uint64
	// Measures is by scenario, policy and seed.
	Measures [][][]Measures
}

// NewResults returns results to be filled in.
func NewResults(scenarios []Scenario, policies []string, seeds []uint64) *Results {
	r := &Results{Scenarios: scenarios, Policies: policies, Seeds: seeds}
	r.Measures = make([][][]Measures, len(scenarios))
	for s := range r.Measures {
		r.Measures[s] = make([][]Measures, len(policies))
		for p := range r.Measures[s] {
			r.Measures[s][p] = make([]Measures, len(seeds))
		}
	}
	return r
}

// Report is what results come to.
type Report struct {
	// Baseline is the policy to which ratios are taken: "hra", or the first one
	// if that isn't among them.
	Baseline string    `json:"baseline"`
	Rows     []Row     `json:"scenarios"`
	Groups   []Group   `json:"groups"`
	Policies []string  `json:"-"`
	Worst    []Extreme `json:"worst"`
}

// Row is one policy in one scenario.
type Row struct {
	Scenario Scenario `json:"-"`
	// Size, Pattern and Intensity are the scenario's, as text.
	Size      string `json:"size"`
	Pattern   string `json:"pattern"`
	Intensity string `json:"intensity"`
	Policy    string `json:"policy"`
	// Passengers is how many were measured, over all seeds.
	Passengers int `json:"passengers"`
	// Values are the means over the seeds.
	Values Estimates `json:"values"`
	// Ratios are the geometric means over the seeds of the ratio to the baseline
	// with the same seed.
	Ratios Estimates `json:"ratios"`
}

// Group is one policy in a group of scenarios: all of them, or those of a size, a
// pattern or an intensity.
type Group struct {
	Over      string `json:"over"`
	Policy    string `json:"policy"`
	Scenarios int    `json:"scenarios"`
	// Values are means over the scenarios of the group and the seeds, and Ratios
	// geometric means of the ratios to the baseline. The sample that the interval
	// is computed from is, for each seed, the mean over the scenarios.
	Values Estimates `json:"values"`
	Ratios Estimates `json:"ratios"`
}

// Extreme is the scenario in which a policy's average wait compares worst.
type Extreme struct {
	Policy   string   `json:"policy"`
	Scenario string   `json:"scenario"`
	Ratio    Estimate `json:"ratio"`
}

// Report computes the report. Every list must have an element.
func (r *Results) Report() Report {
	base := max(slices.Index(r.Policies, "hra"), 0)
	rep := Report{Baseline: r.Policies[base], Policies: r.Policies}
	rep.Worst = make([]Extreme, len(r.Policies))
	for s, sc := range r.Scenarios {
		for p, policy := range r.Policies {
			row := Row{Scenario: sc, Policy: policy, Size: sc.Size(), Pattern: sc.Pattern.String(), Intensity: FormatIntensity(sc.Intensity)}
			for i := range r.Measures[s][p] {
				row.Passengers += r.Measures[s][p][i].Passengers
			}
			row.Values, row.Ratios = r.over([]int{s}, p, base)
			rep.Rows = append(rep.Rows, row)
			if w, ratio := &rep.Worst[p], row.Ratios[Wait]; w.Policy == "" || ratio.Mean > w.Ratio.Mean {
				*w = Extreme{policy, sc.String(), ratio}
			}
		}
	}
	for _, g := range r.groups() {
		for p, policy := range r.Policies {
			row := Group{Over: g.over, Policy: policy, Scenarios: len(g.scenarios)}
			row.Values, row.Ratios = r.over(g.scenarios, p, base)
			rep.Groups = append(rep.Groups, row)
		}
	}
	return rep
}

// over estimates the figures of policy p over some scenarios, and their ratios to
// those of policy base.
func (r *Results) over(scenarios []int, p, base int) (values, ratios Estimates) {
	mean := make([]float64, len(r.Seeds))
	ratio := make([]float64, len(r.Seeds))
	for f := range Figure(Figures) {
		clear(mean)
		clear(ratio)
		for i := range r.Seeds {
			for _, s := range scenarios {
				x, y := f.of(&r.Measures[s][p][i]), f.of(&r.Measures[s][base][i])
				mean[i] += x / float64(len(scenarios))
				ratio[i] += math.Log(x/y) / float64(len(scenarios))
			}
		}
		values[f] = estimate(mean)
		ratios[f] = estimate(ratio).exp()
		if ratios[f].Mean == 0 { // nothing at all in one of the runs
			ratios[f] = unknown
		}
	}
	return values, ratios
}

// group is a group of scenarios, by index
type group struct {
	over      string
	scenarios []int
}

// groups returns all scenarios, and then those of each intensity, pattern and
// size, in the order in which these come up, where there are several.
func (r *Results) groups() []group {
	groups := []group{{over: "all"}}
	for s := range r.Scenarios {
		groups[0].scenarios = append(groups[0].scenarios, s)
	}
	for _, name := range []func(Scenario) string{
		func(s Scenario) string { return "intensity " + FormatIntensity(s.Intensity) },
		func(s Scenario) string { return s.Pattern.String() },
		func(s Scenario) string { return s.Size() },
	} {
		var some []group
		for s, sc := range r.Scenarios {
			n := name(sc)
			i := slices.IndexFunc(some, func(g group) bool { return g.over == n })
			if i < 0 {
				i = len(some)
				some = append(some, group{over: n})
			}
			some[i].scenarios = append(some[i].scenarios, s)
		}
		if len(some) > 1 {
			groups = append(groups, some...)
		}
	}
	return groups
}
