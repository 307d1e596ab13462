// Package csv is the source that reads tables: CSV, TSV and the like, of any
// size. Every row is an event, every column a field. README.md tells what becomes
// of what.
package csv

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/input"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a table.
type Config struct {
	Path        string   `toml:"path" doc:"the file, from the piece's folder on; \"-\" is standard input" required:"true" example:"readings.csv"`
	Event       string   `toml:"event" doc:"the kind of the events" default:"reading" example:"sale"`
	EventFrom   string   `toml:"event_from" doc:"the column that says the kind of each event; event is then the kind where it says nothing" default:"" example:"type"`
	Time        string   `toml:"time" doc:"the column with the time; without it the rows have no clock of their own" default:"" example:"timestamp"`
	TimeFormat  string   `toml:"time_format" doc:"how the time is written: auto, seconds, ms, us, minutes, hours, h:mm:ss, h:mm, m:ss, iso8601, rfc3339, date, unix, unix_ms, unix_us, unix_ns, or 2006-01-02 15:04:05 put the way the file puts it" default:"auto" example:"02.01.2006 15:04"`
	Zone        string   `toml:"zone" doc:"the zone of dates that name none: UTC, an offset, or a name such as Europe/Vienna, with its summer time" default:"UTC" example:"Europe/Vienna"`
	Separator   string   `toml:"separator" doc:"what stands between the cells: auto, comma, semicolon, tab or bar" default:"auto" enum:"auto|comma|semicolon|tab|bar"`
	Encoding    string   `toml:"encoding" doc:"how letters are written: auto takes UTF-8 or UTF-16, and Latin-1 for rows that are neither" default:"auto" enum:"auto|utf-8|utf-16|latin-1"`
	Header      bool     `toml:"header" doc:"whether the first row names the columns" default:"true"`
	Names       []string `toml:"names" doc:"the names of the columns, instead of the header's" example:"[\"time\", \"speed\"]"`
	SkipLines   int      `toml:"skip_lines" doc:"lines before the table" unit:"lines" default:"0" min:"0" max:"1000"`
	Decimal     string   `toml:"decimal" doc:"what stands before the fraction of a number: point, comma, or auto, which is comma where cells are separated by semicolons" default:"auto" enum:"auto|point|comma"`
	Missing     []string `toml:"missing" doc:"texts that stand for a missing value" default:"[\"\", \"null\", \"nil\", \"none\", \"nan\", \"n/a\", \"na\", \"#n/a\", \"undefined\", \"-\", \"--\", \"?\"]"`
	ZeroMissing []string `toml:"zero_is_missing" doc:"columns in which 0 stands for a missing value" example:"[\"speed_kmh\"]"`
	Measures    []string `toml:"measures" doc:"columns that are readings of their own: a row becomes an event for each of them, with the fields measure, value and unit" example:"[\"temperature\", \"humidity\"]"`
	Text        []string `toml:"text" doc:"columns that are texts, whatever they look like" example:"[\"postcode\"]"`
	MaxRecord   int      `toml:"max_record_kib" doc:"the longest row that is still believed to be one" unit:"KiB" default:"1024" min:"1" max:"65536"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "csv",
		Doc:    "rows of a table: CSV, TSV and the like, from a file or standard input",
		Sample: sample,
		Config: func() any {
			return &Config{
				Event: "reading", TimeFormat: "auto", Zone: "UTC", Separator: "auto", Encoding: "auto", Header: true,
				Decimal: "auto", Missing: append([]string(nil), field.Missing...), MaxRecord: 1024,
			}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("csv: configuration is a %T, a *csv.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

// source reads one table.
type source struct {
	env  sonify.SourceEnv
	c    Config
	kind string
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	if c.Path == "" {
		ps.Add("path", `path = "readings.csv"`, "the name of a file is missing")
	}
	if _, err := clock.New(c.TimeFormat, c.Zone); err != nil {
		key := "zone"
		var unknown *clock.UnknownFormat
		if errors.As(err, &unknown) {
			key = "time_format"
		}
		ps.Add(key, clock.Hint(err), "%v", err)
	}
	s := &source{env: env, c: c, kind: field.Kind(c.Event)}
	if s.kind == "" || s.kind != c.Event {
		hint := ""
		if s.kind != "" {
			hint = fmt.Sprintf("write %q", s.kind)
		}
		ps.Add("event", hint, "%q is no kind of event: small letters, digits, underscores and dots were expected", c.Event)
	}
	if !c.Header && len(c.Names) == 0 {
		ps.Add("names", `names = ["time", "speed"]`, "a table without a header needs the names of its columns")
	}
	for i, n := range c.Names {
		if field.Name(n) == "" {
			ps.Add(fmt.Sprintf("names[%d]", i), "", "%q is no name: it has no letter or digit", n)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Run reports every row.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return input.Fail(ctx, "csv", s.c.Path, 0, err)
	}
	defer in.Close()
	d := &decoder{source: s, tally: s.env.Tally}
	if err := d.open(in); err != nil {
		return input.Fail(ctx, "csv", s.c.Path, d.line(), err)
	}
	for {
		ev, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return input.Fail(ctx, "csv", s.c.Path, d.line(), err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		emit(ev)
	}
}

// probed is how many rows Probe looks at to tell numbers from texts.
const probed = 200

// Probe reads the header and the first rows. Standard input cannot be read
// twice: then anything may come.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	timed := s.c.Time != ""
	if once, err := input.Once(s.env, s.c.Path); err != nil {
		return sonify.Prospect{}, input.Fail(ctx, "csv", s.c.Path, 0, err)
	} else if once {
		return sonify.Prospect{Open: true, Timed: timed}, nil
	}
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return sonify.Prospect{}, input.Fail(ctx, "csv", s.c.Path, 0, err)
	}
	defer in.Close()
	d := &decoder{source: s, tally: new(sonify.Tally)}
	if err := d.open(in); err != nil {
		return sonify.Prospect{}, input.Fail(ctx, "csv", s.c.Path, d.line(), err)
	}
	types := make([]map[sonify.ValueType]int, len(d.fields))
	for i := range types {
		types[i] = make(map[sonify.ValueType]int)
	}
	kinds := []string{s.kind}
	for range probed * max(1, len(d.measures)) {
		ev, err := d.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return sonify.Prospect{}, input.Fail(ctx, "csv", s.c.Path, d.line(), err)
		}
		for i, v := range ev.Values {
			if !v.IsMissing() {
				types[i][v.Type()]++
			}
		}
		if k := ev.Kind(); !contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	fields := append([]sonify.Field(nil), d.fields...)
	for i := range fields {
		fields[i].Type = only(types[i])
	}
	p := sonify.Prospect{Timed: timed, Open: s.c.EventFrom != ""}
	for _, k := range kinds {
		p.Shapes = append(p.Shapes, sonify.NewShape(k, fields...))
	}
	return p, nil
}

// only returns the one type that was seen, Missing if there were several.
func only(seen map[sonify.ValueType]int) sonify.ValueType {
	for _, t := range []sonify.ValueType{sonify.Number, sonify.Text, sonify.Bool} {
		if seen[t] > 0 && len(seen) == 1 {
			return t
		}
	}
	return sonify.Missing
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// separators are the configuration's names of separators.
var separators = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "bar": '|'}

// separatorOf reads the line "sep=;" with which Excel begins some files.
func separatorOf(cells []string, cut byte) (byte, bool) {
	line := strings.Join(cells, string(rune(cut))) // it may have been cut at its own end
	rest, ok := strings.CutPrefix(strings.ToLower(line), "sep=")
	if !ok {
		return 0, false
	}
	if rest = strings.Trim(rest, "\""); len(rest) == 1 {
		return rest[0], true
	}
	return 0, false
}

// Decode reads a whole table and gives every row to emit; it is Run without a
// file, for those who have the text already. The tally may be nil.
func Decode(r io.Reader, c Config, tally *sonify.Tally, emit func(sonify.Event)) error {
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
	d := &decoder{source: s, tally: tally}
	if err := d.open(r); err != nil {
		return input.Fail(context.Background(), "csv", c.Path, d.line(), err)
	}
	for {
		ev, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return input.Fail(context.Background(), "csv", c.Path, d.line(), err)
		}
		emit(ev)
	}
}

var _ sonify.Prober = (*source)(nil)
