package trial

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"elevnet/internal/scenario"
)

// Text writes a plan as a story that package scenario plays and [Play] runs.
// Passengers who ride have no words there: take the plan that was carried out,
// [Report.Done].
func (p Plan) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, p.Setup)
	for _, e := range p.Episodes {
		now := time.Duration(0)
		b.WriteString("\n")
		for _, s := range e {
			if s.At > now {
				fmt.Fprintln(&b, scenario.Command{Verb: scenario.Run, For: s.At - now})
				now = s.At
			}
			fmt.Fprintln(&b, s.Do)
		}
		for _, c := range ending(p.Setup) {
			fmt.Fprintln(&b, c)
		}
	}
	return b.String()
}

// Play runs a story as [Plan.Text] writes it, or any other of package scenario,
// and reports what happened. An error says on which line it can't be read.
func Play(text string, o Options) (Report, error) {
	r := (*Runner)(nil)
	for number, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue // what it printed when it was played
		}
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		var err error
		if r == nil {
			var setup scenario.Setup
			if setup, err = scenario.ParseSetup(line); err == nil {
				r, err = NewRunner(Plan{Setup: setup}, o)
			}
		} else {
			var c scenario.Command
			if c, err = scenario.Parse(line); err == nil {
				r.play(c)
			}
		}
		if err != nil {
			return Report{}, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	if r == nil {
		return Report{}, fmt.Errorf("want a line that begins with building")
	}
	if r.report.Violations == nil {
		r.note(r.stage.Violations())
	}
	r.measure()
	return r.Report(), nil
}

// play carries out one line of a story, if nothing is broken yet.
func (r *Runner) play(c scenario.Command) {
	if len(r.report.Violations) > 0 {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			r.note([]scenario.Violation{r.crash(p, debug.Stack())})
		}
	}()
	r.carryOut(Step{At: r.stage.Now() - r.began, Do: c, Kind: kindOf(c)})
	if c.Verb == scenario.Settle {
		r.next++
		r.note(r.stage.Violations())
		r.began = r.stage.Now()
	}
}
