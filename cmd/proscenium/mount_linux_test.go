package main

import (
	"os"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// canMount reports whether this process may mount a file system of its own: root
// may, in most containers too.
var canMount = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "proscenium-mount")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		return false
	}
	return syscall.Unmount(dir, 0) == nil
})

// tinyDisk mounts a disk of the given size as a new folder, until the story
// ends:
//
//	tinydisk 256k full
//	tinydisk readonly folder
func tinyDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tinydisk size folder")
	}
	dir := ts.MkAbs(args[1])
	ts.Check(os.Mkdir(dir, 0o777))
	flags, size := uintptr(0), args[0]
	if size == "readonly" {
		flags, size = syscall.MS_RDONLY, "64k"
	}
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+size))
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}
