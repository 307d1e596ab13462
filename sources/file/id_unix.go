//go:build unix

package file

import (
	"os"
	"strconv"
	"syscall"
)

// identity returns what tells a file from others whatever its name: its inode.
func identity(st os.FileInfo) string {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(s.Ino), 36)
	}
	return ""
}
