// Mutants breaks the protocol on purpose, one rule at a time, and shows that it
// is noticed. A proof that can't fail proves nothing: each entry of the
// catalogue is a mistake that a good programmer may make, or one of the wrong
// protocols of docs/protocol.md, and each must be found by the model checker, the
// simulation or a test.
//
// Nothing of it is in the production code. A mutant is a set of patches, old
// text and new text, to the sources. All of them are applied at once to copies
// of the files, in which each function that a mutant changes is there several
// times: as it is, and once for each mutant, behind a switch. The copies are
// built by means of go build -overlay; the switch is an environment variable that
// the overlaid package elevnet/internal/mutant reads at the start. With no switch
// on, the build behaves as the production code does.
//
//	go run ./internal/mutants            all mutants, a line for each
//	go run ./internal/mutants NAME...    these only, with their traces
//	go run ./internal/mutants -update    writes docs/mutants.md as well
package main
