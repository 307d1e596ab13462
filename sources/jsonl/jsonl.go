// Package jsonl is the source that reads JSON, one object a line or one after
// the other: logs, exports, what other programs print. Every object is an event,
// every value in it a field. README.md tells what becomes of what.
package jsonl

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/input"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a stream of JSON.
type Config struct {
	Path        string   `toml:"path" doc:"the file, from the piece's folder on; \"-\" is standard input" required:"true" example:"events.jsonl"`
	Event       string   `toml:"event" doc:"the kind of the events" default:"reading" example:"order"`
	EventFrom   string   `toml:"event_from" doc:"the field that says the kind of each event, with dots for objects in objects; event is then the kind where it says nothing" default:"" example:"commit.operation"`
	Time        string   `toml:"time" doc:"the field with the time; without it the events have no clock of their own" default:"" example:"created_at"`
	TimeFormat  string   `toml:"time_format" doc:"how the time is written: auto, seconds, ms, us, minutes, hours, h:mm:ss, h:mm, m:ss, iso8601, rfc3339, date, unix, unix_ms, unix_us, unix_ns, or 2006-01-02 15:04:05 put the way the file puts it" default:"auto" example:"unix_us"`
	Zone        string   `toml:"zone" doc:"the zone of dates that name none: UTC, an offset, or a name such as Europe/Vienna, with its summer time" default:"UTC" example:"Europe/Vienna"`
	Missing     []string `toml:"missing" doc:"texts that stand for a missing value; null always does" default:"[\"null\", \"none\", \"nan\", \"n/a\", \"undefined\"]"`
	ZeroMissing []string `toml:"zero_is_missing" doc:"fields in which 0 stands for a missing value" example:"[\"speed\"]"`
	Items       int      `toml:"items" doc:"how many elements of a list become fields: tags_0, tags_1, ...; their number is always one, tags_count" default:"4" min:"0" max:"100"`
	MaxDepth    int      `toml:"max_depth" doc:"how deep objects in objects are followed" default:"8" min:"1" max:"32"`
	MaxFields   int      `toml:"max_fields" doc:"how many fields an event of a kind may have" default:"256" min:"1" max:"4096"`
	MaxRecord   int      `toml:"max_record_kib" doc:"the longest object that is read" unit:"KiB" default:"1024" min:"1" max:"65536"`
}

// missing are the default texts for missing values: what other languages make of
// null. An empty text is a text in JSON.
var missing = []string{"null", "none", "nan", "n/a", "undefined"}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "jsonl",
		Doc:    "JSON objects, one a line or one after the other, from a file or standard input",
		Sample: sample,
		Config: func() any {
			return &Config{
				Event: "reading", TimeFormat: "auto", Zone: "UTC", Missing: append([]string(nil), missing...),
				Items: 4, MaxDepth: 8, MaxFields: 256, MaxRecord: 1024,
			}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("jsonl: configuration is a %T, a *jsonl.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env  sonify.SourceEnv
	c    Config
	kind string
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	if c.Path == "" {
		ps.Add("path", `path = "events.jsonl"`, "the name of a file is missing")
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
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Run reports every object.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return input.Fail(ctx, "jsonl", s.c.Path, 0, err)
	}
	defer in.Close()
	return s.decode(ctx, in, s.env.Tally, emit)
}

func (s *source) decode(ctx context.Context, r io.Reader, tally *sonify.Tally, emit func(sonify.Event)) error {
	d := newDecoder(s, tally)
	if err := d.open(r); err != nil {
		return input.Fail(ctx, "jsonl", s.c.Path, 0, err)
	}
	for {
		ev, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return input.Fail(ctx, "jsonl", s.c.Path, d.line, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		emit(ev)
	}
}

// probed is how many objects Probe looks at: enough to meet the rare kinds of a
// log, too.
const probed = 5000

// Probe reads the first objects. Later ones may bring fields and kinds that
// these do not have, so the prospect is open; standard input is not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Open: true, Timed: s.c.Time != ""}
	if once, err := input.Once(s.env, s.c.Path); err != nil {
		return p, input.Fail(ctx, "jsonl", s.c.Path, 0, err)
	} else if once {
		return p, nil
	}
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return p, input.Fail(ctx, "jsonl", s.c.Path, 0, err)
	}
	defer in.Close()
	d := newDecoder(s, new(sonify.Tally))
	if err := d.open(in); err != nil {
		return p, input.Fail(ctx, "jsonl", s.c.Path, 0, err)
	}
	seen := make(map[string]sonify.ValueType) // kind and field
	mixed := make(map[string]bool)
	var kinds []string
	for range probed {
		ev, err := d.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return p, input.Fail(ctx, "jsonl", s.c.Path, d.line, err)
		}
		p.Timed = p.Timed || ev.Timed
		k := ev.Kind()
		if last := d.kinds[k]; last != nil && !last.seen {
			last.seen = true
			kinds = append(kinds, k)
		}
		for i, f := range ev.Shape.Fields() {
			if v := ev.Values[i]; !v.IsMissing() {
				at := k + "\x00" + f.Name
				if t, ok := seen[at]; ok && t != v.Type() {
					mixed[at] = true
				}
				seen[at] = v.Type()
			}
		}
	}
	for _, k := range kinds {
		fields := append([]sonify.Field(nil), d.kinds[k].fields...)
		for i := range fields {
			if at := k + "\x00" + fields[i].Name; !mixed[at] {
				fields[i].Type = seen[at]
			}
		}
		p.Shapes = append(p.Shapes, sonify.NewShape(k, fields...))
	}
	return p, nil
}

// Decode reads a whole stream and gives every object to emit; it is Run without
// a file, for those who have the text already. The tally may be nil.
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
	return s.decode(context.Background(), r, tally, emit)
}

var _ sonify.Prober = (*source)(nil)
