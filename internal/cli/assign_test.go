package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// recordedAnswer is one recorded answer of the course's program.
type recordedAnswer struct {
	Flags  []string
	Input  json.RawMessage
	Output map[string][][]bool
}

func recordedAnswers(t *testing.T) []recordedAnswer {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "hra", "testdata", "*.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded answers", err)
	}
	var all []recordedAnswer
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		text, err := gzip.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for dec := json.NewDecoder(text); ; {
			var r recordedAnswer
			if err := dec.Decode(&r); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
	}
	return all
}

// TestAssignAnswersAsRecorded runs the command with the recorded flags, and as a
// stream with all inputs of the same flags.
func TestAssignAnswersAsRecorded(t *testing.T) {
	streams := make(map[string][]recordedAnswer)
	for i, r := range recordedAnswers(t) {
		flags := strings.Join(r.Flags, " ")
		streams[flags] = append(streams[flags], r)
		if i%41 != 0 {
			continue // all of them are in a stream
		}
		var out, errOut bytes.Buffer
		args := append([]string{"assign", "--algorithm", "hra"}, r.Flags...)
		if code := Main(args, bytes.NewReader(r.Input), &out, &errOut); code != exitOK || errOut.Len() > 0 {
			t.Fatalf("%v: status %d, %s", args, code, &errOut)
		}
		compare(t, r, out.Bytes())
	}
	for flags, recorded := range streams {
		var in, out, errOut bytes.Buffer
		for _, r := range recorded {
			in.Write(r.Input)
			in.WriteByte('\n')
		}
		args := append([]string{"assign", "--stream", "--algorithm", "hra"}, strings.Fields(flags)...)
		if code := Main(args, iotest.HalfReader(&in), &out, &errOut); code != exitOK || errOut.Len() > 0 {
			t.Fatalf("%v: status %d, %s", args, code, &errOut)
		}
		lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
		if len(lines) != len(recorded)+1 || len(lines[len(recorded)]) > 0 {
			t.Fatalf("%v: %d answers to %d questions", args, len(lines)-1, len(recorded))
		}
		for i, r := range recorded {
			compare(t, r, lines[i])
		}
	}
}

func compare(t *testing.T, want recordedAnswer, line []byte) {
	t.Helper()
	var have map[string][][]bool
	if err := json.Unmarshal(line, &have); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if !reflect.DeepEqual(want.Output, have) {
		t.Errorf("%v %s: want -, have +\n%s", want.Flags, want.Input, cmp.Diff(want.Output, have))
	}
}

// TestOursTakesEachCallOnce: our own policy answers the recorded questions, in the
// same form: it gives each call to one elevator, and nothing else to any.
func TestOursTakesEachCallOnce(t *testing.T) {
	a := newAnswererOf(t, "--algorithm", "ours")
	for i, r := range recordedAnswers(t) {
		if i%6 != 0 {
			continue // a sixth of each size is enough
		}
		var in struct {
			HallRequests [][]bool
			States       map[string]any
		}
		if err := json.Unmarshal(r.Input, &in); err != nil {
			t.Fatal(err)
		}
		line, err := a.answer(r.Input)
		if err != nil {
			t.Fatal(err)
		}
		var out map[string][][]bool
		if err := json.Unmarshal(line, &out); err != nil {
			t.Fatal(err)
		}
		if len(out) != len(in.States) {
			t.Fatalf("%d elevators in the answer to %d", len(out), len(in.States))
		}
		for f, hall := range in.HallRequests {
			for b, called := range hall {
				taken := 0
				for _, calls := range out {
					if calls[f][b] {
						taken++
					}
				}
				if called && taken != 1 || !called && taken != 0 {
					t.Fatalf("%s\n%s\nfloor %d, button %d: called %v, taken by %d", r.Input, line, f, b, called, taken)
				}
			}
		}
	}
}

func newAnswererOf(t *testing.T, args ...string) *answerer {
	t.Helper()
	f, s := assignFlags()
	if err := f.parse(args, io.Discard); err != nil {
		t.Fatal(err)
	}
	return newAnswerer(s)
}

// TestOursKnowsAges: an old call goes before a nearer one.
func TestOursKnowsAges(t *testing.T) {
	a := newAnswererOf(t)
	const question = `{"hallRequests":[[true,false],[false,false],[true,false],[false,false],[false,true]],"hallAges":[[%d,0],[0,0],[0,0],[0,0],[0,%d]],
		"states":{"a":{"behaviour":"idle","floor":2,"direction":"stop","cabRequests":[false,false,false,false,false]},
		"b":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[true,true,true,true,true]}}}`
	answers := make(map[string]bool)
	for _, ages := range [][2]int{{0, 0}, {0, 600_000}, {600_000, 0}} {
		line, err := a.answer(fmt.Appendf(nil, question, ages[0], ages[1]))
		if err != nil {
			t.Fatal(err)
		}
		answers[string(line)] = true
	}
	if len(answers) < 2 {
		t.Errorf("the same answer whatever the ages are: %v", answers)
	}
}

// TestLineReader: lines of all lengths around those of its memory come whole.
func TestLineReader(t *testing.T) {
	var text strings.Builder
	lengths := []int{0, 1, 15, 16, 17, 31, 32, 33, 100, 0, 5}
	for i, n := range lengths {
		text.WriteString(strings.Repeat(string(rune('a'+i)), n) + "\n")
	}
	text.WriteString("the end")
	r := lineReader{in: bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(text.String())), 16)}
	var have strings.Builder
	for n := 0; ; n++ {
		line, err := r.next()
		if err == io.EOF {
			if n != len(lengths)+1 {
				t.Errorf("%d lines, want %d", n, len(lengths)+1)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		have.Write(line)
	}
	if have.String() != text.String() {
		t.Errorf("%q", have.String())
	}
}

// TestAssignDocument: what docs/assign.md shows is what happens.
func TestAssignDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "assign.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "```")
	var shown []string // the JSON: a question, its answer, its answer with cab calls
	stream, own := "", ""
	for i := 1; i < len(blocks); i += 2 {
		if block, ok := strings.CutPrefix(blocks[i], "json\n"); ok {
			shown = append(shown, block)
		} else if block, ok := strings.CutPrefix(blocks[i], "\n$ elevnet assign --stream\n"); ok {
			stream = block
		} else if block, ok := strings.CutPrefix(blocks[i], "\n$ ./my.py\n"); ok {
			own = block
		}
	}
	if len(shown) != 3 || stream == "" || own == "" {
		t.Fatalf("%d pieces of JSON, streams %q and %q", len(shown), stream, own)
	}
	for _, algorithm := range []string{"ours", "hra"} {
		for i, args := range [][]string{{"--algorithm", algorithm}, {"--algorithm", algorithm, "--includeCab"}} {
			line, err := newAnswererOf(t, args...).answer([]byte(shown[0]))
			if err != nil || string(line) != shown[1+i] {
				t.Errorf("%v: %v\nhave %s\nwant %s", args, err, line, shown[1+i])
			}
		}
	}
	lines := strings.SplitAfter(stream, "\n")
	var out bytes.Buffer
	if code, err := newAnswererOf(t).stream(strings.NewReader(lines[0]+lines[2]), &out); code != exitOK || err != nil {
		t.Fatal(code, err)
	}
	if have, want := out.String(), lines[1]+lines[3]; have != want {
		t.Errorf("have %s\nwant %s", have, want)
	}
	python, ok := pythonPath()
	if !ok {
		t.Skip("no Python here")
	}
	question, want, _ := strings.Cut(own, "\n")
	script := filepath.Join(t.TempDir(), "my.py")
	if err := os.WriteFile(script, []byte(pythonTemplate), 0o666); err != nil {
		t.Fatal(err)
	}
	if have := ask(t, [][]byte{[]byte(question)}, python, script)[0]; strings.TrimSpace(have) != strings.TrimSpace(want) {
		t.Errorf("have %s\nwant %s", have, want)
	}
}

// TestAssignDocumentCommands: every command that docs/assign.md shows is one that
// there is, with flags that there are.
func TestAssignDocumentCommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "assign.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "elevnet ")
		if !ok {
			continue
		}
		shown++
		command, _, _ = strings.Cut(command, " > ")
		command, _, _ = strings.Cut(command, " < ")
		args := strings.Fields(strings.NewReplacer(`"$JSON"`, "{}", "exec:./my.py", "hra").Replace(command))
		var out, errOut bytes.Buffer
		if code := Main(append(args, "--help"), strings.NewReader(""), &out, &errOut); code != exitOK {
			t.Errorf("%s: %s", line, &errOut)
		}
	}
	if shown < 8 {
		t.Errorf("%d commands", shown)
	}
}

// TestAssignInterrupted: Ctrl-C ends the wait for a question that doesn't come.
func TestAssignInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitFailed, "interrupted before the question was read"},
		{[]string{"--stream"}, exitOK, ""},
	} {
		in, end := io.Pipe()
		var out bytes.Buffer
		code, err := runAssign(ctx, tc.args, stdio{in: in, out: &out})
		if code != tc.code || (err == nil) != (tc.want == "") || err != nil && err.Error() != tc.want {
			t.Errorf("%v: status %d, %v", tc.args, code, err)
		}
		end.Close()
	}
}
