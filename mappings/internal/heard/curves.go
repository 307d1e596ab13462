package heard

import (
	"math"
	"slices"
)

// Select returns the notes for which keep is true, in their order.
func (f *File) Select(keep func(*Note) bool) []Note {
	var out []Note
	for i := range f.Notes {
		if keep(&f.Notes[i]) {
			out = append(out, f.Notes[i])
		}
	}
	return out
}

// Part returns the notes of one part.
func (f *File) Part(part int) []Note {
	return f.Select(func(n *Note) bool { return n.Part == part })
}

// ByBar returns the notes of each bar in which they start.
func (f *File) ByBar() [][]Note {
	out := make([][]Note, max(1, len(f.Bars)-1))
	for _, n := range f.Notes {
		b := min(n.Bar, len(out)-1)
		out[b] = append(out[b], n)
	}
	return out
}

// Onsets counts the notes that start in each of the windows of so many seconds
// from 0 to end; the last may be shorter.
func Onsets(notes []Note, window, end float64) []float64 {
	return Sum(notes, window, end, func(*Note) float64 { return 1 })
}

// Sum adds up what value says of the notes that start in each window.
func Sum(notes []Note, window, end float64, value func(*Note) float64) []float64 {
	out := make([]float64, windows(window, end))
	for i := range notes {
		if w := int(notes[i].At / window); w >= 0 && w < len(out) {
			out[w] += value(&notes[i])
		}
	}
	return out
}

// Mean is Sum divided by the number of notes in the window; a window without a
// note has what the one before had, those before the first note what it says.
func Mean(notes []Note, window, end float64, value func(*Note) float64) []float64 {
	sum, count := Sum(notes, window, end, value), Onsets(notes, window, end)
	last := math.NaN()
	for i := range sum {
		if count[i] > 0 {
			sum[i] /= count[i]
			if math.IsNaN(last) {
				for j := range i {
					sum[j] = sum[i]
				}
			}
			last = sum[i]
		} else {
			sum[i] = last
		}
	}
	return sum
}

// Sounding returns for each window the share of its time in which at least one
// of the notes sounds.
func Sounding(notes []Note, window, end float64) []float64 {
	out := make([]float64, windows(window, end))
	sorted := slices.Clone(notes)
	slices.SortStableFunc(sorted, func(a, b Note) int { return compare(a.At, b.At) })
	until := 0.0
	for _, n := range sorted {
		from, to := max(n.At, until), n.At+n.Length
		until = max(until, to)
		for from < to {
			w := int(from / window)
			if w >= len(out) {
				break
			}
			stop := min(to, float64(w+1)*window)
			if stop <= from { // rounding at the border of two windows
				stop = to
			}
			out[w] += (stop - from) / window
			from = stop
		}
	}
	return out
}

// Steps reports which of the steps of each bar are struck: Euclidean rhythms are
// read from it. A note up to half a step late belongs to the step before.
func Steps(bars []float64, notes []Note, steps int) [][]bool {
	out := make([][]bool, max(0, len(bars)-1))
	for i := range out {
		out[i] = make([]bool, steps)
	}
	for _, n := range notes {
		if n.Bar < len(out) {
			length := bars[n.Bar+1] - bars[n.Bar]
			s := int((n.At-bars[n.Bar])/length*float64(steps) + 0.5)
			if s < steps {
				out[n.Bar][s] = true
			}
		}
	}
	return out
}

func windows(window, end float64) int {
	if !(window > 0) || !(end > 0) {
		return 0
	}
	return int(math.Ceil(min(end/window, 1<<24)))
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
