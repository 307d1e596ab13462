package main

import (
	"context"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
)

// The survey of a piece's data looks at no more than this: enough to know what
// is typical, a second of work at most.
const (
	surveyEvents = 200_000
	surveyLength = 3 * 3600 * sonify.SampleRate
)

// survey runs through the data of a piece and tells what is in it; nil if to
// read it twice would take something away, or if it is live: then nobody knows it
// beforehand, and no service is asked for a mere look.
func (w *written) survey(ctx context.Context) *mapping.Survey {
	if !w.rereadable() {
		return nil
	}
	again := *w
	again.stdin = nil
	piece, problems := again.compile(true)
	if problems.Err() != nil {
		return nil
	}
	if isLive(piece) {
		return nil
	}
	feed := conductor.Start(ctx, intakes(piece, false))
	defer stopSources(feed)
	s := piece.Survey(surveyEvents, surveyLength)
	if err := conductor.Run(ctx, s, feed, nil, conductor.Options{}); err != nil {
		return nil // the render itself will tell
	}
	return s.Done()
}

// legendRoom is how long a legend before a piece may last, unless all of it is
// asked for: longer than a minute nobody remembers how it began.
const legendRoom = 70 * sonify.SampleRate

// The values of --legend.
const (
	legendMost = "most" // without a value
	legendAll  = "all"
)

var legendKinds = map[string]mapping.LegendKind{
	"rules": mapping.LegendRule, "signals": mapping.LegendSignal, "patterns": mapping.LegendPattern, "sections": mapping.LegendSection,
}

// legendParts reads the value of --legend: which kinds of entries, and how much
// room there is (0: any).
func legendParts(value string) (kinds []mapping.LegendKind, room sonify.Frame, err error) {
	names := []string{"rules", "signals", "patterns", "sections"}
	switch value {
	case legendMost:
		return []mapping.LegendKind{mapping.LegendRule, mapping.LegendSignal, mapping.LegendSection}, legendRoom, nil
	case legendAll:
		for _, n := range names {
			kinds = append(kinds, legendKinds[n])
		}
		return kinds, 0, nil
	}
	for _, n := range strings.Split(value, ",") {
		k, ok := legendKinds[n]
		if !ok {
			return nil, 0, usagef("--legend=%s: there is no %q: there are %s, and all", value, n, strings.Join(names, ", "))
		}
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return kinds, 0, nil
}

// prelude puts the legend before the outputs, if it is wanted.
func (r *rendering) prelude(ctx context.Context, outs []sonify.Output) ([]sonify.Output, error) {
	if r.flags.legend == "" {
		return outs, nil
	}
	kinds, room, err := legendParts(r.flags.legend)
	if err != nil {
		return nil, err
	}
	chosen, left := r.piece.Legend(r.written.survey(ctx)).Chosen(&r.piece.Header, kinds, room)
	if len(chosen.Entries) == 0 {
		r.say.linef("the legend is empty: no value of the data moves anything of what was asked for")
	}
	if left > 0 {
		r.say.linef("the legend has room for %d of %d mappings in %v (--legend=all plays all)", len(chosen.Entries), len(chosen.Entries)+left, legendRoom.Duration())
	}
	r.legend = mapping.NewPrelude(chosen, outs)
	return []sonify.Output{r.legend}, nil
}
