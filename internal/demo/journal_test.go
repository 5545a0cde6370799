package demo

import (
	"fmt"
	"log/slog"
	"testing"
)

func TestNodeLinesReachTheJournal(t *testing.T) {
	var told []Line
	j := newJournal(func(l Line) { told = append(told, l) })
	log := slog.New(&nodeHandler{journal: j, node: "2", level: slog.LevelInfo})
	log.Debug("not of interest")
	log.With("a", 1).WithGroup("g").Warn("two\nlines \x1b[31m", "b", "x y")
	lines := j.last(10)
	if len(lines) != 1 || len(told) != 1 {
		t.Fatalf("lines %v, told %v, want one", lines, told)
	}
	if l := lines[0]; l.Text != "two lines  [31m  a=1  g.b=x y" || l.Node != "2" || l.Level != slog.LevelWarn || l.Hand {
		t.Errorf("%+v", l)
	}
}

func TestJournalForgetsTheOldest(t *testing.T) {
	j := newJournal(nil)
	for i := range 5 * kept {
		j.add(Line{Text: fmt.Sprint(i)})
		if n := len(j.lines); n > 2*kept {
			t.Fatalf("%d lines are kept", n)
		}
	}
	last := j.last(3)
	if len(last) != 3 || last[2].Text != fmt.Sprint(5*kept-1) {
		t.Errorf("the last lines: %v", last)
	}
	if n := len(j.last(1000)); n < kept {
		t.Errorf("only %d lines are kept", n)
	}
}
