package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/pcm"
)

// maxPiece bounds what is read of a piece: more is surely not one.
const maxPiece = 4 << 20

// stdinName is what problems of a piece from standard input are said of.
const stdinName = "<stdin>"

// written is a piece as it was found: nothing of it has been understood yet.
type written struct {
	name  string // how problems name it
	src   []byte
	sets  []string // key.path=value
	stdin io.Reader
}

// find reads the piece that a person named: a file, a folder that holds
// piece.toml, or "-" for standard input. sets are overrides.
func (p *program) find(name string, sets []string) (*written, error) {
	w := &written{name: name, stdin: p.in}
	if name == "-" {
		b, err := io.ReadAll(io.LimitReader(p.in, maxPiece+1))
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		w.name, w.src, w.stdin = stdinName, b, nil
	} else {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			w.name = filepath.Join(name, "piece.toml")
			if _, err := os.Stat(w.name); errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%s: the folder holds no piece.toml%s", name, otherPiece(name))
			}
		}
		b, err := readLimited(w.name, maxPiece+1)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such file%s", name, nearFile(name))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, bare(err))
		}
		w.src = b
	}
	if len(w.src) > maxPiece {
		return nil, fmt.Errorf("%s: larger than %d MiB: this is no piece (data is named by a source's path)", w.name, maxPiece>>20)
	}
	for _, s := range sets {
		if !strings.Contains(s, "=") {
			return nil, usagef("--set %s: expected key.path=value, such as --set tempo=96", s)
		}
		w.sets = append(w.sets, fromHere(w.name, s))
	}
	return w, nil
}

// readLimited reads at most n bytes of a file.
func readLimited(name string, n int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

// bare takes the path off an error that the caller names itself.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// otherPiece names the TOML files of a folder without piece.toml.
func otherPiece(dir string) string {
	found, _ := filepath.Glob(filepath.Join(dir, "*.toml"))
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", found[0])
}

// nearFile is a hint that names a file like the one that is missing, or what
// makes a piece.
func nearFile(name string) string {
	entries, _ := os.ReadDir(filepath.Dir(name))
	var known []string
	for _, e := range entries {
		known = append(known, e.Name())
	}
	if n := sonify.Nearest(filepath.Base(name), known); n != "" {
		return fmt.Sprintf(" (did you mean %s?)", filepath.Join(filepath.Dir(name), n))
	}
	if filepath.Ext(name) == "" {
		return fmt.Sprintf(` ("proscenium new %s" makes a piece to start from)`, name)
	}
	return ""
}

// fromHere makes the path in an override of a source's path absolute: what a
// person types means the current folder, what stands in a piece means the
// piece's. If the file is only found beside the piece, that one is meant.
func fromHere(piece, set string) string {
	key, value, _ := strings.Cut(set, "=")
	key, path := strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"'`)
	isFile := strings.HasPrefix(key, "source.") || strings.HasPrefix(key, "voice.")
	last := key[strings.LastIndexByte(key, '.')+1:]
	switch {
	case key == "mapping" && strings.HasSuffix(path, ".toml"):
	case !isFile:
		return set
	case last == "path", last == "file", last == "matches", last == "sample", strings.HasSuffix(last, "_path"), strings.HasSuffix(last, "_file"):
	default:
		return set
	}
	if path == "" || path == "-" || filepath.IsAbs(path) || strings.Contains(path, "://") || strings.HasPrefix(path, "[") {
		return set
	}
	if _, err := os.Stat(path); err != nil {
		if _, err := os.Stat(filepath.Join(filepath.Dir(piece), path)); err == nil {
			return set
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return set
	}
	return key + "=" + abs
}

// compile makes w ready to be played and tells what is wrong with it.
func (p *program) compile(w *written) (*mapping.Piece, error) {
	piece, problems := w.compile(true)
	if problems.Err() != nil {
		p.say.problems(problems)
		p.say.linef("%s", verdict(w.name, problems))
		return nil, errSaid
	}
	p.say.problems(problems)
	return piece, nil
}

// compile compiles w. With probe the sources look at what they would read.
func (w *written) compile(probe bool) (*mapping.Piece, sonify.Problems) {
	return mapping.Compile(w.env(probe), w.name, w.src, w.sets)
}

// env is what a piece may use of the program.
func (w *written) env(probe bool) mapping.Env {
	return mapping.Env{
		Sources:  standardSources(),
		Library:  mappings.Get,
		Mappings: mappings.Names(),
		ReadFile: func(path string) ([]byte, error) {
			b, err := readLimited(path, maxRead+1)
			if err == nil && len(b) > maxRead {
				err = fmt.Errorf("larger than %d MiB", maxRead>>20)
			}
			return b, bare(err)
		},
		Sample: func(name string, wav []byte) (*sonify.SampleSound, error) {
			s, err := pcm.ReadSample(bytes.NewReader(wav))
			if err != nil {
				return nil, err
			}
			s.Name = name
			return s, nil
		},
		Stdin:   w.stdin,
		Version: version,
		Probe:   probe,
	}
}

// maxRead bounds the files that a piece names, recorded sounds above all.
const maxRead = 64 << 20

// verdict counts what is wrong with a piece.
func verdict(name string, ps sonify.Problems) string {
	var errs, warns int
	for _, p := range ps {
		if p.Warning {
			warns++
		} else {
			errs++
		}
	}
	switch {
	case errs > 0 && warns > 0:
		return fmt.Sprintf("%s: %s and %s", name, plural(errs, "error"), plural(warns, "warning"))
	case errs > 0:
		return fmt.Sprintf("%s: %s", name, plural(errs, "error"))
	case warns > 0:
		return fmt.Sprintf("%s: ok, with %s", name, plural(warns, "warning"))
	}
	return name + ": ok"
}

// rereadable reports whether the sources of w can be read twice: none reads
// standard input, a pipe or a device.
func (w *written) rereadable() bool {
	paths := []string{}
	doc, _ := grammar.Parse(w.name, w.src)
	if doc == nil {
		return false
	}
	for _, s := range doc.Node("source").Children() {
		for _, v := range s.Children() {
			if p := v.Text(); p == "-" {
				return false
			} else if v.Name() == "path" && !filepath.IsAbs(p) {
				paths = append(paths, filepath.Join(filepath.Dir(w.name), p))
			} else if v.Name() == "path" {
				paths = append(paths, p)
			}
		}
	}
	for _, s := range w.sets {
		key, value, _ := strings.Cut(s, "=")
		if value == "-" {
			return false
		}
		if strings.HasSuffix(strings.TrimSpace(key), ".path") {
			paths = append(paths, strings.Trim(strings.TrimSpace(value), `"'`))
		}
	}
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}
