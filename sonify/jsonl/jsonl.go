// Package jsonl writes a score as lines of JSON, one object a line, and reads it
// back; and it writes the form of a score that tests and people read ([Text]).
//
// Every line has a "type". The first is "score", the last "end", and between
// them everything stands in the order of its sound: by frame, and at one frame
// marks before controls before notes. How the engine cut the performance into
// passages leaves no trace. Times are "frame" (at 48000 a second, from 0) and
// "tick" (960 a quarter note). What does not apply is left out; null is a value
// that is missing. Readers ignore keys that they do not know.
//
//	score    {"type":"score","version":1,"title":"..","piece":"..","program":"..","seed":"7","level":"..",
//	          "key":"A minor","meter":"4/4","tempo":535714,"ppq":960,"rate":48000,
//	          "voices":[..],"makers":[..],"signals":[..],"sources":[..],"mix":{..}}
//	         tempo: microseconds a quarter note at tick 0. seed: a text, because it may have more digits
//	         than a JavaScript number. Recorded sounds of voices are named, not included.
//	note     {"type":"note","frame":0,"tick":0,"voice":"lead","pitch":69,"name":"A4","velocity":0.8031,
//	          "length":240,"frames":6428,"pan":-0.3,"cause":{..}}
//	         pitch: MIDI key, with five decimals where it lies between keys. velocity: n/127. length: ticks.
//	         pan: -1 left to 1 right.
//	control  {"type":"control","frame":0,"tick":0,"voice":"lead","param":"duty","value":2,"cause":{..}}
//	         param and value: as sonify.Param says.
//	event    {"type":"event","frame":0,"tick":0,"n":12,"source":"court","kind":"tennis.point","arrived":0,"notes":4,
//	          "clock_s":61.5,"at":"2014-09-08T17:00:00Z","line":13,"values":{"speed_kmh":201,"ace":true}}
//	         n: number in the log. arrived: frame. notes: how many it made. clock_s: by the source's own clock.
//	section  {"type":"section","frame":0,"tick":0,"name":"set 1"}
//	caption  {"type":"caption","frame":0,"tick":0,"text":"Ace, 201 km/h","cause":{..}}
//	key      {"type":"key","frame":0,"tick":0,"name":"A minor","sharps":0,"minor":true}; flats are negative
//	chord    {"type":"chord","frame":0,"tick":0,"name":"VI","text":"F"}
//	meter    {"type":"meter","frame":0,"tick":0,"name":"4/4","beats":4,"unit":4}
//	tempo    {"type":"tempo","frame":0,"tick":0,"bpm":112.0000149,"tempo":535714}
//	signal   {"type":"signal","frame":0,"tick":0,"name":"tension","value":0.42}
//	state    {"type":"state","frame":0,"tick":0,"source":"court","state":"idle"}
//	board    {"type":"board","frame":0,"tick":0,"row":0,"column":2,"text":"40"}
//	end      {"type":"end","ticks":3840,"frames":102857,"notes":9,"events":3,"lost":{"no room":2}}
//
// A cause is {"event":12,"source":"court","kind":"tennis.point","rule":"ace","from":"speed_kmh","value":201,
// "step":0} for what an event made, where source and kind are left out if the event is more than 4096 events
// old, and {"pattern":"bass","steered":{"tension":0.42}} for what plays by itself; "section" and "idle"
// stand for the other makers. If two makers share kind and name, "maker" is the index among the makers.
package jsonl

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// Version is what the first line of a score says.
const Version = 1

// Writer is an output that writes a score as JSON lines. Memory does not grow
// with the performance.
type Writer struct {
	lines
	voices  [][]byte // quoted names
	signals [][]byte
	makers  [][]byte // `"rule":"ace"`
	columns int      // of the board
	recent  sonify.Recent
}

// Create begins a score file that gets its name in Finish. The caller closes it.
func Create(path string) (*Writer, error) {
	f, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	return &Writer{lines: lines{w: f, file: f}}, nil
}

// NewWriter writes a score to w, which the caller owns. Everything is on w when
// Finish returns.
func NewWriter(w io.Writer) *Writer { return &Writer{lines: lines{w: w}} }

// Begin implements [sonify.Output].
func (w *Writer) Begin(h *sonify.Header) error {
	o := header{Type: "score", Version: Version, Title: h.Title, Piece: h.Piece, Program: h.Version, Seed: h.Seed, Level: h.Level, Key: h.Key,
		Meter: h.Meter.String(), Tempo: h.Tempo, PPQ: sonify.PPQ, Rate: sonify.SampleRate,
		Voices: []voice{}, Makers: []maker{}, Signals: []signal{}, Sources: append([]string{}, h.Sources...), Mix: mix{h.Mix.Tuning, h.Mix.A4, h.Mix.Loudness, h.Mix.Gain, h.Mix.Guard, h.Mix.Ceiling}}
	for _, v := range h.Voices {
		i := v.Instrument
		j := instrument{i.Wave, newMacro(i.Duty), newMacro(i.Volume), newMacro(i.Arpeggio), newMacro(i.Bend), newMacro(i.Mode),
			i.VibratoDepth, i.VibratoRate, i.VibratoDelay, i.Slide, i.EchoLevel, i.EchoDelay, i.Steps, i.Drop, i.DropTime, nil}
		if s := i.Sample; s != nil {
			j.Sample = &sample{s.Name, s.Rate, s.Root, s.Loop, s.Level}
		}
		o.Voices = append(o.Voices, voice{v.Name, v.Gain, v.Pan, v.Polyphony, v.Pitched, v.MIDIChannel, v.MIDIProgram, v.MIDIDrum, v.Aside, j})
		w.voices = append(w.voices, sonify.AppendJSONString(nil, v.Name))
	}
	seen := make(map[string]bool)
	for i, m := range h.Makers {
		o.Makers = append(o.Makers, maker{m.Kind, m.Name, m.File, m.Line, m.Says, m.Data})
		b := sonify.AppendJSONString(nil, string(m.Kind))
		b = sonify.AppendJSONString(append(b, ':'), m.Name)
		if seen[string(b)] {
			b = strconv.AppendInt(append(b, `,"maker":`...), int64(i), 10)
		}
		seen[string(b)] = true
		w.makers = append(w.makers, b)
	}
	for _, s := range h.Signals {
		o.Signals = append(o.Signals, signal{s.Name, s.Doc, s.Unit, s.Low, s.High, s.Hidden})
		w.signals = append(w.signals, sonify.AppendJSONString(nil, s.Name))
	}
	if t := h.Board; t != nil {
		o.Board = &board{t.Doc, append([]string{}, t.Columns...), t.Rows}
		w.columns = len(t.Columns)
	}
	b, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("jsonl: %w", err)
	}
	w.add(b)
	return w.error()
}

// Play implements [sonify.Output].
func (w *Writer) Play(c sonify.Cue) error {
	merge(c.Passage, w.mark, w.control, w.note)
	return w.error()
}

// merge calls the functions for everything in ps, in order of sound.
func merge(ps *sonify.Passage, mark func(*sonify.Mark), control func(*sonify.Control), note func(*sonify.Note)) {
	i, j, k := 0, 0, 0
	for i < len(ps.Marks) || j < len(ps.Controls) || k < len(ps.Notes) {
		m, c, n := sonify.Frame(math.MaxInt64), sonify.Frame(math.MaxInt64), sonify.Frame(math.MaxInt64)
		if i < len(ps.Marks) {
			m = ps.Marks[i].Frame
		}
		if j < len(ps.Controls) {
			c = ps.Controls[j].Frame
		}
		if k < len(ps.Notes) {
			n = ps.Notes[k].Frame
		}
		switch {
		case i < len(ps.Marks) && m <= c && m <= n:
			mark(&ps.Marks[i])
			i++
		case j < len(ps.Controls) && c <= n:
			control(&ps.Controls[j])
			j++
		default:
			note(&ps.Notes[k])
			k++
		}
	}
}

// Finish implements [sonify.Output].
func (w *Writer) Finish(s *sonify.Summary) error {
	o := end{"end", s.Ticks, s.Frames, s.Notes, s.Heard, s.Lost}
	if o.Lost == nil {
		o.Lost = map[string]uint64{}
	}
	b, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("jsonl: %w", err)
	}
	w.add(b)
	return w.finish()
}

// start begins a line.
func (w *Writer) start(kind string, f sonify.Frame, t sonify.Tick) []byte {
	b := append(w.buf, `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","frame":`...)
	b = strconv.AppendInt(b, int64(f), 10)
	b = append(b, `,"tick":`...)
	return strconv.AppendInt(b, int64(t), 10)
}

// name returns names[i], or null.
func name(names [][]byte, i int) []byte {
	if i >= 0 && i < len(names) {
		return names[i]
	}
	return []byte("null")
}

// keyNames are the names of the tempered keys, quoted.
var keyNames = func() (k [128]string) {
	for i := range k {
		k[i] = strconv.Quote(sonify.Key(i).String())
	}
	return k
}()

func (w *Writer) note(n *sonify.Note) {
	b := w.start("note", n.Frame, n.Tick)
	b = append(append(b, `,"voice":`...), name(w.voices, n.Voice)...)
	b = appendPitch(append(b, `,"pitch":`...), n.Pitch)
	b = append(b, `,"name":`...)
	if k := n.Pitch.Key(); k >= 0 && k < 128 && sonify.Key(k) == n.Pitch {
		b = append(b, keyNames[k]...)
	} else {
		b = append(append(append(b, '"'), n.Pitch.String()...), '"')
	}
	b = append(append(b, `,"velocity":`...), velocities[n.Velocity]...)
	b = strconv.AppendInt(append(b, `,"length":`...), int64(n.Length), 10)
	b = strconv.AppendInt(append(b, `,"frames":`...), int64(n.Frames), 10)
	b = appendHundredths(append(b, `,"pan":`...), int64(n.Pan))
	w.end(w.cause(b, &n.Cause))
}

func (w *Writer) control(c *sonify.Control) {
	b := w.start("control", c.Frame, c.Tick)
	b = append(append(b, `,"voice":`...), name(w.voices, c.Voice)...)
	b = append(append(append(b, `,"param":"`...), c.Param.String()...), '"')
	b = strconv.AppendInt(append(b, `,"value":`...), int64(c.Value), 10)
	w.end(w.cause(b, &c.Cause))
}

// cause appends `,"cause":{...}`.
func (w *Writer) cause(b []byte, c *sonify.Cause) []byte {
	b = append(b, `,"cause":{`...)
	open := len(b)
	if c.Event != 0 {
		b = strconv.AppendUint(append(b, `"event":`...), c.Event, 10)
		if h := w.recent.Find(c.Event); h != nil {
			b = sonify.AppendJSONString(append(b, `,"source":`...), h.Event.Source)
			b = sonify.AppendJSONString(append(b, `,"kind":`...), h.Event.Kind())
		}
	}
	comma := func() {
		if len(b) > open {
			b = append(b, ',')
		}
	}
	if c.By >= 0 && c.By < len(w.makers) {
		comma()
		b = append(b, w.makers[c.By]...)
	}
	if c.From != "" {
		comma()
		b = sonify.AppendJSONString(append(b, `"from":`...), c.From)
	}
	if !c.Value.IsMissing() || c.From != "" {
		comma()
		b = appendValue(append(b, `"value":`...), c.Value)
	}
	if c.Label != "" {
		comma()
		b = sonify.AppendJSONString(append(b, `"label":`...), c.Label)
	}
	if c.Event != 0 || c.Step != 0 {
		comma()
		b = strconv.AppendInt(append(b, `"step":`...), int64(c.Step), 10)
	}
	if len(c.Steered) > 0 {
		comma()
		b = append(b, `"steered":{`...)
		for i, r := range c.Steered {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, name(w.signals, r.Signal)...)
			b = appendFloat(append(b, ':'), r.Value)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func (w *Writer) mark(m *sonify.Mark) {
	w.recent.Hear(m)
	b := w.start(m.Kind.String(), m.Frame, m.Tick)
	text := func(key, s string) {
		b = append(append(append(b, `,"`...), key...), `":`...)
		b = sonify.AppendJSONString(b, s)
	}
	number := func(key string, n int64) {
		b = append(append(append(b, `,"`...), key...), `":`...)
		b = strconv.AppendInt(b, n, 10)
	}
	switch m.Kind {
	case sonify.MarkSection:
		text("name", m.Name)
	case sonify.MarkCaption:
		text("text", m.Text)
	case sonify.MarkKey:
		text("name", m.Name)
		b = appendFloat(append(b, `,"sharps":`...), m.Number)
		b = strconv.AppendBool(append(b, `,"minor":`...), m.Minor)
	case sonify.MarkChord:
		text("name", m.Name)
		text("text", m.Text)
	case sonify.MarkMeter:
		text("name", m.Name)
		number("beats", int64(m.Meter.Beats))
		number("unit", int64(m.Meter.Unit))
	case sonify.MarkTempo:
		b = appendFloat(append(b, `,"bpm":`...), m.Number)
		number("tempo", int64(m.Tempo))
	case sonify.MarkSignal:
		b = append(append(b, `,"name":`...), name(w.signals, m.Index)...)
		b = appendFloat(append(b, `,"value":`...), m.Number)
	case sonify.MarkState:
		text("source", m.Name)
		text("state", m.Text)
	case sonify.MarkBoard:
		number("row", int64(m.Index/max(w.columns, 1)))
		number("column", int64(m.Index%max(w.columns, 1)))
		text("text", m.Text)
	case sonify.MarkEvent:
		b = appendEvent(b, m.Heard)
	}
	if c := &m.Cause; c.Event != 0 || c.By != 0 || c.From != "" || !c.Value.IsMissing() || c.Step != 0 || c.Steered != nil {
		b = w.cause(b, c)
	}
	w.end(b)
}

func appendEvent(b []byte, h *sonify.Heard) []byte {
	if h == nil || h.Event == nil {
		return b
	}
	e := h.Event
	b = strconv.AppendUint(append(b, `,"n":`...), h.Number, 10)
	b = sonify.AppendJSONString(append(b, `,"source":`...), e.Source)
	b = sonify.AppendJSONString(append(b, `,"kind":`...), e.Kind())
	b = strconv.AppendInt(append(b, `,"arrived":`...), int64(h.Frame), 10)
	b = strconv.AppendInt(append(b, `,"notes":`...), int64(h.Notes), 10)
	if e.Timed {
		b = appendSeconds(append(b, `,"clock_s":`...), e.Clock)
	}
	if !e.At.IsZero() {
		b = append(b, `,"at":"`...)
		b = e.At.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	if e.Line != 0 {
		b = strconv.AppendInt(append(b, `,"line":`...), e.Line, 10)
	}
	b = append(b, `,"values":{`...)
	if e.Shape != nil {
		for i, f := range e.Shape.Fields() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(sonify.AppendJSONString(b, f.Name), ':')
			if i < len(e.Values) {
				b = appendValue(b, e.Values[i])
			} else {
				b = append(b, "null"...)
			}
		}
	}
	return append(b, '}')
}
