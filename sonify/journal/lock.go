package journal

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Busy is the error of a folder in which another writer writes: two logs of one station
// would be one that nobody can play.
type Busy struct {
	Dir string
	PID int // of the program that writes there; 0 if it is not known
}

func (e *Busy) Error() string {
	who := ""
	if e.PID > 0 {
		who = fmt.Sprintf(" (pid %d)", e.PID)
	}
	return fmt.Sprintf("another proscenium writes here: %s%s", e.Dir, who)
}

// lockName is the file in a station's folder that whoever writes there holds. It stays:
// to delete it would let two hold one name. The system lets go of it when the program
// ends, however it does.
const lockName = ".lock"

// lock takes the folder for this writer, again if the folder is another one than that
// which was taken. Where it cannot be taken for another reason than that it is, such as
// a file system that has no locks, nothing is held and nothing said: what cannot be
// written is told by who writes.
func (w *Writer) lock() error {
	path := filepath.Join(w.dir, lockName)
	if w.held != nil {
		mine, err := w.held.Stat()
		there, err2 := os.Stat(path)
		if err == nil && err2 == nil && os.SameFile(mine, there) {
			return nil
		}
		w.unlock()
	}
	f, taken, err := hold(path)
	if taken {
		return &Busy{w.dir, holder(path)}
	}
	if err != nil {
		return nil
	}
	w.held = f
	if f.Truncate(0) == nil {
		f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
		f.Sync()
	}
	return nil
}

// unlock lets go of the folder.
func (w *Writer) unlock() {
	if w.held != nil {
		w.held.Close()
		w.held = nil
	}
}

// holder returns the process that a lock says holds it, 0 if it does not say.
func holder(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
