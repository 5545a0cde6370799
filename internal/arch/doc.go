// Package arch holds the shape of the source tree as data: which package may
// import which, and which are pure. Its test fails when the tree drifts from
// it. There is no code here.
package arch
