// Package elevserver is a simulated elevator behind the elevator-server
// protocol (package elevproto): a car in its hoistway, a panel of buttons and
// lamps, and a TCP port on which nodes drive them. It stands in for the
// elevators and the simulator of the course TTK4145, so a node can't tell the
// difference (SPEC U3), and it adds what tests and demonstrations need: hands
// that press buttons, faults of every kind that SPEC F5 names, and eyes that
// see each change with its time.
//
// # Clients
//
// Any number of clients may be connected at once (the course's simulator
// serves one); all of them act on the one car. Frames may arrive split or
// several at once. Replies to requests that arrived together leave in one
// write. Frames that mean nothing here are counted and ignored, except that a
// request that has a reply always gets one, so no client waits for ever. The
// motor stops when the last client goes; lamps stay as they are.
//
// The request to reload the configuration is accepted and does nothing: there
// is no file to read again. (The course's simulator also puts the car in a
// random place then.)
//
// # Time
//
// The car is moved on whenever somebody looks or acts, and a timer waits for
// the next moment at which something happens by itself. A simulated elevator
// that stands still costs nothing. Events carry the time at which the thing
// happened, not that at which it was noticed.
//
// The behaviour behind the socket is the type plant, which has no clock and no
// socket; [Server] adds those.
package elevserver
