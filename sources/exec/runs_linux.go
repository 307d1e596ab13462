package exec

import (
	"bytes"
	"fmt"
	"os"
)

// runs reports whether a process that has not been waited for still does something.
func runs(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	i := bytes.LastIndexByte(b, ')') // behind the name, which may hold anything
	return i < 0 || i+2 >= len(b) || b[i+2] != 'Z'
}
