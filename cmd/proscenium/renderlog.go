package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/station"
)

// logOf returns the segments of a station's log if name is one: a file, or a
// folder that holds no piece but segments, of which the newest run is meant.
func logOf(name string) (paths []string, ok bool, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, false, nil // told later, as of a piece
	}
	if !info.IsDir() {
		return []string{name}, strings.EqualFold(filepath.Ext(name), ".log"), nil
	}
	if _, err := os.Stat(filepath.Join(name, "piece.toml")); err == nil {
		return nil, false, nil
	}
	paths, err = journal.LastRun(name)
	return paths, len(paths) > 0, err
}

// renderLog plays the log of a station into files.
func (p *program) renderLog(ctx context.Context, paths []string, f *renderFlags, files []target) error {
	if len(f.sets) > 0 || f.seed != "" || f.level != "" || f.legend != "" {
		return usagef("%s is a log: what went on the air cannot be changed by --set, --seed, --level or --legend (render the piece itself)", paths[0])
	}
	env := (&written{name: paths[0]}).env(false)
	look, err := station.Look(env, paths...)
	if err != nil {
		return err
	}
	replay, err := station.NewReplay(env, paths...)
	if err != nil {
		return err
	}
	defer replay.Close()
	switch n := len(look.Empty); {
	case n == 1:
		p.say.linef("%s is left out: %v", look.Empty[0], journal.ErrEmpty)
	case n > 1:
		p.say.linef("%s and %d more are left out: none holds a whole line", look.Empty[0], n-1)
	}
	if was := replay.Log().Program; was != version {
		p.say.linef("the log was written by version %s of the program, this is %s: the music may differ", was, version)
	}
	all := station.Combine(look.Headers)
	r := &rendering{program: p, flags: f, piece: replay.Piece(), header: all.Header(), targets: files}
	defer r.close()
	if err := r.begin(); err != nil {
		return err
	}
	began := time.Now()
	outs := r.outs
	// A sound goes on with another piece as it did on the air. What cannot do that
	// hears one performance of a piece that has the voices of all.
	if len(look.Headers) > 1 {
		outs = nil
		var rest []sonify.Output
		for _, o := range r.outs {
			if o == (named{r.sound}) && r.flags.stems == "" && f.from == 0 && f.to == 0 {
				outs = append(outs, o)
			} else {
				rest = append(rest, o)
			}
		}
		if len(rest) > 0 {
			all.Outputs = r.part(rest)
			outs = append(outs, all)
		}
	} else {
		outs = r.part(outs)
	}
	bar := newProgress(r.say.w, r.say.quiet)
	if bar != nil {
		bar.setTotal(look.End)
	}
	sum, err := replay.Play(ctx, outs, conductor.Options{Until: sonify.Frames(f.to), Progress: bar.at})
	bar.clear()
	if err == nil && replay.Torn {
		p.say.linef("the end of the log was torn off by a crash; what is whole was played")
	}
	return r.done(sum, err, began)
}

// part cuts outs to what --from and --to ask for.
func (r *rendering) part(outs []sonify.Output) []sonify.Output {
	if r.flags.from == 0 && r.flags.to == 0 {
		return outs
	}
	return []sonify.Output{&stretch{outs: outs, from: sonify.Frames(r.flags.from), to: sonify.Frames(r.flags.to)}}
}

// Change implements [sonify.Changer] for outputs that can go on with another
// piece.
func (n named) Change(h *sonify.Header) error {
	c, ok := n.Output.(sonify.Changer)
	if !ok {
		return fmt.Errorf("a %T cannot go on with another piece", n.Output)
	}
	if err := c.Change(h); err != nil {
		return &outputError{err}
	}
	return nil
}
