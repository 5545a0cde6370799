// Package systest tests the program as it is shipped: real node processes, each
// in a network namespace of its own with a simulated elevator, joined by a
// bridge, under every fault of SPEC F. It needs linux, root, ip and iptables,
// and skips aloud where it lacks them.
//
//	go test -v ./internal/systest
//
// It prints what it measures. No traffic leaves the namespaces.
package systest
