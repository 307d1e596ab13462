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

// reel is its configuration.
type reel struct{ recorded bool }

func (r *reel) Recorded() bool { return r.recorded }

// A recording has a clock of its own and an end, though its kind is live; the source says
// so, or its configuration.
func TestCompile_RecordingIsNotLive(t *testing.T) {
	for i, recorded := range []bool{true, false, true} {
		var reg sonify.Registry
		if err := reg.Add(sonify.SourceInfo{Name: "tape", Live: true, Config: func() any { return &reel{recorded && i == 2} },
			New: func(sonify.SourceEnv, any) (sonify.Source, error) { return tape{recorded && i < 2}, nil }}); err != nil {
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
