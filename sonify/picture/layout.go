package picture

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// The places of things, in tenths of a pixel.
const (
	pageWidth  px = 16000
	plotLeft   px = 1500
	plotWidth  px = 14100
	plotRight     = plotLeft + plotWidth
	headHeight px = 1260
	gapLanes   px = 50
	gapSystems px = 420
	bandHeight px = 200 // of the sections
	capHeight  px = 160 // of a line of captions
	capLines      = 3
	axisHeight px = 230
	maxRows       = 12
)

// layout is where everything goes.
type layout struct {
	*svg
	o      *Output
	sum    *sonify.Summary
	total  sonify.Frame
	row    sonify.Frame // what one system shows
	rows   int
	curveH px
	boxes  []box // of the voices that play
	caps   px    // height of the captions, 0 if there are none
	height px    // of one system
	bars   bool  // densities instead of notes
}

// box is the lane of a voice.
type box struct {
	voice  int
	lamp   string
	height px
	lo, hi sonify.Pitch
	drums  []int // the keys of an unpitched voice, from high to low
}

// draw returns the picture.
func (o *Output) draw(sum *sonify.Summary) []byte {
	l := &layout{svg: &svg{}, o: o, sum: sum, total: max(o.last, sum.Frames, second)}
	l.bars = !o.exact || l.total > maxExact
	l.plan()
	legend := l.legend()
	height := headHeight + px(l.rows)*(l.height+gapSystems) + px(len(legend))*190 + 500
	l.raw(`<svg xmlns="http://www.w3.org/2000/svg"`).attr("width", pageWidth).attr("height", height)
	l.raw(` viewBox="0 0 `).num(pageWidth).raw(" ").num(height).raw(`" role="img" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="12" `, fillInk, ">\n")
	l.raw("<title>").escaped(o.h.Title).raw("</title>\n<desc>").escaped(l.description()).raw("</desc>\n")
	l.rect(0, 0, pageWidth, height, `fill="`+ground+`"`)
	l.head()
	y := headHeight
	for r := range l.rows {
		l.system(r, y)
		y += l.height + gapSystems
	}
	for _, line := range legend {
		line(y)
		y += 190
	}
	l.text(plotRight, height-240, strings.TrimSpace("drawn by Proscenium "+clip(o.h.Version, 40)), right, fillDim, small)
	return l.raw("</svg>\n").b
}

// plan divides the time into systems and gives every lane its height.
func (l *layout) plan() {
	if l.measure(l.total); !l.bars && l.total <= 75*second {
		return
	}
	if l.bars {
		if l.total > 10*60*second {
			l.measure(nice((l.total + 5) / 6))
		}
		return
	}
	// Systems of a minute, or longer ones if the picture became too high to be
	// looked at as a whole; but not so long that sixteenths run together.
	for row := nice(max(60*second, (l.total+maxRows-1)/maxRows)); ; row = nice(row + 1) {
		if l.measure(row); px(l.rows)*(l.height+gapSystems) <= 50000 || nice(row+1) > 120*second {
			return
		}
	}
}

// measure sets the length of a system and with it all heights.
func (l *layout) measure(row sonify.Frame) {
	l.row, l.rows = row, int((l.total+row-1)/row)
	l.boxes = nil
	l.curveH = 640
	most, least, per := px(1100), px(360), px(46)
	if l.rows > 1 {
		l.curveH, most, least, per = 380, 700, 260, 34
	}
	if len(l.o.captions.list) > 0 {
		l.caps = capLines*capHeight + 60
	}
	l.height = l.caps + bandHeight + gapLanes + px(len(l.o.curves))*(l.curveH+gapLanes)
	lamp := 0
	for i := range l.o.lanes {
		ln := &l.o.lanes[i]
		if ln.notes == 0 {
			continue
		}
		b := box{voice: i, lo: ln.lo - sonify.Semitone, hi: ln.hi + sonify.Semitone}
		if !l.o.h.Voices[i].Pitched {
			b.lamp = drumLamp
			for k := 127; k >= 0; k-- {
				if ln.keys[k] != nil {
					b.drums = append(b.drums, k)
				}
			}
			b.height = min(max(px(len(b.drums))*100+40, 180), most)
		} else {
			b.lamp = lamps[lamp%len(lamps)]
			lamp++
			b.height = min(max(px((b.hi-b.lo)/sonify.Semitone+1)*per, least), most)
		}
		l.boxes = append(l.boxes, b)
		l.height += b.height + gapLanes
	}
	l.height += axisHeight
	if len(l.o.clock.list) > 1 {
		l.height += axisHeight
	}
}

// steps of time that people count in, in seconds.
var niceSteps = []sonify.Frame{1, 2, 5, 10, 15, 20, 30, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 7200, 10800, 14400, 21600, 43200,
	86400, 2 * 86400, 3 * 86400, 7 * 86400, 14 * 86400, 30 * 86400, 60 * 86400, 90 * 86400, 180 * 86400, 365 * 86400}

// nice returns the least step that is at least d.
func nice(d sonify.Frame) sonify.Frame {
	for _, s := range niceSteps {
		if s*second >= d {
			return s * second
		}
	}
	year := niceSteps[len(niceSteps)-1] * second
	return (d + year - 1) / year * year
}

// x returns where frame f is in system r; it may be outside.
func (l *layout) x(f sonify.Frame, r int) px {
	return plotLeft + px(int64(f-sonify.Frame(r)*l.row)*int64(plotWidth)/int64(l.row))
}

// within returns where [from, to) is in system r, and whether any of it is.
func (l *layout) within(from, to sonify.Frame, r int) (x, w px, ok bool) {
	begin, end := sonify.Frame(r)*l.row, min(sonify.Frame(r+1)*l.row, l.total)
	if to <= begin || from >= end {
		return 0, 0, false
	}
	x = l.x(max(from, begin), r)
	return x, l.x(min(to, end), r) - x, true
}

// end returns where the music of system r ends.
func (l *layout) end(r int) px { return l.x(min(sonify.Frame(r+1)*l.row, l.total), r) }

// duration writes f as m:ss, h:mm:ss or d days.
func duration(f sonify.Frame) string { return clockTime(int64(f / second)) }

func clockTime(s int64) string {
	sign := ""
	if s < 0 {
		sign, s = "-", -s
	}
	if s < 3600 {
		return fmt.Sprintf("%s%d:%02d", sign, s/60, s%60)
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, s/3600, s/60%60, s%60)
}

// thousands writes n with commas.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes how many there are of what.
func count(n uint64, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

func (l *layout) description() string {
	var voices []string
	for _, b := range l.boxes {
		voices = append(voices, fmt.Sprintf("%s with %s", l.o.h.Voices[b.voice].Name, count(uint64(l.o.lanes[b.voice].notes), "note")))
	}
	if len(voices) == 0 {
		voices = []string{"none"}
	}
	return fmt.Sprintf("A score of %s, made from %s. Voices: %s.", duration(l.total), count(l.sum.Heard, "event"), strings.Join(voices, ", "))
}

// head draws the title and what stands below it.
func (l *layout) head() {
	h := l.o.h
	l.raw(`<path fill="`, lamps[h.Seed%uint64(len(lamps))], `" shape-rendering="crispEdges" d="`)
	l.emblem(400, 360, h.Seed, 80)
	l.raw(`"/>` + "\n")
	title := clip(h.Title, 120)
	if title == "" {
		title = "Untitled"
	}
	drawn := false
	for _, size := range []px{50, 40, 30, 20} {
		var letters svg
		if drawn = letters.pixels(plotLeft, 360, title, size, plotWidth); drawn {
			shadow := svg{}
			shadow.raw(`<path fill="`, lamps[h.Seed%uint64(len(lamps))], `" fill-opacity=".55" shape-rendering="crispEdges" transform="translate(`).num(size / 2).raw(" ").num(size / 2).raw(`)" d="`)
			l.raw(string(shadow.b), string(letters.b), `"/>`+"\n", `<path `, fillInk, ` shape-rendering="crispEdges" d="`, string(letters.b), `"/>`+"\n")
			break
		}
	}
	if !drawn { // letters that the font of pixels lacks, or too many of them
		l.text(plotLeft, 640, clip(title, 60), `font-size="34"`, bold)
	}
	parts := []string{}
	for _, p := range []string{clip(h.Piece, 60), "seed " + strconv.FormatUint(h.Seed, 10), duration(l.total), clip(h.Key, 30), h.Meter.String(), h.Tempo.String(), clip(h.Level, 20)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	l.text(plotLeft, 980, strings.Join(parts, " · "), fillDim, `font-size="13"`)
}

// format writes a number short.
func format(v float64) string {
	if v == 0 { // not -0
		return "0"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// legend returns the lines below the systems, each as what draws it at its y.
func (l *layout) legend() (lines []func(y px)) {
	line := func(f func(y px)) { lines = append(lines, f) }
	title := func(s string) {
		line(func(y px) {})
		line(func(y px) { l.text(plotLeft, y, s, fillDim, small, bold) })
	}
	title("VOICES")
	for _, b := range l.boxes {
		v, ln := &l.o.h.Voices[b.voice], &l.o.lanes[b.voice]
		says := fmt.Sprintf("%s: %s, %s", clip(v.Name, 24), v.Instrument.Wave, count(uint64(ln.notes), "note"))
		if ln.data > 0 {
			says += fmt.Sprintf(", %s of them stand for a datum", thousands(uint64(ln.data)))
		}
		line(func(y px) {
			l.rect(plotLeft, y-90, 90, 90, `fill="`+b.lamp+`"`)
			l.text(plotLeft+180, y, says)
		})
	}
	if n := len(l.o.h.Voices) - len(l.o.lanes); n > 0 {
		line(func(y px) {
			l.text(plotLeft+180, y, fmt.Sprintf("and %d more voices that have no lane here", n), fillDim)
		})
	}
	title("HOW TO READ IT")
	if l.bars {
		line(func(y px) {
			for i, o := range opacities {
				l.rect(plotLeft+px(i)*26-20, y-90, 26, 90, fillInk, `fill-opacity="`+o+`"`)
			}
			l.text(plotLeft+180, y, "the more of the time a key sounds, the brighter it is; the line on top of a lane shows where data speaks", fillDim)
		})
	} else {
		line(func(y px) {
			l.rect(plotLeft, y-80, 110, 60, `fill="`+lamps[0]+`"`, outline)
			l.text(plotLeft+180, y, "a note that stands for a datum: its pitch can be heard back (point at it to see what it says)", fillDim)
		})
		line(func(y px) {
			for i, o := range []string{".35", ".6", ".85"} {
				l.rect(plotLeft+px(i)*40, y-80, 34, 60, `fill="`+lamps[0]+`"`, `fill-opacity="`+o+`"`)
			}
			l.text(plotLeft+180, y, "the music around it; the harder a note is struck, the brighter", fillDim)
		})
	}
	says := 0
	for _, m := range l.o.h.Makers {
		sign := "♪"
		if m.Kind == sonify.MakerControl {
			sign = "~" // it moves the sound of a voice, which no lane shows
		}
		if !m.Data && m.Kind != sonify.MakerControl || m.Says == "" {
			continue
		}
		if says++; says == 9 {
			line(func(y px) { l.text(plotLeft+180, y, "and more", fillDim) })
			break
		}
		name, text := clip(m.Name, 24), clip(m.Says, 140)
		line(func(y px) {
			l.text(plotLeft+60, y, sign, fillGold, middle)
			l.text(plotLeft+180, y, name, fillGold)
			l.text(plotLeft+180+wide(name, 120)+120, y, text, fillDim)
		})
	}
	heard := fmt.Sprintf("%s made %s.", count(l.sum.Heard, "event"), count(l.sum.Notes, "note"))
	var reasons []string
	for r := range l.sum.Lost {
		reasons = append(reasons, r)
	}
	sort.Strings(reasons)
	for i, r := range reasons {
		if i == 6 {
			heard += " And more."
			break
		}
		heard += fmt.Sprintf(" Not played, %s: %s.", clip(r, 80), thousands(l.sum.Lost[r]))
	}
	line(func(y px) { l.text(plotLeft+180, y, heard, fillDim) })
	return lines
}
