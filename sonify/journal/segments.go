package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Segments returns the paths of all segments in a station's folder, the oldest
// first. A folder that is not there has none.
func Segments(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var out []string
	for _, e := range entries {
		if _, _, ok := splitName(e.Name()); ok && !e.IsDir() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(out) // the times have one width
	return out, nil
}

// LastRun returns the segments of the newest run in a station's folder.
func LastRun(dir string) ([]string, error) {
	all, err := Segments(dir)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	last, _, _ := splitName(filepath.Base(all[len(all)-1]))
	return slices.DeleteFunc(all, func(path string) bool {
		run, _, _ := splitName(filepath.Base(path))
		return run != last
	}), nil
}

// NextRun returns the name of a run that begins at t in a station's folder: a later one
// than all that are there, even if the clock of the machine was not set yet, for the last
// one by name is the last one.
func NextRun(dir string, t time.Time) string {
	all, err := Segments(dir)
	if err == nil && len(all) > 0 {
		run, _, _ := splitName(filepath.Base(all[len(all)-1]))
		if last, err := time.Parse(runName, run); err == nil && !t.After(last) {
			t = last.Add(time.Millisecond)
		}
	}
	return RunName(t)
}

// Ended reports whether a segment ends with the end of its run, and why that ended.
func Ended(path string) (why string, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", false
	}
	b := make([]byte, min(info.Size(), maxEnd))
	if _, err := f.ReadAt(b, info.Size()-int64(len(b))); err != nil {
		return "", false
	}
	b, whole := bytes.CutSuffix(b, []byte("\n"))
	b = b[bytes.LastIndexByte(b, '\n')+1:]
	if !whole || !bytes.HasPrefix(b, []byte(`{"type":"end",`)) {
		return "", false
	}
	var e End
	if json.Unmarshal(b, &e) != nil {
		return "", false
	}
	return e.Why, true
}

// maxEnd is how long the line may be that ends a run.
const maxEnd = 4096

// splitName takes the name of a segment apart.
func splitName(name string) (run, number string, ok bool) {
	base, ok := strings.CutSuffix(name, ".log")
	if !ok {
		return "", "", false
	}
	i := strings.LastIndexByte(base, '-')
	if i <= 0 || len(base)-i < 5 || strings.Trim(base[i+1:], "0123456789") != "" {
		return "", "", false
	}
	return base[:i], base[i+1:], true
}

// prune deletes the oldest segments while all have more bytes than are to be
// kept; never the one that is open. What cannot be deleted stays.
func (w *Writer) prune() {
	paths, err := Segments(w.dir)
	if err != nil {
		return
	}
	sizes := make([]int64, len(paths))
	var all int64
	for i, p := range paths {
		if info, err := os.Stat(p); err == nil {
			sizes[i] = info.Size()
			all += sizes[i]
		}
	}
	for i, p := range paths {
		if all <= w.opts.KeepBytes || p == w.name {
			return
		}
		if os.Remove(p) == nil {
			all -= sizes[i]
		}
	}
}

// syncFolder makes a new name last through a power cut. Not every system can do
// it, so it is no error if it fails.
func syncFolder(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
