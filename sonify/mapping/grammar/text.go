package grammar

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// text is what was parsed: one file, or the value of one --set.
type text struct {
	file string
	set  string // the path as given to --set; empty for files
	data string
	// lines holds the offset of each line's first byte; runes the number of
	// characters before every block of [block] bytes, so that a column costs the
	// same on a line of a megabyte.
	lines []int
	runes []int
	// broken is true if there were syntax errors: then what seems to be missing
	// may only have been unreadable.
	broken bool
}

const block = 1024

func newText(file, data string) *text {
	t := &text{file: file, data: data, lines: []int{0}}
	n := 0
	for i := 0; i < len(data); i++ {
		if i%block == 0 {
			t.runes = append(t.runes, n)
		}
		if utf8.RuneStart(data[i]) {
			n++
		}
		if data[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// before counts the characters before offset off.
func (t *text) before(off int) int {
	b := off / block
	if b >= len(t.runes) {
		b = len(t.runes) - 1
	}
	if b < 0 {
		return 0
	}
	n := t.runes[b]
	for i := b * block; i < off; i++ {
		if utf8.RuneStart(t.data[i]) {
			n++
		}
	}
	return n
}

// position returns line and column of the byte at off, both from 1.
func (t *text) position(off int) (line, col int) {
	off = max(0, min(off, len(t.data)))
	i := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > off }) - 1
	return i + 1, t.before(off) - t.before(t.lines[i]) + 1
}

// line returns the bounds of the line that holds off, without its newline.
func (t *text) line(off int) (begin, end int) {
	begin = strings.LastIndexByte(t.data[:off], '\n') + 1
	if end = strings.IndexByte(t.data[off:], '\n'); end < 0 {
		return begin, len(t.data)
	}
	return begin, off + end
}
