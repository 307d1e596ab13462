package sonify

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Problem is one mistake, or one doubt, about what a person wrote.
type Problem struct {
	File string // as the person named it; empty if there is none
	Line int    // from 1; 0 if unknown
	Col  int    // from 1, in characters; 0 if unknown
	Key  string // the key it is about, dotted: "rule[2].pitch.range"
	Msg  string // what is wrong and what was expected: lower case, no full stop
	Hint string // the nearest right thing, or empty
	// Warning is true if the piece works all the same.
	Warning bool
}

// Error writes p on one line: file:line:col: key: what is wrong (hint).
func (p *Problem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		b.WriteByte(':')
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:", p.Line)
		if p.Col > 0 {
			fmt.Fprintf(&b, "%d:", p.Col)
		}
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Key != "" {
		b.WriteString(p.Key)
		b.WriteString(": ")
	}
	b.WriteString(p.Msg)
	if p.Hint != "" {
		fmt.Fprintf(&b, " (%s)", p.Hint)
	}
	return b.String()
}

// Problems are all the mistakes found in one go. As an error they read one a
// line.
type Problems []*Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns ps as an error, nil if none of them is more than a warning.
func (ps Problems) Err() error {
	for _, p := range ps {
		if !p.Warning {
			return ps
		}
	}
	return nil
}

// Add appends a mistake about key.
func (ps *Problems) Add(key, hint, format string, args ...any) {
	*ps = append(*ps, &Problem{Key: key, Hint: hint, Msg: fmt.Sprintf(format, args...)})
}

// Sort orders ps by file, line and column, keeping the order of what stands at
// one place.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
}

// Nearest returns the name among known that is most like name, and "" if none
// is near: at most a third of its letters wrong, two at least, a swap of
// neighbours counting once; or, if none is, the shortest of which it is a part
// between points and underscores.
func Nearest(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	if len(name) <= 3 && least > 1 {
		best = "" // of three letters two wrong ones leave another word
	}
	if best != "" {
		return best
	}
	// A part of the name: "speed" of speed_kmh, "point" of tennis.point.
	for _, k := range known {
		if len(name) > 2 && slices.Contains(strings.FieldsFunc(strings.ToLower(k), func(r rune) bool { return r == '_' || r == '.' }), strings.ToLower(name)) &&
			(best == "" || len(k) < len(best)) {
			best = k
		}
	}
	return best
}

// DidYouMean returns a hint that names the nearest of the known names, or lists
// them if none is near and they are few, or "".
func DidYouMean(name string, known []string) string {
	if n := Nearest(name, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	if len(known) > 0 && len(known) <= 40 {
		return "there are: " + strings.Join(known, ", ")
	}
	return ""
}

// distance is the Damerau-Levenshtein distance of a and b (neighbours swapped
// count once, no letter moved twice), or limit if it is not below limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit || len(x) > 200 || len(y) > 200 {
		return limit
	}
	prev2 := make([]int, len(y)+1)
	prev := make([]int, len(y)+1)
	cur := make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[len(y)], limit)
}
