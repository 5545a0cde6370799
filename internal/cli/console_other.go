//go:build !windows

package cli

import "io"

// enableEscapes reports whether a terminal understands escape sequences.
func enableEscapes(io.Writer) bool { return true }
