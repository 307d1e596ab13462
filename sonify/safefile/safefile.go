// Package safefile writes files that are there whole or not at all. What is
// written goes to a hidden file beside the final one (".NAME.*.partial"), which
// gets its final name in [File.Finish]; until then a file that was there before
// stays as it is, and it survives if anything fails.
package safefile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoSeek is what [File.WriteAt] returns for pipes and devices.
var ErrNoSeek = errors.New("cannot write anywhere but at the end of a pipe or device")

// File is a file that is being written. It is used by one goroutine. Nothing is
// buffered: whoever writes in small pieces puts a buffer before it.
type File struct {
	path   string   // as the caller named it; all errors speak of it
	final  string   // where it goes: path with its links followed
	temp   string   // empty if it is written directly
	f      *os.File // nil once closed
	direct bool
	keep   bool // do not close f: it is the program's own standard output
	err    error
	saved  bool // Salvage was called
}

// Create begins a file that will be called path. A link is followed, so that it
// goes on pointing to what it points to. What is no regular file (a pipe, a
// device, /dev/stdout) is written directly, without a temporary name; opening a
// named pipe waits for its reader, as it does everywhere.
//
// Create fails if the folder is missing or cannot be written, if path is a
// folder, or if a file is there that may not be written.
func Create(path string) (*File, error) {
	if path == "" {
		return nil, errors.New("a file to write needs a name")
	}
	switch path {
	case "/dev/stdout", "/dev/fd/1":
		return &File{path: path, f: os.Stdout, direct: true, keep: true}, nil
	case "/dev/stderr", "/dev/fd/2":
		return &File{path: path, f: os.Stderr, direct: true, keep: true}, nil
	}
	f := &File{path: path, final: path}
	mode := fs.FileMode(0o666)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("write %s: it is a folder: name a file in it", path)
	case err == nil && !info.Mode().IsRegular(), strings.HasPrefix(path, "/dev/"), strings.HasPrefix(path, "/proc/"):
		f.direct = true
		if f.f, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
			return nil, f.wrap(err)
		}
		return f, nil
	case err == nil:
		// Renaming over a file asks only for the folder's permission, so ask
		// for the file's here: what is write-protected is so for a reason.
		old, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, f.wrap(err)
		}
		old.Close()
		mode = info.Mode().Perm()
		if f.final, err = filepath.EvalSymlinks(path); err != nil {
			return nil, f.wrap(err)
		}
	case errors.Is(err, fs.ErrNotExist):
		if f.final, err = dangling(path); err != nil {
			return nil, f.wrap(err)
		}
		dir := filepath.Dir(f.final)
		if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("write %s: there is no folder %s: %w", path, dir, fs.ErrNotExist)
		} else if err == nil && !info.IsDir() {
			return nil, fmt.Errorf("write %s: %s is no folder", path, dir)
		}
	default:
		return nil, f.wrap(err)
	}
	if err := f.open(filepath.Dir(f.final), filepath.Base(f.final), mode); err != nil {
		return nil, err
	}
	return f, nil
}

// dangling returns the file that path would create: path itself, or the target
// of a link that points to nothing yet.
func dangling(path string) (string, error) {
	for range 40 { // as many links as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", errors.New("too many links")
}

// Scratch opens a hidden file for what is needed only while path is being
// written. It stands beside path, where there is room for the result anyway, or
// in the system's folder for temporary files if path is a pipe or device. Close
// removes it; it cannot be finished.
func Scratch(path string) (*File, error) {
	f := &File{path: path}
	dir, name := os.TempDir(), filepath.Base(path)
	info, err := os.Stat(path)
	special := err == nil && !info.Mode().IsRegular() || strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")
	if !special {
		dir = filepath.Dir(path)
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dir = filepath.Dir(real)
		}
	}
	if err := f.open(dir, name, 0o600); err != nil {
		return nil, err
	}
	return f, nil
}

// randomBytes is how many bytes make a hidden file's name one of its own.
const randomBytes = 6

// short cuts a name so that there is room for what a hidden file has besides.
func short(name string) string {
	if len(name) > 200 { // most file systems allow 255 bytes for all of it
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

// open makes a file of its own with a new name.
func (f *File) open(dir, name string, mode fs.FileMode) error {
	for range 100 {
		var r [randomBytes]byte
		rand.Read(r[:])
		temp := filepath.Join(dir, "."+short(name)+"."+hex.EncodeToString(r[:])+".partial")
		file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return f.wrap(err)
		}
		f.f, f.temp = file, temp
		return nil
	}
	return fmt.Errorf("write %s: no free temporary name", f.path)
}

// wrap tells of err under the name that the person knows.
func (f *File) wrap(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		err = le.Err
	}
	return fmt.Errorf("write %s: %w", f.path, err)
}

// Path returns the path that Create was given.
func (f *File) Path() string { return f.path }

// CanSeek reports whether WriteAt and ReadAt work.
func (f *File) CanSeek() bool { return !f.direct }

// Write writes p at the end. After an error every call returns that error.
func (f *File) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.f == nil {
		return 0, f.wrap(fs.ErrClosed)
	}
	n, err := f.f.Write(p)
	if err != nil {
		f.err = f.wrap(err)
	}
	return n, f.err
}

// WriteAt writes p at off and leaves the place where Write goes on.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.direct {
		return 0, f.wrap(ErrNoSeek)
	}
	if f.f == nil {
		return 0, f.wrap(fs.ErrClosed)
	}
	n, err := f.f.WriteAt(p, off)
	if err != nil {
		f.err = f.wrap(err)
	}
	return n, f.err
}

// ReadAt reads back what was written.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if f.direct || f.f == nil {
		return 0, f.wrap(ErrNoSeek)
	}
	return f.f.ReadAt(p, off)
}

// Salvage is for a file that could not be written to its end, and of which the beginning
// is worth having, as is that of a recording: the error is forgotten, and size is how
// much of it is there. Whoever calls it puts the file in order by WriteAt and Truncate,
// and then calls FinishBeside. Without a Salvage nothing remains of a file that failed.
func (f *File) Salvage() (size int64, err error) {
	if f.direct || f.f == nil || f.final == "" {
		return 0, f.wrap(fs.ErrClosed)
	}
	info, err := f.f.Stat()
	if err != nil {
		return 0, f.wrap(err)
	}
	f.err, f.saved = nil, true
	return info.Size(), nil
}

// Truncate cuts the file off behind its first size bytes.
func (f *File) Truncate(size int64) error {
	if f.direct || f.f == nil {
		return f.wrap(ErrNoSeek)
	}
	if err := f.f.Truncate(size); err != nil {
		return f.wrap(err)
	}
	return nil
}

// FinishBeside does what Finish does, but for the name: a file that is there already
// stays, and this one is called as [Free] says. It returns its path.
func (f *File) FinishBeside() (path string, err error) {
	if f.final != "" {
		f.final = Free(f.final)
	}
	return f.final, f.Finish()
}

// Free returns path if there is no such file, and otherwise the first name that no file
// has: "take.wav", "take-2.wav", "take-3.wav" and so on.
func Free(path string) string {
	ext := filepath.Ext(path)
	name := path
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), n, ext)
	}
}

// Partials returns the hidden files that are left where path was begun and not finished:
// its program was killed, or is still writing. They have what was written.
func Partials(path string) []string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), "."+short(filepath.Base(path))+".")
		random, partial := strings.CutSuffix(rest, ".partial")
		if _, err := hex.DecodeString(random); ok && partial && err == nil && len(random) == 2*randomBytes {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	return found
}

// Finish makes sure that everything is on the disk and gives the file its final
// name. After an error, its own or an earlier one, nothing is there that was
// not there before. It is called at most once.
func (f *File) Finish() error {
	if f.f == nil && f.err == nil {
		f.err = f.wrap(fs.ErrClosed)
	}
	if f.err != nil && !f.saved {
		f.Close()
		return f.err
	}
	if f.direct {
		return f.Close()
	}
	if f.final == "" {
		return fmt.Errorf("write %s: a scratch file has no final name", f.path)
	}
	err := f.f.Sync()
	if e := f.f.Close(); err == nil {
		err = e
	}
	f.f = nil
	if f.saved {
		err = nil // that the disk has its troubles is known: what is there is better than nothing
	}
	if err == nil {
		err = os.Rename(f.temp, f.final)
	}
	if err != nil {
		os.Remove(f.temp)
		f.temp, f.err = "", f.wrap(err)
		return f.err
	}
	f.temp = ""
	syncFolder(filepath.Dir(f.final))
	return nil
}

// syncFolder makes the new name last through a power cut. Not every system can
// do it, and the file is there in any case, so it is no error if it fails.
func syncFolder(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}

// Close releases the file and removes it if it was not finished. It may be
// called more than once, and after Finish. For pipes and devices it reports
// what closing them said.
func (f *File) Close() error {
	var err error
	if f.f != nil && !f.keep {
		err = f.f.Close()
	}
	f.f = nil
	if f.temp != "" {
		err = os.Remove(f.temp)
		f.temp = ""
	}
	if err != nil {
		return f.wrap(err)
	}
	return nil
}
