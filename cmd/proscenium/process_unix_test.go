//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

func sendSignal(p *os.Process, name string) error {
	switch name {
	case "INT":
		return p.Signal(syscall.SIGINT)
	case "TERM":
		return p.Signal(syscall.SIGTERM)
	}
	return fmt.Errorf("unknown signal %q", name)
}

// peakMemory returns the most memory that a process had, in bytes.
func peakMemory(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}
