// Package file is the source that follows a file that grows: a log, what another program
// writes. It goes on with the next file when the first is rotated, and after a restart
// where it was. README.md tells what becomes of what.
package file

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/input"
)

//go:embed sample.toml
var head string

// Config is what a piece says about a file.
type Config struct {
	Path  string        `toml:"path" doc:"the file, from the piece's folder on" required:"true" example:"/var/log/nginx/access.log"`
	From  string        `toml:"from" doc:"where it begins the first time: with what is written from now on, or with what is there" default:"end" enum:"end|begin"`
	Every time.Duration `toml:"every" doc:"how often it looks whether there is more" default:"250ms" min:"10ms" max:"1h"`
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "file", Doc: "the lines that are written to a file, as they are written", Group: "transports", Live: true,
		Sample: head + "\n" + decode.SampleTOML(),
		Config: func() any { return &Config{From: "end", Every: 250 * time.Millisecond, Config: decode.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("file: configuration is a %T, a *file.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env  sonify.SourceEnv
	c    Config
	path string
	dec  *decode.Decoder

	began bool // a Run has looked for the file
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	switch {
	case c.Path == "":
		ps.Add("path", `path = "access.log"`, "the name of a file is missing")
	case c.Path == "-":
		ps.Add("path", `type = "jsonl" or type = "csv" reads it`, "standard input does not grow and is not rotated")
	}
	if c.Format == "xml" {
		ps.Add("format", "", "a file is followed line by line, and XML has no lines of its own")
	}
	if c.Config.Check(&ps); ps.Err() != nil {
		return nil, ps
	}
	dec, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	return &source{env: env, c: c, path: input.Resolve(env, c.Path), dec: dec}, nil
}

// Probe implements [sonify.Prober]. The file may come into being later, its folder may
// not.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	p := s.dec.Prospect()
	st, err := os.Stat(s.path)
	switch {
	case err == nil && st.IsDir():
		return p, &sonify.Problem{Key: "path", Msg: fmt.Sprintf("%s is a folder, a file was expected", s.c.Path)}
	case err == nil && !st.Mode().IsRegular():
		return p, &sonify.Problem{Key: "path", Msg: fmt.Sprintf("%s is no ordinary file: only such can be followed", s.c.Path)}
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(s.path)); err != nil {
			return p, &sonify.Problem{Key: "path", Msg: fmt.Sprintf("there is neither a file %s nor its folder", s.c.Path)}
		}
	}
	return p, nil
}

// place is where a file was read to.
type place struct {
	id     string // of the file itself, whatever its name; "" where the system has none
	offset int64  // of the first line that has not been read
}

func (p place) String() string { return p.id + ":" + strconv.FormatInt(p.offset, 10) }

func parsePlace(text string) (p place, ok bool) {
	id, off, found := strings.Cut(text, ":")
	n, err := strconv.ParseInt(off, 10, 64)
	return place{id, n}, found && err == nil && n >= 0
}

// Run implements [sonify.Source].
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	f := &follower{source: s, ctx: ctx, emit: emit}
	defer f.close()
	if err := f.begin(); err != nil {
		return err
	}
	var due time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timer.C:
		}
		if err := f.step(); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		now := time.Now()
		if due.IsZero() || !now.Before(due) {
			due = s.dec.Flush(now, emit)
		}
		timer.Reset(s.c.Every)
	}
}

// follower reads one file after the other.
type follower struct {
	*source
	ctx  context.Context
	emit func(sonify.Event)

	file   *os.File
	info   os.FileInfo // of the file when it was opened
	at     place
	line   int64
	header []byte // of a table: its first line
	part   []byte // a line that is not whole yet
	long   bool   // it is too long, and is left out
	buf    []byte
}

func (f *follower) close() {
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
}

// begin finds where to go on: in the file of the place that was kept, even if it was
// rotated meanwhile, or where the piece says.
func (f *follower) begin() error {
	f.buf = make([]byte, 64<<10)
	first := !f.began
	f.began = true
	was, known := parsePlace(f.env.Place.Get())
	if known {
		if file := f.find(was); file != nil {
			return f.open(file, was.offset)
		}
		f.env.Tally.Add(sonify.Absent, "the file in which it stood is gone, the one of today is read from its beginning", 0)
	}
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.env.Link.Down("there is no such file yet")
		return nil // step waits for it; then it is new, and read from its beginning
	}
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	offset := int64(0)
	if !known && first && f.c.From == "end" {
		if offset, err = lineEnd(file); err != nil {
			file.Close()
			return err
		}
	}
	return f.open(file, offset)
}

// find returns the file of a place, by whatever name it has now; nil if it is gone.
func (f *follower) find(p place) *os.File {
	is := func(name string) *os.File {
		file, err := os.Open(name)
		if err != nil {
			return nil
		}
		st, err := file.Stat()
		if err == nil && st.Mode().IsRegular() && identity(st) == p.id && st.Size() >= p.offset {
			return file
		}
		file.Close()
		return nil
	}
	if file := is(f.path); file != nil || p.id == "" {
		return file
	}
	// "access.log" has become "access.log.1", or "access-20261128.log".
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(f.path), escape(strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path)))+"*"))
	for i, name := range names {
		if i >= 1000 {
			break
		}
		if file := is(name); file != nil {
			return file
		}
	}
	return nil
}

// escape makes a name one that Glob takes by the letter.
func escape(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}

// lineEnd returns where the last whole line of a file ends.
func lineEnd(file *os.File) (int64, error) {
	st, err := file.Stat()
	if err != nil {
		return 0, err
	}
	end := st.Size()
	buf := make([]byte, 4096)
	for end > 0 {
		from := max(end-int64(len(buf)), 0)
		n, err := file.ReadAt(buf[:end-from], from)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// open goes on in file, at offset.
func (f *follower) open(file *os.File, offset int64) error {
	st, err := file.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("it is no ordinary file")
	}
	if err != nil {
		file.Close()
		return &sonify.Permanent{Err: fmt.Errorf("file: %s: %w", f.c.Path, err)}
	}
	f.close()
	f.file, f.info, f.at, f.line = file, st, place{identity(st), offset}, 0
	f.part, f.long, f.header = f.part[:0], false, nil
	if offset > 0 && f.tabled() {
		f.header = firstLine(file)
	}
	f.env.Link.Up()
	return nil
}

// tabled reports whether the first line names the columns.
func (f *follower) tabled() bool { return f.c.Format == "csv" && len(f.c.Columns) == 0 }

// firstLine returns the first line of a file with its end, nil if it is very long.
func firstLine(file *os.File) []byte {
	buf := make([]byte, 64<<10)
	n, _ := file.ReadAt(buf, 0)
	if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
		return buf[:i+1]
	}
	return nil
}

// step reads what there is, and sees whether another file has taken the place.
func (f *follower) step() error {
	for {
		if f.file != nil {
			if err := f.read(); err != nil {
				return err
			}
		}
		next, err := f.next()
		if err != nil || next == nil {
			return err
		}
		if f.file != nil {
			// What was written to the old one between the look and the change.
			if err := f.read(); err != nil {
				next.Close()
				return err
			}
			if len(f.part) > 0 || f.long {
				f.env.Tally.Add(sonify.Skipped, "last line cut off", f.line+1)
			}
		}
		if err := f.open(next, 0); err != nil {
			return err
		}
	}
}

// next returns the file to go on with from its beginning, nil if it is still the same.
func (f *follower) next() (*os.File, error) {
	if f.file != nil {
		now, err := f.file.Stat()
		if err != nil {
			return nil, err
		}
		if now.Size() < f.at.offset+int64(len(f.part)) {
			f.env.Tally.Add(sonify.Repaired, "the file became shorter, read from its beginning", 0)
			f.part, f.long = f.part[:0], false
			f.at.offset, f.line, f.header = 0, 0, nil
			if _, err := f.file.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
			return nil, f.read()
		}
	}
	st, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil // between two of them
	case err != nil:
		return nil, err
	case f.file != nil && os.SameFile(st, f.info):
		return nil, nil
	}
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return file, err
}

// read reads to the end of the file, line by line.
func (f *follower) read() error {
	for {
		if f.ctx.Err() != nil {
			return context.Cause(f.ctx)
		}
		n, err := f.file.ReadAt(f.buf, f.at.offset+int64(len(f.part)))
		if f.long {
			n, err = f.file.ReadAt(f.buf, f.at.offset)
		}
		if n > 0 {
			if e := f.lines(f.buf[:n]); e != nil {
				return e
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("file: %s: %w", f.c.Path, err)
		}
	}
}

// lines takes over what was read.
func (f *follower) lines(b []byte) error {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if f.long {
			if i < 0 {
				f.at.offset += int64(len(b))
				return nil
			}
			f.at.offset += int64(i) + 1
			f.long, f.line, b = false, f.line+1, b[i+1:]
			continue
		}
		if i < 0 {
			f.part = append(f.part, b...)
			if len(f.part) > f.c.MaxRecord<<10 {
				f.env.Tally.Add(sonify.Skipped, "line too long", f.line+1)
				f.at.offset += int64(len(f.part))
				f.part, f.long = f.part[:0], true
			}
			return nil
		}
		whole := b[:i+1]
		if len(f.part) > 0 {
			f.part = append(f.part, whole...)
			whole = f.part
		}
		f.at.offset += int64(len(whole))
		f.line++
		if len(whole) > f.c.MaxRecord<<10 {
			f.env.Tally.Add(sonify.Skipped, "line too long", f.line)
		} else if err := f.take(whole); err != nil {
			return err
		}
		f.part, b = f.part[:0], b[i+1:]
	}
	return nil
}

// take decodes one line.
func (f *follower) take(line []byte) error {
	if f.ctx.Err() != nil {
		return context.Cause(f.ctx)
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	m := decode.Message{Body: line, Place: f.at.String(), Line: f.line}
	if f.tabled() {
		if f.header == nil {
			f.header = bytes.Clone(line)
			return nil
		}
		m.Body = append(bytes.Clone(f.header), line...)
	}
	f.env.Link.Count(1, len(line))
	if err := f.dec.Normalise(&m, f.emit); err != nil {
		var p *sonify.Permanent
		if errors.As(err, &p) {
			return err
		}
		f.env.Tally.Add(sonify.Skipped, decode.Unusable, f.line)
	}
	return nil
}

var _ sonify.Prober = (*source)(nil)
