// Package sonifytest helps to test outputs: a synthetic performance to play to
// them, a recorder to compare with, and a suite that checks what every
// [sonify.Output] promises.
package sonifytest

import (
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
)

// Performance makes up a performance from a seed, in bounded memory however
// long it is: a contest in the manner of a tennis match, with a theme, a bass, a
// drum voice, sections, captions, two signals and everything else that a score
// can hold. The same fields make the same performance. The zero value of a
// field is a sensible one.
type Performance struct {
	Seed  uint64 // default 1
	Bars  int    // default 32
	Voice int    // pitched voices beside bass and drums; default 2, at most 12
	// Plain leaves out what is no tempered note on the grid: bends, notes off
	// the grid, overlaps, changes of tempo and meter.
	Plain bool
	// Gap is how many bars of nothing come after the first half.
	Gap int
}

// Play plays the performance to out: Begin, all passages, Finish. It closes
// nothing. After each Play it overwrites the passage's slices, as an engine
// that uses them again would.
func (p Performance) Play(out sonify.Output) (*sonify.Summary, error) {
	g := newPlayer(p)
	if err := out.Begin(g.header()); err != nil {
		return nil, err
	}
	for bar := range g.Bars {
		ps := g.bar(bar)
		err := out.Play(sonify.Cue{Passage: ps})
		scribble(ps)
		if err != nil {
			return nil, err
		}
	}
	s := g.summary()
	return s, out.Finish(s)
}

// scribble makes whoever kept a slice of ps see nonsense.
func scribble(ps *sonify.Passage) {
	for i := range ps.Notes {
		ps.Notes[i] = sonify.Note{Tick: -1 << 40, Frame: -1 << 40, Length: 1, Frames: 1, Voice: 1 << 20, Velocity: 255}
	}
	for i := range ps.Controls {
		ps.Controls[i] = sonify.Control{Tick: -1 << 40, Frame: -1 << 40, Voice: 1 << 20, Param: 99}
	}
	for i := range ps.Marks {
		ps.Marks[i] = sonify.Mark{Tick: -1 << 40, Frame: -1 << 40, Kind: 99, Text: "scribbled over"}
	}
	ps.Span, ps.Begin, ps.End = sonify.Span{Begin: -1, End: -1}, -1, -1
}

// player is the state of a Performance being played.
type player struct {
	Performance
	tempo   *sonify.TempoMap
	meter   sonify.Meter
	tick    sonify.Tick // of the bar
	rand    uint64
	ps      sonify.Passage
	events  uint64
	notes   uint64
	point   *sonify.Shape
	set     *sonify.Shape
	tension float64
	lead    float64
	clock   time.Duration
	last    sonify.Frame
}

func newPlayer(p Performance) *player {
	if p.Seed == 0 {
		p.Seed = 1
	}
	if p.Bars == 0 {
		p.Bars = 32
	}
	if p.Voice == 0 {
		p.Voice = 2
	}
	p.Voice = min(p.Voice, 12)
	return &player{
		Performance: p,
		tempo:       sonify.NewTempoMap(sonify.BPM(112)),
		meter:       sonify.Meter{Beats: 4, Unit: 4},
		rand:        p.Seed,
		point: sonify.NewShape("tennis.point",
			sonify.Field{Name: "winner", Type: sonify.Number}, sonify.Field{Name: "speed_kmh", Type: sonify.Number, Unit: "km/h"},
			sonify.Field{Name: "ace", Type: sonify.Bool}, sonify.Field{Name: "server", Type: sonify.Text}),
		set: sonify.NewShape("tennis.set_won", sonify.Field{Name: "winner", Type: sonify.Number}),
	}
}

var leads = []string{"lead", "answer", "echo", "pad", "bell", "reed", "organ", "harp", "chime", "glass", "horn", "choir"}

func (g *player) header() *sonify.Header {
	h := &sonify.Header{
		Title: "Point by point <synthetic> & \"quoted\"", Piece: "synthetic.toml", Version: "test", Seed: g.Seed, Level: "full",
		Key: "A minor", Meter: g.meter, Tempo: g.tempo.At(0),
		Makers: []sonify.Maker{
			{Kind: sonify.MakerRule, Name: "ace", Line: 12, File: "synthetic.toml", Says: "An ace sounds its speed: 140 km/h is A3, 230 km/h is A6", Data: true},
			{Kind: sonify.MakerRule, Name: "point", Line: 20, File: "synthetic.toml", Says: "A point sounds for who won it", Data: true},
			{Kind: sonify.MakerPattern, Name: "bass", Line: 30, File: "synthetic.toml", Says: "The bass plays more as tension rises"},
			{Kind: sonify.MakerPattern, Name: "hats", Line: 40, File: "synthetic.toml", Says: "Hats double with tension"},
			{Kind: sonify.MakerSection, Name: "set", Line: 50, File: "synthetic.toml", Says: "A new set lifts the key"},
			{Kind: sonify.MakerIdle, Name: "breathe", Line: 60, File: "synthetic.toml", Says: "A breath when nothing comes"},
		},
		Signals: []sonify.Signal{
			{Name: "tension", Doc: "how close it is", Low: 0, High: 1},
			{Name: "lead", Doc: "points won by one less those of the other", Unit: "points"},
		},
		Sources: []string{"court"},
		Board:   &sonify.Board{Doc: "the score", Columns: []string{"player", "points"}, Rows: 2},
		Mix:     sonify.Mix{Tuning: "exact", A4: 440, Loudness: -16, Guard: true, Ceiling: -1},
	}
	for i := range g.Voice {
		h.Voices = append(h.Voices, sonify.Voice{
			Name: leads[i], Gain: 1000 - 50*i, Pan: sonify.Pan(-30 + 60*(i%2)), Polyphony: 1 + i%2*3, Pitched: true, MIDIProgram: 81 + i,
			Instrument: sonify.Instrument{Wave: sonify.Pulse, Duty: sonify.Macro{Values: []int{2, 1}, Loop: -1}, Volume: sonify.Macro{Values: []int{15, 13, 11, 9}, Loop: -1}, EchoLevel: 333, EchoDelay: 480},
		})
	}
	h.Voices = append(h.Voices,
		sonify.Voice{Name: "bass", Gain: 900, Polyphony: 1, Pitched: true, MIDIProgram: 39, Instrument: sonify.Instrument{Wave: sonify.Triangle}},
		sonify.Voice{Name: "drums", Gain: 700, Polyphony: 2, Instrument: sonify.Instrument{Wave: sonify.Noise, Mode: sonify.Macro{Values: []int{1}, Loop: -1}}})
	return h
}

// next returns a number in [0, n) from the seed: the finaliser of splitmix64
// (Steele, Lea and Flood 2014) over a counter.
func (g *player) next(n int) int {
	g.rand += 0x9e3779b97f4a7c15
	z := g.rand
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) >> 1 % uint64(n))
}

var minor = [7]int{0, 2, 3, 5, 7, 8, 10}

// degree returns the key of the n-th step of A minor above A3.
func degree(n int) int {
	oct := 0
	for n < 0 {
		n, oct = n+7, oct-1
	}
	return 57 + 12*(oct+n/7) + minor[n%7]
}

func (g *player) at(off sonify.Tick) (sonify.Tick, sonify.Frame) {
	t := g.tick + off
	return t, g.tempo.Frame(t)
}

func (g *player) mark(off sonify.Tick, m sonify.Mark) {
	m.Tick, m.Frame = g.at(off)
	g.ps.Marks = append(g.ps.Marks, m)
}

func (g *player) note(off, length sonify.Tick, voice int, pitch sonify.Pitch, vel sonify.Velocity, pan sonify.Pan, c sonify.Cause) {
	t, f := g.at(off)
	n := sonify.Note{Tick: t, Length: length, Frame: f, Voice: voice, Pitch: pitch, Velocity: vel, Pan: pan, Cause: c}
	n.Frames = max(1, g.tempo.Frame(t+length)-f)
	if !g.Plain && voice == 0 && g.next(9) == 0 && off > 0 { // off the grid, by less than a tick or by some
		n.Frame += sonify.Frame(1 + g.next(300))
		n.Tick = g.tempo.Tick(n.Frame)
	}
	g.ps.Notes = append(g.ps.Notes, n)
	g.last = max(g.last, n.Frame+n.Frames)
}

// bar returns the passage of one bar. It is good until the next call.
func (g *player) bar(bar int) *sonify.Passage {
	g.ps = sonify.Passage{Notes: g.ps.Notes[:0], Controls: g.ps.Controls[:0], Marks: g.ps.Marks[:0]}
	half := g.Bars / 2
	if bar == half && !g.Plain {
		g.meter = sonify.Meter{Beats: 3, Unit: 4}
	}
	length := g.meter.Bar()
	if bar == half {
		length += sonify.Tick(g.Gap) * g.meter.Bar()
	}
	if bar%8 == 0 && bar > 0 && !g.Plain {
		t := g.tempo.Set(g.tick, sonify.BPM(float64(104+g.next(20))))
		g.ps.Marks = append(g.ps.Marks, sonify.Mark{Tick: t.Tick, Frame: t.Frame, Kind: sonify.MarkTempo, Number: t.Tempo.BPM(), Tempo: t.Tempo})
	}
	g.marks(bar, half)
	g.music(bar)
	order(&g.ps)
	begin, first := g.at(0)
	end, last := g.at(length)
	g.ps.Span, g.ps.Begin, g.ps.End = sonify.Span{Begin: begin, End: end}, first, last
	g.notes += uint64(len(g.ps.Notes))
	g.tick = end
	g.last = max(g.last, last)
	return &g.ps
}

func (g *player) marks(bar, half int) {
	if bar == 0 || bar == half && !g.Plain {
		g.mark(0, sonify.Mark{Kind: sonify.MarkMeter, Name: g.meter.String(), Meter: g.meter})
	}
	if bar%16 == 0 {
		g.mark(0, sonify.Mark{Kind: sonify.MarkSection, Name: fmt.Sprintf("set %d", 1+bar/16), Cause: sonify.Cause{By: 4, Event: g.events}})
		key, sharps := "A minor", 0.0
		if bar%32 == 16 {
			key, sharps = "B minor", 2
		}
		g.mark(0, sonify.Mark{Kind: sonify.MarkKey, Name: key, Number: sharps, Minor: true})
	}
	if bar%2 == 0 {
		c := [][2]string{{"i", "Am"}, {"VI", "F"}, {"III", "C"}, {"VII", "G"}}[bar/2%4]
		g.mark(0, sonify.Mark{Kind: sonify.MarkChord, Name: c[0], Text: c[1]})
	}
	if bar == 0 {
		g.mark(0, sonify.Mark{Kind: sonify.MarkBoard, Index: 0, Text: "A. <Server>"})
		g.mark(0, sonify.Mark{Kind: sonify.MarkBoard, Index: 2, Text: "Ö. Receiver"})
	}
	if bar%4 == 0 {
		g.mark(0, sonify.Mark{Kind: sonify.MarkBoard, Index: 1 + 2*(bar/4%2), Text: []string{"0", "15", "30", "40", ""}[bar/8%5]})
	}
	if bar == half {
		g.mark(0, sonify.Mark{Kind: sonify.MarkState, Name: "court", Text: "idle"})
	}
	if bar == half+1 {
		g.mark(0, sonify.Mark{Kind: sonify.MarkState, Name: "court", Text: "live"})
	}
}

func (g *player) music(bar int) {
	bass, drums := g.Voice, g.Voice+1
	g.tension = float64((g.tension*7+float64(g.next(1000))/1000)/8*1000+0.5) / 1000
	g.mark(0, sonify.Mark{Kind: sonify.MarkSignal, Index: 0, Number: g.tension})
	steered := sonify.Cause{By: 2, Steered: []sonify.Reading{{Signal: 0, Value: g.tension}}}
	root := degree([]int{0, -2, 2, -1}[bar/2%4]) - 24
	beat := g.meter.Beat()
	for b := range g.meter.Beats {
		off := sonify.Tick(b) * beat
		g.point1(bar, off)
		g.note(off, beat/2, bass, sonify.Key(root), 90, 0, steered)
		if g.next(3) > 0 {
			g.note(off+beat/2, beat/2, bass, sonify.Key(root+7), 70, 0, steered)
		}
		g.note(off, beat/4, drums, sonify.Key([]int{36, 42, 38, 42}[b%4]), 100, 0, sonify.Cause{By: 3})
		if g.tension > 0.4 {
			g.note(off+beat/2, beat/8, drums, sonify.Key(42), 50, 0, sonify.Cause{By: 3})
		}
	}
	if bar%4 == 0 && !g.Plain {
		t, f := g.at(0)
		for i, c := range []sonify.Control{
			{Voice: 0, Param: sonify.ParamVolume, Value: int32(600 + g.next(400))},
			{Voice: 0, Param: sonify.ParamPan, Value: int32(g.next(80) - 40)},
			{Voice: 0, Param: sonify.ParamBend, Value: int32(g.next(5)*50 - 100)},
			{Voice: g.Voice - 1, Param: sonify.ParamDuty, Value: int32(g.next(5) - 1)},
			{Voice: g.Voice - 1, Param: sonify.ParamVibrato, Value: int32(g.next(50) - 1)},
			{Voice: 0, Param: sonify.ParamEcho, Value: int32(g.next(500) - 1)},
		} {
			if i%3 == bar/4%3 {
				c.Tick, c.Frame, c.Cause = t, f, steered
				g.ps.Controls = append(g.ps.Controls, c)
			}
		}
	}
}

// point1 lets a point be played on a beat, and what it sounds.
func (g *player) point1(bar int, off sonify.Tick) {
	if g.next(3) == 0 {
		return
	}
	t, f := g.at(off)
	g.events++
	g.clock += time.Duration(20+g.next(40)) * time.Second
	winner, speed, ace := 1+g.next(2), 140+g.next(90), g.next(6) == 0
	v := []sonify.Value{sonify.Num(float64(winner)), sonify.Num(float64(speed)), sonify.Truth(ace), sonify.Word([]string{"Åse", "Bo \"the wall\""}[winner-1])}
	if g.next(5) == 0 {
		v[1] = sonify.Value{} // the speed gun missed it
		ace = false
	}
	ev := &sonify.Event{Source: "court", Shape: g.point, Values: v, Clock: g.clock, Timed: true, Line: int64(g.events) + 1,
		At: time.Date(2014, 9, 8, 17, 0, 0, 0, time.UTC).Add(g.clock)}
	heard := &sonify.Heard{Number: g.events, Event: ev, Frame: max(0, f-sonify.Frame(g.next(2000))), Notes: 1}
	g.lead += float64(3 - 2*winner)
	c := sonify.Cause{Event: g.events, By: 1, From: "winner", Value: v[0]}
	voice := (winner - 1) % g.Voice
	pitch := sonify.Key(degree(7 + 2*winner + g.next(5)))
	length := g.meter.Beat() / 2
	if ace {
		c.By, c.From, c.Value = 0, "speed_kmh", v[1]
		pitch = sonify.Key(degree((speed - 140) * 21 / 90))
		heard.Notes = 4
	}
	if !g.Plain && g.next(7) == 0 {
		pitch += sonify.Pitch(g.next(30000)) // between the keys
	}
	if !g.Plain && g.next(5) == 0 {
		length *= 5 // into what follows
	}
	g.ps.Marks = append(g.ps.Marks,
		sonify.Mark{Tick: t, Frame: f, Kind: sonify.MarkEvent, Heard: heard},
		sonify.Mark{Tick: t, Frame: f, Kind: sonify.MarkSignal, Index: 1, Number: g.lead})
	pan := sonify.Pan(-30 + 60*(winner-1))
	vel := sonify.Velocity(60 + g.next(68))
	g.note(off, length, voice, pitch, vel, pan, c)
	if ace {
		g.mark(off, sonify.Mark{Kind: sonify.MarkCaption, Text: fmt.Sprintf("Ace, %d km/h — %s", speed, v[3]), Cause: c})
		for i, up := range []int{3, 5, 7} {
			s := c
			s.Step = i + 1
			g.note(off+sonify.Tick(i+1)*g.meter.Beat()/4, g.meter.Beat()/4, voice, sonify.Key(pitch.Key()+up), vel/2+20, pan, s)
		}
	} else if bar%8 == 7 && off == 0 {
		g.mark(off, sonify.Mark{Kind: sonify.MarkCaption, Text: "Point to " + strings.ToUpper(v[3].String()), Cause: c})
	}
}

func (g *player) summary() *sonify.Summary {
	return &sonify.Summary{Ticks: g.tick + 2*g.meter.Bar(), Frames: max(g.last, g.tempo.Frame(g.tick+2*g.meter.Bar())), Heard: g.events, Notes: g.notes,
		Lost: map[string]uint64{"no value": g.events / 5, "no room": 2}}
}
