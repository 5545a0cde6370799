package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCatalogue(t *testing.T) {
	if n := len(protocols()); n < 15 {
		t.Errorf("%d wrong protocols, want 15 at the least", n)
	}
	if n := len(catalogue()) - len(protocols()); n < 40 {
		t.Errorf("%d small mutations, want 40 at the least", n)
	}
	seen := make(map[string]bool)
	for _, m := range catalogue() {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`).MatchString(m.Name) || seen[m.Name] {
			t.Errorf("%q is not a name, or there are two of it", m.Name)
		}
		seen[m.Name] = true
		if !strings.HasSuffix(m.Wrong, ".") || m.Rule == "" || m.Spec == "" || len(m.Patches) == 0 {
			t.Errorf("%s: a sentence, a rule, a requirement or a patch is missing", m.Name)
		}
		if m.Check != "" && m.Tests != (Tests{}) {
			t.Errorf("%s: two killers", m.Name)
		}
		if m.Tests.Package != "" && (m.Tests.Run == "" || !strings.HasSuffix(m.Tests.Why, ".")) {
			t.Errorf("%s: which tests, and why?", m.Name)
		}
	}
	for _, name := range sample {
		if !seen[name] {
			t.Errorf("there is no mutant %s to show to all layers", name)
		}
	}
}

// TestScenarios: there is one for each mutant that the simulation kills, and no
// other.
func TestScenarios(t *testing.T) {
	var want, have []string
	for _, m := range catalogue() {
		if m.Check == "" && m.Tests.Package == "" {
			want = append(want, filepath.Join(root(t), filepath.FromSlash(scenario(&m))))
		}
	}
	have, err := filepath.Glob(filepath.Join(root(t), filepath.FromSlash(scenarios), "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	for _, f := range want {
		if !slices.Contains(have, f) {
			t.Errorf("%s is missing", filepath.Base(f))
		}
	}
	for _, f := range have {
		if !slices.Contains(want, f) {
			t.Errorf("%s is for no mutant", filepath.Base(f))
		}
	}
}

func TestRewrite(t *testing.T) {
	const source = "package p\n\nvar x = 1\n\nfunc f(a int) int {\n\treturn a + 1\n}\n\ntype T struct{}\n\nfunc (t *T) g() {\n\tprintln(1)\n}\n"
	for _, c := range []struct {
		name  string
		patch Patch
		want  string // a part of the result
		fails string // a part of the error
	}{
		{"a function with results", Patch{Old: "a + 1", New: "a - 1"},
			"func f(a int) int {\nif mutant.Is(\"m\") {\n\treturn a - 1\n\n}\n\n\treturn a + 1\n}", ""},
		{"one without returns", Patch{Old: "println(1)", New: ""},
			"func (t *T) g() {\nif mutant.Is(\"m\") {\n\t\n\nreturn\n}\n\n\tprintln(1)\n}", ""},
		{"a whole body", Patch{Func: "T.g", New: "panic(1)"}, "{\npanic(1)\n\nreturn\n}\n\n\tprintln(1)", ""},
		{"the switch is imported", Patch{Old: "a + 1", New: "a"}, "package p; import \"elevnet/internal/mutant\"\n", ""},
		{"something more", Patch{Add: "func h() {}"}, "\nfunc h() {}\n", ""},
		{"not there", Patch{Old: "a + 2"}, "", "occurs 0 times"},
		{"there twice", Patch{Old: "a"}, "", "times, want once"},
		{"outside of any function", Patch{Old: "var x = 1"}, "", "not in the body"},
		{"of no function", Patch{Func: "T.f"}, "", "no function"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.patch.File = "p.go"
			got, err := rewrite("p.go", source, []Mutant{{Name: "m", Patches: []Patch{c.patch}}})
			switch {
			case err == nil && c.fails != "", err != nil && (c.fails == "" || !strings.Contains(err.Error(), c.fails)):
				t.Fatalf("error %v, want %q", err, c.fails)
			case !strings.Contains(got, c.want):
				t.Errorf("got\n%s\nwithout\n%s", got, c.want)
			}
		})
	}
	got, err := rewrite("p.go", source, []Mutant{{Name: "m", Patches: []Patch{{File: "q.go", Old: "?"}}}})
	if err != nil || got != source {
		t.Errorf("a file that no mutant changes was changed: %v", err)
	}
}

// TestTwoMutantsOfOnePlace: each has its own copy, however their patches overlap.
func TestTwoMutantsOfOnePlace(t *testing.T) {
	const source = "package p\n\nfunc f() int { return 1 + 2 }\n"
	got, err := rewrite("p.go", source, []Mutant{
		{Name: "m", Patches: []Patch{{File: "p.go", Old: "1 + 2", New: "3"}, {File: "p.go", Old: "return", New: "return 1 +"}}},
		{Name: "n", Patches: []Patch{{File: "p.go", Old: "+ 2", New: "+ 4"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"if mutant.Is(\"m\") { return 1 + 3 \n}", "if mutant.Is(\"n\") { return 1 + 4 \n}", " return 1 + 2 }"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in\n%s", part, got)
		}
	}
}

// TestNothingInProduction: the program knows nothing of mutants.
func TestNothingInProduction(t *testing.T) {
	dir := root(t)
	if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(switchPackage))); !os.IsNotExist(err) {
		t.Errorf("%s is a folder: %v", switchPackage, err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "mutants" || path != dir && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(switchPackage+"\"")) || bytes.Contains(b, []byte(variable)) {
			t.Errorf("%s knows of mutants", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBuild builds the program with all mutants, in which every patch has found
// its place, and runs it with none, one and an unknown one on.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	ctx := t.Context()
	all := append(catalogue(), Mutant{Name: "nothing-wrong", Patches: []Patch{{File: ledgerFile, Old: "l.issued[number] = after.P\n", New: "l.issued[number] = after.P // as it should be\n"}}})
	k, err := build(ctx, root(t), t.TempDir(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Check == "" && m.Tests.Package == "" && m.Name != "nothing-wrong" {
			if v := k.simulate(ctx, "", scenario(&m)); v.err != nil || v.killed {
				t.Errorf("%s: with no mutant on, its scenario breaks something: %v %s", m.Name, v.err, v.what)
			}
		}
	}
	for _, mutant := range []string{"", "nothing-wrong"} {
		if v := k.check(ctx, mutant, []string{"--crashes", "1", "--states", "20000"}); v.err != nil || v.killed {
			t.Errorf("mutant %q: the model checker says %v %s", mutant, v.err, v.what)
		}
		if out, code, err := k.ask(ctx, mutant, k.elevnet, "simulate", "--seeds", "1"); err != nil || code != 0 {
			t.Errorf("mutant %q: the simulation says %v\n%s", mutant, err, out)
		}
	}
	for _, name := range []string{"disk-before-fsync", "door-closes-on-passengers"} {
		m, err := choose([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if v := k.kill(ctx, &m[0]); v.err != nil || !v.killed || v.what == "" || len(v.trace) == 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if _, code, err := k.ask(ctx, "no-such-mutant", k.elevnet, "version"); err != nil || code == 0 {
		t.Errorf("an unknown mutant: exit status %d, %v", code, err)
	}
}

// TestPage: the page lists the mutants that there are, in their order.
func TestPage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	var rows, stories, want []string
	for line := range strings.Lines(string(b)) {
		if m := regexp.MustCompile(`^\| \[([a-z-]+)\]\(#`).FindStringSubmatch(line); m != nil {
			rows = append(rows, m[1])
		}
		if name, ok := strings.CutPrefix(line, "### "); ok {
			stories = append(stories, strings.TrimSpace(name))
		}
	}
	for _, m := range catalogue() {
		want = append(want, m.Name)
		if !strings.Contains(string(b), cell(m.Wrong)) {
			t.Errorf("%s: the page says something else of it", m.Name)
		}
	}
	if !slices.Equal(rows, want) || !slices.Equal(stories, want) {
		t.Errorf("the page is out of date: go run ./internal/mutants -update\nrows %v\nstories %v\nwant %v", rows, stories, want)
	}
}
