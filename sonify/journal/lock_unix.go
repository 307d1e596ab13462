//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package journal

import (
	"os"
	"syscall"
)

// hold opens a file and holds it until it is closed; taken is true if another holds it.
func hold(path string) (f *os.File, taken bool, err error) {
	if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, false, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err == syscall.EWOULDBLOCK, err
	}
	return f, false, nil
}
