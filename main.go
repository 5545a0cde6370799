// Elevnet is a peer-to-peer elevator network: each workstation runs one node
// that drives one elevator, and there is no master. See README.md, or run
//
//	go run . --help
package main

import (
	"os"

	"elevnet/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
