package picture

import (
	"math/bits"
	"sort"
	"time"

	"proscenium/sonify"
)

// drawCaptions places as many captions of system r as have room, on up to three
// lines. Where there is none for all, those that are rare in the piece come
// first: "set point" says more than the hundredth "fault".
func (l *layout) drawCaptions(r int, y, bottom px) {
	var mine []label
	for _, c := range l.o.captions.list {
		if _, _, ok := l.within(c.at, c.at+1, r); ok && c.text != "" {
			mine = append(mine, c)
		}
	}
	sort.SliceStable(mine, func(i, j int) bool {
		a, b := l.o.makers[mine[i].by], l.o.makers[mine[j].by]
		if a != b {
			return a < b
		}
		return mine[i].at < mine[j].at
	})
	type taken struct{ from, to px }
	var lines [capLines][]taken
	var roots [capLines][]px // where the captions of a line have their stems
	free := func(line int, from, to px) bool {
		for _, t := range lines[line] {
			if from < t.to && to > t.from {
				return false
			}
		}
		return true
	}
	var stems svg
	for _, c := range mine {
		x := l.x(c.at, r)
		w := wide(c.text, 110) + 120
		from, anchor, at := x, "", x+40
		if x+w > plotRight {
			from, anchor, at = x-w+20, right, x-30
		}
		// The lowest line first, but no stem may cross the text of a line below.
		for line := capLines - 1; line >= 0; line-- {
			blocked := false
			for under := line + 1; under < capLines; under++ {
				if !free(under, x-20, x+20) {
					blocked = true
				}
			}
			if blocked {
				break
			}
			crossed := false
			for over := range line {
				for _, x := range roots[over] {
					crossed = crossed || x > from-20 && x < from+w
				}
			}
			if crossed || !free(line, from-20, from+w) {
				continue
			}
			roots[line] = append(roots[line], x)
			lines[line] = append(lines[line], taken{from - 20, from + w})
			base := y + px(line)*capHeight + 110
			l.text(at, base, c.text, `font-size="11"`, anchor)
			stems.box(x, base-80, 12, bottom-base-120)
			break
		}
	}
	if len(stems.b) > 0 {
		l.raw(`<path shape-rendering="crispEdges" fill="`, dim, `" fill-opacity=".55" d="`, string(stems.b), `"/>`+"\n")
	}
	if r == 0 {
		l.text(160, y+px(capLines)*capHeight-50, "captions", fillDim, small)
	}
}

// dataAxis draws the time of the data below the time of the music.
func (l *layout) dataAxis(r int, y px) {
	l.text(160, y+160, "data", fillGold, small)
	l.rect(plotLeft, y, l.end(r)-plotLeft, 5, fillGold, `fill-opacity=".5"`)
	list := l.forward()
	if len(list) < 2 {
		return
	}
	first, last := list[0].ms, list[len(list)-1].ms
	// As many labels as have room, in steps that people count in.
	step := int64(nice(sonify.Frame((last-first)/1000/int64(14*l.rows)+1)*second)/second) * 1000
	free := plotLeft - 300
	day := ""
	for i := 0; i+1 < len(list); i++ {
		a, b := list[i], list[i+1]
		if _, _, ok := l.within(a.at, b.at+1, r); !ok {
			continue
		}
		for ms := ceilTo(a.ms, step); ms < b.ms; {
			f := a.at + sonify.Frame(scaleBy(uint64(ms-a.ms), uint64(b.at-a.at), uint64(b.ms-a.ms)))
			x, _, ok := l.within(f, f+1, r)
			if !ok && f > sonify.Frame(r)*l.row {
				break
			}
			text := clockTime(ms / 1000)
			if !l.o.timed {
				text = calendar(ms, step, &day)
			}
			if w := wide(text, 100); ok && x-w/2 > free && x+w/2 < plotRight+100 {
				l.rect(x-5, y, 10, 50, fillGold)
				l.text(x, y+160, text, middle, small, fillGold)
				free = x + w/2 + 80
			} else if ok && !l.o.timed {
				day = "" // the label was not drawn, so the next says the day again
			}
			// Where much time passes within a pixel, most labels have no room.
			if per := (b.ms - a.ms) / max(1, int64(l.x(b.at, r)-l.x(a.at, r))); per > step {
				ms = ceilTo(ms+per*100, step)
			} else {
				ms += step
			}
		}
	}
}

// forward returns the readings that go on in time: the clock of data that comes
// late may step back.
func (l *layout) forward() (out []reading) {
	for _, c := range l.o.clock.list {
		if n := len(out); n == 0 || c.ms > out[n-1].ms && c.at > out[n-1].at {
			out = append(out, c)
		}
	}
	return out
}

// ceilTo returns the first multiple of step at or after n.
func ceilTo(n, step int64) int64 {
	q := n / step
	if n%step > 0 {
		q++
	}
	return q * step
}

// scaleBy returns n*to/of for n <= of, without overflow.
func scaleBy(n, to, of uint64) uint64 {
	hi, lo := bits.Mul64(n, to)
	q, _ := bits.Div64(hi, lo, of)
	return q
}

// calendar writes a moment of the world, in UTC, with its day where the day is
// another than the last.
func calendar(ms, step int64, day *string) string {
	t := time.UnixMilli(ms).UTC()
	today := t.Format("2 Jan 2006")
	if step >= 86400_000 {
		*day = today
		return today
	}
	layout := "15:04"
	if step < 60_000 {
		layout = "15:04:05"
	}
	text := t.Format(layout)
	if today != *day {
		text = t.Format("2 Jan ") + text
		*day = today
	}
	return text
}
