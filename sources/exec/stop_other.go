//go:build !unix

package exec

import (
	"os"
	"os/exec"
)

func alone(*exec.Cmd) {}

// stop kills the program.
func stop(cmd *exec.Cmd) { cmd.Process.Kill() }

// system returns the variables without which no program runs.
func system() []string {
	if root, ok := os.LookupEnv("SystemRoot"); ok {
		return []string{"SystemRoot=" + root}
	}
	return nil
}
