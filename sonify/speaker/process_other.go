//go:build !unix

package speaker

import "os/exec"

func alone(*exec.Cmd) {}

// kill ends a process.
func kill(c *exec.Cmd) { c.Process.Kill() }
