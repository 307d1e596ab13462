package mapping

import (
	"time"

	"proscenium/sonify"
)

// ticksPlan is the click in the data's time, compiled. One of every, events and
// bars is set.
type ticksPlan struct {
	maker    int
	voice    int
	source   string
	every    time.Duration // of the source's clock
	events   int
	bars     sonify.Tick // of the music
	speed    float64     // of the source's clock
	accent   int
	velocity float64
	say      *caption
}

// ticksState is where the data's time stands: the last event of the source, from
// which on its clock is known to go evenly.
type ticksState struct {
	known  bool
	clock  time.Duration // of the last event
	at     sonify.Frame  // of its arrival
	next   int64         // the first multiple of every that has not sounded
	ofDay  bool          // the clock is a calendar's
	events int64
	count  int64
	last   sonify.Frame // of the last tick
	ended  bool
}

// tickShape is what captions of ticks read.
var tickShape = sonify.NewShape("tick", sonify.Field{Name: "time", Type: sonify.Number, Unit: "s"}, sonify.Field{Name: "count", Type: sonify.Number})

// tickHear takes an event of the source whose time it is: what ticks until then
// sounds, and its clock is set by it.
func (p *Performance) tickHear(ev *sonify.Event, at sonify.Frame) {
	pl, st := p.piece.ticks, &p.ticks
	if pl == nil || ev.Source != pl.source || p.ending > 0 {
		return
	}
	st.ended = false
	if pl.events > 0 {
		if st.events++; st.events%int64(pl.events) == 0 {
			p.tick(at, float64(st.events), st.events/int64(pl.events))
		}
		return
	}
	if pl.every == 0 {
		return
	}
	c := ev.Clock
	if !ev.Timed {
		if ev.At.IsZero() {
			return
		}
		c, st.ofDay = time.Duration(ev.At.UnixNano()), true
	}
	if st.known && c >= st.clock {
		for t := time.Duration(st.next) * pl.every; t <= c; t = time.Duration(st.next) * pl.every {
			f := st.frame(pl, t)
			if t == c || f > at && f-at <= 1 {
				f = at // rounded
			}
			if f > at {
				break // a long silence was cut: what would have ticked in it is not heard
			}
			p.tickTime(f)
		}
	}
	st.known, st.clock, st.at = true, c, at
	st.next = int64(c / pl.every)
	if time.Duration(st.next)*pl.every < c {
		st.next++
	}
	if st.count > 0 && at == st.last && time.Duration(st.next)*pl.every == c {
		st.next++ // it has just sounded
	}
}

// frame returns where the source's clock shows t.
func (st *ticksState) frame(pl *ticksPlan, t time.Duration) sonify.Frame {
	d := float64(t-st.clock) / 1e9 / pl.speed
	return st.at + sonify.Frame(whole(float64(d*float64(sonify.SampleRate)), 0, 1<<50))
}

// tickUntil adds the ticks of the open stretch, which ends at frame end.
func (p *Performance) tickUntil(end sonify.Frame) {
	pl, st := p.piece.ticks, &p.ticks
	if pl == nil || p.ending > 0 || st.ended {
		return
	}
	if pl.bars > 0 {
		for t := (p.now + pl.bars - 1) / pl.bars * pl.bars; t < p.end; t += pl.bars {
			f := p.tempo.Frame(t)
			p.tick(f, float64(f)/float64(sonify.SampleRate), int64(t/pl.bars))
		}
		return
	}
	if pl.every == 0 || !st.known {
		return
	}
	for {
		f := st.frame(pl, time.Duration(st.next)*pl.every)
		if f >= end {
			return
		}
		p.tickTime(f)
	}
}

// tickTime sounds the next tick of the source's clock.
func (p *Performance) tickTime(f sonify.Frame) {
	pl, st := p.piece.ticks, &p.ticks
	t := time.Duration(st.next) * pl.every
	if st.ofDay {
		t %= 24 * time.Hour
	}
	n := st.next
	st.next++
	p.tick(f, t.Seconds(), n)
}

// tick adds one tick at frame f. n says which it is, for accents.
func (p *Performance) tick(f sonify.Frame, seconds float64, n int64) {
	pl, st := p.piece.ticks, &p.ticks
	f = max(f, p.tempo.Frame(p.now))
	if st.count > 0 && f-st.last < tooNear {
		return // no click is heard between clicks so near
	}
	st.count++
	st.last = f
	pitch, velocity := sonify.Key(84), pl.velocity
	if pl.accent > 0 && n%int64(pl.accent) == 0 {
		pitch, velocity = sonify.Key(96), float64(velocity*1.6)
	}
	at := p.tempo.Tick(f)
	if p.end > p.now {
		at = min(at, p.end-1)
	}
	cause := sonify.Cause{By: pl.maker, From: "time", Value: sonify.Num(seconds)}
	if pl.events > 0 {
		cause.From = "events"
	}
	const length = sonify.PPQ / 8
	p.fresh = append(p.fresh, sonify.Note{Tick: at, Length: length, Frame: f, Frames: max(1, p.tempo.Frame(at+length)-p.tempo.Frame(at)),
		Voice: pl.voice, Pitch: pitch, Velocity: velocityOf(velocity), Pan: p.piece.Header.Voices[pl.voice].Pan, Cause: cause})
	if pl.say != nil {
		p.caption(pl.say, &sonify.Event{Shape: tickShape, Values: []sonify.Value{sonify.Num(seconds), sonify.Num(float64(st.count))}}, cause, at, f)
	}
}

// tickSource stops the ticks of a source that no longer reports.
func (p *Performance) tickSource(name, state string) {
	if pl := p.piece.ticks; pl != nil && name == pl.source && (state == "ended" || state == "failed") {
		p.ticks.ended = true
	}
}

// compileTicks compiles the click in the data's time.
func (c *compiler) compileTicks() {
	q := &c.file.Ticks
	if q.Every == (Window{}) {
		if q.Pos.Line > 0 && !written(q.Pos, "every") {
			c.at(q.Pos, "every", `such as every = "5m"`, "the ticks do not say how often")
		}
		return
	}
	p := &ticksPlan{source: q.Source, every: q.Every.Time, events: q.Every.Events, accent: q.Accent, velocity: q.Velocity, speed: 1}
	if !q.Every.Music.IsZero() {
		p.bars = c.fraction(q.Pos, "every", q.Every.Music)
	}
	if p.source == "" && len(c.order) > 0 {
		p.source = c.order[0]
	}
	pr, ok := c.sources[p.source]
	if !ok {
		if q.Source != "" {
			c.at(q.Pos, "source", sonify.DidYouMean(q.Source, c.order), "there is no source named %q", q.Source)
		}
		return
	}
	for i := range c.piece.Sources {
		if s := &c.piece.Sources[i]; s.Name == p.source && p.every > 0 {
			switch s.Pace.Clock {
			case "own":
				p.speed = pr.speed
			case "step":
				c.at(q.Pos, "every", `write every = "10 events"`, "the events of %s come one every step and have no time of their own", p.source)
			}
		}
	}
	gap := max(float64(p.every)/1e9/p.speed, 0)
	if p.every > 0 && gap*float64(sonify.SampleRate) < float64(tooNear) || p.bars > 0 && sonify.NewTempoMap(c.piece.Header.Tempo).Frame(p.bars) < tooNear {
		c.at(q.Pos, "every", "at the speed of the source, 50 ms of music are the least", "the ticks would come too near to each other to be told apart")
		return
	}
	if q.Voice != "" {
		if p.voice = c.voice(q.Pos, q.Voice); p.voice < 0 {
			return
		}
		if q.Aside {
			c.at(q.Pos, "aside", "leave voice out: they have one of their own", "the voice %q would be silent with them", q.Voice)
		}
	} else {
		p.voice = c.ownVoice("ticks", sonify.Voice{Instrument: sonify.Instrument{Wave: sonify.Noise, Volume: plainMacro(8, 4, 2, 1, 0)},
			Gain: 500, Polyphony: 1, MIDIChannel: 10, MIDIProgram: 1, MIDIDrum: 76})
		c.piece.Header.Voices[p.voice].Aside = q.Aside
	}
	sc := c.scope(nil, "", false)
	sc.Fields = map[string]sonify.ValueType{"time": sonify.Number, "count": sonify.Number}
	p.say = c.caption(q.Pos, q.Say, sc)
	p.maker = c.maker(sonify.MakerPattern, "ticks", q.Pos, "a tick every "+everyWords(q.Every)+" on "+c.piece.Header.Voices[p.voice].Name, false)
	c.piece.ticks = p
}

func everyWords(w Window) string {
	switch {
	case w.Events == 1:
		return "event"
	case w.Events > 1:
		return decimals(float64(w.Events), 0) + " events"
	case w.Time > 0:
		return seconds(w.Time.Seconds()) + " of the data's time"
	}
	return w.Music.String()
}

// plainMacro is a list of values that is stepped through once.
func plainMacro(values ...int) sonify.Macro { return sonify.Macro{Values: values, Loop: -1} }

// ownVoice returns the voice of that name, and makes it as v if the piece has
// none.
func (c *compiler) ownVoice(name string, v sonify.Voice) int {
	if i, ok := c.voices[name]; ok {
		return i
	}
	v.Name = name
	none := sonify.Macro{Loop: -1}
	for _, m := range []*sonify.Macro{&v.Instrument.Duty, &v.Instrument.Arpeggio, &v.Instrument.Bend, &v.Instrument.Mode} {
		*m = none
	}
	if v.MIDIChannel == 0 {
		used := map[int]bool{10: true}
		for _, o := range c.piece.Header.Voices {
			used[o.MIDIChannel] = true
		}
		for v.MIDIChannel = 1; used[v.MIDIChannel] && v.MIDIChannel < 16; v.MIDIChannel++ {
		}
	}
	i := len(c.piece.Header.Voices)
	c.voices[name] = i
	c.voiceNs = append(c.voiceNs, name)
	c.piece.Header.Voices = append(c.piece.Header.Voices, v)
	c.piece.budgets = append(c.piece.budgets, budgetPlan{})
	return i
}
