package program

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Command is what to run.
type Command struct {
	text string
	path string
	args []string
}

// ParseCommand returns the command of a text: a path, which may hold spaces, or a
// path and arguments with spaces between. There is no shell in it, and so neither
// quotes nor variables. A path without a slash is looked for where the system looks
// for commands. An error says why it can't be run.
func ParseCommand(text string) (Command, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Command{}, errors.New("a program is needed, such as exec:./my.py")
	}
	whole, err := exec.LookPath(text)
	if err == nil {
		return Command{text: text, path: whole}, nil
	}
	parts := strings.Fields(text)
	if len(parts) == 1 || exists(text) {
		return Command{}, explain(text, err)
	}
	path, err := exec.LookPath(parts[0])
	if err != nil {
		return Command{}, explain(parts[0], err)
	}
	return Command{text: text, path: path, args: parts[1:]}, nil
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// explain says why a program can't be run, and what to do.
func explain(path string, err error) error {
	var inner *exec.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	switch {
	case !strings.ContainsAny(path, `/\`) && exists(path):
		return fmt.Errorf("no program %s on the search path; for the one in this directory write .%c%s", path, filepath.Separator, path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s can't be run: %w; make it executable with chmod +x", path, err)
	}
	return fmt.Errorf("%s can't be run: %w", path, err)
}

// String returns the command as it was written.
func (c Command) String() string { return c.text }
