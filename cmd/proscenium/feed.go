package main

import (
	"context"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
)

// intakes returns the sources of a piece as the conductor takes them. With all
// nothing is kept at the door.
func intakes(p *mapping.Piece, all bool) []conductor.Intake {
	var in []conductor.Intake
	for _, s := range p.Sources {
		i := conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)}
		if !all && s.Keep != nil {
			i.Keep = door(s.Keep)
		}
		in = append(in, i)
	}
	return in
}

// door returns a function that takes all fields but those in keep out of an event,
// names and values, so that nothing else of the data gets into the program, its
// outputs or its logs. It is used by one goroutine.
func door(keep []string) func(*sonify.Event) {
	kept := make(map[string]bool, len(keep))
	for _, k := range keep {
		kept[k] = true
	}
	type passage struct {
		shape *sonify.Shape // with the fields that pass
		slots []int         // where they stand in the shape that comes
	}
	known := make(map[*sonify.Shape]passage)
	var last *sonify.Shape
	var pass passage
	return func(ev *sonify.Event) {
		if ev.Shape == nil {
			ev.Values = nil
			return
		}
		if ev.Shape != last {
			var ok bool
			if pass, ok = known[ev.Shape]; !ok {
				var fields []sonify.Field
				for i, f := range ev.Shape.Fields() {
					if kept[f.Name] {
						fields = append(fields, f)
						pass.slots = append(pass.slots, i)
					}
				}
				pass.shape = sonify.NewShape(ev.Shape.Kind(), fields...)
				if len(known) >= shapeLimit {
					clear(known)
				}
				known[ev.Shape] = pass
			}
			last = ev.Shape
		}
		ev.Shape = pass.shape
		n := 0
		for _, i := range pass.slots { // in order, so that nothing is overwritten too early
			v := sonify.Value{}
			if i < len(ev.Values) {
				v = ev.Values[i]
			}
			if n < len(ev.Values) {
				ev.Values[n] = v
			} else {
				ev.Values = append(ev.Values, v)
			}
			n++
		}
		clear(ev.Values[n:])
		ev.Values = ev.Values[:n]
	}
}

// shapeLimit bounds how many shapes a door remembers, against a source that
// makes a new one for every event.
const shapeLimit = 256

// stopWait is how long a source may take to stop; one that does not (a program
// that writes to standard input and never ends) is left behind.
const stopWait = 2 * time.Second

// stopSources ends the sources of a feed.
func stopSources(s *conductor.Sources) {
	done := make(chan struct{})
	go func() {
		s.Stop()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopWait):
	}
}

// survey reads the sources of a piece to their end and returns when the last
// event arrives. ok is false if it cannot be known.
func survey(ctx context.Context, p *mapping.Piece) (end sonify.Frame, ok bool) {
	feed := conductor.Start(ctx, intakes(p, false))
	defer stopSources(feed)
	for {
		a, some, ended, err := feed.Next(ctx, 1<<62)
		if err != nil {
			return 0, false
		}
		if ended {
			return end, true
		}
		if some && a.State == "" && a.At > end {
			end = a.At
		}
	}
}
