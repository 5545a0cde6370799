package bcast

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// MinKey and MaxKey bound the length of a key, in bytes.
const (
	MinKey = 16
	MaxKey = 4096
)

// ReadKeyFile reads a key for [NewSealer]. White space at its end isn't part of
// it, so that an editor's newline makes no other key. The key has [MinKey] to
// [MaxKey] bytes.
//
// exposed reports that everybody on this computer may read the file; always
// false on Windows, where permissions don't show in the file mode.
func ReadKeyFile(path string) (key []byte, exposed bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, false, fmt.Errorf("key file: %w; make one with: %s", err, keyRecipe)
		}
		return nil, false, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, fmt.Errorf("key file: %w", err)
	}
	// A device or an unending pipe is read no further than it takes to see that
	// it is no key.
	const most = MaxKey + 64 // with room for white space at the end
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, false, fmt.Errorf("key file: %w", err)
	}
	key = bytes.TrimRight(content, " \t\r\n")
	if len(key) > MaxKey || len(content) > most {
		return nil, false, fmt.Errorf("key file %s is too long: a key has at most %d bytes", path, MaxKey)
	}
	if len(key) < MinKey {
		return nil, false, fmt.Errorf("key file %s holds %d bytes, a key needs at least %d; make one with: %s",
			path, len(key), MinKey, keyRecipe)
	}
	return key, runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0, nil
}

// keyRecipe makes a key of 256 bits.
const keyRecipe = "head -c 32 /dev/urandom | base64 > building.key"
