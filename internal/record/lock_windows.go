package record

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock makes sure that nobody else writes to the file. It locks a byte far behind
// the end, since a locked byte can't be read by others.
func lock(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return ErrInUse
	default:
		return os.NewSyscallError("LockFileEx", err)
	}
}
