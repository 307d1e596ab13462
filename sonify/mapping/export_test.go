package mapping

import "proscenium/sonify"

// SetPulse lets a test ask for stretches of another length.
func SetPulse(p *Piece, t sonify.Tick) { p.pulse = t }
