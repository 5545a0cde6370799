package cli

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"sync"

	"golang.org/x/term"
)

// logFlags adds the flags that every long-running command has.
func logFlags(f *flags) (level, format *string) {
	level = f.choice("log-level", "info", []string{"debug", "info", "warn", "error"}, "LEVEL: debug, info, warn or error")
	format = f.choice("log-format", "auto", []string{"auto", "text", "json"}, "FORMAT: auto, text or json; auto is short lines on a terminal and text otherwise")
	return level, format
}

// newLogger returns a logger that writes to w.
func newLogger(w io.Writer, level, format string) *slog.Logger {
	opts := &slog.HandlerOptions{}
	switch level {
	case "debug":
		opts.Level = slog.LevelDebug
	case "warn":
		opts.Level = slog.LevelWarn
	case "error":
		opts.Level = slog.LevelError
	}
	switch {
	case format == "json":
		return slog.New(slog.NewJSONHandler(w, opts))
	case format == "auto" && isTerminal(w):
		return slog.New(newShortHandler(w, opts))
	default:
		return slog.New(slog.NewTextHandler(w, opts))
	}
}

func isTerminal(x any) bool {
	f, ok := x.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// shortHandler writes lines for a person who watches: the time of day, a mark
// for warnings and errors, the message, and what belongs to it.
type shortHandler struct {
	mu   *sync.Mutex
	w    io.Writer
	text slog.Handler // formats the attributes
	buf  *bytes.Buffer
	min  slog.Leveler
}

func newShortHandler(w io.Writer, opts *slog.HandlerOptions) *shortHandler {
	buf := new(bytes.Buffer)
	drop := func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
			return slog.Attr{}
		}
		return a
	}
	min := opts.Level
	if min == nil {
		min = slog.LevelInfo
	}
	return &shortHandler{new(sync.Mutex), w, slog.NewTextHandler(buf, &slog.HandlerOptions{Level: min, ReplaceAttr: drop}), buf, min}
}

func (h *shortHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.min.Level() }

func (h *shortHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.Reset()
	if err := h.text.Handle(ctx, r); err != nil {
		return err
	}
	mark := ""
	switch {
	case r.Level >= slog.LevelError:
		mark = "error: "
	case r.Level >= slog.LevelWarn:
		mark = "warning: "
	}
	line := r.Time.Format("15:04:05.000") + " " + mark + r.Message
	if attrs := bytes.TrimSpace(h.buf.Bytes()); len(attrs) > 0 {
		line += "  " + string(attrs)
	}
	_, err := io.WriteString(h.w, line+"\n")
	return err
}

func (h *shortHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.text = h.text.WithAttrs(attrs)
	return &c
}

func (h *shortHandler) WithGroup(name string) slog.Handler {
	c := *h
	c.text = h.text.WithGroup(name)
	return &c
}
