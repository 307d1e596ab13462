package mapping

import (
	"proscenium/sonify"
)

// buildPlan is how a section grows towards what it leads to.
type buildPlan struct {
	over     sonify.Tick
	density  float64 // part of the silent steps of the rhythms that play at its end
	velocity float64 // factor at its end
	register float64 // semitones at its end, in whole octaves
	roll     bool    // unpitched hits are doubled from rollAt on
}

// rollAt is from which part of a build on the drums roll.
const rollAt = 0.75

// build moves the signals that say how far the section has been built up and
// released.
func (f *formState) build(p *Performance, b sonify.Tick) {
	n := len(p.piece.signals)
	x := 0.0
	if s := p.piece.form.sections[f.section].build; s != nil {
		x = min(1, float64(b-f.began)/float64(s.over))
	}
	p.values[n+sigBuild] = x
	x = 0
	if f.cadUntil > b {
		x = float64(f.cadUntil-b) / float64(f.cadUntil-f.cadFrom)
	}
	p.values[n+sigRelease] = min(1, x)
}

// building returns how the section of the moment is built up, and how far it
// has come; nil if it is not.
func (p *Performance) building() (*buildPlan, float64) {
	return p.piece.form.sections[p.form.section].build, p.values[len(p.piece.signals)+sigBuild]
}

// thicken fills the silent steps of a rhythm, as evenly as can be.
func (p *Performance) thicken(grid []bool) {
	pl, x := p.building()
	if pl == nil {
		return
	}
	silent := 0
	for _, hit := range grid {
		if !hit {
			silent++
		}
	}
	more := int(whole(float64(pl.density*x*float64(silent)), 0, int64(silent)))
	k := 0
	for i, hit := range grid {
		if hit {
			continue
		}
		// The steps farthest from the ones before fill first: the digitised line of
		// Euclid's rhythm, begun half a step late.
		if more > 0 && (k*more+more/2)%silent < more {
			grid[i] = true
		}
		k++
	}
}

// release begins the cadence that follows the section that section i takes the
// place of.
func (f *formState) release(p *Performance, i int, b sonify.Tick) {
	f.cadUntil = 0
	from := &p.piece.form.sections[f.section]
	if i == f.section || from.release == 0 || b == 0 {
		return
	}
	bar := p.piece.Header.Meter.Bar()
	f.cadFrom, f.homed = b/bar*bar, false
	f.cadUntil = f.cadFrom + from.release
}

// cadence plays the dominant and then the tonic while a section is released,
// and then begins the progression. It reports whether the chords are its
// business.
func (f *formState) cadence(p *Performance, b sonify.Tick) bool {
	if f.cadUntil == 0 {
		return false
	}
	beat := p.piece.Header.Meter.Beat()
	half := f.cadFrom + (f.cadUntil-f.cadFrom)/2/beat*beat
	switch {
	case b >= f.cadUntil:
		f.cadUntil = 0
		f.firstChord(p, b, b)
	case b >= half && !f.homed:
		f.homed = true
		f.let(p, f.key.Home())
	case f.fresh:
		f.turnAt = 0
		f.let(p, f.key.Dominant())
	}
	return true
}
