package demo

import (
	"errors"
	"os"
	"os/exec"
)

func dieWithParent(*exec.Cmd) {}

func freezeProcess(*os.Process, bool) error { return errNoFreeze }

// errNoFreeze is why a process isn't frozen.
var errNoFreeze = errors.New("a process can't be frozen on this system; run the demo without --processes")

// interrupt fails: a process can only be killed here.
func interrupt(*os.Process) error { return errors.ErrUnsupported }

// canFreeze reports whether a process can be frozen on this system.
const canFreeze = false
