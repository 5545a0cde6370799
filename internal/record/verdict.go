package record

import (
	"fmt"
	"io"
	"time"
)

// Verdict says whether nodes that were run again decided the same.
func (x *Rerun) Verdict() Verdict {
	var v Verdict
	for _, r := range x.Runs {
		v.Runs++
		v.Steps += r.Steps
		v.Compared += r.Compared
		if d := r.Difference; d != nil && (v.First == nil || d.Moment < v.First.Moment) {
			v.First = d
		}
	}
	return v
}

// Verdict is what came of running nodes again.
type Verdict struct {
	Runs            int // lives of nodes
	Steps, Compared uint64
	First           *Difference // nil if there is none
}

// String says it in one line.
func (v Verdict) String() string {
	what := fmt.Sprintf("%s, %s", counted(v.Runs, "life", "lives"), counted(int(v.Steps), "step", "steps"))
	switch {
	case v.First != nil:
		return fmt.Sprintf("run again (%s): DIFFERENT, first at node %s, %.6f s after its start, on %s: %s", what,
			v.First.Track.Node.ID, v.First.At.Seconds(), v.First.Event, v.First.What)
	case v.Compared == 0:
		return "not run again: " + what
	case v.Compared < v.Steps:
		return fmt.Sprintf("run again (%s): the same, as far as it can be run again: %d steps", what, v.Compared)
	}
	return fmt.Sprintf("run again (%s): the same, to the byte", what)
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// Print says for each life what came of it.
func (x *Rerun) Print(out io.Writer, start int64) {
	for _, r := range x.Runs {
		began := time.Duration(r.Track.Began - start).Seconds()
		fmt.Fprintf(out, "node %s, started at %.3f s: %d of %d steps run again, ", r.Track.Node.ID, began, r.Compared, r.Steps)
		if r.Difference == nil {
			fmt.Fprint(out, "the same")
		} else {
			fmt.Fprint(out, "DIFFERENT")
		}
		if r.Why != "" {
			fmt.Fprintf(out, " (not all: %s)", oneLine(r.Why))
		}
		fmt.Fprintln(out)
		if d := r.Difference; d != nil {
			fmt.Fprintf(out, "  first %.6f s after its start (%s)\n", d.At.Seconds(), clock(d.Moment))
			fmt.Fprintf(out, "  on %s\n", oneLine(d.Event))
			fmt.Fprintf(out, "  what differs: %s\n    recorded: %s\n    now:      %s\n", oneLine(d.What), oneLine(d.Was), oneLine(d.Is))
		}
	}
}

// Start returns the moment at which the first of some recordings begins.
func Start(all []*Recording) int64 {
	var start int64
	for _, r := range all {
		if first, _ := r.Span(); start == 0 || first != 0 && first < start {
			start = first
		}
	}
	return start
}
