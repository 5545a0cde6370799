package program

import (
	"os/exec"
	"syscall"
)

// separate puts the process into a group of its own: Ctrl-C in the console is for
// us, who end it in good order.
func separate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// kill kills a process that was started, unless it has ended.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
