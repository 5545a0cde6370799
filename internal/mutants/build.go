package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

// kit is what one overlay was built into: all mutants are in each binary.
type kit struct {
	root, dir string
	overlay   string
	elevnet   string
}

// build builds elevnet with all mutants in it, into dir.
func build(ctx context.Context, root, dir string, mutants []Mutant) (*kit, error) {
	path, err := overlay(root, dir, mutants)
	if err != nil {
		return nil, err
	}
	k := &kit{root: root, dir: dir, overlay: path, elevnet: filepath.Join(dir, "elevnet"+exe())}
	return k, k.run(ctx, "build", "-overlay", path, "-o", k.elevnet, ".")
}

// tests builds the tests of some packages.
func (k *kit) tests(ctx context.Context, packages []string) error {
	for _, p := range packages {
		if err := k.run(ctx, "test", "-c", "-vet=off", "-overlay", k.overlay, "-o", k.binary(p), "./"+p); err != nil {
			return err
		}
	}
	return nil
}

// binary is where the tests of a package are built.
func (k *kit) binary(pkg string) string {
	return filepath.Join(k.dir, strings.ReplaceAll(pkg, "/", "_")+".test"+exe())
}

func (k *kit) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = k.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// findRoot returns the root of the module that the working directory is in.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("there is no go.mod here or above")
		}
		dir = up
	}
	return "", err
}

// testPackages returns the packages whose tests kill a mutant, sorted.
func testPackages(mutants []Mutant) []string {
	var all []string
	seen := make(map[string]bool)
	for _, m := range mutants {
		if p := m.Tests.Package; p != "" && !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	sort.Strings(all)
	return all
}
