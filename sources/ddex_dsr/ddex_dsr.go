// Package dsr is the source that reads what services report of sales and streams, in DDEX's reports (DSR). README.md lists what
// becomes of what.
package dsr

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/whole"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	Path    string              `toml:"path" doc:"the report, packed by gzip or not, from the piece's folder on; * stands for any letters, and reports are told in the order of their names; \"-\" is standard input" required:"true" example:"reports/2026-10.tsv"`
	Step    time.Duration       `toml:"record_every" doc:"from one record to the next, by the report's own clock: records have no times" default:"1s" example:"1s"`
	Columns map[string][]string `toml:"columns" doc:"the columns of kinds of record of a flat file, from the second cell on, before what the file itself says; without it and where the file says nothing, those of the standard" example:"{ SU02 = [\"BlockId\", \"SummaryRecordId\", \"Usages\", \"NetRevenue\"] }"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "ddex_dsr",
		Doc:  "what services report of streams and sales: DDEX's sales reports (DSR), XML and flat files", Group: "music business",
		Sample: sample,
		Config: func() any { return &Config{Step: time.Second} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("ddex_dsr: configuration is a %T, a *dsr.Config was expected", config)
			}
			var ps sonify.Problems
			if c.Path == "" {
				ps.Add("path", `path = "reports/2026-10.tsv"`, "the name of a file is missing")
			} else if _, err := filepath.Match(c.Path, ""); err != nil {
				ps.Add("path", "", "%q cannot be looked for: a bracket in it is not closed", c.Path)
			}
			span.Check(&ps, "record_every", c.Step, time.Millisecond, time.Hour)
			named := readColumns(&ps, c.Columns)
			if err := ps.Err(); err != nil {
				return nil, err
			}
			return &source{env, *c, named}, nil
		},
	}
}

type source struct {
	env   sonify.SourceEnv
	c     Config
	named map[string]columns
}

const (
	maxBytes = 256 << 20       // of one report
	between  = 5 * time.Second // from one report to the next
)

// Run tells the reports, one after the other.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	list, err := whole.Files(s.env, s.c.Path)
	if err != nil {
		return err
	}
	var clock time.Duration
	for _, path := range list {
		err := whole.Tell(ctx, s.env, "ddex_dsr", path, maxBytes, emit, func(body []byte, emit func(sonify.Event)) (err error) {
			clock, err = tell(body, s.env.Name, s.named, clock, s.c.Step, s.env.Tally, emit)
			return err
		})
		if err != nil {
			return err
		}
		clock += between
	}
	return nil
}

// Probe reads the first report and says what will come, or why nothing will. Standard
// input is not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: Shapes(), Timed: true}
	list, err := whole.Files(s.env, s.c.Path)
	if err != nil {
		return p, err
	}
	return whole.Probe(ctx, s.env, "ddex_dsr", list[0], maxBytes, p, func(body []byte) error {
		_, err := tell(body, "", s.named, 0, s.c.Step, new(sonify.Tally), func(sonify.Event) {})
		return err
	})
}

var _ sonify.Prober = (*source)(nil)
