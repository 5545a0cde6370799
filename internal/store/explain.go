package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// explain says what was tried, where, why it failed, and what to do about it.
func explain(what, path string, err error) error {
	// The path is said once.
	var (
		pathError *fs.PathError
		linkError *os.LinkError
	)
	cause := err
	switch {
	case errors.As(err, &pathError):
		cause = pathError.Err
	case errors.As(err, &linkError):
		cause = linkError.Err
	}
	return fmt.Errorf("store: can't %s %s: %w%s", what, path, cause, advice(err))
}

func advice(err error) string {
	switch {
	case errors.Is(err, ErrLocked):
		return "; stop the other one, or start this one with another id or directory"
	case noSpace(err):
		return "; make room on this disk"
	case readOnly(err):
		return "; mount it for writing, or choose another directory"
	case errors.Is(err, fs.ErrPermission):
		return "; give this user the right to write there, or choose another directory"
	default:
		return "; see to this disk, or choose another directory"
	}
}
