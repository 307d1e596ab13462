//go:build !unix

package servertest

import (
	"syscall"
	"testing"
)

func humble(testing.TB, string) *syscall.SysProcAttr { return nil }

func give(testing.TB, string) (uid, gid int) { return 0, 0 }
