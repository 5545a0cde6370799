package demo

import "fmt"

// Network is what the nodes of a building talk over.
type Network uint8

// The networks.
const (
	// UDP: real sockets on the loopback interface, the nodes in this process.
	UDP Network = iota
	// Memory: no sockets, the nodes in this process.
	Memory
	// Processes: each node is a process of its own with a real socket on the
	// loopback interface. What it sends is passed on by this process.
	Processes
)

// String says it in a few words.
func (n Network) String() string {
	return [...]string{"real UDP on loopback", "network in memory", "real processes, real UDP on loopback"}[n%3]
}

// networkText says in words what the datagrams travel on.
func (b *Building) networkText() string {
	switch {
	case b.cfg.Network != Processes:
		return b.cfg.Network.String()
	case len(b.all) == 1:
		return "a real process, real UDP on loopback"
	}
	return fmt.Sprintf("%d processes, real UDP on loopback", len(b.all))
}
