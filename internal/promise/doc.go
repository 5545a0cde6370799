// Package promise judges a building by its promises, from outside. It is told
// what anybody can see or do at a workspace (buttons, lamps, doors, motors,
// sensors) and which faults there are, and says which of the requirements of
// SPEC S, E, R and F were not met. It shares no code with what it judges, knows
// nothing of datagrams, worldviews or assignments, and its rules are those that
// a person with a stop watch would use.
//
// A [Checker] is pure and cheap: time comes with the events, state is a set of
// arrays that are made once, and observing an event allocates nothing unless it
// breaks a promise. It has a deadline for everything that must happen, so that
// silence is noticed, too: see [Checker.Advance].
//
// # What is checked
//
//	S1  A lamp goes off only when a door of the right elevator has been open at
//	    its floor since the press, and, once all that can be said has been said,
//	    not long ago. A lamp that was lit and is known to a running node is not
//	    dark. A press that came after the last door and was lit is lit again. A
//	    lamp on the panel of an elevator that can run goes off within a bound.
//	S2  Connected panels show the same hall lamps, within a bound.
//	S3  A press at a healthy workspace ends in a lit lamp within a bound.
//	S4  A stop clears the opposite hall call only after a door time, and then
//	    stays open for another.
//	S5  A cab lamp is lit only by its own buttons, and goes off only for its own
//	    door.
//	E1  The door is open only at a floor and with the motor off, for at least the
//	    door time, and doesn't close while it is obstructed.
//	E2  The car doesn't leave the shaft, nor is it told to. It sets out, and its
//	    door opens, for a lamp that is lit on its panel. One that parks may set out
//	    without, if nothing is in its doorway.
//	E3, E4, E5, E6, F2, F8  The bound of S1, named after the circumstances: the
//	    elevator that should have come had just got over that fault, or another
//	    one was held by it and its calls had to move, or it was alone.
//	E6  The stop button stops the motor, lights its lamp, and lets both go.
//	R6  No lamp is lit that nobody pressed since it was last served.
//	R7, F4  The first rule of S1 for cab lamps, and for nodes that come back with
//	    nobody else there.
//
// # What faults excuse
//
// The checker is told of the faults, and is never stricter than the
// specification:
//
//   - Who holds a call is bounded from below: whoever shows its lamp, all that
//     are connected to him if the lamp came on in a calm network, and all that
//     he has been connected to for long enough since; on disk after
//     [Bounds.Durable]. When the last of these is killed, or its disk is lost,
//     the debt is void.
//   - Who may still believe in a call that was served is bounded from above, so
//     that a lamp which comes on without a press is a ghost for certain.
//   - Time counts for a lamp only while the elevator of the same workspace can
//     run without a break. By F8 and R8 it then has to come, whatever happens to
//     the others.
//   - A press counts if it was held for [Bounds.MinPress] by a node that was in
//     control all the while. Other presses may light a lamp and need not.
//
// # What is not checked
//
// How well calls are shared out, how many elevators answer one call (R8 allows
// detours), what the indicator shows, what is said to people (F6, F7), and
// anything on the wire. The announced direction is seen only through the lamps
// that a stop clears. A door that stood open when its node was started, lost its
// server or was moved by hand isn't judged for that stop, since no node can see
// that it is open.
package promise
