package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultDir returns the directory in which programs keep their state by the
// convention of the operating system; it needn't exist.
//
//	Windows  %LocalAppData%\elevnet
//	macOS    ~/Library/Application Support/elevnet
//	others   $XDG_STATE_HOME/elevnet, or ~/.local/state/elevnet
func DefaultDir() (string, error) { return defaultDir(runtime.GOOS, os.Getenv) }

func defaultDir(goos string, getenv func(string) string) (string, error) {
	const app = "elevnet"
	switch goos {
	case "windows":
		if dir := getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, app), nil
		}
		return "", errors.New("store: no directory for the state: %LocalAppData% is not set; set it, or name a directory")
	case "darwin", "ios":
		if home := getenv("HOME"); home != "" {
			return filepath.Join(home, "Library", "Application Support", app), nil
		}
		return "", errors.New("store: no directory for the state: $HOME is not set; set it, or name a directory")
	default:
		// By the XDG specification a relative path counts as not set.
		if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, app), nil
		}
		if home := getenv("HOME"); home != "" {
			return filepath.Join(home, ".local", "state", app), nil
		}
		return "", errors.New("store: no directory for the state: neither $XDG_STATE_HOME nor $HOME is set; set one, or name a directory")
	}
}
