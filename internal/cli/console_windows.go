package cli

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// enableEscapes makes a console understand escape sequences, which older ones
// do only when asked to, and reports whether it does.
func enableEscapes(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
