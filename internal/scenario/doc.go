// Package scenario tells stories about a building, and judges how they end.
//
// A [Stage] is a simulated building (package sim: real nodes in virtual time)
// under the eyes of a checker (package promise) that sees only what a person
// could see, and is told of every fault. A [Command] is one thing that
// passengers, fate or the janitor do to it, written as people would say it:
//
//	press hall-up 2 on A
//	kill B
//	partition A|BC
//	until dark hall-up 2 on A within 30s
//	settle
//
// Workspaces are named A, B, C …, and so are their nodes. [Parse] reads a
// command and [Command.String] writes it; in between it is a plain value that
// can be drawn at random, compared, left out and kept. Verb lists all of them. A
// command that makes no sense as things are, such as killing a dead node, is
// refused with a reason and changes nothing.
//
// The last command of a story is settle: every fault is over, every node that
// has joined runs, and within three minutes all must be quiet, all nodes must
// know and show the same, and no promise may have been broken, from the first
// press on. What is random (how long a datagram takes, when a button is polled)
// comes from the seed of the [Setup]: a run is a function of setup and commands,
// and [Stage.Trace] is a hash of all that was done.
//
// # Stories
//
// The files in testdata are stories for people, and tests: [Play] carries out
// the commands and writes down, indented, what happens in the time that each of
// them takes.
//
//	# S1: what the story shows, and why it ends well
//
//	building nodes 3 floors 4
//
//	press hall-up 2 on A
//	run 10s
//	     0.005  hall-up 2 lit on A B C
//	     0.006  A goes up
//	     5.008  A opens at 2
//	     5.008  hall-up 2 dark on A B C
//	     8.008  A closes
//
//	settle
//	  no promise broken
//
// The first line names what of the specification it is about. The building is
// described by a line that [ParseSetup] reads; its nodes already know each other
// when the clock begins at 0. An indented line is output; # begins a comment.
// Times are seconds of virtual time. What happens at several workspaces within a
// tenth of a second is one line, at the time of the first.
//
// After a change of the protocol or the timings
//
//	go test ./internal/scenario -run TestStories -update
//
// writes the stories anew; the difference is what to read before believing it.
package scenario
