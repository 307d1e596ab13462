//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package journal

import (
	"errors"
	"os"
)

// hold holds nothing: this system has no lock that ends with the program.
func hold(string) (f *os.File, taken bool, err error) { return nil, false, errors.ErrUnsupported }
