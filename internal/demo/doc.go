// Package demo runs a whole building in one process, to be watched and tried
// (SPEC U2): real nodes, each with a simulated elevator behind the
// elevator-server protocol over TCP, its own UDP socket on the loopback
// interface, and its own files on the disk. Nothing of a node is simulated, and
// neither hardware, network nor rights are needed.
//
// [Building] is the core: it starts and crashes nodes, presses buttons, injects
// every fault of SPEC F5 and cuts networks, and shows all there is to see as one
// [Snapshot]. It knows no screen. [Run] puts one in front of it: the live screen
// of a terminal, or plain lines with a verdict at the end.
package demo
