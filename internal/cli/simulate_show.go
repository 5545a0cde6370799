package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"elevnet/internal/promise"
	"elevnet/internal/trial"
)

const (
	// redraw and report are how often progress is shown at a terminal, and
	// elsewhere.
	redraw = 200 * time.Millisecond
	report = 10 * time.Second
	// barWidth is how many characters the bar has.
	barWidth = 24
)

// progress shows how far a simulation is.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time
	shown    time.Time
	seeds    int
	length   time.Duration

	mu     sync.Mutex
	time   time.Duration // simulated
	plans  int
	broken int
}

func newProgress(out io.Writer, s *simulation) *progress {
	now := time.Now()
	return &progress{out: out, terminal: isTerminal(out) && enableEscapes(out), began: now, shown: now, seeds: s.seeds, length: s.length}
}

// passed notes that time has passed in a building.
func (p *progress) passed(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.time += d
	p.show()
}

// finished notes that a plan has been carried out.
func (p *progress) finished(r *trial.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plans++
	p.broken += len(r.Violations)
	p.show()
}

func (p *progress) show() {
	now := time.Now()
	switch since := now.Sub(p.shown); {
	case p.terminal && since >= redraw:
		fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(now.Sub(p.began)))
	case !p.terminal && since >= report:
		fmt.Fprintln(p.out, p.line(now.Sub(p.began)))
	default:
		return
	}
	p.shown = now
}

// end removes the bar.
func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// line is the present state, after some time of work.
func (p *progress) line(took time.Duration) string {
	done := 0.0
	if p.seeds > 0 {
		done = float64(p.plans) / float64(p.seeds)
	} else if p.length > 0 {
		done = float64(p.time) / float64(p.length)
	}
	done = min(done, 1)
	full := int(done * barWidth)
	left := "?"
	if done > 0.01 {
		left = (time.Duration(float64(took) * (1 - done) / done)).Round(time.Second).String()
	}
	return fmt.Sprintf("[%s%s] %3.0f %%  %s simulated, %d violations, %s left",
		strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), 100*done, days(p.time), p.broken, left)
}

// days writes a long time.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	case d >= time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	default:
		return d.Round(time.Second).String()
	}
}

// printSummary prints what happened, in so much real time, of which the workers
// worked for busy, all together.
func printSummary(out io.Writer, r *trial.Report, took, busy time.Duration) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	row("simulated", "%s in %s and %s, %s for each elevator together", days(r.Simulated), counted(r.Plans, "building"), counted(r.Episodes, "episode"), days(r.NodeTime))
	row("speed", "%.0f × real time per core, %s altogether", r.Simulated.Seconds()/max(busy.Seconds(), 1e-6), took.Round(10*time.Millisecond))
	row("presses", "%d, of which %d calls were made, lit and served", r.Presses, r.Served)
	if n := r.Faults(); n > 0 {
		row("faults", "%d, one every %.1f s; at the most %.1f s from one to the next", n, r.Simulated.Seconds()/float64(n), r.FaultGap.Seconds())
		var parts []string
		for _, c := range r.ByKind() {
			parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Times))
		}
		row("", "%s", strings.ReplaceAll(wrap(strings.Join(parts, ", "), 0), "\n", "\n\t"))
	} else {
		row("faults", "none")
	}
	row("datagrams", "%d sent, %d received", r.Sent, r.Delivered)
	for _, x := range []struct {
		name string
		t    promise.Times
	}{{"press to lamp", r.Lamp()}, {"to all panels", r.AllLamps()}, {"press to door", r.Wait()}} {
		if x.t.Count > 0 {
			row(x.name, "median %s, 99 of 100 within %s, worst %s", brief(x.t.Median), brief(x.t.P99), brief(x.t.Worst))
		}
	}
	row("violations", "%d", len(r.Violations))
	t.Flush() //nolint:errcheck // what can't be written can't be complained of either
}

// brief writes a time with three digits or so.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// printViolations prints the first violations of each seed.
func printViolations(out io.Writer, all []trial.Violation) {
	const each, most = 3, 30
	fmt.Fprintln(out)
	lines, told := 0, make(map[uint64]int)
	for _, v := range all {
		if told[v.Seed]++; told[v.Seed] > each || lines >= most {
			continue
		}
		lines++
		fmt.Fprintf(out, "seed %d, episode %d: %v\n", v.Seed, v.Episode+1, v)
		if v.Requirement == trial.Crash {
			fmt.Fprintln(out, v.Text)
		}
	}
	if rest := len(all) - lines; rest > 0 {
		fmt.Fprintf(out, "and %d more\n", rest)
	}
}

// wrap breaks a text into lines of a readable length, indented but for the
// first.
func wrap(text string, indent int) string {
	const width = 90
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// clip keeps what was typed to a readable length.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
