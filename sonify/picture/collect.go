package picture

import (
	"strings"
	"unicode/utf8"

	"proscenium/sonify"
)

// bins divide time into columns of equal width. When the columns are used up,
// neighbours become one, and the width doubles.
type bins[T any] struct {
	width sonify.Frame
	cols  []T
}

// add calls f for the column of frame at. Two columns become one by merge.
func (b *bins[T]) add(at sonify.Frame, limit int, merge func(a, b T) T, f func(*T)) {
	for at/b.width >= sonify.Frame(limit) {
		for i := 0; 2*i < len(b.cols); i++ {
			c := b.cols[2*i]
			if 2*i+1 < len(b.cols) {
				c = merge(c, b.cols[2*i+1])
			}
			b.cols[i] = c
		}
		b.cols = b.cols[:(len(b.cols)+1)/2]
		b.width *= 2
	}
	for sonify.Frame(len(b.cols)) <= at/b.width {
		var empty T
		b.cols = append(b.cols, empty)
	}
	f(&b.cols[at/b.width])
}

// merge adds two columns, and stops where the type ends.
func merge(a, b uint32) uint32 {
	if s := a + b; s >= a {
		return s
	}
	return 1<<32 - 1
}

// fill adds to the columns of [from, to) how many frames of it each holds.
func fill(b *bins[uint32], from, to sonify.Frame) {
	b.add(max(from, to-1), rollBins, merge, func(*uint32) {})
	for from < to {
		i := from / b.width
		end := min(to, (i+1)*b.width)
		b.cols[i] = merge(b.cols[i], uint32(min(end-from, 1<<32-1)))
		from = end
	}
}

// curve collects the values of one signal.
type curve struct {
	signal int // index in Header.Signals
	bins   bins[column]
	lo, hi float64 // of all values
	now    float64
	known  bool
}

// column is what a signal did in one stretch of time.
type column struct {
	lo, hi, last float64
	set          bool
}

func (c *curve) set(at sonify.Frame, v float64) {
	if !(v-v == 0) { // NaN or infinite
		return
	}
	if !c.known {
		c.lo, c.hi, c.known = v, v, true
	}
	c.lo, c.hi, c.now = min(c.lo, v), max(c.hi, v), v
	c.bins.add(at, signalBins, mergeColumns, func(d *column) {
		*d = mergeColumns(*d, column{v, v, v, true})
	})
}

func mergeColumns(a, b column) column {
	switch {
	case !b.set:
		return a
	case !a.set:
		return b
	}
	return column{min(a.lo, b.lo), max(a.hi, b.hi), b.last, true}
}

// thinned keeps marks in a bounded room: when it is full every other one goes,
// and then only every second, fourth, ... is taken.
type thinned[T any] struct {
	list  []T
	given int
	skip  int
	wait  int
}

func (t *thinned[T]) add(v T) {
	t.given++
	if t.wait > 0 {
		t.wait--
		return
	}
	if len(t.list) == maxMarks {
		for i := range maxMarks / 2 {
			t.list[i] = t.list[2*i]
		}
		clear(t.list[maxMarks/2:])
		t.list = t.list[:maxMarks/2]
		t.skip = 2*t.skip + 1
	}
	t.list = append(t.list, v)
	t.wait = t.skip
}

// clip returns s on one line and with at most n characters.
func clip(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return r <= ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff || r == 0x2028 || r == 0x2029
	}), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}
