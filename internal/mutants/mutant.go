package main

import "slices"

// Mutant is one wrong version of the protocol.
type Mutant struct {
	Name string // in lower case, words joined by hyphens
	// Wrong says in one sentence what is wrong.
	Wrong string
	// Rule is the rule of docs/protocol.md that it breaks, and Spec what of
	// docs/spec.md is broken by that.
	Rule, Spec string
	Patches    []Patch

	// The killer. With Check it is the model checker, with these bounds. With
	// Tests it is a test, for what the model checker within such bounds and the
	// judge of the simulation don't notice. Without either it is the simulation,
	// by the scenario testdata/NAME.txt, in which nothing is broken without the
	// mutant.
	Check string
	Tests Tests
}

// Tests are tests of one package, and why they are needed.
type Tests struct {
	Package string // relative to the module, with slashes
	Run     string // as in go test -run
	// Why neither the model checker nor the simulation sees the mutant.
	Why string
}

// catalogue returns all mutants: the wrong protocols first, then the small
// mistakes, package by package from the bottom up.
func catalogue() []Mutant {
	return slices.Concat(
		protocols(),
		inWorldview(), inPeers(), inLedger(),
		inRequests(), inFSM(), inAssigner(),
		inNode(), inStore(),
	)
}
