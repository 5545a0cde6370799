package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"elevnet/internal/traffic"
)

// writeCharts draws the average waits of each building, and how the policies
// compare.
func writeCharts(dir string, r traffic.Report) error {
	charts := map[string]*traffic.Chart{}
	var names []string
	for i, row := range r.Rows {
		name := "wait-" + row.Size + ".svg"
		c := charts[name]
		if c == nil {
			c = newChart(r, fmt.Sprintf("Average wait, %d cars and %d floors", row.Scenario.Cars, row.Scenario.Floors), "seconds")
			charts[name] = c
			names = append(names, name)
		}
		if i%len(r.Policies) == 0 {
			c.Groups = append(c.Groups, row.Pattern+" "+row.Intensity)
		}
		c.Bars[i%len(r.Policies)] = append(c.Bars[i%len(r.Policies)], row.Values[traffic.Wait])
	}
	if len(r.Policies) > 1 {
		c := newChart(r, "Average wait compared with "+r.Baseline, "ratio")
		c.Line = 1
		for i, g := range r.Groups {
			if i%len(r.Policies) == 0 {
				c.Groups = append(c.Groups, g.Over)
			}
			c.Bars[i%len(r.Policies)] = append(c.Bars[i%len(r.Policies)], g.Ratios[traffic.Wait])
		}
		charts["ratios.svg"] = c
		names = append(names, "ratios.svg")
	}
	for _, name := range names {
		if err := writeChart(filepath.Join(dir, name), charts[name]); err != nil {
			return err
		}
	}
	return nil
}

func newChart(r traffic.Report, title, axis string) *traffic.Chart {
	return &traffic.Chart{Title: title, Axis: axis, Series: r.Policies, Bars: make([][]traffic.Estimate, len(r.Policies))}
}

func writeChart(path string, c *traffic.Chart) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := c.WriteSVG(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
