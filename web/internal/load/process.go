//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used.
type usage struct {
	cpu time.Duration // user and system
	rss int64         // bytes
}

// hertz is the unit of times in /proc, USER_HZ: 100 on every Linux that Go runs on.
const hertz = 100

// used reads what a process has used so far.
func used(pid int) (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name, in brackets, may hold anything (proc(5)).
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 22 {
		return u, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(f))
	}
	number := func(s string) int64 {
		n, e := strconv.ParseInt(s, 10, 64)
		if e != nil && err == nil {
			err = fmt.Errorf("/proc/%d/stat: %w", pid, e)
		}
		return n
	}
	u.cpu = time.Duration(number(f[11])+number(f[12])) * time.Second / hertz
	u.rss = number(f[21]) * int64(os.Getpagesize())
	return u, err
}
