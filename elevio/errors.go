package elevio

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

var (
	// ErrStale is returned by [Driver.Set] for outputs that were computed for
	// another connection than the present one, or while there is none. Nothing
	// was written.
	ErrStale = errors.New("outputs of an earlier connection to the elevator server")
	// ErrSilent is what an [Event] holds when the elevator server left a poll
	// unanswered for too long.
	ErrSilent = errors.New("no answer")
	// ErrNonsense is what an [Event] holds when a reply was not one.
	ErrNonsense = errors.New("nonsense")
)

// errStalled means that the server hasn't read for so long that the send buffer
// is full.
var errStalled = errors.New("the elevator server does not read")

// dialError says that addr couldn't be reached, and why, in few words.
func dialError(addr string, err error, timeout time.Duration) error {
	if isTimeout(err) {
		return fmt.Errorf("dial %s: %w within %v", addr, ErrSilent, timeout)
	}
	return fmt.Errorf("dial %s: %w", addr, cause(err))
}

// lostError says why an established connection was given up. answered is
// whether the server ever answered on it.
func lostError(addr string, err error, answered bool, timeout time.Duration) error {
	switch {
	case errors.Is(err, ErrNonsense):
		return fmt.Errorf("%s: %w", addr, err)
	case isTimeout(err) && !answered:
		return fmt.Errorf("%s: connected, but %w for %v: an elevator server may serve only one client at a time, is another one connected?",
			addr, ErrSilent, timeout)
	case isTimeout(err):
		return fmt.Errorf("%s: %w for %v", addr, ErrSilent, timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the elevator server closed the connection: %w", addr, io.EOF)
	default:
		return fmt.Errorf("%s: connection lost: %w", addr, cause(err))
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

// cause returns the innermost error of those that package net wraps: the outer
// ones repeat addresses, among them port numbers that differ on every attempt.
func cause(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
