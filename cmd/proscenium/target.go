package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/pcm"

	"golang.org/x/term"
)

// A format is a kind of file that a render makes. Exactly one of sink and score
// is set.
type format struct {
	name string // "wav"; also the file extension
	doc  string
	// binary is true if it is nothing to look at on a terminal.
	binary bool
	// sink begins a file of sound.
	sink func(path string, o *fileOptions) (pcm.Sink, error)
	// score begins a file of the score.
	score func(path string, o *fileOptions) (sonify.Output, error)
}

// fileOptions are what formats may want to know.
type fileOptions struct {
	header *sonify.Header
	format pcm.Format
}

// target is one file to be written.
type target struct {
	format *format
	path   string // as safefile takes it
	named  string // as the person wrote it
}

// stdoutPath is what safefile writes to standard output for.
const stdoutPath = "/dev/stdout"

// targets reads what stands behind -o and checks that the files can be written,
// all of them, before anything is done.
func targets(names []string) ([]target, error) {
	var ts []target
	var wrong, unwritable []string
	for _, name := range names {
		t, err := parseTarget(name)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		for _, u := range ts {
			if sameFile(t.path, u.path) {
				wrong = append(wrong, fmt.Sprintf("-o %s and -o %s are one file: give each output a name of its own", u.named, t.named))
			}
		}
		if err := writable(t.path); err != nil {
			unwritable = append(unwritable, err.Error())
		}
		ts = append(ts, t)
	}
	if len(wrong) > 0 {
		return nil, &usageError{errors.New(strings.Join(wrong, "\n"))}
	}
	if len(unwritable) > 0 {
		return nil, &outputError{errors.New(strings.Join(unwritable, "\n"))}
	}
	return ts, nil
}

func parseTarget(name string) (target, error) {
	t := target{named: name, path: name}
	if f, path, ok := strings.Cut(name, ":"); ok && formatNamed(f) != nil {
		t.format, t.path = formatNamed(f), path
	} else {
		t.format = formatNamed(strings.TrimPrefix(filepath.Ext(name), "."))
	}
	switch {
	case name == "-":
		return t, fmt.Errorf("-o -: say in which format standard output is to be written, such as wav:- or jsonl:-")
	case t.format == nil && filepath.Ext(name) == "":
		return t, fmt.Errorf("-o %s: a file name tells its format by its end: %s", name, formatList())
	case t.format == nil:
		return t, fmt.Errorf("-o %s: there is no format %q: there are %s", name, filepath.Ext(name), formatList())
	case t.path == "":
		return t, fmt.Errorf("-o %s: the name of the file is missing", name)
	}
	if t.path == "-" {
		t.path = stdoutPath
	}
	if t.path == stdoutPath && t.format.binary && term.IsTerminal(int(os.Stdout.Fd())) {
		return t, fmt.Errorf("-o %s: a %s is nothing to look at on a terminal: name a file, or pipe it into a program", name, t.format.name)
	}
	return t, nil
}

func formatNamed(name string) *format {
	name = strings.ToLower(name)
	for i := range formats {
		if formats[i].name == name || formats[i].name == "midi" && name == "mid" {
			return &formats[i]
		}
	}
	return nil
}

// formatList names the formats by their extensions.
func formatList() string {
	var b strings.Builder
	for i, f := range formats {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString("." + f.extension())
	}
	return b.String()
}

func (f *format) extension() string {
	if f.name == "midi" {
		return "mid"
	}
	return f.name
}

// formatTable describes the formats for help texts.
func formatTable() string {
	var b strings.Builder
	for _, f := range formats {
		fmt.Fprintf(&b, "  .%-6s %s\n", f.extension(), f.doc)
	}
	return b.String()
}

// sameFile reports whether a and b are one regular file, there or not.
func sameFile(a, b string) bool {
	if a == b && a == stdoutPath {
		return true
	}
	ia, ea := os.Stat(a)
	ib, eb := os.Stat(b)
	if ea == nil && eb == nil {
		return ia.Mode().IsRegular() && os.SameFile(ia, ib)
	}
	return place(a) == place(b)
}

// place returns where path leads, its folder's links followed.
func place(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// writable reports early what would otherwise fail when the file is begun: a
// missing folder, a folder in the file's place. What it cannot see (a disk that
// is mounted read-only) is found a moment later, still before any work.
func writable(path string) error {
	if path == stdoutPath {
		return nil
	}
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return fmt.Errorf("write %s: it is a folder: name a file in it", path)
		}
		return nil
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: there is no folder %s", path, dir)
	case err != nil:
		return fmt.Errorf("write %s: %w", path, bare(err))
	case !info.IsDir():
		return fmt.Errorf("write %s: %s is a file and no folder", path, dir)
	}
	return nil
}

// named is an output whose errors are known to be about writing.
type named struct{ sonify.Output }

func (n named) Begin(h *sonify.Header) error   { return wrote(n.Output.Begin(h)) }
func (n named) Play(c sonify.Cue) error        { return wrote(n.Output.Play(c)) }
func (n named) Finish(s *sonify.Summary) error { return wrote(n.Output.Finish(s)) }
func (n named) Close() error                   { return wrote(n.Output.Close()) }

func wrote(err error) error {
	if err != nil {
		return &outputError{err}
	}
	return nil
}
