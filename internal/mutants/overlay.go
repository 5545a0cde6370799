package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const (
	module = "elevnet"
	// switchPackage is where the overlay puts the package that says which
	// mutant is on.
	switchPackage = "internal/mutant"
	// variable names the mutant that is on.
	variable = "ELEVNET_MUTANT"
)

// overlay writes the changed copies of all files, and the file that go build
// -overlay wants, into dir. root is the root of the module.
func overlay(root, dir string, mutants []Mutant) (path string, err error) {
	replace := make(map[string]string)
	put := func(file, source string) error {
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		replace[filepath.Join(root, filepath.FromSlash(file))] = to
		return os.WriteFile(to, []byte(source), 0o666)
	}
	for _, file := range files(mutants) {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return "", err
		}
		changed, err := rewrite(file, string(source), mutants)
		if err != nil {
			return "", err
		}
		if err := put(file, changed); err != nil {
			return "", err
		}
	}
	if err := put(switchPackage+"/mutant.go", switchSource(mutants)); err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "\t")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, b, 0o666)
}

// files returns the files that the mutants change, sorted.
func files(mutants []Mutant) []string {
	seen := make(map[string]bool)
	var all []string
	for _, m := range mutants {
		for _, p := range m.Patches {
			if !seen[p.File] {
				seen[p.File] = true
				all = append(all, p.File)
			}
		}
	}
	sort.Strings(all)
	return all
}

// switchSource returns the package that says which mutant is on. It refuses
// names that it doesn't know: a mutant with a misspelt name would survive.
func switchSource(mutants []Mutant) string {
	var b strings.Builder
	b.WriteString("package mutant\n\nimport \"os\"\n\nvar on = os.Getenv(\"" + variable + "\")\n\n")
	b.WriteString("func Is(name string) bool { return on == name }\n\n")
	b.WriteString("func init() {\n\tswitch on {\n\tcase \"\":\n")
	for _, m := range mutants {
		fmt.Fprintf(&b, "\tcase %q:\n", m.Name)
	}
	b.WriteString("\tdefault:\n\t\tpanic(\"no mutant is called \" + on)\n\t}\n}\n")
	return b.String()
}
