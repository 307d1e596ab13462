//go:build unix

package speaker

import (
	"os/exec"
	"syscall"
)

// alone makes a process the first of a group of its own: Ctrl-C at the terminal is
// not for it, and it is killed together with those that it starts.
func alone(c *exec.Cmd) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Setpgid = true
}

// kill ends a process and those that it started.
func kill(c *exec.Cmd) { syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
