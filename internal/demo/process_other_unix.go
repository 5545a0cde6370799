//go:build unix && !linux

package demo

import (
	"os/exec"
	"syscall"
)

// dieWithParent only keeps a Ctrl-C in the terminal from the children.
func dieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
