package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
)

// cause is the JSON form of a cause.
type cause struct {
	Event   uint64          `json:"event"`
	Rule    *string         `json:"rule"`
	Pattern *string         `json:"pattern"`
	Control *string         `json:"control"`
	Section *string         `json:"section"`
	Idle    *string         `json:"idle"`
	Maker   *int            `json:"maker"`
	From    string          `json:"from"`
	Value   json.RawMessage `json:"value"`
	Label   string          `json:"label"`
	Step    int             `json:"step"`
	Steered json.RawMessage `json:"steered"`
}

// cause turns f into a Cause. By is -1 if it names no maker.
func (d *Reader) cause(f *cause) (sonify.Cause, error) {
	c := sonify.Cause{Event: f.Event, By: -1, From: f.From, Label: f.Label, Step: f.Step}
	for _, by := range []struct {
		kind sonify.MakerKind
		name *string
	}{{sonify.MakerRule, f.Rule}, {sonify.MakerPattern, f.Pattern}, {sonify.MakerControl, f.Control}, {sonify.MakerSection, f.Section}, {sonify.MakerIdle, f.Idle}} {
		if by.name == nil {
			continue
		}
		i, ok := d.makers[[2]string{string(by.kind), *by.name}]
		if !ok {
			return c, fmt.Errorf("the first line names no %s %q", by.kind, *by.name)
		}
		c.By = i
	}
	if f.Maker != nil {
		if *f.Maker < 0 || *f.Maker >= len(d.header.Makers) {
			return c, fmt.Errorf("there is no maker %d: the first line names %d", *f.Maker, len(d.header.Makers))
		}
		c.By = *f.Maker
	}
	var err error
	if c.Value, err = value(f.Value); err != nil {
		return c, err
	}
	err = object(f.Steered, func(name string, raw json.RawMessage) error {
		i, ok := d.signals[name]
		if !ok {
			return fmt.Errorf("there is no signal %q", name)
		}
		var v float64
		if err := decode(raw, &v); err != nil {
			return fmt.Errorf("signal %q: %w", name, err)
		}
		c.Steered = append(c.Steered, sonify.Reading{Signal: i, Value: v})
		return nil
	})
	return c, err
}

// value reads a number, text, boolean or null; nothing at all is missing too.
func value(raw json.RawMessage) (sonify.Value, error) {
	if len(raw) == 0 {
		return sonify.Value{}, nil
	}
	var v any
	if err := decode(raw, &v); err != nil {
		return sonify.Value{}, err
	}
	switch v := v.(type) {
	case float64:
		return sonify.Num(v), nil
	case string:
		return sonify.Word(v), nil
	case bool:
		return sonify.Truth(v), nil
	case nil:
		return sonify.Value{}, nil
	}
	return sonify.Value{}, errors.New("a value is a number, a text, true, false or null")
}

// object calls f for each member of an object, in the order of the text. An
// empty raw has none.
func object(raw json.RawMessage, f func(name string, raw json.RawMessage) error) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("expected an object, found %.40s", raw)
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return err
		}
		if err := f(t.(string), v); err != nil { // a key is always a text
			return err
		}
	}
	return nil
}

func (d *Reader) heard(f *fields) (*sonify.Heard, error) {
	if f.N == 0 {
		return nil, errors.New("\"n\" of an event is missing: they are numbered from 1")
	}
	if f.Arrived < 0 || f.Arrived > maxFrame || f.Notes < 0 {
		return nil, fmt.Errorf("arrived %d or notes %d is out of range", f.Arrived, f.Notes)
	}
	ev := &sonify.Event{Source: f.Source, At: f.At, Line: f.Line}
	if f.Clock != nil {
		var err error
		if ev.Clock, err = seconds(f.Clock.String()); err != nil {
			return nil, err
		}
		ev.Timed = true
	}
	key := strconv.Quote(f.Kind)
	var fs []sonify.Field
	seen := make(map[string]bool)
	err := object(f.Values, func(name string, raw json.RawMessage) error {
		if seen[name] {
			return fmt.Errorf("the value %q is there twice", name)
		}
		seen[name] = true
		v, err := value(raw)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		fs = append(fs, sonify.Field{Name: name})
		ev.Values = append(ev.Values, v)
		key += strconv.Quote(name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if ev.Shape = d.shapes[key]; ev.Shape == nil {
		ev.Shape = sonify.NewShape(f.Kind, fs...)
		if len(d.shapes) < maxShapes {
			d.shapes[key] = ev.Shape
		}
	}
	return &sonify.Heard{Number: f.N, Event: ev, Frame: f.Arrived, Notes: f.Notes}, nil
}

// seconds reads a decimal number of seconds without rounding it.
func seconds(s string) (time.Duration, error) {
	bad := fmt.Errorf("clock_s %.40s is no number of seconds with at most nine decimals", s)
	digits, neg := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if len(whole) > 10 || len(part) > 9 {
		return 0, bad
	}
	n, err := strconv.ParseUint(whole+(part + "000000000")[:9], 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, bad
	}
	if neg {
		return -time.Duration(n), nil
	}
	return time.Duration(n), nil
}

func (d *Reader) readHeader(b []byte) error {
	var f header
	if err := decode(b, &f); err != nil {
		return err
	}
	if f.Type != "score" {
		return fmt.Errorf("the first line of a score has the type \"score\", not %q", f.Type)
	}
	if f.Version != Version {
		return fmt.Errorf("this is version %d of the format; version %d is understood", f.Version, Version)
	}
	if f.PPQ != sonify.PPQ || f.Rate != sonify.SampleRate {
		return fmt.Errorf("the score has %d ticks a quarter note and %d frames a second; %d and %d are understood", f.PPQ, f.Rate, sonify.PPQ, sonify.SampleRate)
	}
	if f.Tempo < minTempo || f.Tempo > maxTempo {
		return fmt.Errorf("tempo %d is outside %d to %d microseconds a quarter note", f.Tempo, minTempo, maxTempo)
	}
	h := &sonify.Header{Title: f.Title, Piece: f.Piece, Version: f.Program, Seed: f.Seed, Level: f.Level, Key: f.Key, Tempo: f.Tempo, Sources: f.Sources,
		Mix: sonify.Mix{Tuning: f.Mix.Tuning, A4: f.Mix.A4, Loudness: f.Mix.Loudness, Gain: f.Mix.Gain, Guard: f.Mix.Guard, Ceiling: f.Mix.Ceiling}}
	if n, err := fmt.Sscanf(f.Meter, "%d/%d", &h.Meter.Beats, &h.Meter.Unit); n != 2 || err != nil {
		return fmt.Errorf("%q is no meter", f.Meter)
	}
	if err := check(h.Meter); err != nil {
		return err
	}
	d.header, d.tempo = h, sonify.NewTempoMap(f.Tempo)
	d.voices, d.signals, d.makers = make(map[string]int), make(map[string]int), make(map[[2]string]int)
	for i, v := range f.Voices {
		if _, twice := d.voices[v.Name]; twice {
			return fmt.Errorf("there are two voices %q", v.Name)
		}
		d.voices[v.Name] = i
		s := v.Sound
		in := sonify.Instrument{Wave: s.Wave, Duty: s.Duty.macro(), Volume: s.Volume.macro(), Arpeggio: s.Arpeggio.macro(), Bend: s.Bend.macro(), Mode: s.Mode.macro(),
			VibratoDepth: s.VibratoDepth, VibratoRate: s.VibratoRate, VibratoDelay: s.VibratoDelay, Slide: s.Slide,
			EchoLevel: s.EchoLevel, EchoDelay: s.EchoDelay, Steps: s.Steps, Drop: s.Drop, DropTime: s.DropTime}
		if p := s.Sample; p != nil {
			in.Sample = &sonify.SampleSound{Name: p.Name, Rate: p.Rate, Root: p.Root, Loop: p.Loop, Level: p.Level}
		}
		h.Voices = append(h.Voices, sonify.Voice{Name: v.Name, Instrument: in, Gain: v.Gain, Pan: v.Pan, Polyphony: v.Poly, Pitched: v.Pitched,
			MIDIChannel: v.Channel, MIDIProgram: v.Program, MIDIDrum: v.Drum, Aside: v.Aside})
	}
	for i, m := range f.Makers {
		key := [2]string{string(m.Kind), m.Name}
		if _, twice := d.makers[key]; !twice {
			d.makers[key] = i
		}
		h.Makers = append(h.Makers, sonify.Maker{Kind: m.Kind, Name: m.Name, File: m.File, Line: m.Line, Says: m.Says, Data: m.Data})
	}
	for i, s := range f.Signals {
		if _, twice := d.signals[s.Name]; !twice {
			d.signals[s.Name] = i
		}
		h.Signals = append(h.Signals, sonify.Signal{Name: s.Name, Doc: s.Doc, Unit: s.Unit, Low: s.Low, High: s.High, Hidden: s.Hidden})
	}
	if t := f.Board; t != nil {
		if t.Rows < 1 || t.Rows > sonify.MaxBoardRows || len(t.Columns) < 1 || len(t.Columns) > sonify.MaxBoardColumns {
			return fmt.Errorf("a board of %d rows and %d columns is out of range", t.Rows, len(t.Columns))
		}
		h.Board = &sonify.Board{Doc: t.Doc, Columns: t.Columns, Rows: t.Rows}
	}
	return nil
}

func (m *macro) macro() sonify.Macro {
	if m == nil {
		return sonify.Macro{}
	}
	return sonify.Macro{Values: m.Values, Loop: m.Loop, Release: m.Release}
}
