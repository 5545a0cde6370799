package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"elevnet/internal/traffic"
)

func (s *study) print(w io.Writer, r traffic.Report) error {
	switch s.format {
	case "csv":
		return printCSV(w, r)
	case "json":
		return s.printJSON(w, r)
	default:
		_, err := io.WriteString(w, s.text(r))
		return err
	}
}

// text shows the report to a person.
func (s *study) text(r traffic.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of traffic with each of %s", short(s.length), counted(len(s.seeds), "seed"))
	if s.capacity > 0 {
		fmt.Fprintf(&b, ", at most %d people in a car", s.capacity)
	}
	if s.batch {
		b.WriteString(", who come in groups")
	}
	b.WriteString("; ± is a 95 % interval\n\n")

	table := newTable(&b)
	fmt.Fprintln(table, "SCENARIO\tPOLICY\tWAIT s\t90 % s\tMAX s\tMEAN SQUARE s²\tJOURNEY s\tOVER 60 s\tFLOORS/h\tREASSIGNED")
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%s\t%s\t%s\n", row.Scenario, row.Policy, valuesText(row.Values))
	}
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail

	fmt.Fprintf(&b, "\nMEANS OVER SCENARIOS\n")
	table = newTable(&b)
	fmt.Fprintln(table, "OVER\tPOLICY\tWAIT s\t90 % s\tMAX s\tMEAN SQUARE s²\tJOURNEY s\tOVER 60 s\tFLOORS/h\tREASSIGNED")
	for _, g := range r.Groups {
		fmt.Fprintf(table, "%s (%d)\t%s\t%s\n", g.Over, g.Scenarios, g.Policy, valuesText(g.Values))
	}
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail
	if len(r.Policies) > 1 {
		ratioText(&b, r)
	}
	return b.String()
}

func valuesText(v traffic.Estimates) string {
	wait := decimal(v[traffic.Wait].Mean, 2)
	if v[traffic.Wait].High.Known() {
		wait += " ±" + decimal(v[traffic.Wait].High-v[traffic.Wait].Mean, 2)
	}
	over := "-"
	if share := v[traffic.Over60].Mean; share.Known() {
		over = decimal(100*share, 2) + " %"
	}
	return strings.Join([]string{
		wait, decimal(v[traffic.Wait90].Mean, 1), decimal(v[traffic.WaitMax].Mean, 1), decimal(v[traffic.WaitSquare].Mean, 1),
		decimal(v[traffic.Journey].Mean, 2), over, decimal(v[traffic.Floors].Mean, 0), decimal(v[traffic.Reassigned].Mean, 3),
	}, "\t")
}

// ratioText shows how the policies compare.
func ratioText(b *strings.Builder, r traffic.Report) {
	fmt.Fprintf(b, "\nRATIOS TO %s: geometric means over scenarios and seeds, paired by seed\n", r.Baseline)
	table := newTable(b)
	fmt.Fprintln(table, "OVER\tPOLICY\tWAIT\t90 %\tMAX\tMEAN SQUARE\tJOURNEY\tFLOORS")
	for _, g := range r.Groups {
		if g.Policy == r.Baseline {
			continue
		}
		fmt.Fprintf(table, "%s (%d)\t%s", g.Over, g.Scenarios, g.Policy)
		for _, f := range []traffic.Figure{traffic.Wait, traffic.Wait90, traffic.WaitMax, traffic.WaitSquare, traffic.Journey, traffic.Floors} {
			fmt.Fprintf(table, "\t%s", ratio(g.Ratios[f]))
		}
		fmt.Fprintln(table)
	}
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail
	if len(r.Rows) == len(r.Policies) {
		return // one scenario
	}
	fmt.Fprintf(b, "\nRATIOS OF THE AVERAGE WAIT TO %s IN EACH SCENARIO\n", r.Baseline)
	table = newTable(b)
	fmt.Fprint(table, "SCENARIO")
	for _, p := range r.Policies {
		if p != r.Baseline {
			fmt.Fprintf(table, "\t%s", p)
		}
	}
	for i, row := range r.Rows {
		if i%len(r.Policies) == 0 {
			fmt.Fprintf(table, "\n%s", row.Scenario)
		}
		if row.Policy != r.Baseline {
			fmt.Fprintf(table, "\t%s", ratio(row.Ratios[traffic.Wait]))
		}
	}
	fmt.Fprint(table, "\nworst")
	for _, w := range r.Worst {
		if w.Policy != r.Baseline {
			fmt.Fprintf(table, "\t%s in %s", decimal(w.Ratio.Mean, 3), w.Scenario)
		}
	}
	fmt.Fprintln(table)
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail
}

// ratio writes "0.931 (0.920–0.942)".
func ratio(e traffic.Estimate) string {
	s := decimal(e.Mean, 3)
	if e.Low.Known() && e.High.Known() {
		s += fmt.Sprintf(" (%s–%s)", decimal(e.Low, 3), decimal(e.High, 3))
	}
	return s
}

func decimal(n traffic.Number, decimals int) string {
	if !n.Known() {
		return "-"
	}
	return strconv.FormatFloat(float64(n), 'f', decimals, 64)
}

// printCSV writes a line for each scenario or group, policy and figure.
func printCSV(w io.Writer, r traffic.Report) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"over", "size", "pattern", "intensity", "policy", "figure", "mean", "low", "high", "ratio", "ratio-low", "ratio-high"}}
	add := func(values, ratios traffic.Estimates, keys ...string) {
		for f := range traffic.Figure(traffic.Figures) {
			line := append(keys[:len(keys):len(keys)], f.String())
			for _, e := range []traffic.Estimate{values[f], ratios[f]} {
				line = append(line, cell(e.Mean), cell(e.Low), cell(e.High))
			}
			lines = append(lines, line)
		}
	}
	for _, row := range r.Rows {
		add(row.Values, row.Ratios, "scenario", row.Size, row.Pattern, row.Intensity, row.Policy)
	}
	for _, g := range r.Groups {
		add(g.Values, g.Ratios, g.Over, "", "", "", g.Policy)
	}
	return out.WriteAll(lines)
}

func cell(n traffic.Number) string {
	if !n.Known() {
		return ""
	}
	return strconv.FormatFloat(float64(n), 'g', 6, 64)
}

func (s *study) printJSON(w io.Writer, r traffic.Report) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		For      string   `json:"for"`
		Seeds    []uint64 `json:"seeds"`
		Capacity int      `json:"capacity"`
		Batch    bool     `json:"batch"`
		traffic.Report
	}{short(s.length), s.seeds, s.capacity, s.batch, r})
}
