//go:build unix

package program

import (
	"os/exec"
	"syscall"
)

// separate puts the process into a group of its own: Ctrl-C at the terminal is for
// us, who end it in good order, and what it starts can be killed with it.
func separate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill kills what is left of the group of a process that was started.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
