package tension

import "fmt"

// Around says how a curve goes about a moment. Seconds of music, all of them.
type Around struct {
	Earlier float64 // its mean over the Span before the last Span before the moment
	Before  float64 // over the last Span before the moment
	Slope   float64 // of the line through that last Span, per second (least squares)
	During  float64 // from the moment to its end; 0 if they are less than a second apart
	After   float64 // over the Span after the end, or as much as there is of it
}

// Span is how much music about a moment is looked at, in seconds.
const Span = 20

// Least is how much of the music after a moment there must be, in seconds: the
// last chord of a piece.
const Least = 5

// About looks at a curve about a moment that lasts from the second at to the
// second end. ok is false if the curve does not reach back Span, or not Least past
// the end.
func About(curve []float64, at, end float64) (a Around, ok bool) {
	from, to := int(at), int(end+0.999)
	if from < Span+1 || to+Least > len(curve) {
		return a, false
	}
	a.Earlier = mean(curve[max(0, from-2*Span) : from-Span])
	last := curve[from-Span : from]
	a.Before = mean(last)
	var tt, ty float64
	for i, y := range last {
		t := float64(i) - float64(Span-1)/2
		tt += t * t
		ty += t * (y - a.Before)
	}
	a.Slope = ty / tt
	if to > from {
		a.During = mean(curve[from:to])
	}
	a.After = mean(curve[to:min(len(curve), to+Span)])
	return a, true
}

// Rises reports whether tension rises towards the moment: over its last Span,
// and above what it was before that.
func (a Around) Rises() bool { return a.Slope > 0 && a.Before > a.Earlier }

// Falls reports whether it is lower after the moment than before it.
func (a Around) Falls() bool { return a.After < a.Before }

func (a Around) String() string {
	return fmt.Sprintf("earlier %5.2f, last %d s %5.2f (slope %+.3f/s), during %5.2f, after %5.2f", a.Earlier, Span, a.Before, a.Slope, a.During, a.After)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}
