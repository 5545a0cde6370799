package browsertest

import (
	"context"
	"net"
	"strconv"
)

// StartDemo starts a demonstration on ports that are free, with further
// arguments.
func StartDemo(ctx context.Context, program string, args ...string) (*Program, error) {
	udp, err := freePort()
	if err != nil {
		return nil, err
	}
	return Start(ctx, program, append([]string{"demo", "--http", "127.0.0.1:0", "--no-open", "--no-screen", "--udp-port", strconv.Itoa(udp)}, args...)...)
}

// freePort returns a UDP port that was free a moment ago.
func freePort() (int, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	port := c.LocalAddr().(*net.UDPAddr).Port
	return port, c.Close()
}
