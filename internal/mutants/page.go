package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// page is where the list is kept.
const page = "docs/mutants.md"

const intro = `# Mutants

A proof that can't fail proves nothing. So the rules of
[the protocol](protocol.md) are broken on purpose, one at a time, and each time
somebody must notice: the model checker (` + "`elevnet check`" + `), the simulation
(` + "`elevnet simulate`" + `) or, where neither does, a test; the page then says why.
` + "`make mutants`" + ` does it again and fails if one survives. How the mutants are made,
and that nothing of them is in the program, is told in
[internal/mutants](../internal/mutants/doc.go).

This page is written by ` + "`go run ./internal/mutants -update`" + `.

`

// text writes the page.
func text(mutants []Mutant, verdicts []verdict, seen []sighting) string {
	var b strings.Builder
	b.WriteString(intro)
	fmt.Fprintf(&b, "%s. The first %d are whole protocols that look right;\nthe others are mistakes of one line, or a few.\n\n", summary(verdicts), len(protocols()))
	b.WriteString("| mutant | what is wrong | rule | spec | killed by | steps |\n|---|---|---|---|---|---|\n")
	for i, m := range mutants {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s | %s |\n", m.Name, m.Name, cell(m.Wrong), m.Rule, m.Spec, verdicts[i].by, length(&m, verdicts[i]))
	}
	b.WriteString("\nThe rule is one of [the protocol](protocol.md) or, with a letter, of the\n[specification](spec.md). Steps are those of the story below.\n")
	writeSightings(&b, seen)
	b.WriteString("\n## Changes that break nothing\n\nThese look like mistakes as well. They aren't in the catalogue, since nothing that\nis promised depends on them: that is argued here, not tried.\n\n| change | why it breaks nothing |\n|---|---|\n")
	for _, e := range equivalents() {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(e.Change), cell(e.Why))
	}
	b.WriteString("\n## How each was noticed\n\nThe model checker's stories are the shortest within its bounds. Those of the\nsimulation are short scenarios, told by hand or left over from a random building;\nwithout the mutant they end well, which each run makes sure of first.\n")
	for i, m := range mutants {
		story(&b, &m, verdicts[i])
	}
	return b.String()
}

func summary(verdicts []verdict) string {
	killed := 0
	for _, v := range verdicts {
		if v.killed {
			killed++
		}
	}
	return fmt.Sprintf("%d of %d mutants killed", killed, len(verdicts))
}

func length(m *Mutant, v verdict) string {
	if m.Tests.Package != "" {
		return "–"
	}
	return fmt.Sprint(len(v.trace))
}

// story writes how a mutant died.
func story(b *strings.Builder, m *Mutant, v verdict) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", m.Name, m.Wrong)
	switch {
	case m.Check != "":
		fmt.Fprintf(b, "`elevnet check %s`: %s\n\n", m.Check, v.what)
		for i, step := range v.trace {
			fmt.Fprintf(b, "%d. %s\n", i+1, step)
		}
	case m.Tests.Package != "":
		fmt.Fprintf(b, "%s\n\nKilled by %s in `%s`.\n", m.Tests.Why, strings.Join(v.trace, ", "), m.Tests.Package)
	default:
		fmt.Fprintf(b, "```\n%s\n```\n\n%s\n", strings.Join(v.trace, "\n"), v.what)
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func (k *kit) writePage(ctx context.Context, verdicts []verdict) error {
	seen, err := k.sightings(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(k.root, filepath.FromSlash(page)), []byte(text(catalogue(), verdicts, seen)), 0o644)
}

// sample are the mutants that are shown to each layer.
var sample = []string{
	"cyclic-number", "counter-per-call", "alone-without-disk", "acks-outlive-the-peer", "disk-before-fsync",
	"snapshot-of-open-calls", "serve-all-cabs", "memory-is-held", "served-unseen", "door-closes-on-passengers",
	"never-overdue", "the-earlier-one-ends",
}

// sighting says which layers notice one mutant.
type sighting struct {
	mutant string
	by     []bool
}

var layers = []string{"model checker", "simulation", "scenarios", "unit tests"}

// unitTests are the packages whose tests are asked.
var unitTests = []string{
	"worldview", "peers", "requests", "assigner", "fsm", "internal/ledger", "internal/node",
}

// scenarioTests are the scenarios that a person can read.
const scenarioTests = "internal/scenario"

// randomSeeds is how many random buildings a layer gets to notice a mutant.
const randomSeeds = 6

// sightings asks each layer for itself.
func (k *kit) sightings(ctx context.Context) ([]sighting, error) {
	if err := k.tests(ctx, append(slices.Clone(unitTests), scenarioTests)); err != nil {
		return nil, err
	}
	all := make([]sighting, 1+len(sample)) // the first without a mutant
	errs := make([]error, len(all))
	side(len(all), func(i int) {
		if i > 0 {
			all[i].mutant = sample[i-1]
		}
		all[i].by, errs[i] = k.noticed(ctx, all[i].mutant)
	})
	if slices.Contains(all[0].by, true) {
		errs[0] = fmt.Errorf("with no mutant on, layers notice something: %v", all[0].by)
	}
	return all[1:], errors.Join(errs...)
}

// noticed says which layers notice a mutant.
func (k *kit) noticed(ctx context.Context, mutant string) ([]bool, error) {
	by := make([]bool, len(layers))
	for _, bounds := range sampleBounds() {
		v := k.check(ctx, mutant, append(strings.Fields(bounds), "--states", soundStates))
		if v.err != nil {
			return nil, v.err
		}
		by[0] = by[0] || v.killed
	}
	var err error
	by[1], err = k.breaks(ctx, mutant)
	by[2] = k.notices(ctx, mutant, scenarioTests)
	by[3] = slices.ContainsFunc(unitTests, func(p string) bool { return k.notices(ctx, mutant, p) })
	return by, err
}

// sampleBounds are all bounds with which the model checker kills some mutant.
func sampleBounds() []string {
	var all []string
	for _, m := range catalogue() {
		if m.Check != "" && !slices.Contains(all, m.Check) {
			all = append(all, m.Check)
		}
	}
	return all
}

// breaks reports whether random buildings notice a mutant. It doesn't wait for
// the shortest scenario.
func (k *kit) breaks(ctx context.Context, mutant string) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.elevnet, "simulate", "--seeds", fmt.Sprint(randomSeeds), "--workers", "1")
	cmd.Dir = k.root
	cmd.Env = append(os.Environ(), variable+"="+mutant)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	found := ""
	for lines := bufio.NewScanner(out); found == "" && lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "violations"); ok {
			found = strings.TrimSpace(n)
		}
	}
	cancel()
	_ = cmd.Wait() // it was cut short
	if found == "" {
		return false, errors.New("the simulation came to no verdict")
	}
	return found != "0", nil
}

// notices reports whether the tests of a package fail with a mutant on.
func (k *kit) notices(ctx context.Context, mutant, pkg string) bool {
	return k.test(ctx, mutant, Tests{Package: pkg}).killed
}

// writeSightings writes which layer notices which mutant.
func writeSightings(b *strings.Builder, seen []sighting) {
	b.WriteString("\n## Which layer notices\n\nEach of these was shown to every layer by itself: the model checker with all\nbounds that kill some mutant, ")
	fmt.Fprintf(b, "%d random buildings, the scenarios that a person can read, and the\nunit tests.\n\n| mutant | %s |\n|---|%s\n", randomSeeds, strings.Join(layers, " | "), strings.Repeat("---|", len(layers)))
	for _, s := range seen {
		fmt.Fprintf(b, "| %s |", s.mutant)
		for _, noticed := range s.by {
			if noticed {
				b.WriteString(" noticed |")
			} else {
				b.WriteString(" – |")
			}
		}
		b.WriteString("\n")
	}
}
