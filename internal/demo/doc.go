// Package demo runs a whole building on one computer, to be watched and tried
// (SPEC U2): real nodes, each with a simulated elevator behind the
// elevator-server protocol over TCP and its own files on the disk, which talk over
// UDP on the loopback interface, or through memory, in this process or each in its
// own: see [Network]. Nothing of a node is simulated, and neither hardware, network
// nor rights are needed.
//
// [Building] is the core: it starts and crashes nodes, presses buttons, injects
// every fault of SPEC F5 and cuts networks, and shows all there is to see as one
// [Snapshot]. It knows no screen. [Run] puts some in front of it: the page in a
// browser, the live screen of a terminal, or plain lines with a verdict at the end.
//
// What happens comes together in one place, the chronicle, as moments with their
// true times. From these alone captions are written, scenes know how to go on, and
// the page is told; the wire between the nodes tells of each datagram what it said
// and what became of it.
package demo
