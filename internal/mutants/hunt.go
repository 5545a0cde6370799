package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// hunt looks for what kills each mutant: the model checker with its usual
// bounds, then random buildings. It says which bounds did it, and keeps the
// shortest scenario.
func (k *kit) hunt(ctx context.Context, out io.Writer, mutants []Mutant, seeds int) error {
	for i := range mutants {
		m := &mutants[i]
		if reachable(m, "worldview/", "peers/", "internal/ledger/") {
			text, code, err := k.ask(ctx, m.Name, k.elevnet, "check")
			if err != nil {
				return err
			}
			if code == exitBroken {
				fmt.Fprintf(out, "%s: the model checker\n%s", m.Name, text)
				continue
			}
		}
		how, err := k.huntSeeds(ctx, m, seeds)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", m.Name, how)
	}
	return nil
}

// reachable reports whether a mutant changes a file below one of these folders.
func reachable(m *Mutant, folders ...string) bool {
	for _, p := range m.Patches {
		for _, folder := range folders {
			if strings.HasPrefix(p.File, folder) {
				return true
			}
		}
	}
	return false
}

func (k *kit) huntSeeds(ctx context.Context, m *Mutant, seeds int) (string, error) {
	dir, err := os.MkdirTemp(k.dir, "keep-")
	if err != nil {
		return "", err
	}
	for seed := 1; seed <= seeds; seed++ {
		_, code, err := k.ask(ctx, m.Name, k.elevnet, "simulate", "--from", strconv.Itoa(seed), "--seeds", "1", "--keep", dir)
		if err != nil {
			return "", err
		}
		kept, err := filepath.Glob(filepath.Join(dir, "*.txt"))
		if err != nil {
			return "", err
		}
		if code != exitBroken || len(kept) == 0 {
			continue
		}
		text, err := os.ReadFile(kept[0])
		if err != nil {
			return "", err
		}
		return "the simulation\n" + string(text), os.WriteFile(filepath.Join(k.root, filepath.FromSlash(scenario(m))), text, 0o644)
	}
	return "survives", nil
}
