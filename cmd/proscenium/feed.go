package main

import (
	"context"
	"crypto/rand"
	"fmt"
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
		i := conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace), Place: s.Place}
		if !all {
			// The same piece renders the same hashes; a station has others every time.
			i.Keep = conductor.NewDoor(conductor.DoorRules(s.Door), fmt.Appendf(nil, "%d %s", p.Header.Seed, s.Name)).Pass
		}
		in = append(in, i)
	}
	return in
}

// salt returns a key for the hashes of a door that nobody knows afterwards.
func salt() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

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
	if isLive(p) {
		return 0, false
	}
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
