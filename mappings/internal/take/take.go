// Package take performs a piece and keeps all of it, for whoever wants to
// measure music or to listen to it as a stranger would.
package take

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
	"proscenium/sonify/midi"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/sound"
	"proscenium/sources"
)

// Take is one performance of a piece from its first note to its last.
type Take struct {
	sonifytest.Recorder
	Themes []int           // the makers that play themes
	Idle   sonify.Frame    // how long no event comes before the piece idles; 0 never
	MIDI   []byte          // the file, if it was asked for
	Meter  *pcm.Meter      // nil unless it was asked for
	Piece  *mapping.Piece  // it was played once; another performance is another Perform
	Warned sonify.Problems // what the compiler said and did not stop at
}

// Options are what may be wanted of a take besides its score.
type Options struct {
	Sets  []string     // overrides, key.path=value
	Until sonify.Frame // where the performance is broken off; 0 plays to the end
	MIDI  bool         // fill Take.MIDI
	Meter bool         // fill Take.Meter, which renders the sound
	Sinks []pcm.Sink   // where the sound goes; any renders it
}

// File performs the piece that stands in a file. Paths in it are relative to its
// folder.
func File(ctx context.Context, path string, o Options) (*Take, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Of(ctx, path, src, o)
}

// Of performs a piece, which is named by file in what is said of it. All errors
// of the piece come at once, as sonify.Problems. A source that fails is an error.
func Of(ctx context.Context, file string, src []byte, o Options) (*Take, error) {
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		return nil, err
	}
	env := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), ReadFile: os.ReadFile, Probe: true,
		Sample: func(name string, wav []byte) (*sonify.SampleSound, error) {
			s, err := pcm.ReadSample(bytes.NewReader(wav))
			if err != nil {
				return nil, err
			}
			s.Name = name
			return s, nil
		}}
	p, problems := mapping.Compile(env, file, src, o.Sets)
	if p == nil {
		return nil, fmt.Errorf("%w", problems.Err())
	}
	t := &Take{Piece: p, Themes: p.Themes(), Idle: p.IdleAfter(), Warned: problems}
	outs := []sonify.Output{&t.Recorder}
	var file1 bytes.Buffer
	if o.MIDI {
		outs = append(outs, midi.NewWriter(&file1))
	}
	sinks := o.Sinks
	if o.Meter {
		t.Meter = pcm.NewMeter()
		sinks = append(sinks[:len(sinks):len(sinks)], t.Meter)
	}
	if len(sinks) > 0 {
		outs = append(outs, sound.New(sinks, sound.Options{}))
	}
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(ctx, in)
	defer feed.Stop()
	var failed []error
	opts := conductor.Options{Until: o.Until, Report: func(name, state string, err error) {
		if state == "failed" {
			failed = append(failed, fmt.Errorf("source %s: %w", name, err))
		}
	}}
	if _, err := conductor.Perform(ctx, &p.Header, p.Perform(), feed, outs, opts); err != nil {
		return nil, err
	}
	t.MIDI = file1.Bytes()
	return t, errors.Join(failed...)
}

// Samples is a sink that keeps the sound, both channels added, as floats of which
// full scale is 1.
type Samples []float32

// Write implements [pcm.Sink].
func (s *Samples) Write(block []pcm.Frame) error {
	for _, f := range block {
		*s = append(*s, float32(f[0]+f[1])*(0.5/pcm.Full))
	}
	return nil
}

// Mark implements [pcm.Sink].
func (s *Samples) Mark(sonify.Frame, string) error { return nil }

// Finish implements [pcm.Sink].
func (s *Samples) Finish() error { return nil }

// Close implements [pcm.Sink].
func (s *Samples) Close() error { return nil }
