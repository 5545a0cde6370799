package model

// Property is something that must hold.
type Property uint8

// The properties. The numbers are those of docs/spec.md.
const (
	none Property = iota
	// Lost: a node shows a press inactive that it knew and nobody has served.
	Lost
	// LampOff: a lamp goes off before a door has opened there after the press.
	LampOff
	// Unbacked: a lamp is lit while neither two nodes nor a disk hold the press,
	// though the node has heard of every crash and has a disk that works.
	Unbacked
	// Unacknowledged: a lamp is lit without the patience being over though a live
	// peer doesn't hold the press as safely as it can, or this node's disk doesn't.
	Unacknowledged
	// Broken: a promise that two nodes or a disk held is gone after one crash,
	// or, if two held it, after the loss of one disk.
	Broken
	// Ghost: a served call comes back to a node that knew that it was served.
	Ghost
	// Foreign: somebody but the owner has raised P.
	Foreign
	// Order: S or C above P.
	Order
	// Shrunk: a watermark has fallen.
	Shrunk
	// Twice: a stamp is issued twice.
	Twice
	// Stale: what a life of a peer has said before this life began counts as said
	// in reply to it.
	Stale
	// Stuck: when all faults end, a call isn't served, or worldviews differ.
	Stuck
	// Panic: a step panics, or what a node has written can't be read.
	Panic

	properties
)

// String says what is broken, and by which requirement it must not be.
func (p Property) String() string {
	return [properties]string{
		none:           "none",
		Lost:           "no call is lost: what nobody has served stays active wherever it is known (S1, R6, F1)",
		LampOff:        "a lamp goes off only after a door has opened there after the press (S1, S4)",
		Unbacked:       "a lit lamp is held by two nodes or a disk, or the node says that it has none (S1, F2, F8)",
		Unacknowledged: "a lamp waits for every live peer and the own disk while patience lasts (R2)",
		Broken:         "a promise survives a single crash, and the loss of one of two that hold it (S1, F2, F4)",
		Ghost:          "a served call does not come back (R6)",
		Foreign:        "only its owner raises P: nothing is active that nobody has pressed (R2, R6)",
		Order:          "S and C are never above P (R2)",
		Shrunk:         "watermarks only grow (R3)",
		Twice:          "no stamp is issued twice (R6)",
		Stale:          "what was said before a life began acknowledges nothing to it (F1, F2)",
		Stuck:          "once all faults have ended, everything is served and all worldviews are the same (S1, S3, R3, R7)",
		Panic:          "no step panics, and what a node writes can be read (F1, F6)",
	}[p]
}

// Name is the property in one word.
func (p Property) Name() string {
	return [properties]string{"none", "lost", "lamp-off", "unbacked", "unacknowledged", "broken", "ghost", "foreign",
		"order", "shrunk", "twice", "stale", "stuck", "panic"}[p]
}
