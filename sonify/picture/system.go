package picture

import (
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// outline marks the notes that stand for a datum.
const outline = `stroke="#ffffff" stroke-width="1"`

// opacities of densities, from little to all of the time.
var opacities = [5]string{".22", ".4", ".58", ".78", "1"}

// system draws the r-th line of the picture at y.
func (l *layout) system(r int, y px) {
	top := y + l.caps
	bottom := y + l.height - axisHeight
	if len(l.o.clock.list) > 1 {
		bottom -= axisHeight
	}
	if l.caps > 0 {
		l.drawCaptions(r, y, top+bandHeight)
	}
	l.drawSections(r, top, bottom)
	at := top + bandHeight + gapLanes
	for i := range l.o.curves {
		l.drawCurve(i, r, at)
		at += l.curveH + gapLanes
	}
	for i := range l.boxes {
		l.drawLane(i, r, at)
		at += l.boxes[i].height + gapLanes
	}
	l.lines(r, top+bandHeight, bottom-gapLanes)
	l.musicAxis(r, bottom)
	if len(l.o.clock.list) > 1 {
		l.dataAxis(r, bottom+axisHeight)
	}
}

// drawSections draws the band of the sections, with the keys they begin in.
func (l *layout) drawSections(r int, y, bottom px) {
	l.rect(plotLeft, y, l.end(r)-plotLeft, bandHeight, `fill="`+panel+`"`)
	l.text(160, y+140, "section", fillDim, small)
	list := l.o.sections.list
	free := plotLeft // where the next text may begin
	for i, s := range list {
		end := l.total
		if i+1 < len(list) {
			end = list[i+1].at
		}
		x, w, ok := l.within(s.at, end, r)
		if !ok {
			continue
		}
		colour := "#39327a"
		if i%2 == 1 {
			colour = "#2a2560"
		}
		l.rect(x, y, max(w-10, 5), bandHeight, `fill="`+colour+`"`)
		text := strings.ReplaceAll(s.text, "_", " ")
		if s.at < sonify.Frame(r)*l.row {
			text = "… " + text
		}
		if k := l.keyAt(s.at); k != "" {
			text += " · " + k
		}
		room := int((w - 100) * 1000 / 602 / 110)
		if room >= 3 && x+60 >= free {
			text = clip(text, room)
			l.text(x+60, y+142, text, `font-size="11"`, bold, fillGold)
			free = x + 60 + wide(text, 110) + 60
		}
	}
	for _, k := range l.o.keys.list { // changes of key within a section
		if x, _, ok := l.within(k.at, k.at+1, r); ok && x >= free && x+wide(k.text, 100)+60 < l.end(r) && !l.sectionAt(k.at) {
			l.rect(x, y, 10, bandHeight, fillGold)
			l.text(x+40, y+140, k.text, fillDim, small)
			free = x + wide(k.text, 100) + 100
		}
	}
}

func (l *layout) keyAt(f sonify.Frame) string {
	for _, k := range l.o.keys.list {
		if k.at == f {
			return k.text
		}
	}
	return ""
}

func (l *layout) sectionAt(f sonify.Frame) bool {
	for _, s := range l.o.sections.list {
		if s.at == f {
			return true
		}
	}
	return false
}

// lines draws where sections begin, through curves and lanes.
func (l *layout) lines(r int, top, bottom px) {
	l.raw(`<path fill="none" stroke="`, gold, `" stroke-opacity=".45" stroke-dasharray="2 3" d="`)
	last := px(0)
	for _, s := range l.o.sections.list { // not so near that they hide the notes
		if x, _, ok := l.within(s.at, s.at+1, r); ok && x-last >= 300 {
			last = x
			l.raw("M").num(x).raw(" ").num(top).raw("V").num(bottom)
		}
	}
	l.raw(`"/>` + "\n")
}

// curveLamps are the colours of the signals.
var curveLamps = [...]string{"#ffffff", "#ffbe7a", "#9fe8ff", "#d3bcff", "#b9f5b0", "#ffb0c8"}

// drawCurve draws the i-th curve.
func (l *layout) drawCurve(i, r int, y px) {
	c := &l.o.curves[i]
	sig := &l.o.h.Signals[c.signal]
	h := l.curveH
	lo, hi := sig.Low, sig.High
	if !(lo < hi) {
		lo, hi = c.lo, c.hi
	}
	lamp := curveLamps[i%len(curveLamps)]
	l.rect(plotLeft, y, l.end(r)-plotLeft, h, `fill="`+panel+`"`)
	l.raw("<g>").raw("<title>").escaped(clip(sig.Name+": "+sig.Doc, 160)).raw("</title>\n")
	l.text(160, y+h/2+40, clip(sig.Name, 14), `fill="`+lamp+`"`)
	l.raw("</g>\n")
	unit := sig.Unit
	if unit != "" {
		unit = " " + clip(unit, 8)
	}
	l.text(plotLeft-60, y+90, format(hi)+unit, right, fillDim, `font-size="9"`)
	l.text(plotLeft-60, y+h-10, format(lo)+unit, right, fillDim, `font-size="9"`)
	level := func(v float64) px {
		if !(lo < hi) {
			return y + h/2
		}
		share := (min(max(v, lo), hi) - lo) / (hi - lo)
		return y + h - 30 - px(float64(share*float64(h-60))+0.5)
	}
	l.raw(`<path fill="`, lamp, `" fill-opacity=".16" stroke="`, lamp, `" stroke-width="1.4" stroke-linejoin="round" d="`)
	open := false
	var now px
	for j, d := range c.bins.cols {
		if !d.set {
			continue
		}
		from := sonify.Frame(j) * c.bins.width
		x, _, ok := l.within(from, from+c.bins.width, r)
		if !ok {
			if from < sonify.Frame(r)*l.row {
				now = level(d.last) // what is in force where the system begins
				if from+c.bins.width <= sonify.Frame(r)*l.row {
					continue
				}
			}
			continue
		}
		if !open {
			open = true
			if now != 0 {
				l.raw("M").num(plotLeft).raw(" ").num(y + h - 10).raw("V").num(now)
			} else {
				l.raw("M").num(x).raw(" ").num(y + h - 10)
			}
		}
		l.raw("H").num(x)
		if d.lo != d.hi {
			l.raw("V").num(level(d.lo)).raw("V").num(level(d.hi))
		}
		l.raw("V").num(level(d.last))
	}
	if !open && now != 0 {
		open = true
		l.raw("M").num(plotLeft).raw(" ").num(y + h - 10).raw("V").num(now)
	}
	if open {
		l.raw("H").num(l.end(r)).raw("V").num(y + h - 10)
	}
	l.raw(`"/>` + "\n")
}

// musicAxis draws the time of the music.
func (l *layout) musicAxis(r int, y px) {
	end := l.end(r)
	l.rect(plotLeft, y, end-plotLeft, 10, fillDim)
	l.text(160, y+170, "music", fillDim, small)
	step := nice(l.row / 14)
	from := sonify.Frame(r) * l.row
	for f := (from + step - 1) / step * step; f <= min(from+l.row, l.total); f += step {
		x := l.x(f, r)
		l.rect(x-5, y, 10, 60, fillDim)
		if x > plotLeft+plotWidth-150 && r+1 < l.rows {
			continue // it begins the next system
		}
		anchor := middle
		if x > plotRight-200 {
			anchor = right
		}
		l.text(x, y+170, duration(f), anchor, small)
	}
}

// drawLane draws what voice i of the lanes plays.
func (l *layout) drawLane(i, r int, y px) {
	b := &l.boxes[i]
	v := &l.o.h.Voices[b.voice]
	ground := panel
	if i%2 == 1 {
		ground = panel2
	}
	l.rect(plotLeft, y, l.end(r)-plotLeft, b.height, `fill="`+ground+`"`)
	l.text(160, y+130, clip(v.Name, 14), bold, `fill="`+b.lamp+`"`)
	if r == 0 && b.height > 300 {
		l.text(160, y+280, string(v.Instrument.Wave), fillDim, small)
	}
	l.octaves(b, r, y)
	if l.bars {
		l.drawDensity(b, r, y)
	} else {
		l.drawNotes(b, r, y)
	}
}

// octaves labels every C of a pitched lane, and the sounds of another.
func (l *layout) octaves(b *box, r int, y px) {
	last := px(-1000)
	if b.drums != nil {
		for _, k := range b.drums {
			at, h := l.level(b, sonify.Key(k), y)
			if at-last >= 95 && h >= 50 {
				l.text(plotLeft-60, at+h-10, strconv.Itoa(k), right, fillDim, `font-size="8"`)
				last = at
			}
		}
		return
	}
	for k := 120; k >= 0; k -= 12 {
		p := sonify.Key(k)
		if p < b.lo || p > b.hi {
			continue
		}
		at, h := l.level(b, p, y)
		l.rect(plotLeft, at+h/2, l.end(r)-plotLeft, 5, `fill="`+grid+`"`)
		if at-last >= 95 {
			l.text(plotLeft-60, at+h/2+35, p.String(), right, fillDim, small)
			last = at
		}
	}
}

// level returns the top and the height of a note of the given pitch.
func (l *layout) level(b *box, p sonify.Pitch, y px) (top, h px) {
	if b.drums != nil {
		each := (b.height - 20) / px(len(b.drums))
		for i, k := range b.drums {
			if k == min(max(p.Key(), 0), 127) {
				return y + 10 + px(i)*each, max(each-10, 10)
			}
		}
		return y + 10, max(each-10, 10)
	}
	span := int64(b.hi - b.lo)
	h = min(max(px(int64(b.height)*int64(sonify.Semitone)/(span+int64(sonify.Semitone))), 22), 80)
	return y + 10 + px(int64(b.hi-p)*int64(b.height-20-h)/span), h
}

// drawNotes draws the notes of a lane one by one: those of the music in groups
// of one brightness, then those that stand for a datum.
func (l *layout) drawNotes(b *box, r int, y px) {
	const shades = 6
	var paths [shades]svg
	var data svg
	for i := range l.o.notes {
		n := &l.o.notes[i]
		if int(n.voice) != b.voice {
			continue
		}
		x, w, ok := l.within(n.frame, n.frame+n.frames, r)
		if !ok {
			continue
		}
		top, h := l.level(b, n.pitch, y)
		shade := &paths[int(n.velocity)*shades/128%shades]
		if b.drums != nil { // a tick, as high as it is loud
			if n.frame < sonify.Frame(r)*l.row {
				continue
			}
			tall := max(h*px(n.velocity)/127, 15)
			w, top, h = 22, top+h-tall, tall
		} else {
			w = max(w-6, 14)
		}
		if !n.data {
			shade.box(x, top, w, h)
			continue
		}
		data.raw("<rect").attr("x", x).attr("y", top).attr("width", min(max(w, 24), max(l.end(r)-x, 6))).attr("height", h)
		if n.title < 0 {
			data.raw("/>\n")
			continue
		}
		data.raw("><title>").escaped(l.o.titles[n.title]).raw("</title></rect>\n")
	}
	for i := range paths {
		if len(paths[i].b) > 0 {
			l.raw(fmt.Sprintf(`<path fill="%s" fill-opacity=".%02d" d="`, b.lamp, 34+i*10), string(paths[i].b), `"/>`+"\n")
		}
	}
	if len(data.b) > 0 {
		l.raw(`<g fill="`, b.lamp, `" `, outline, ">\n", string(data.b), "</g>\n")
	}
}

// drawDensity draws how much each key sounds, and where data speaks.
func (l *layout) drawDensity(b *box, r int, y px) {
	ln := &l.o.lanes[b.voice]
	var paths [len(opacities)]svg
	// So many runs a lane and system may have; where there are more, columns are
	// drawn together.
	room := maxRuns / max(1, l.rows*len(l.boxes))
	for group := 1; ; group *= 2 {
		for i := range paths {
			paths[i].b = paths[i].b[:0]
		}
		if runs := l.runs(b, r, y, group, &paths); runs <= room || group >= rollBins {
			break
		}
	}
	for i := range paths {
		if len(paths[i].b) > 0 {
			l.raw(`<path shape-rendering="crispEdges" fill="`, b.lamp, `" fill-opacity="`, opacities[i], `" d="`, string(paths[i].b), `"/>`+"\n")
		}
	}
	var spoken svg
	for j, n := range ln.spoken.cols {
		if n == 0 {
			continue
		}
		from := sonify.Frame(j) * ln.spoken.width
		if x, w, ok := l.within(from, from+ln.spoken.width, r); ok {
			spoken.box(x, y, w, 10)
		}
	}
	if len(spoken.b) > 0 {
		l.raw(`<path shape-rendering="crispEdges" fill="#ffffff" fill-opacity=".75" d="`, string(spoken.b), `"/>`+"\n")
	}
}

// runs adds the bars of one lane in one system, with so many columns together,
// and returns how many there are.
func (l *layout) runs(b *box, r int, y px, group int, paths *[len(opacities)]svg) (count int) {
	for key, k := range l.o.lanes[b.voice].keys {
		if k == nil {
			continue
		}
		top, h := l.level(b, sonify.Key(key), y)
		width := k.width * sonify.Frame(group)
		shade, begin := -1, sonify.Frame(0)
		flush := func(to sonify.Frame) {
			if shade < 0 {
				return
			}
			if x, w, ok := l.within(begin, to, r); ok {
				paths[shade].box(x, top, max(w, 5), h)
				count++
			}
		}
		for j := 0; j < len(k.cols); j += group {
			var sum uint64
			for _, v := range k.cols[j:min(j+group, len(k.cols))] {
				sum += uint64(v)
			}
			now := -1
			if sum > 0 { // the shades are a quarter as long apart as the one above
				now = 4
				for part := uint64(width) / 2; now > 0 && sum < part; part /= 3 {
					now--
				}
			}
			if at := sonify.Frame(j/group) * width; now != shade {
				flush(at)
				shade, begin = now, at
			}
		}
		flush(sonify.Frame((len(k.cols)+group-1)/group) * width)
	}
	return count
}
