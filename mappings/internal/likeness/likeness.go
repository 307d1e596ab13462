// Package likeness compares two performances as a listener would who is asked
// two questions: is it the same tune, and is it the same story?
//
// [Theme] answers the first. It compares what the melodies are made of, wherever
// it stands, so it does not hear which match is played; transposition, a sequence
// on another step of the scale, augmentation, another tempo and another order leave
// it nearly as it is.
//
// [Course] answers the second. It compares what happens when, and forgets what
// the two have in common all the time, so it does not hear which theme is played:
// two matches of one mapping, which share every theme, have a likeness about 0.
//
// A piece played again with another seed has both. Another match of the same
// mapping has the first, another mapping neither.
package likeness

import (
	"math"

	"proscenium/mappings/internal/figures"
	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// gramSteps is how many steps from note to note are remembered as one turn of
// a melody: five notes.
const gramSteps = 4

// turn is a piece of melody as one remembers it: whether it goes up or down and
// about how far, and in which rhythm, at whatever speed.
type turn [gramSteps]struct {
	leap int8        // see size
	time sonify.Tick // in twelfths of the turn's first step, rounded
}

// size is how far an interval goes as the memory has it: 0 stays, 1 a step, 2 a
// third, 3 a fourth or fifth, 4 more; downwards negative. A theme that is played
// on another step of the scale keeps these and not its semitones.
func size(semitones int) int8 {
	up := int8(1)
	if semitones < 0 {
		up, semitones = -1, -semitones
	}
	switch {
	case semitones == 0:
		return 0
	case semitones <= 2:
		return up
	case semitones <= 4:
		return 2 * up
	case semitones <= 7:
		return 3 * up
	}
	return 4 * up
}

// turns returns how often each turn occurs in the melodies of a take, as a share
// of all.
func turns(t *take.Take) map[turn]float64 {
	out := map[turn]float64{}
	n := 0.0
	for _, line := range figures.Melodies(t) {
		for i := gramSteps; i < len(line); i++ {
			var k turn
			for j := range k {
				a, b := &line[i-gramSteps+j], &line[i-gramSteps+j+1]
				first := line[i-gramSteps+1].Tick - line[i-gramSteps].Tick
				k[j].leap, k[j].time = size(b.Pitch.Key()-a.Pitch.Key()), (12*(b.Tick-a.Tick)+first/2)/first
			}
			out[k]++
			n++
		}
	}
	for k := range out {
		out[k] /= n
	}
	return out
}

// Theme returns how alike the melodies of two takes are, 0 to 1: the
// Bhattacharyya coefficient of the shares of their turns, the sum over all turns
// of √(p·q). 1 if each turn is as frequent in one as in the other, 0 if they have
// none in common, or one of them has no melody.
func Theme(a, b *take.Take) float64 {
	p, q := turns(a), turns(b)
	sum := 0.0
	for k, x := range p {
		sum += math.Sqrt(x * q[k])
	}
	return min(1, sum)
}

// features are what a bar is remembered by; each is a curve over the bars.
type features [][]float64

// smooth is over how many bars a curve is taken as its mean.
const smooth = 3

// groups are how many features belong together, in their order: the pitch
// classes, density of pitches, density of drums, register, place, force. Each
// group counts as much as another.
var groups = [...]int{12, 1, 1, 1, 1, 1}

// listen returns the features of a take: for each bar the share of each pitch
// class, how many pitched and unpitched notes begin, the mean pitch, the mean
// place between left and right, the mean velocity. A bar without what a mean needs
// has that of the bar before.
func listen(t *take.Take) features {
	bar := t.Header.Meter.Bar()
	n := int(t.Summary.Ticks / bar)
	f := make(features, 17)
	for i := range f {
		f[i] = make([]float64, n)
	}
	for i := range t.Notes {
		x := &t.Notes[i]
		b := int(x.Tick / bar)
		if b >= n {
			continue
		}
		if !t.Header.Voices[x.Voice].Pitched {
			f[13][b]++
			continue
		}
		f[((x.Pitch.Key()%12)+12)%12][b]++
		f[12][b]++
		f[14][b] += x.Pitch.Semitones()
		f[15][b] += float64(x.Pan)
		f[16][b] += float64(x.Velocity)
	}
	for b := range n {
		if count := f[12][b]; count > 0 {
			for i := range 12 {
				f[i][b] /= count
			}
			for i := 14; i < 17; i++ {
				f[i][b] /= count
			}
		} else if b > 0 {
			for i := 14; i < 17; i++ {
				f[i][b] = f[i][b-1]
			}
		}
		f[12][b] = math.Log1p(f[12][b])
		f[13][b] = math.Log1p(f[13][b])
	}
	for i := range f {
		f[i] = heard.Smooth(f[i], smooth)
	}
	return f
}

// Course returns how alike two takes are in what happens when, -1 to 1: the
// correlation over their bars of what a bar is remembered by (pitch classes,
// density of pitches and of drums, register, place between left and right, force),
// the mean of these six. Bars are compared that have the same number, each as the
// mean of itself and its neighbours, so that what comes a bar later is still
// alike. Where one take is longer than the other, the rest counts as unlike: the
// result is multiplied by the quotient of the lengths. What never changes in
// either take is left out.
func Course(a, b *take.Take) float64 {
	p, q := listen(a), listen(b)
	n := min(len(p[0]), len(q[0]))
	longest := max(len(p[0]), len(q[0]))
	if n < 8 {
		return 0
	}
	sum, used, at := 0.0, 0, 0
	for _, g := range groups {
		group, members := 0.0, 0
		for i := at; i < at+g; i++ {
			if r := heard.Pearson(p[i][:n], q[i][:n]); !math.IsNaN(r) {
				group += r
				members++
			}
		}
		at += g
		if members > 0 {
			sum += group / float64(members)
			used++
		}
	}
	if used == 0 {
		return 0
	}
	return sum / float64(used) * float64(n) / float64(longest)
}
