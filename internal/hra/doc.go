// Package hra answers as the field's reference hall-request assigner does: which
// elevator takes which hall call. It speaks the reference's contract, JSON in and
// JSON out ([Decoder], [AppendAnswer]), and gives the reference's answers
// ([Assigner]); file testdata/README.md tells what they were compared with.
//
// # The method
//
// The elevators are run together in one simulation, and a call goes to the one
// that would clear it first. Each elevator has a clock of its own, and the one
// whose clock is lowest moves next; of equal clocks, the smaller id, compared as
// bytes. In the beginning the clocks are one microsecond apart, in the order of
// the ids, so that equal times keep that order. What has been taken is out of
// everybody's sight; what nobody has taken yet, everybody sees and goes for.
//
// The first move is made by each elevator once, in the order of the ids:
//
//   - one that stands takes every hall call at its floor, though another one
//     have taken it before, and spends a door time on each; if its door is open,
//     half a door time goes before;
//   - one that moves is at the next floor after half a travel time.
//
// After that the elevator with the lowest clock makes a single move:
//
//   - one that moves has arrived at its floor. It stops if there is a cab call or
//     a hall call in its direction, if there's no call beyond, or if the shaft
//     ends; it spends a door time, and takes what the clear rule says. Otherwise
//     it spends a travel time and is at the next floor;
//   - one that stands looks for calls beyond its floor in its direction, at its
//     floor, and in the other direction, in this order; a direction of stop counts
//     as down. It leaves, spending a travel time, or takes everything at its floor,
//     spending a door time.
//
// The clear rule [InDirection] takes the cab call, and of the hall calls the one
// in the direction of travel; the other one only if that one isn't there and no
// call is left beyond. So an elevator that turns where both hall buttons are lit
// takes one after the other, and another elevator may come in between. [All]
// takes every call at the floor. A stop without a direction takes all as well.
//
// The simulation ends when every hall call is taken. It also ends, between two
// moves, when no elevator has a cab call left, no floor had both hall calls in
// the beginning, and an elevator is at the floor of every call not yet taken:
// each of these goes to the elevator there whose clock is lowest.
//
// # Why it ends
//
// A call that nobody takes is seen by all, and an elevator under these rules
// comes by every call that it sees, in the right direction or with none beyond,
// before it has turned three times. So it makes at most three runs through the
// shaft, with a stop for each of its cab calls, for each hall call that it takes
// and for each turn. [Assigner.Assign] counts the moves against that bound.
package hra
