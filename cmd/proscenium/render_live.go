package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
)

// renderAhead is how long a render of live sources lags behind them: the conductor may
// wait for half of it until a source that is not live has read what comes next.
const renderAhead = 200 * time.Millisecond

// listens makes o a performance in the world's time, which ends when --for is over, and
// returns who listens to the sources. What comes is played when it comes, as on a
// station; but for that the files are made as from any data.
func (r *rendering) listens(o *conductor.Options, bar *progress) *ear {
	line := conductor.NewTimeline(conductor.Wall{}, 0, time.Now().Add(renderAhead))
	o.Clock, o.Timeline, o.Ahead = conductor.Wall{}, line, renderAhead
	if o.Until == 0 {
		o.Until = sonify.Frames(r.flags.lasts)
	}
	now := func() sonify.Frame { return max(0, line.Now()+sonify.Frames(renderAhead)) }
	e := newEar(r.piece, now, r.log)
	o.Progress = nil // it is asked too seldom
	o.Boundary = func() error {
		bar.at(now(), 0)
		return nil
	}
	o.Report = func(source, state string, err error) {
		bar.clear()
		e.tell(source, state, err)
	}
	return e
}

// counted is a feed whose events are counted by their source.
type counted struct {
	conductor.Feed
	heard map[string]uint64
}

// Next implements [conductor.Feed].
func (c *counted) Next(ctx context.Context, limit sonify.Frame) (a conductor.Arrival, ok, ended bool, err error) {
	a, ok, ended, err = c.Feed.Next(ctx, limit)
	if ok && a.State == "" {
		c.heard[a.Event.Source]++
	}
	return a, ok, ended, err
}

// liveRender is the mistake of a render that would go on until it is stopped: it says which
// sources have no end, and what gives them one.
func liveRender(name string, p *mapping.Piece) error {
	var live []string
	path := ""
	for i := range p.Sources {
		s := &p.Sources[i]
		if !s.Live {
			continue
		}
		live = append(live, fmt.Sprintf("%s (%s)", s.Name, s.Kind))
		if path == "" && records(s) {
			path = s.Name
		}
	}
	goes := "is live and goes"
	if len(live) > 1 {
		goes = "are live and go"
	}
	more := "proscenium serve puts it on the air, and its log can be rendered"
	if path != "" {
		more = fmt.Sprintf("source.%s.path plays a recording; ", path) + more
	}
	return usagef("%s: %s %s on without end: say how long to listen, such as --for 60s (%s)", name, strings.Join(live, ", "), goes, more)
}

// records reports whether a source can play a recording instead of listening.
func records(s *mapping.SourcePlan) bool {
	says := []any{s.Source}
	if info, ok := standardSources().Get(s.Kind); ok {
		says = append(says, info.Config())
	}
	for _, v := range says {
		if _, ok := v.(sonify.Recording); ok {
			return true
		}
	}
	return false
}
