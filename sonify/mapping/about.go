package mapping

import "proscenium/sonify"

// Themes returns the makers, as indices in Header.Makers, that play themes: what
// a listener hums. They come in the order of the piece.
func (p *Piece) Themes() []int {
	var out []int
	for i := range p.patterns {
		if len(p.patterns[i].themes) > 0 {
			out = append(out, p.patterns[i].maker)
		}
	}
	return out
}

// IdleAfter returns how long no event comes before the piece plays what it plays
// when the data stops; 0 if it never does.
func (p *Piece) IdleAfter() sonify.Frame { return p.idle.after }

// PlaysNothing reports whether a piece has neither rules nor patterns, as one may that
// is only listened to ([Env.Listen]).
func (p *Piece) PlaysNothing() bool { return len(p.rules) == 0 && len(p.patterns) == 0 }
