package scenario

// Verb says what a [Command] does.
type Verb uint8

// The verbs. How each is written, and with which operands, stands in forms.
const (
	// What passengers do.
	Press   Verb = iota + 1 // presses a button, and lets it go after 200 ms
	Hold                    // presses it
	Release                 // lets it go
	Mash                    // presses and lets go 20 times a second, from now on, for so long

	// What happens to nodes.
	Kill     // ends the process at once
	Start    // starts it again
	StartAs  // starts it under the id of another one
	Freeze   // stops the process without ending it
	Thaw     // lets it go on
	Join     // starts a node that has never run
	Leave    // ends a node for good: nothing starts it again but Join
	PowerCut // kills all nodes
	PowerOn  // starts all nodes that a kill has ended
	Clock    // sets what the wall clock is ahead by

	// What happens to disks.
	LoseDisk  // it is empty
	TearDisk  // half of the newest state is left
	FlipDisk  // bits are flipped in all that it holds
	DiskFails // commits fail in the middle
	DiskFull  // commits fail before anything is written
	DiskSlow
	DiskWorks

	// What happens to the network.
	Loss
	Burst // all datagrams are lost, for so long
	Delay
	Duplicate
	Reorder  // so many datagrams are held back
	Corrupt  // bits flip on the way
	Foreign  // so many datagrams of other buildings, floors and versions are heard
	Hostile  // so many datagrams are heard that no node has written
	Echoes   // so many old datagrams are heard again, see Replay
	Cut      // one way
	CutBoth  // both ways
	Mend     // one way
	MendBoth // both ways
	Partition
	Unplug  // all ways to and from one workspace
	Plug    // mends them
	MendAll // the network is as it was at the beginning
	Record  // keeps all datagrams that are sent from now on
	// Replay gives a node all that was recorded once more. Like this, and with
	// Echoes, what everybody has forgotten may come back, through cuts as well.
	// The judge doesn't know that and takes it for a ghost (R6): let nobody be cut
	// off, or forget what was not served, in such a story.
	Replay

	// What happens to elevators.
	MotorOff
	MotorOn        // the motor goes on with the last command
	MotorForgetful // it waits for a new command
	Obstruct
	StopButton // is pressed, and let go after 200 ms
	Server
	StuckSensor  // the floor sensor shows one floor, whatever the car does
	StuckNowhere // it shows none
	RepairSensor // ends both
	Place        // the car is moved by hand

	// Time.
	Run
	UntilLit       // runs until a lamp is lit
	UntilDark      // runs until a lamp is dark
	UntilLitOnAll  // the same on the panels of all nodes that run
	UntilDarkOnAll // the same
	UntilOpen      // runs until a door is open
	UntilQuiet     // runs until no lamp is lit and no car moves: see Stage.Quiet
	Heal           // ends all faults
	Settle         // ends all faults, waits until all is quiet, and judges

	// For people to read. They change nothing.
	State
	Worldview
	Assignments

	// Verbs is above all of them.
	Verbs
)

// forms says how each verb is written. Words in capitals are operands:
//
//	W  workspace      P  another one   B  hall-up, hall-down or cab
//	F  floor          T  duration      N  per cent, as in 20%
//	G  groups         X  position      S  on or off
var forms = [Verbs]string{
	Press:   "press B F on W",
	Hold:    "hold B F on W",
	Release: "release B F on W",
	Mash:    "mash B F on W for T",

	Kill:     "kill W",
	Start:    "start W",
	StartAs:  "start W as P",
	Freeze:   "freeze W",
	Thaw:     "thaw W",
	Join:     "join W",
	Leave:    "leave W",
	PowerCut: "power-cut",
	PowerOn:  "power-on",
	Clock:    "clock W T",

	LoseDisk:  "lose-disk W",
	TearDisk:  "tear-disk W",
	FlipDisk:  "flip-disk W",
	DiskFails: "disk W fails",
	DiskFull:  "disk W full",
	DiskSlow:  "disk W slow T",
	DiskWorks: "disk W works",

	Loss:      "loss N",
	Burst:     "burst T",
	Delay:     "delay T",
	Duplicate: "duplicate N",
	Reorder:   "reorder N by T",
	Corrupt:   "corrupt N",
	Foreign:   "foreign N",
	Hostile:   "hostile N",
	Echoes:    "echoes N",
	Cut:       "cut W>P",
	CutBoth:   "cut W-P",
	Mend:      "mend W>P",
	MendBoth:  "mend W-P",
	Partition: "partition G",
	Unplug:    "unplug W",
	Plug:      "plug W",
	MendAll:   "mend",
	Record:    "record",
	Replay:    "replay to W",

	MotorOff:       "motor W off",
	MotorOn:        "motor W on",
	MotorForgetful: "motor W on forgetful",
	Obstruct:       "obstruct W S",
	StopButton:     "stop W",
	Server:         "server W S",
	StuckSensor:    "stuck-sensor W F",
	StuckNowhere:   "stuck-sensor W nowhere",
	RepairSensor:   "stuck-sensor W off",
	Place:          "place W X",

	Run:            "run T",
	UntilLit:       "until lit B F on W within T",
	UntilDark:      "until dark B F on W within T",
	UntilLitOnAll:  "until lit B F within T",
	UntilDarkOnAll: "until dark B F within T",
	UntilOpen:      "until open W within T",
	UntilQuiet:     "until quiet within T",
	Heal:           "heal",
	Settle:         "settle",

	State:       "state",
	Worldview:   "worldview",
	Assignments: "assignments",
}

// String returns how the verb is written, as in "kill WORKSPACE".
func (v Verb) String() string {
	if v == 0 || v >= Verbs {
		return "nothing"
	}
	return v.usage()
}

// Fault reports whether the verb breaks something, or may.
func (v Verb) Fault() bool {
	switch v {
	case Kill, StartAs, Freeze, Leave, PowerCut, Clock, LoseDisk, TearDisk, FlipDisk, DiskFails, DiskFull, DiskSlow,
		Loss, Burst, Delay, Duplicate, Reorder, Corrupt, Foreign, Hostile, Echoes, Cut, CutBoth, Partition, Unplug, Replay,
		MotorOff, Obstruct, StopButton, Server, StuckSensor, StuckNowhere, Place:
		return true
	default:
		return false
	}
}
