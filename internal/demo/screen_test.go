package demo

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// The screen gives the terminal back, whether somebody quits or the program is
// told to end.
func TestScreenGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	s, err := openSession(quick(t, 1), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for name, end := range map[string]func(keys io.Writer, cancel func()){
		"quit":   func(keys io.Writer, _ func()) { io.WriteString(keys, "q") },
		"ctrl-c": func(keys io.Writer, _ func()) { io.WriteString(keys, "\x03") },
		"signal": func(_ io.Writer, cancel func()) { cancel() },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		in, keys := io.Pipe()
		var out bytes.Buffer
		ended := make(chan error, 1)
		go func() { ended <- runScreen(ctx, s, in, &out) }()
		time.Sleep(100 * time.Millisecond) // let it begin; nothing depends on how far
		go end(keys, cancel)
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(patience):
			t.Fatalf("%s: the screen hasn't ended after %v", name, patience)
		}
		keys.Close()
		cancel()
		const enter, leave = "\x1b[?1049h", "\x1b[?1049l"
		if text := out.String(); strings.Count(text, enter) != strings.Count(text, leave) {
			t.Errorf("%s: the alternate screen wasn't left: %q", name, text)
		}
	}
}
