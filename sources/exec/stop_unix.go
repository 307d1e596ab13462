//go:build unix

package exec

import (
	"os/exec"
	"syscall"
	"time"
)

// alone puts a program into a group of its own, with all that it starts.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// stop asks the program and what it started to end, and kills what is still there after
// a while.
func stop(cmd *exec.Cmd) {
	group := -cmd.Process.Pid
	if syscall.Kill(group, syscall.SIGTERM) != nil {
		return
	}
	end := time.Now().Add(graceful)
	for time.Now().Before(end) {
		if !runs(cmd.Process.Pid) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	syscall.Kill(group, syscall.SIGKILL)
}

// system returns the variables without which no program runs.
func system() []string { return nil }
