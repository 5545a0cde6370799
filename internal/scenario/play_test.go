package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/node"
	"elevnet/internal/promise"
)

var update = flag.Bool("update", false, "write what the stories in testdata print")

// TestStories plays the stories in testdata. Each must print what it did when it
// was written, and end well.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Play(string(text))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if !strings.HasSuffix(got, "\nsettle\n  no promise broken\n") {
				t.Errorf("the story doesn't end well:\n%s", got)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := strings.ReplaceAll(string(text), "\r\n", "\n")
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("it prints something else now; if that is right: go test ./internal/scenario -run TestStories -update\n%s", diff)
			}
		})
	}
}

// TestEveryRequirementHasItsStory reads what the stories say that they are about.
func TestEveryRequirementHasItsStory(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	about := make(map[string]bool)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(string(text), "\n")
		numbers, what, ok := strings.Cut(strings.TrimPrefix(title, "# "), ": ")
		if !ok || what == "" || !strings.HasPrefix(title, "# ") {
			t.Errorf("%s: the first line is %q, not # NUMBERS: TITLE", file, title)
		}
		for _, n := range strings.Fields(numbers) {
			about[n] = true
		}
	}
	for _, n := range strings.Fields("S1 S2 S3 S4 S5 E3 E4 E5 E6 R2 R3 R5 R6 R7 R8 F1 F2 F3 F4 F5 F6 F7 F8") {
		if !about[n] {
			t.Errorf("no story is about %s", n)
		}
	}
}

// TestEverySaying: each notice of a node is put into words.
func TestEverySaying(t *testing.T) {
	for kind := node.Joined; kind <= node.Escalated; kind++ {
		if text := said(node.Notice{Kind: kind, Peer: "B", Count: 2}); regexp.MustCompile("unknown|PEER|COUNT|REASONS").MatchString(text) {
			t.Errorf("notice %d: %q", kind, text)
		}
	}
}

func TestPlayErrors(t *testing.T) {
	for text, want := range map[string]string{
		"# nothing\nbuild\n":          "line 2: want a line that begins with building",
		"building nodes 99\n":         "line 1: nodes must be 1 to 64, not 99",
		"building\n\n  old\ndance\n":  `line 4: there is no command "dance"`,
		"building nodes 2 seed two\n": `line 1: "two" is not a seed`,
	} {
		if _, err := Play(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// TestPlayTellsWhatGoesWrong: what is refused, what doesn't happen and what is
// broken is told.
func TestPlayTellsWhatGoesWrong(t *testing.T) {
	got, err := Play("building nodes 1\nkill A # twice\nkill A\nuntil lit cab 1 on A within 1s\n  old output\n")
	want := "building nodes 1\nkill A # twice\nkill A\n  refused: it isn't running\nuntil lit cab 1 on A within 1s\n  it did not happen\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
	p, err := begin("building nodes 2")
	if err != nil {
		t.Fatal(err)
	}
	p.tell(0, promise.Event{Kind: promise.ButtonLamp, Floor: 2, Button: up, On: true}) // a lamp that nobody asked for
	lines, err := p.line("settle")
	if err != nil || len(lines) == 0 || !strings.Contains(lines[0], "R6 is broken on A") {
		t.Errorf("%q, %v", lines, err)
	}
}
