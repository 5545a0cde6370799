package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"elevnet/internal/hra"
)

// templateQuestions are questions of all kinds, as lines.
func templateQuestions(t *testing.T) (lines [][]byte) {
	t.Helper()
	for i, r := range recordedAnswers(t) {
		if i%9 != 0 {
			continue
		}
		var line bytes.Buffer
		if err := json.Compact(&line, r.Input); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line.Bytes())
	}
	return append(lines,
		[]byte(`{"hallRequests":[[true,false],[false,false],[false,true]],"hallAges":[[0,0],[0,0],[0,60000]],"hallPresses":[1,2,3],"travelDuration":1000,"doorOpenDuration":500,"states":{"b":{"behaviour":"doorOpen","floor":1,"direction":"down","cabRequests":[true,false,false],"phase":100,"available":true},"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,false,false],"available":false}}}`))
}

// pythonPath returns where Python is.
func pythonPath() (string, bool) {
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "-c", "import sys; assert sys.version_info >= (3, 6)").Run() == nil {
			return path, true
		}
	}
	return "", false
}

// ask runs a program with all questions as its standard input, and returns its
// answers.
func ask(t *testing.T, lines [][]byte, program string, args ...string) []string {
	t.Helper()
	c := exec.Command(program, args...)
	c.Stdin = bytes.NewReader(append(bytes.Join(lines, []byte("\n")), '\n'))
	var errOut bytes.Buffer
	c.Stderr = &errOut
	out, err := c.Output()
	if err != nil || errOut.Len() > 0 {
		t.Fatalf("%s: %v\n%.2000s", program, err, &errOut)
	}
	answers := strings.Split(strings.TrimRight(string(out), "\r\n"), "\n")
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d questions", len(answers), len(lines))
	}
	return answers
}

// TestTemplates runs the policies that are printed, as they are printed: they
// answer everything that can be asked in a form that nodes accept.
func TestTemplates(t *testing.T) {
	lines := templateQuestions(t)
	answers := make(map[string][]string)
	for language, start := range map[string]func(t *testing.T, dir string) (string, []string){
		"python": func(t *testing.T, dir string) (string, []string) {
			path, ok := pythonPath()
			if !ok {
				t.Skip("no Python here")
			}
			return path, []string{filepath.Join(dir, "my.python")}
		},
		"go": func(t *testing.T, dir string) (string, []string) {
			path, err := exec.LookPath("go")
			if err != nil {
				t.Skip("no Go on the search path")
			}
			if err := os.Rename(filepath.Join(dir, "my.go"), filepath.Join(dir, "main.go")); err != nil {
				t.Fatal(err)
			}
			binary := filepath.Join(dir, "my.exe")
			build := exec.Command(path, "build", "-o", binary, "main.go")
			build.Dir = dir
			if text, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			return binary, nil
		},
	} {
		t.Run(language, func(t *testing.T) {
			dir := t.TempDir()
			var text, errOut bytes.Buffer
			if code := Main([]string{"assign", "--template", language}, strings.NewReader(""), &text, &errOut); code != exitOK || errOut.Len() > 0 {
				t.Fatal(code, errOut.String())
			}
			if err := os.WriteFile(filepath.Join(dir, "my."+language), text.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			program, args := start(t, dir)
			var d hra.Decoder
			var reader hra.AnswerDecoder
			answers[language] = ask(t, lines, program, args...)
			for i, answer := range answers[language] {
				r, err := d.Decode(lines[i])
				if err != nil {
					t.Fatal(err)
				}
				if _, err := reader.Decode([]byte(answer), r); err != nil {
					t.Errorf("%s\n%s\n%v", lines[i], answer, err)
				}
			}

			// What makes no sense is answered as well, and the next line is too.
			c := exec.Command(program, args...)
			c.Stdin = strings.NewReader("nonsense\n" + string(lines[0]) + "\n")
			out, err := c.Output()
			if said, rest, _ := strings.Cut(string(out), "\n"); err != nil || !strings.HasPrefix(said, `{"error":`) || !sameJSON(t, rest, answers[language][0]) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	if python, golang := answers["python"], answers["go"]; python != nil && golang != nil {
		for i := range python {
			if !sameJSON(t, python[i], golang[i]) {
				t.Errorf("%s\npython %s\ngo %s", lines[i], python[i], golang[i])
			}
		}
	}
}

func sameJSON(t *testing.T, x, y string) bool {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(x), &a); err != nil {
		t.Fatalf("%s: %v", x, err)
	}
	if err := json.Unmarshal([]byte(y), &b); err != nil {
		t.Fatalf("%s: %v", y, err)
	}
	return reflect.DeepEqual(a, b)
}
