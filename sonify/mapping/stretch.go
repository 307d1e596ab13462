package mapping

import "proscenium/sonify"

// longestStretch is how long a stretch of a piece with live sources may be, in
// microseconds: what comes from them waits so long, at most, for the next. Shorter
// ones would only be more work.
const longestStretch = 12_000

// compileStretch chooses how long the stretches of the piece are. Where all events
// are known before their time a sixteenth is enough. With a live source they are
// shorter than what a listener notices; patterns are decided by sixteenths all the
// same.
func (c *compiler) compileStretch() {
	for i := range c.piece.Sources {
		if c.piece.Sources[i].Live {
			c.piece.stretch = stretchAt(c.piece.Header.Tempo)
		}
	}
}

// stretchAt returns the longest part of a sixteenth that goes up in it and is no
// longer than longestStretch at the tempo.
func stretchAt(t sonify.Tempo) sonify.Tick {
	for n := sonify.Tick(1); n < sonify.PPQ/4; n++ {
		if d := sonify.PPQ / 4 / n; d*n == sonify.PPQ/4 && int64(d)*int64(t) <= longestStretch*int64(sonify.PPQ) {
			return d
		}
	}
	return 1
}

// Stretch returns how long the stretches are in which a performance of p is asked
// for its music: a sixteenth, or less if p has a live source.
func (p *Piece) Stretch() sonify.Tick { return p.stretch }
