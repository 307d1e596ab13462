//go:build unix

package service

import (
	"fmt"
	"os"
	"syscall"
)

// journaled compares f with what systemd.exec(5) says of JOURNAL_STREAM: the device
// and the inode of the stream that leads to the journal.
func journaled(f *os.File, stream string) bool {
	info, err := f.Stat()
	if err != nil || stream == "" {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && stream == fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}
