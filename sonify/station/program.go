package station

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"proscenium/sonify"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
)

// Program is a compiled piece and all that it was compiled of, so that its log
// can be played again when the files and the library have changed.
type Program struct {
	Piece *mapping.Piece
	Made  journal.Piece
}

// Compile compiles a piece for a station. It differs from [mapping.Compile] in
// that it keeps what was read.
func Compile(env mapping.Env, file string, src []byte, set []string) (*Program, sonify.Problems) {
	made := journal.Piece{File: file, Text: string(src), Set: slices.Clone(set)}
	if library := env.Library; library != nil {
		env.Library = func(name string) ([]byte, bool) {
			b, ok := library(name)
			if ok {
				made.Files = append(made.Files, recordedFile(name, true, b))
			}
			return b, ok
		}
	}
	if read := env.ReadFile; read != nil {
		env.ReadFile = func(path string) ([]byte, error) {
			b, err := read(path)
			if err == nil {
				made.Files = append(made.Files, recordedFile(path, false, b))
			}
			return b, err
		}
	}
	env.Live = true
	piece, problems := mapping.Compile(env, file, src, set)
	if piece == nil {
		return nil, problems
	}
	for i := range piece.Sources {
		s := &piece.Sources[i]
		r := journal.Report{Source: s.Name, Live: s.Live, Unasked: s.Prospect == nil}
		if s.Prospect != nil {
			r.Open, r.Timed = s.Prospect.Open, s.Prospect.Timed
			for _, sh := range s.Prospect.Shapes {
				r.Kinds = append(r.Kinds, journal.KindOf(sh))
			}
		}
		made.Reports = append(made.Reports, r)
	}
	return &Program{Piece: piece, Made: made}, problems
}

func recordedFile(name string, library bool, b []byte) journal.File {
	f := journal.File{Name: name, Library: library}
	if utf8.Valid(b) {
		f.Text = string(b)
	} else {
		f.Base64 = slices.Clone(b)
	}
	return f
}

// same reports whether two programs were made of the same.
func (p *Program) same(q *Program) bool { return reflect.DeepEqual(p.Made, q.Made) }

// recompile makes the piece of a log again, of what the log holds and nothing
// else; of env only Sample and Version are used. Its sources cannot be run.
func recompile(env mapping.Env, made *journal.Piece) (*Program, error) {
	of := func(name string, library bool) ([]byte, bool) {
		for _, f := range made.Files {
			if f.Name == name && f.Library == library {
				if f.Base64 != nil {
					return f.Base64, true
				}
				return []byte(f.Text), true
			}
		}
		return nil, false
	}
	e := mapping.Env{Sample: env.Sample, Version: env.Version, Live: true, Recorded: make(map[string]mapping.Recorded)}
	e.Library = func(name string) ([]byte, bool) { return of(name, true) }
	e.ReadFile = func(path string) ([]byte, error) {
		b, ok := of(path, false)
		if !ok {
			return nil, fmt.Errorf("the log does not hold the file %s", path)
		}
		return b, nil
	}
	for _, r := range made.Reports {
		if r.Unasked {
			e.Recorded[r.Source] = mapping.Recorded{Live: r.Live}
			continue
		}
		p := sonify.Prospect{Open: r.Open, Timed: r.Timed}
		for i := range r.Kinds {
			sh, err := r.Kinds[i].Shape()
			if err != nil {
				return nil, err
			}
			p.Shapes = append(p.Shapes, sh)
		}
		e.Recorded[r.Source] = mapping.Recorded{Prospect: &p, Live: r.Live}
	}
	piece, problems := mapping.Compile(e, made.File, []byte(made.Text), made.Set)
	if piece == nil {
		return nil, fmt.Errorf("the piece of the log: %w", problems)
	}
	return &Program{Piece: piece, Made: *made}, nil
}

// withSeed returns set with another seed.
func withSeed(set []string, seed uint64) []string {
	out := slices.DeleteFunc(slices.Clone(set), func(s string) bool {
		key, _, _ := strings.Cut(s, "=")
		return strings.TrimSpace(key) == "seed"
	})
	return append(out, "seed="+strconv.FormatUint(seed, 10))
}
