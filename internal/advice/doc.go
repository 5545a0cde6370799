// Package advice lets others than package assigner say who takes which hall call:
// the field's reference assigner, or a program outside that speaks its contract.
// It says what such a program is asked, in the words of the contract, and reads
// what it may answer. It runs nothing: package program does.
//
// A question is one line of JSON with everything that our own policy decides
// from, so that with the same question "elevnet assign --stream" answers as the
// nodes decide; a law in the tests holds it to that.
package advice
