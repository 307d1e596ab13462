//go:build unix

package servertest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// humble makes the user nobody the owner of dir, and says how to be that user, where
// the test runs as root.
func humble(tb testing.TB, dir string) *syscall.SysProcAttr {
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid := give(tb, dir)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// give makes the user nobody the owner of a file or folder, where the test runs as root.
func give(tb testing.TB, path string) (uid, gid int) {
	if os.Getuid() != 0 {
		return os.Getuid(), os.Getgid()
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		tb.Fatal(err)
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	if err := os.Chown(path, uid, gid); err != nil {
		tb.Fatal(err)
	}
	return uid, gid
}
