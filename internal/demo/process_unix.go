//go:build unix

package demo

import (
	"os"
	"syscall"
)

func freezeProcess(p *os.Process, on bool) error {
	if on {
		return p.Signal(syscall.SIGSTOP)
	}
	return p.Signal(syscall.SIGCONT)
}

func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }

// canFreeze reports whether a process can be frozen on this system.
const canFreeze = true
