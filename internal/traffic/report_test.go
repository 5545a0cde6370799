package traffic

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got Number, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1e-3*math.Abs(want) || math.IsNaN(float64(got)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestEstimate(t *testing.T) {
	// Mean 5, standard deviation 2, half-width 2·2.7764/√5.
	e := estimate([]float64{3, 3, 5, 7, 7})
	near(t, "mean", e.Mean, 5)
	near(t, "low", e.Low, 5-2.4833)
	near(t, "high", e.High, 5+2.4833)
	one := estimate([]float64{3})
	if one.Mean != 3 || one.Low.Known() || one.High.Known() {
		t.Errorf("of one: %+v", one)
	}
	if missing := estimate([]float64{3, math.NaN()}); missing.Mean.Known() {
		t.Errorf("of nothing: %+v", missing)
	}
	text, err := json.Marshal([]Estimate{{1.5, 1, 2}, one})
	if want := `[{"mean":1.5,"low":1,"high":2},{"mean":3,"low":null,"high":null}]`; err != nil || string(text) != want {
		t.Errorf("%s %v", text, err)
	}
}

func TestStudent(t *testing.T) {
	for freedom, want := range map[int]float64{1: 12.7062, 9: 2.2622, 30: 2.0423, 31: 2.0395, 40: 2.0211, 120: 1.9799, 1000: 1.9623} {
		near(t, fmt.Sprint(freedom), Number(student(freedom)), want)
	}
	if !math.IsNaN(student(0)) {
		t.Error("an interval from a single sample")
	}
}

// TestReport: ratios are paired by seed, geometric over scenarios, and go to hra.
func TestReport(t *testing.T) {
	small := Scenario{Cars: 3, Floors: 4, Pattern: Lunch, Intensity: 100}
	large := Scenario{Cars: 6, Floors: 16, Pattern: Lunch, Intensity: 400}
	r := NewResults([]Scenario{small, large}, []string{"all", "hra"}, []uint64{1, 2})
	// Seed 1: ratios 2 and 8; seed 2: ratios 2 and 2.
	for s, waits := range [2][2][2]float64{{{2, 20}, {1, 10}}, {{8, 2}, {1, 1}}} {
		for p := range waits {
			for i, w := range waits[p] {
				r.Measures[s][p][i] = Measures{Passengers: 10, Wait: w, Over60: float64(s), Reassigned: 0}
			}
		}
	}
	rep := r.Report()
	if rep.Baseline != "hra" || len(rep.Rows) != 4 {
		t.Fatalf("%+v", rep)
	}
	row := rep.Rows[0]
	if row.Scenario != small || row.Policy != "all" || row.Passengers != 20 || row.Size != "3x4" || row.Pattern != "lunch" || row.Intensity != "0.1" {
		t.Errorf("%+v", row)
	}
	near(t, "wait", row.Values[Wait].Mean, 11)
	near(t, "ratio", row.Ratios[Wait].Mean, 2)
	near(t, "its low", row.Ratios[Wait].Low, 2) // both seeds agree, whatever their waits
	near(t, "ratio", rep.Rows[2].Ratios[Wait].Mean, 4)
	near(t, "of itself", rep.Rows[1].Ratios[Wait].High, 1)
	if row.Ratios[Over60].Mean.Known() || row.Ratios[Reassigned].Mean.Known() {
		t.Errorf("ratios of nothing: %+v", row.Ratios)
	}

	all := rep.Groups[0]
	if all.Over != "all" || all.Policy != "all" || all.Scenarios != 2 {
		t.Fatalf("%+v", all)
	}
	// √(2·8) = 4 and √(2·2) = 2: the geometric mean is √8, the half-width of its
	// logarithm 12.7062·s/√2, where s is that of ln 4 and ln 2.
	near(t, "geometric mean", all.Ratios[Wait].Mean, math.Sqrt(8))
	near(t, "its high", all.Ratios[Wait].High, math.Sqrt(8)*math.Exp(12.7062*math.Ln2/2))
	near(t, "mean wait", all.Values[Wait].Mean, 8)
	var over []string
	for _, g := range rep.Groups {
		if g.Policy == "hra" {
			over = append(over, g.Over)
		}
	}
	if got := strings.Join(over, ", "); got != "all, intensity 0.1, intensity 0.4, 3x4, 6x16" { // a single pattern
		t.Errorf("groups %s", got)
	}
	if w := rep.Worst[0]; w.Policy != "all" || w.Scenario != "6x16 lunch 0.4" {
		t.Errorf("worst %+v", w)
	}

	text, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Scenarios []struct {
			Policy         string
			Values, Ratios map[string]struct{ Mean *float64 }
		}
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	first := back.Scenarios[0]
	if len(first.Values) != Figures || *first.Values["wait"].Mean != 11 || first.Ratios["over-60"].Mean != nil {
		t.Errorf("%+v", first)
	}

	r.Policies = []string{"all", "ours"}
	if base := r.Report().Baseline; base != "all" {
		t.Errorf("without hra, ratios go to %s", base)
	}
}

func TestChart(t *testing.T) {
	c := Chart{
		Title: "Waits & <journeys>", Axis: "seconds", Groups: []string{"up-peak 0.1", "lunch 0.4"}, Series: []string{"a", "b"},
		Bars: [][]Estimate{{{10, 9, 11}, {20, 15, 25}}, {estimate([]float64{30}), unknown}}, Line: 1,
	}
	var out bytes.Buffer
	if err := c.WriteSVG(&out); err != nil {
		t.Fatal(err)
	}
	elements := map[string]int{}
	var words []string
	for d := xml.NewDecoder(bytes.NewReader(out.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, out.String())
		}
		switch x := token.(type) {
		case xml.StartElement:
			elements[x.Name.Local]++
		case xml.CharData:
			words = append(words, string(x))
		}
	}
	// A background, a key of two, and three bars.
	if elements["rect"] != 1+2+3 {
		t.Errorf("%d rectangles", elements["rect"])
	}
	all := strings.Join(words, "|")
	for _, want := range []string{"Waits & <journeys>", "up-peak", "0.4", "|30|", "|0|"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in %s", want, all)
		}
	}
	if strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
		t.Error(out.String())
	}
	if err := (&Chart{Title: "empty"}).WriteSVG(io.Discard); err != nil {
		t.Error(err)
	}
}

func TestTicks(t *testing.T) {
	for top, want := range map[float64]float64{0.9: 0.1, 1: 0.1, 1.1: 0.2, 3.4: 0.5, 9: 1, 11: 2, 40: 5, 99: 10, 101: 20} {
		if got := tickStep(top); math.Abs(got-want) > 1e-9 {
			t.Errorf("up to %v in steps of %v, want %v", top, got, want)
		}
	}
}
