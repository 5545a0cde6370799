// Package trial puts buildings to the test. A [Plan] is a building and all that
// happens to it, made from nothing but a seed; [Run] lets it happen and reports
// what it found; [Shrink] makes a plan that breaks a promise as short as it can.
//
// A plan consists of episodes: some minutes of passengers and faults, after
// which every fault ends, every lamp must go out and all must know the same.
// The next episode goes on in the same building, with what its disks and peers
// remember.
//
// A plan that breaks a promise is made short, and the short one is kept for ever:
// elevnet simulate --keep internal/trial/testdata writes it there as a story of
// package scenario. Add a line or two that say what was wrong; a test runs all
// that are there.
//
// All of it is a function of the seed: the same plan gives the same report.
package trial
