// Package record keeps what nodes live through in a file, or in memory, and runs
// them again from it. Since a node is a deterministic machine (package node), its
// configuration, what its disk held at the start and every event with its time
// are enough to make it decide the same again, to the byte: a recording that
// comes with the report of a fault is the fault. What the nodes decided is in it
// too, so that the program that reads it can say whether it decides the same.
//
// A [Recorder] writes. It hands out a [host.Tap] for each start of a node. A
// [Recording] is what was read, [Check] runs it again, and a [Player] shows it
// on the page.
//
// # File
//
// Integers in the file header and the frame headers are big-endian; elsewhere
// they are varints, base 128, least significant group first. Times are in
// nanoseconds, moments since 1970 by the clock of the recording computer at the
// start of the recorder, and from there by its monotonic clock.
//
//	offset size
//	0      7    magic "ELVNREC"
//	7      1    version, 1
//	8           frames
//
// A frame:
//
//	0      1    kind: 1 = first of a segment, 2 = continues it, 3 = older parts
//	            were dropped here
//	1      4    length of the body as stored
//	5      4    length of the body before compression (RFC 1951), at most 16 MiB
//	9      8    moment of its first record
//	17     8    and of its last
//	25     4    CRC-32C of the 25 bytes above and the stored body
//	29          body
//
// A body is a row of records. Nothing in it refers to another frame, but for the
// tracks that the first frame of its segment, and any frame since, has named. So
// a segment can be read without those before it, and a frame that is torn or
// damaged takes at the most the rest of its segment with it.
//
// A track is one life of one node, from a start of its process to its end. In the
// records of a step, times count from the start of the track, and are given as
// the difference to the last in the same frame, the first to 0.
//
//	record  kind  content
//	segment 0     text: program that recorded; layout of its node states (see
//	              state); number of the segment, from 0
//	track   1     track; moment of its start; configuration; 1 if it started just
//	              now, followed by what its disk held, else 0
//	state   2     track; time; state of the node behind the step before this, as it
//	              lies in memory: for programs with the same layout
//	step    3     track; time; event; what the node decided: see below
//	drop    4     track; time; reason; sender; length; how many: datagrams that
//	              were received and not taken
//	end     5     track; time; 1 if crashed; error; state as it would be stored
//	lost    6     track; how many of its records are missing here
//	note    7     moment; 1 = something happened, 2 = what a bystander saw; JSON, as
//	              package web has it: what nodes can't know, for the page
//	dropped 8     bytes; segments; moment of the first record that was dropped:
//	              alone in a frame of kind 3
//
// A step is: track, time, event | 8 if outputs follow | 16 if a datagram was sent
// | 32 if a snapshot was to be stored | 64 if there were notices | 128 if the node
// was ending | 256 if a question was asked. If it was ending, an error comes next:
// why, if it ended itself here. The events are
// numbered as in package node, and hold for
//
//	inputs     flags: 1 = connected, 2 = stop, 4 = obstruction; link; floor + 1;
//	           buttons
//	datagram   sender; payload
//	stored     generation; error
//	recovered  number of payloads; each
//	advice     question; number of answers; calls of each; error
//
// Then come the outputs if they differ from the track's last in this frame (flags:
// 1 = door, 2 = stop lamp, motor + 1 times 4; link; nudge; indicator + 1; lamps),
// the payload that was sent, generation and snapshot, the notices (number; for
// each kind, peer, count, reasons, error), and the question (number; how many
// elevators, for each id, floor + 1, direction + 1, behaviour, reasons, parking,
// cab calls; how many hall calls, for each floor, button, age).
//
// A payload is a datagram without its trailer: 0 and its bytes the first time in
// a frame, then its number from 1, in order. So is a sender's address: in many
// recordings of several nodes each datagram is stored once, whoever received it.
// Sets of floors are a count of words and the words; sets of calls are those of
// hall-up, hall-down and cab. Texts and bytes have their length before them; an
// error is 0, or 1 and its text.
package record

// Extension is what the names of recordings end in, where nobody has said
// otherwise.
const Extension = ".elevrec"

// Version is the version of the format.
const Version = 1

const (
	magic      = "ELVNREC"
	headerSize = len(magic) + 1
)

// The kinds of frames.
const (
	frameFirst   = 1
	frameNext    = 2
	frameDropped = 3
)

// Kind says what a record tells.
type Kind uint8

// The kinds of records, as numbered in the file.
const (
	kindSegment Kind = iota
	Started          // a track: see [Track]
	kindState
	Stepped
	Dropped
	Ended
	Lost
	Noted
	kindDropped
)

const (
	withOutputs  = 8
	withSent     = 16
	withSnapshot = 32
	withNotices  = 64
	whenOver     = 128
	withQuestion = 256
	eventMask    = 7
)
