package elevserver

import (
	"bytes"
	"strings"
	"testing"

	"elevnet/internal/elevator"
)

// FuzzConsole types any lines: whatever they say, the elevator is one that can
// be, and every line is answered by few others.
func FuzzConsole(f *testing.F) {
	f.Add("press up 2\nplace 1.5")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := newServer(Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var out bytes.Buffer
		c := newConsole(&out, s)
		defer c.close()
		lines := strings.Split(text, "\n")
		for _, line := range lines {
			if err := c.obey(line); err != nil {
				if err != ErrQuit {
					t.Fatalf("%q: %v", line, err)
				}
				break
			}
			if err := c.flush(); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
		shot := s.Snapshot()
		for floor, b := range shot.Lamps.All() {
			t.Errorf("lamp %v at floor %d is lit, and nobody asked for it", b, floor)
		}
		if shot.Motor != elevator.Stop {
			t.Errorf("the motor runs %v", shot.Motor)
		}
		if n := strings.Count(out.String(), "\n"); n > 40*(len(lines)+1) {
			t.Errorf("%d lines for %d", n, len(lines))
		}
	})
}
