// Package elevio is the client of an elevator server: real hardware or a
// simulator behind the four-byte frames of [elevproto], over TCP (SPEC E5, U3).
//
// A [Driver] keeps the connection. It polls all inputs and hands out a snapshot
// whenever one changed, and it writes what of the wanted outputs differs from
// what it last wrote on this connection. Both are levels, so nothing is lost
// with a connection: after a reconnect the first snapshot shows where the car
// is now, and the first [Driver.Set] writes every output again.
//
// # How a poll travels
//
// A poll is one request for each input, all in one write; the replies come in
// the order of the requests. Some servers (the course's simulator is one) leave
// Nagle's algorithm on and write every reply by itself. The first reply then
// leaves at once, the others wait in the server until the first is
// acknowledged, and the acknowledgement waits in this machine for something to
// travel with, or for its 40 ms time-out. The remedy is to have something
// travel: on a connection whose polls turn out that slow, one request is held
// back and written a moment later, when the server has made its replies. That
// write carries the acknowledgement. Its own reply is released by the next
// poll's write, so the request held back is the first of the next poll, and the
// replies of a poll are the same bytes in the same order either way.
//
// The cost of a poll is mostly that of being woken, not of the bytes. On Linux
// the socket is therefore told to wake the poller only when a poll's replies
// are complete, pauses are waited for on a kernel timer instead of the Go
// runtime's, which rounds to milliseconds and wakes twice, and the few system
// calls that can't block are made without telling the scheduler. Elsewhere the
// standard library's calls do.
package elevio
