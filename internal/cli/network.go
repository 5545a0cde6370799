package cli

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"elevnet/bcast"
)

// defaultUDPPort is the port on which all nodes of a network send and listen.
const defaultUDPPort = 15680

// networkFlags are those that nodes and listeners share.
type networkFlags struct {
	udpPort  *int
	building *string
	keyFile  *string
	local    *bool
}

func addNetworkFlags(f *flags) networkFlags {
	return networkFlags{
		udpPort:  f.number("udp-port", defaultUDPPort, 1, 65535, "PORT: udp port on which the nodes talk; the same for all"),
		building: f.String("building", "elevnet", "NAME: the building; nodes of other buildings are ignored"),
		keyFile:  f.String("key-file", "", "FILE: a key of at least 16 bytes that authenticates what the nodes say; the same for all"),
		local:    f.Bool("local", false, "talk to nodes on this computer only"),
	}
}

// open reads the key and opens the port.
func (n networkFlags) open(warn func(string)) (key []byte, t bcast.Transport, err error) {
	if *n.building == "" || len(*n.building) > 100 {
		return nil, nil, usage("--building must have 1 to 100 characters")
	}
	if *n.keyFile != "" {
		var exposed bool
		key, exposed, err = bcast.ReadKeyFile(*n.keyFile)
		if err != nil {
			return nil, nil, usage("%v", err)
		}
		if exposed {
			warn("everybody on this computer can read the key file: chmod 600 " + *n.keyFile)
		}
	}
	conn, err := bcast.Listen(bcast.Options{Port: *n.udpPort, LoopbackOnly: *n.local})
	if err != nil {
		return nil, nil, usageError{err}
	}
	return key, conn, nil
}

// randomBoot draws the nonce of one start.
func randomBoot() (uint64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("draw a random number: %w", err)
	}
	return binary.BigEndian.Uint64(b[:]) | 1, nil
}
