package mapping

import (
	"slices"

	"proscenium/sonify"
)

// register is how near in pitch a note must lie to mask another: a fifth.
const register = 7 * sonify.Semitone

// soundingLimit is how many notes of the data are minded; of more, the newest.
const soundingLimit = 128

// duckFor keeps the notes that carry data on top: what the patterns play while
// such a note sounds, and near it, is played softer than it. A pattern's note
// of the same voice would cut it short and is left out.
func (p *Performance) duckFor() {
	// What still sounds from before.
	keep := p.sounding[:0]
	for _, n := range p.sounding {
		if n.Frame+n.Frames > p.out.Begin {
			keep = append(keep, n)
		}
	}
	p.sounding = keep
	for _, n := range p.out.Notes {
		if p.piece.Header.Voices[n.Voice].Pitched && p.piece.Header.Makers[n.Cause.By].Kind == sonify.MakerRule && n.Cause.Step == 0 {
			if len(p.sounding) == soundingLimit {
				p.sounding = slices.Delete(p.sounding, 0, 1)
			}
			p.sounding = append(p.sounding, n)
		}
	}
	if len(p.sounding) == 0 {
		return
	}
	kept := p.fresh[:0]
	for _, f := range p.fresh {
		fv := &p.piece.Header.Voices[f.Voice]
		drop := false
		for _, d := range p.sounding {
			if f.Frame+f.Frames <= d.Frame || f.Frame >= d.Frame+d.Frames {
				continue
			}
			if f.Voice == d.Voice && fv.Polyphony <= 1 {
				drop = true
				break
			}
			if !fv.Pitched {
				continue
			}
			gap := f.Pitch - d.Pitch
			if gap > register || gap < -register {
				continue
			}
			// Loudness is velocity times the voice's gain.
			dv := &p.piece.Header.Voices[d.Voice]
			limit := float64(d.Velocity) * float64(dv.Gain) / float64(max(1, fv.Gain)) * p.piece.duck
			if float64(f.Velocity) > limit {
				f.Velocity = sonify.Velocity(max(1, int(limit)))
			}
		}
		if !drop {
			kept = append(kept, f)
		}
	}
	p.fresh = kept
}
