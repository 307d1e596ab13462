//go:build !unix

package servertest

import (
	"syscall"
	"testing"
)

func humble(testing.TB, string) *syscall.SysProcAttr { return nil }
