package jsonl

import (
	"io"
	"strconv"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// Text is an output that writes a score for people: one line a note, in the
// order of their sound, with times as bar:beat, both counted from 1:
//
//	= 1:1.0 section set 1
//	[ 1:1.0 -> 1:1.5 | lead D4 v=0.80 pan=-0.3 ] <- court #3 rule "ace" speed_kmh=201
//	[ 1:1.0 -> 1:1.5 | drums 36 v=0.79 ] <- pattern "hats" (tension=0.42)
//	! 1:1.0 "Ace, 201 km/h" <- court #3 rule "ace" speed_kmh=201
//	~ 1:1.0 lead duty=2 <- pattern "bass"
//
// A tilde is a control, an exclamation mark a caption, and an equals sign
// whatever else is about the music: section, key, chord, meter, tempo. What a
// source does is "= 1:1.0 court idle". Events and signals have lines of their
// own only in JSON; here they show in the causes. Unpitched voices show the MIDI
// key of their sound. Beats have three decimals, as many as a tick needs.
type Text struct {
	lines
	h      *sonify.Header
	meter  sonify.Meter
	origin sonify.Tick // where the meter began
	bar    int64       // its number of bars before that
	recent sonify.Recent
}

// CreateText begins a text file that gets its name in Finish. The caller closes
// it.
func CreateText(path string) (*Text, error) {
	f, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	return &Text{lines: lines{w: f, file: f}}, nil
}

// NewText writes to w, which the caller owns. Everything is on w when Finish
// returns.
func NewText(w io.Writer) *Text { return &Text{lines: lines{w: w}} }

// Begin implements [sonify.Output].
func (t *Text) Begin(h *sonify.Header) error {
	t.h, t.meter = h, h.Meter
	b := append(t.buf, "# "...)
	b = append(b, h.Title...)
	if h.Piece != "" {
		b = append(append(append(b, " ("...), h.Piece...), ')')
	}
	b = strconv.AppendUint(append(b, ", seed "...), h.Seed, 10)
	for _, s := range []string{h.Key, h.Meter.String(), h.Tempo.String()} {
		if s != "" {
			b = append(append(b, ", "...), s...)
		}
	}
	t.take(append(b, '\n'))
	return t.error()
}

// Play implements [sonify.Output].
func (t *Text) Play(c sonify.Cue) error {
	merge(c.Passage, t.mark, t.control, t.note)
	return t.error()
}

// Finish implements [sonify.Output].
func (t *Text) Finish(s *sonify.Summary) error {
	b := t.time(append(t.buf, "# ends "...), s.Ticks)
	b = strconv.AppendUint(append(b, ", "...), s.Notes, 10)
	b = strconv.AppendUint(append(b, " notes of "...), s.Heard, 10)
	t.take(append(b, " events\n"...))
	return t.finish()
}

// time appends bar:beat.
func (t *Text) time(b []byte, at sonify.Tick) []byte {
	bar, beat := t.meter.Bar(), t.meter.Beat()
	off := at - t.origin
	b = strconv.AppendInt(b, t.bar+int64(off/bar)+1, 10)
	off %= bar
	b = strconv.AppendInt(append(b, ':'), int64(off/beat)+1, 10)
	b = append(b, '.')
	if f := int64(off%beat) * 1000 / int64(beat); f != 0 {
		return appendFraction(b, f, 3)
	}
	return append(b, '0')
}

func (t *Text) note(n *sonify.Note) {
	b := t.time(append(t.buf, "[ "...), n.Tick)
	b = t.time(append(b, " -> "...), n.Tick+n.Length)
	b = append(b, " | "...)
	b = t.voice(b, n.Voice)
	b = append(b, ' ')
	if n.Voice >= 0 && n.Voice < len(t.h.Voices) && !t.h.Voices[n.Voice].Pitched {
		b = strconv.AppendInt(b, int64(n.Pitch.Key()), 10)
	} else {
		b = append(b, n.Pitch.String()...)
	}
	b = append(b, " v="...)
	v := (int64(n.Velocity)*200 + 127) / 254 // hundredths, half up
	b = append(b, byte('0'+v/100), '.', byte('0'+v/10%10), byte('0'+v%10))
	if n.Pan != 0 {
		b = appendHundredths(append(b, " pan="...), int64(n.Pan))
	}
	t.line(append(b, " ]"...), &n.Cause)
}

func (t *Text) voice(b []byte, v int) []byte {
	if v < 0 || v >= len(t.h.Voices) {
		return append(b, '?')
	}
	return append(b, t.h.Voices[v].Name...)
}

func (t *Text) control(c *sonify.Control) {
	b := t.time(append(t.buf, "~ "...), c.Tick)
	b = t.voice(append(b, ' '), c.Voice)
	b = append(append(append(b, ' '), c.Param.String()...), '=')
	t.line(strconv.AppendInt(b, int64(c.Value), 10), &c.Cause)
}

// line appends the cause and ends the line.
func (t *Text) line(b []byte, c *sonify.Cause) {
	at := len(b)
	b = append(b, " <-"...)
	empty := len(b)
	if c.Event != 0 {
		b = append(b, ' ')
		if h := t.recent.Find(c.Event); h != nil {
			b = append(append(b, h.Event.Source...), ' ')
		}
		b = strconv.AppendUint(append(b, '#'), c.Event, 10)
	}
	if c.By >= 0 && c.By < len(t.h.Makers) && (c.Event != 0 || t.h.Makers[c.By].Kind != sonify.MakerRule) {
		m := &t.h.Makers[c.By]
		b = append(append(append(b, ' '), m.Kind...), ' ')
		b = strconv.AppendQuote(b, m.Name)
	}
	if c.From != "" {
		b = append(append(append(b, ' '), c.From...), '=')
		if c.Value.IsMissing() {
			b = append(b, "missing"...)
		} else {
			b = append(b, c.Value.String()...)
		}
	}
	if c.Step != 0 {
		b = strconv.AppendInt(append(b, " step "...), int64(c.Step), 10)
	}
	for i, r := range c.Steered {
		b = append(b, []string{" (", ", "}[min(i, 1)]...)
		if r.Signal >= 0 && r.Signal < len(t.h.Signals) {
			b = append(append(b, t.h.Signals[r.Signal].Name...), '=')
		}
		b = strconv.AppendFloat(b, r.Value, 'g', 4, 64)
	}
	if len(c.Steered) > 0 {
		b = append(b, ')')
	}
	if len(b) == empty {
		b = b[:at]
	}
	t.take(append(b, '\n'))
}

func (t *Text) mark(m *sonify.Mark) {
	t.recent.Hear(m)
	begin := func(sign byte) []byte { return append(t.time(append(t.buf, sign, ' '), m.Tick), ' ') }
	says := func(words ...string) {
		b := begin('=')
		for i, w := range words {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, w...)
		}
		t.take(append(b, '\n'))
	}
	switch m.Kind {
	case sonify.MarkSection:
		says("section", m.Name)
	case sonify.MarkCaption:
		t.line(strconv.AppendQuote(begin('!'), m.Text), &m.Cause)
	case sonify.MarkKey:
		says("key", m.Name)
	case sonify.MarkChord:
		if len(m.Cause.Steered) > 0 {
			b := append(append(append(begin('='), "chord "...), m.Name...), ' ')
			t.line(append(b, m.Text...), &m.Cause)
			return
		}
		says("chord", m.Name, m.Text)
	case sonify.MarkMeter:
		if m.Meter.Beats > 0 && m.Meter.Unit > 0 && m.Meter.Unit <= 32 {
			// A meter that begins inside a bar ends that bar.
			bar := t.meter.Bar()
			t.bar += int64((m.Tick - t.origin + bar - 1) / bar)
			t.origin, t.meter = m.Tick, m.Meter
		}
		says("meter", m.Meter.String())
	case sonify.MarkTempo:
		says("tempo", m.Tempo.String())
	case sonify.MarkState:
		says(m.Name, m.Text)
	}
}
