package worldview

// Call is one slot of the worldview: what is known of the presses of one button
// by one origin. It is three watermarks that only grow. A hall call at a floor
// in a direction has one slot for each node that may have pressed it; a cab
// call has the slot of its own node.
//
// The counter that one sees cycle, none → unconfirmed → confirmed → none, is
// derived from the watermarks: see [Call.Phase]. Kept as a number modulo three
// it would not be a join ((0∨1)∨2 ≠ 0∨(1∨2)), and a node that knows nothing
// would delete a lit call.
//
// Invariants: C ≤ P and S ≤ P; only the origin raises P.
type Call struct {
	// P is the newest press.
	P Stamp
	// C is the newest press that is known to be held by enough nodes.
	C Stamp
	// S is the newest press that has been served.
	S Stamp
	// Age is for how many whole seconds the call has been open, as far as any
	// node knows; 0 while it isn't open. It stops at the largest value.
	Age uint16
}

// Phase is a call as people see it.
type Phase uint8

// The phases, in the order in which they follow each other.
const (
	None Phase = iota
	Unconfirmed
	Confirmed
)

func (p Phase) String() string { return [...]string{"none", "unconfirmed", "confirmed"}[p%3] }

// Active reports whether there is a press that nobody has served.
func (c Call) Active() bool { return c.P > c.S }

// Lit reports whether the call is a promise: its lamp is on.
func (c Call) Lit() bool { return c.C > c.S }

// Phase returns the cyclic counter that SPEC R2 speaks of.
func (c Call) Phase() Phase {
	switch {
	case c.Lit():
		return Confirmed
	case c.Active():
		return Unconfirmed
	default:
		return None
	}
}

// Join is the least upper bound: the pointwise maximum, where the age belongs
// to the press. It is commutative, associative and idempotent.
func (c Call) Join(d Call) Call {
	j := Call{P: max(c.P, d.P), C: max(c.C, d.C), S: max(c.S, d.S)}
	if j.Active() {
		if c.P == j.P {
			j.Age = c.Age
		}
		if d.P == j.P {
			j.Age = max(j.Age, d.Age)
		}
	}
	return j
}

// Press returns the call after a press in life l. A press counts even when the
// call is already lit: it must outlive a service that this node has not heard
// of yet. At the end of the believable stamps, where only a forged one can have
// led, it stays as it is.
func (c Call) Press(l Life) Call {
	c.P = min(max(c.P, l.Start())+1, maxLife.Start()|0xffff)
	return c
}

// Confirm returns the call after presses up to w have proved to be held.
func (c Call) Confirm(w Stamp) Call {
	c.C = max(c.C, min(w, c.P))
	return c
}

// Serve returns the call after every press seen so far has been served.
func (c Call) Serve() Call {
	c.S, c.Age = c.P, 0
	return c
}

// Aged returns the call with an age of at least the given whole seconds.
func (c Call) Aged(seconds uint16) Call {
	if c.Active() {
		c.Age = max(c.Age, seconds)
	}
	return c
}

// valid reports whether the invariants hold and no stamp is absurd.
func (c Call) valid() bool {
	return c.C <= c.P && c.S <= c.P && c.P.Life() <= maxLife && (c.Age == 0 || c.Active())
}
