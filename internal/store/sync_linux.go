package store

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// Sync leaves out the times of the file, which nobody reads: that spares a
// journal entry for each commit.
func (f *osFile) Sync() error {
	for {
		err := syscall.Fdatasync(int(f.fd))
		runtime.KeepAlive(f.File)
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
