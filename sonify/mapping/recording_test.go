package mapping_test

import (
	"context"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// tape is a source of a live kind that may play a recording.
type tape struct{ recorded bool }

func (tape) Run(context.Context, func(sonify.Event)) error { return nil }
func (t tape) Recorded() bool                              { return t.recorded }

// A recording has a clock of its own and an end, though its kind is live.
func TestCompile_RecordingIsNotLive(t *testing.T) {
	for _, recorded := range []bool{true, false} {
		var reg sonify.Registry
		if err := reg.Add(sonify.SourceInfo{Name: "tape", Live: true, Config: func() any { return &struct{}{} },
			New: func(sonify.SourceEnv, any) (sonify.Source, error) { return tape{recorded}, nil }}); err != nil {
			t.Fatal(err)
		}
		p, problems := mapping.Compile(mapping.Env{Sources: &reg, Live: true}, "p.toml", []byte("[source.a]\ntype = \"tape\"\n[voice.v]\nwave = \"pulse\"\n[[rule]]\non = \"x\"\nvoice = \"v\"\npitch = \"C4\"\n"), nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if s := p.Sources[0]; s.Live == recorded || (s.Pace.Clock == "own") != recorded {
			t.Errorf("recorded: %v: live: %v, clock %q", recorded, s.Live, s.Pace.Clock)
		}
	}
}
