// Package whole reads files that have to be there in full before anything of them
// can be told: a saved answer of a service, a match, a report.
package whole

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/input"
)

// Read returns all of the file that path names, relative to the piece's folder; "-" is
// standard input. What is packed by gzip is unpacked, and what comes of it is bounded. What is too long, missing or cannot be read is an error that is
// permanent and begins with the kind of the source. It returns when ctx is done, with
// its cause.
func Read(ctx context.Context, env sonify.SourceEnv, kind, path string, maxBytes int64) ([]byte, error) {
	in, err := input.Open(ctx, env, path)
	if err != nil {
		return nil, input.Fail(ctx, kind, path, 0, err)
	}
	defer in.Close()
	plain, err := unpacked(in)
	if err != nil {
		return nil, input.Fail(ctx, kind, path, 0, err)
	}
	text, err := input.Text(plain, input.Auto, 64<<10)
	if err != nil {
		return nil, input.Fail(ctx, kind, path, 0, err)
	}
	body, err := io.ReadAll(io.LimitReader(text, maxBytes+1))
	if err == nil && int64(len(body)) > maxBytes {
		err = &sonify.Permanent{Err: fmt.Errorf("there are more than %d MiB of it", maxBytes>>20)}
	}
	if err != nil {
		return nil, input.Fail(ctx, kind, path, 0, err)
	}
	return body, nil
}

// unpacked returns what is packed in r if its first bytes are gzip's, or else r.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if head, _ := b.Peek(2); string(head) != "\x1f\x8b" {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, broken(err)
	}
	return packed{z}, nil
}

// packed tells an archive that is broken from a file that cannot be read just now.
type packed struct{ *gzip.Reader }

// Read implements [io.Reader].
func (p packed) Read(dst []byte) (int, error) {
	n, err := p.Reader.Read(dst)
	return n, broken(err)
}

// broken makes what an archive itself has wrong an error for good.
func broken(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt) {
		return &sonify.Permanent{Err: fmt.Errorf("this is a gzip archive that is broken or cut off: %w", err)}
	}
	return err
}

// Fail puts kind and path before an error about what a file holds, and makes it
// permanent.
func Fail(ctx context.Context, kind, path string, err error) error {
	return input.Fail(ctx, kind, path, 0, &sonify.Permanent{Err: err})
}

// Name returns the name of the file without folder and ending: what many archives use
// as an id.
func Name(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// mostFiles is how many files one path may stand for.
const mostFiles = 10_000

// Files returns the files that path names, relative to the piece's folder, in the order
// of their names; * and ? stand for letters. An error, that no file or too many fit, is
// permanent.
func Files(env sonify.SourceEnv, path string) ([]string, error) {
	if !strings.ContainsAny(path, "*?[") {
		return []string{path}, nil
	}
	pattern := path
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(env.Dir, pattern)
	}
	list, err := filepath.Glob(pattern)
	if err == nil && len(list) == 0 {
		err = errors.New("no file fits it")
	}
	if err == nil && len(list) > mostFiles {
		err = fmt.Errorf("%d files fit it, at most %d were expected", len(list), mostFiles)
	}
	if err != nil {
		return nil, &sonify.Permanent{Err: fmt.Errorf("path = %q: %w", path, err)}
	}
	slices.Sort(list)
	return list, nil
}

// Tell reads the file and calls tell with all of it, and with an emit that does nothing
// once ctx is done. It returns the cause of ctx then, and an error of tell as Fail does.
func Tell(ctx context.Context, env sonify.SourceEnv, kind, path string, maxBytes int64, emit func(sonify.Event),
	tell func(body []byte, emit func(sonify.Event)) error) error {
	body, err := Read(ctx, env, kind, path, maxBytes)
	if err != nil {
		return err
	}
	err = tell(body, func(ev sonify.Event) {
		if ctx.Err() == nil {
			emit(ev)
		}
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return Fail(ctx, kind, path, err)
	}
	return nil
}

// Probe says what Run would: the prospect if the file can be told, or why not.
// What can be read only once is not touched.
func Probe(ctx context.Context, env sonify.SourceEnv, kind, path string, maxBytes int64, p sonify.Prospect, tell func(body []byte) error) (sonify.Prospect, error) {
	if once, err := input.Once(env, path); err != nil {
		return p, input.Fail(ctx, kind, path, 0, err)
	} else if once {
		return p, nil
	}
	body, err := Read(ctx, env, kind, path, maxBytes)
	if err != nil {
		return p, err
	}
	if err := tell(body); err != nil {
		return p, Fail(ctx, kind, path, err)
	}
	return p, nil
}
