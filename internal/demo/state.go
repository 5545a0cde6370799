package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// stateDir returns the directory for the nodes' files and the name of the
// building, which no other demonstration on this computer has: unless it uses
// the same directory.
func stateDir(dir string) (name, path string, err error) {
	if dir == "" {
		if path, err = os.MkdirTemp("", "elevnet-demo-"); err != nil {
			return "", "", fmt.Errorf("make a temporary directory: %w; give another place with --state-dir", err)
		}
		return "demo-" + strconv.FormatUint(nonce()>>40, 16), path, nil
	}
	if path, err = filepath.Abs(dir); err != nil {
		return "", "", fmt.Errorf("--state-dir %s: %w", dir, err)
	}
	if err = os.MkdirAll(path, 0o755); err != nil {
		return "", "", fmt.Errorf("--state-dir: %w", err)
	}
	sum := sha256.Sum256([]byte(path))
	return "demo-" + hex.EncodeToString(sum[:4]), path, nil
}
