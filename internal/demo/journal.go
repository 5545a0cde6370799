package demo

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"elevnet/internal/elevator"
)

// Line is one line of the log.
type Line struct {
	At    time.Time
	Node  elevator.ID // "" if it is about the building
	Level slog.Level
	// Hand is set if somebody did this from outside, Seen if it is what was seen
	// of that; otherwise the node says it.
	Hand, Seen bool
	Text       string
}

// kept is how many lines a journal remembers.
const kept = 200

// journal keeps the last lines of the log.
type journal struct {
	onLine func(Line)

	mu    sync.Mutex
	lines []Line
}

func newJournal(onLine func(Line)) *journal { return &journal{onLine: onLine} }

func (j *journal) add(l Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) == 2*kept {
		j.lines = append(j.lines[:0], j.lines[kept:]...)
	}
	j.lines = append(j.lines, l)
	if j.onLine != nil {
		j.onLine(l)
	}
}

// last returns a copy of the last n lines, oldest first.
func (j *journal) last(n int) []Line {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Line(nil), j.lines[max(0, len(j.lines)-n):]...)
}

// nodeHandler is the slog.Handler of one node: each record is a line of the
// journal, its attributes behind the message.
type nodeHandler struct {
	journal *journal
	node    elevator.ID
	level   slog.Leveler
	group   string // in front of each attribute's name
	attrs   string
}

func (h *nodeHandler) Enabled(_ context.Context, l slog.Level) bool {
	least := slog.LevelInfo
	if h.level != nil {
		least = h.level.Level()
	}
	return l >= least
}

func (h *nodeHandler) Handle(_ context.Context, r slog.Record) error {
	text := r.Message + h.attrs
	r.Attrs(func(a slog.Attr) bool {
		text += h.format(a)
		return true
	})
	h.journal.add(Line{At: r.Time, Node: h.node, Level: r.Level, Text: oneLine(text)})
	return nil
}

func (h *nodeHandler) format(a slog.Attr) string {
	return "  " + h.group + a.Key + "=" + a.Value.Resolve().String()
}

func (h *nodeHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	for _, a := range attrs {
		c.attrs += h.format(a)
	}
	return &c
}

func (h *nodeHandler) WithGroup(name string) slog.Handler {
	c := *h
	if name != "" {
		c.group += name + "."
	}
	return &c
}

// oneLine replaces what would break a line or drive a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// mark is how a level is written in front of a line.
func mark(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "error: "
	case l >= slog.LevelWarn:
		return "warning: "
	}
	return ""
}
