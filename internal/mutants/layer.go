package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"
)

// limit is the time within which a mutant must die.
const limit = time.Minute

// verdict is what one layer makes of one mutant.
type verdict struct {
	killed bool
	by     string
	what   string   // what was broken, in one line
	trace  []string // how, a step a line
	err    error    // the layer could not be asked
	took   time.Duration
}

// scenarios are where the scenarios are kept, below the module.
const scenarios = "internal/mutants/testdata"

func scenario(m *Mutant) string { return scenarios + "/" + m.Name + ".txt" }

// kill runs the killer of a mutant.
func (k *kit) kill(ctx context.Context, m *Mutant) verdict { return k.killAs(ctx, m.Name, m) }

// killAs runs the killer of m with another mutant on, or none.
func (k *kit) killAs(ctx context.Context, on string, m *Mutant) verdict {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var v verdict
	switch {
	case m.Check != "":
		v = k.check(ctx, on, strings.Fields(m.Check))
	case m.Tests.Package != "":
		v = k.test(ctx, on, m.Tests)
	default:
		v = k.simulate(ctx, on, scenario(m))
	}
	v.took = time.Since(began)
	return v
}

// exitBroken is the exit status of check and simulate for a broken promise.
const exitBroken = 3

// check asks the model checker. With one worker its answer is always the same.
func (k *kit) check(ctx context.Context, mutant string, bounds []string) verdict {
	v := verdict{by: "model checker"}
	out, code, err := k.ask(ctx, mutant, k.elevnet, append([]string{"check", "--workers", "1"}, bounds...)...)
	v.err = err
	v.killed = err == nil && code == exitBroken
	if _, story, ok := strings.Cut(out, "\nBROKEN "); ok {
		lines := strings.Split(strings.TrimSpace(story), "\n")
		v.what = lines[0]
		for _, line := range lines[1:] {
			if _, step, ok := strings.Cut(line, ". "); ok {
				v.trace = append(v.trace, step)
			}
		}
	}
	return v
}

var seed = regexp.MustCompile(`^seed \d+, episode \d+: `)

// simulate asks the simulation, by one scenario.
func (k *kit) simulate(ctx context.Context, mutant, file string) verdict {
	v := verdict{by: "simulation"}
	text, err := os.ReadFile(filepath.Join(k.root, filepath.FromSlash(file)))
	if err != nil {
		v.err = err
		return v
	}
	out, code, err := k.ask(ctx, mutant, k.elevnet, "simulate", "--file", filepath.FromSlash(file))
	v.err = err
	v.killed = err == nil && code == exitBroken
	for line := range strings.Lines(out) {
		if at := seed.FindString(line); at != "" && v.what == "" {
			v.what = strings.TrimSpace(line[len(at):])
		}
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			v.trace = append(v.trace, line)
		}
	}
	return v
}

var (
	failed = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	// said is what a test says, without where.
	said = regexp.MustCompile(`(?m)^ +\w+_test\.go:\d+: (.*)$`)
)

// test asks the tests of one package.
func (k *kit) test(ctx context.Context, mutant string, t Tests) verdict {
	v := verdict{by: "tests of " + t.Package}
	if t.Package == scenarioTests {
		v.by = "scenario tests"
	}
	binary := k.binary(t.Package)
	cmd := []string{"-test.count=1", "-test.timeout=55s"}
	if usesRapid(k.root, t.Package) {
		cmd = append(cmd, "-rapid.seed=1", "-rapid.nofailfile")
	}
	if t.Run != "" {
		cmd = append(cmd, "-test.run=^("+t.Run+")$")
	}
	out, code, err := k.ask(ctx, mutant, binary, cmd...)
	v.err = err
	v.killed = err == nil && code != 0
	if m := said.FindStringSubmatch(out); m != nil {
		v.what = clip(m[1])
	}
	seen := make(map[string]bool)
	for _, m := range failed.FindAllStringSubmatch(out, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			v.trace = append(v.trace, m[1])
		}
	}
	sort.Strings(v.trace)
	if strings.Contains(out, "panic: ") && v.what == "" {
		v.what = "a panic"
	}
	if err == nil && code == 0 && strings.Contains(out, "no tests to run") {
		v.err = fmt.Errorf("%s has no test %s", t.Package, t.Run)
	}
	return v
}

// ask runs a program with one mutant on, and returns what it wrote and its exit
// status.
func (k *kit) ask(ctx context.Context, mutant, program string, args ...string) (string, int, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = k.root
	if strings.HasSuffix(program, ".test"+exe()) {
		cmd.Dir = filepath.Join(k.root, filepath.FromSlash(strings.ReplaceAll(strings.TrimSuffix(filepath.Base(program), ".test"+exe()), "_", "/")))
	}
	cmd.Env = append(os.Environ(), variable+"="+mutant, "GOMAXPROCS=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return out.String(), 0, fmt.Errorf("no answer within %v", limit)
	case errors.As(err, &exit):
		return out.String(), exit.ExitCode(), nil
	default:
		return out.String(), 0, err
	}
}

// clip keeps what a test says to one short line.
func clip(s string) string {
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return s
}

// usesRapid reports whether the tests of a package draw random values, whose seed
// is then set.
func usesRapid(root, pkg string) bool {
	names, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(pkg), "*_test.go"))
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, []byte("\"pgregory.net/rapid\"")) {
			return true
		}
	}
	return false
}
