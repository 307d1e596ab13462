package main

import (
	"context"
	"encoding/json"
	"fmt"

	"proscenium/sonify"

	"github.com/spf13/cobra"
)

func (p *program) checkCommand() *cobra.Command {
	var f renderFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "check PIECE...",
		Short: "Tell what is wrong with a piece",
		Long: `Check reads pieces, and looks at what their sources would report, and tells every
mistake with its place: file:line:column: key: what is wrong (a hint). It also
warns of what would work and hardly be heard, and looks through the data for it
where that can be read twice: values that never change or lie beside their
domain, events nearer to each other than one can hear.

The exit status is 1 if there is a mistake, 0 if there are at most warnings.
With --json the findings are an array on standard output.`,
		Example: `  proscenium check piece.toml
  proscenium check --json *.toml | jq -r '.[].message'
  proscenium check piece.toml --set source.court.path=other.csv`,
		Args: arguments(1, -1, "the piece to check"),
		RunE: func(c *cobra.Command, args []string) error {
			sets, err := f.overrides()
			if err != nil {
				return err
			}
			return p.check(c.Context(), args, sets, asJSON)
		},
		ValidArgsFunction: pieceFiles,
	}
	f.pieceFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as a JSON array")
	return c
}

// finding is a problem as --json prints it.
type finding struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Severity string `json:"severity"` // error or warning
	Key      string `json:"key,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

func findingOf(file string, q *sonify.Problem) finding {
	f := finding{File: q.File, Line: q.Line, Column: q.Col, Severity: "error", Key: q.Key, Message: q.Msg, Hint: q.Hint}
	if f.File == "" {
		f.File = file
	}
	if q.Warning {
		f.Severity = "warning"
	}
	return f
}

func (p *program) check(ctx context.Context, names, sets []string, asJSON bool) error {
	findings := []finding{}
	wrong := false
	for _, name := range names {
		w, err := p.find(name, sets)
		if err != nil {
			if _, usage := err.(*usageError); usage {
				return err
			}
			wrong = true
			if asJSON {
				findings = append(findings, finding{File: name, Severity: "error", Message: err.Error()})
			} else {
				p.say.failure(err)
			}
			continue
		}
		piece, problems := w.compile(true)
		if piece != nil {
			if s := w.survey(ctx); s != nil {
				problems = append(problems, piece.Doubts(s)...)
				problems.Sort()
			}
		}
		wrong = wrong || problems.Err() != nil
		if asJSON {
			for _, q := range problems {
				findings = append(findings, findingOf(w.name, q))
			}
			continue
		}
		p.say.problems(problems)
		p.say.linef("%s", verdict(w.name, problems))
	}
	if asJSON {
		b, err := json.MarshalIndent(findings, "", "  ")
		if err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
		if err := p.print(string(b) + "\n"); err != nil {
			return err
		}
	}
	if wrong {
		return errSaid
	}
	return nil
}
