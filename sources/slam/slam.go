// Package slam is the source that reads tennis matches point by point, in the two
// layouts in which the great tournaments are archived: a table with a row a point
// and a table with a string of letters a match. It also writes the first layout.
//
// The events are those of all tennis in this program; README.md lists them.
package slam

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/table"
	"proscenium/sources/internal/tennis"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about an archive of matches.
type Config struct {
	Path    string `toml:"path" doc:"the file with the points, from the piece's folder on; \"-\" is standard input" required:"true" example:"2026-final-points.csv"`
	Matches string `toml:"matches" doc:"the file with the players' names; without it the one beside the points is taken, if there is one: X-points.csv has X-matches.csv" default:"" example:"2026-final-matches.csv"`
	Match   string `toml:"match" doc:"which matches are told: their match_id or pbp_id, * for any letters, several with commas; without it all, in the order of the file" default:"" example:"2013-usopen-1701"`
	BestOf  int    `toml:"best_of" doc:"sets of a match at most; 0 finds it out" unit:"sets" default:"0" enum:"0|1|3|5"`
	Pause   int    `toml:"pause_s" doc:"time between one match and the next, on the programme's clock" unit:"s" default:"60" min:"0" max:"86400"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "slam",
		Doc:  "tennis matches point by point, from an archive of the great tournaments", Group: "sports",
		Sample: sample,
		Config: func() any { return &Config{Pause: 60} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("slam: configuration is a %T, a *slam.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env    sonify.SourceEnv
	c      Config
	wanted []string // patterns of match ids; none: all
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	if c.Path == "" {
		ps.Add("path", `path = "2026-final-points.csv"`, "the name of a file is missing")
	}
	s := &source{env: env, c: c}
	for _, w := range strings.Split(c.Match, ",") {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		if _, err := path.Match(w, ""); err != nil {
			ps.Add("match", "", "%q is no match id: a bracket in it is not closed", w)
		}
		s.wanted = append(s.wanted, w)
	}
	switch c.BestOf {
	case 0, 1, 3, 5:
	default:
		ps.Add("best_of", "", "%d sets: 0, 1, 3 or 5 were expected", c.BestOf)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// wants reports whether the match is to be told.
func (s *source) wants(id string) bool {
	if len(s.wanted) == 0 {
		return true
	}
	for _, w := range s.wanted {
		if ok, _ := path.Match(w, id); ok || w == id {
			return true
		}
	}
	return false
}

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape { return tennis.Shapes() }

// Probe opens the file and looks whether its columns are those of an archive.
// Standard input is not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: Shapes(), Timed: true}
	once, err := input.Once(s.env, s.c.Path)
	if err != nil {
		return p, input.Fail(ctx, "slam", s.c.Path, 0, err)
	}
	if !once {
		in, err := input.Open(ctx, s.env, s.c.Path)
		if err != nil {
			return p, input.Fail(ctx, "slam", s.c.Path, 0, err)
		}
		defer in.Close()
		r := &reader{source: s, tally: new(sonify.Tally)}
		if err := r.open(in); err != nil {
			return p, input.Fail(ctx, "slam", s.c.Path, r.line(), err)
		}
	}
	if s.c.Path == "-" {
		return p, nil
	}
	if _, err := s.readNames(ctx); err != nil {
		return p, err
	}
	return p, nil
}

// Run tells the matches one after the other. A match is read to its end before
// it is told, since only then it is known under which rules it was played.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return input.Fail(ctx, "slam", s.c.Path, 0, err)
	}
	defer in.Close()
	names, err := s.readNames(ctx)
	if err != nil {
		return err
	}
	return s.decode(ctx, in, names, s.env.Tally, emit)
}

// Decode reads the points that r holds and gives the events of its matches to
// emit; it is Run without files, for those who have the text already. Matches,
// the list with the players' names, and tally may be nil.
func Decode(r, matches io.Reader, c Config, tally *sonify.Tally, emit func(sonify.Event)) error {
	if tally == nil {
		tally = new(sonify.Tally)
	}
	if c.Path == "" {
		c.Path = "-"
	}
	s, err := newSource(sonify.SourceEnv{Tally: tally}, c)
	if err != nil {
		return err
	}
	var names map[string]entry
	if matches != nil {
		if names, err = readNames(matches); err != nil {
			return fmt.Errorf("slam: the list of matches: %w", err)
		}
	}
	return s.decode(context.Background(), r, names, tally, emit)
}

func (s *source) decode(ctx context.Context, in io.Reader, names map[string]entry, tally *sonify.Tally, emit func(sonify.Event)) error {
	r := &reader{source: s, tally: tally, names: names}
	if err := r.open(in); err != nil {
		return input.Fail(ctx, "slam", s.c.Path, r.line(), err)
	}
	teller := &tennis.Teller{Source: s.env.Name, Emit: emit}
	var clock time.Duration
	told := 0
	for {
		m, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return input.Fail(ctx, "slam", s.c.Path, r.line(), err)
		}
		if m.BestOf == 0 || s.c.BestOf != 0 {
			m.BestOf = s.c.BestOf
		}
		f := m.Format()
		for _, odd := range m.Settle(f) {
			fate := sonify.Repaired
			if odd.Skipped {
				fate = sonify.Skipped
			}
			tally.Add(fate, odd.What, odd.Line)
		}
		told++
		if clock, err = teller.Tell(ctx, m, f, clock, told); err != nil {
			return err
		}
		clock += time.Duration(s.c.Pause) * time.Second
	}
	if told == 0 {
		return input.Fail(ctx, "slam", s.c.Path, 0, r.nothing())
	}
	return nil
}

// reader reads matches of either layout.
type reader struct {
	*source
	tally *sonify.Tally
	names map[string]entry
	rows  *table.Reader

	points  *pointRows // one of these two
	strings *pointStrings
	known   []string // the first ids of the file, for hints
	seen    map[string]bool
}

func (r *reader) line() int64 {
	if r.rows == nil {
		return 0
	}
	return r.rows.Line
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}

// open reads the headings and finds out which layout it is.
func (r *reader) open(in io.Reader) error {
	text, err := input.Text(in, input.Auto, 256<<10)
	if err != nil {
		return err
	}
	r.rows = table.NewReader(text)
	r.rows.Separator = r.rows.Sniff()
	head, err := r.rows.Read()
	if err == io.EOF {
		return permanent("the file is empty: a row of headings was expected")
	}
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	at := columns(head)
	r.seen = make(map[string]bool)
	switch {
	case has(at, "pbp"):
		r.strings, err = newPointStrings(r, at)
	case has(at, "match_id") && has(at, "pointwinner"):
		r.points = newPointRows(r, at)
	case has(at, "match_id") && has(at, "player1"):
		err = permanent("this is a list of matches, not of points; name it with matches, and the file with -points in its name with path")
	default:
		err = permanent("no archive of points: columns match_id and PointWinner, or pbp, were expected; the first here are %.60q", strings.Join(head[:min(len(head), 5)], ", "))
	}
	return err
}

// columns returns where each heading stands, in small letters.
func columns(head []string) map[string]int {
	at := make(map[string]int, len(head))
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, twice := at[h]; !twice {
			at[h] = i
		}
	}
	return at
}

func has(at map[string]int, name string) bool { _, ok := at[name]; return ok }

// next returns the next match that is wanted, and io.EOF after the last.
func (r *reader) next() (*tennis.Match, error) {
	for {
		var m *tennis.Match
		var err error
		if r.points != nil {
			m, err = r.points.next()
		} else {
			m, err = r.strings.next()
		}
		if err != nil {
			return nil, err
		}
		if r.wants(m.ID) {
			return m, nil
		}
	}
}

// met books that a match has been met.
func (r *reader) met(id string) {
	if r.seen[id] {
		r.tally.Add(sonify.Repaired, "match that comes again, told again", r.rows.Line)
		return
	}
	if len(r.seen) < 100_000 {
		r.seen[id] = true
	}
	if len(r.known) < 1000 {
		r.known = append(r.known, id)
	}
}

// nothing is the error about a file without a match to tell.
func (r *reader) nothing() error {
	if len(r.known) == 0 || len(r.wanted) == 0 {
		return permanent("there is no point in it")
	}
	hint := sonify.DidYouMean(r.wanted[0], r.known)
	if hint == "" {
		hint = fmt.Sprintf("the first is %s", r.known[0])
	}
	return permanent("match = %q: there is no such match in it (%s)", r.c.Match, hint)
}

var _ sonify.Prober = (*source)(nil)
