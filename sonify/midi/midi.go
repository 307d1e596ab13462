// Package midi writes a performance as a standard MIDI file, as a studio's
// program wants it: type 1, 960 ticks a quarter note, the tempo map, meters,
// keys, sections as markers and captions as lyrics and cues on the first track,
// and one named track per voice.
//
// Reading the file back gives exactly the notes of the score: start, key and
// velocity of all of them, and their lengths, except that a note is cut where
// the same voice strikes the same key again. Every note that stands for a datum
// has a text event beside it that says which:
//
//	#12 tennis.point rule ace: speed_kmh=201 -> A5
//
// What a chip does and a MIDI instrument does not (duties, arpeggios, echoes of
// macros) stays in the sound; see [Output] for what becomes a controller.
package midi

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	gomidi "gitlab.com/gomidi/midi/v2"
	"gitlab.com/gomidi/midi/v2/smf"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// Output is a sonify.Output that writes a MIDI file. Memory does not grow with
// the performance: tracks wait in a hidden file beside the final one until
// Finish joins them.
//
// Controls become controllers of the voice's channel: volume is CC 7 (with the
// voice's gain, by the square law of General MIDI), pan CC 10 (with the note's
// own), bend the pitch bend, vibrato CC 1, duty CC 70, echo CC 91. The range of
// the pitch bend is two semitones (RPN 0), and two octaves from where a control
// first bends further. A pitch between two keys is bent to its place
// within 0.0125 cents (the bend has 8,192 steps to 200 cents) if its voice plays
// one note at a time and has its channel for itself; otherwise it sounds as the
// nearest key.
type Output struct {
	w      io.Writer
	file   *safefile.File // nil if the caller owns w
	spool  *spool
	head   *track // tempo map and all that is of no voice
	voices []*voice
	makers []sonify.Maker
	recent sonify.Recent
	tempo  sonify.Tempo
	meter  sonify.Meter
	err    error
	done   bool
}

// Create begins a MIDI file that gets its name in Finish. The caller closes it.
func Create(path string) (*Output, error) {
	f, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	return &Output{w: f, file: f, spool: &spool{path: path}}, nil
}

// NewWriter writes a MIDI file to w, which the caller owns, in Finish. Long
// tracks wait in the system's folder for temporary files.
func NewWriter(w io.Writer) *Output {
	return &Output{w: w, spool: &spool{path: filepath.Join(os.TempDir(), "score.mid")}}
}

// Begin implements [sonify.Output].
func (o *Output) Begin(h *sonify.Header) error {
	if len(h.Voices) > 65534 {
		return fmt.Errorf("midi: %d voices, a file has at most 65534", len(h.Voices))
	}
	o.makers = h.Makers
	o.head = &track{spool: o.spool}
	o.head.add(0, smf.MetaTrackSequenceName(ascii(h.Title, "Proscenium")))
	made := "made by Proscenium"
	if h.Version != "" {
		made += " " + h.Version
	}
	if h.Piece != "" {
		made += " from " + h.Piece
	}
	o.head.add(0, smf.MetaText(text(fmt.Sprintf("%s, seed %d", made, h.Seed))))
	o.setTempo(0, h.Tempo)
	o.setMeter(0, h.Meter)
	channels := assign(h.Voices)
	for i := range h.Voices {
		v := newVoice(&h.Voices[i], channels[i], &track{spool: o.spool})
		o.voices = append(o.voices, v)
		v.begin()
	}
	return o.check()
}

// check returns the first error of any track.
func (o *Output) check() error {
	if o.err == nil && o.done {
		o.err = errors.New("midi: written to after its end")
	}
	if o.err == nil {
		o.err = o.spool.err
	}
	return o.err
}

// Play implements [sonify.Output].
func (o *Output) Play(c sonify.Cue) error {
	if err := o.check(); err != nil {
		return err
	}
	// Marks go to a track of their own, so their order with the notes of the
	// other tracks is of no account; but events must be known before the notes
	// that they cause.
	i, j := 0, 0
	for n := range c.Notes {
		note := &c.Notes[n]
		for ; i < len(c.Marks) && c.Marks[i].Frame <= note.Frame; i++ {
			o.mark(&c.Marks[i])
		}
		for ; j < len(c.Controls) && c.Controls[j].Frame <= note.Frame; j++ {
			o.control(&c.Controls[j])
		}
		if err := o.note(note); err != nil {
			o.err = err
			return err
		}
	}
	for ; i < len(c.Marks); i++ {
		o.mark(&c.Marks[i])
	}
	for ; j < len(c.Controls); j++ {
		o.control(&c.Controls[j])
	}
	return o.check()
}

func (o *Output) voice(i int) *voice {
	if i < 0 || i >= len(o.voices) {
		return nil
	}
	return o.voices[i]
}

func (o *Output) control(c *sonify.Control) {
	if v := o.voice(c.Voice); v != nil {
		v.control(c)
	}
}

func (o *Output) note(n *sonify.Note) error {
	v := o.voice(n.Voice)
	if v == nil {
		return fmt.Errorf("midi: a note for voice %d of %d", n.Voice, len(o.voices))
	}
	if n.Tick < v.last {
		return fmt.Errorf("midi: a note of voice %s at tick %d comes after tick %d was written", v.info.Name, n.Tick, v.last)
	}
	says := ""
	if n.Cause.Event != 0 && n.Cause.Step == 0 {
		says = o.cause(n)
	}
	v.note(n, says)
	return nil
}

// cause says in one line what note n stands for.
func (o *Output) cause(n *sonify.Note) string {
	c := &n.Cause
	b := fmt.Appendf(nil, "#%d", c.Event)
	if h := o.recent.Find(c.Event); h != nil {
		b = append(append(b, ' '), h.Event.Kind()...)
	}
	if c.By >= 0 && c.By < len(o.makers) {
		b = fmt.Appendf(b, " %s %s", o.makers[c.By].Kind, o.makers[c.By].Name)
	}
	if c.From != "" {
		value := "missing"
		if !c.Value.IsMissing() {
			value = c.Value.String()
		}
		b = fmt.Appendf(b, ": %s=%s", c.From, value)
	}
	if v := o.voices[n.Voice]; v.info.Pitched {
		b = append(append(b, " -> "...), n.Pitch.String()...)
	}
	return text(string(b))
}

func (o *Output) mark(m *sonify.Mark) {
	o.recent.Hear(m)
	at := max(m.Tick, o.head.last)
	switch m.Kind {
	case sonify.MarkTempo:
		o.setTempo(at, m.Tempo)
	case sonify.MarkMeter:
		o.setMeter(at, m.Meter)
	case sonify.MarkKey:
		if sharps := int(m.Number); sharps >= -7 && sharps <= 7 && float64(sharps) == m.Number {
			o.head.add(at, smf.MetaKey(0, !m.Minor, uint8(max(sharps, -sharps)), sharps < 0))
		}
		o.head.add(at, smf.MetaText(text("key "+m.Name)))
	case sonify.MarkSection:
		o.head.add(at, smf.MetaMarker(text(m.Name)))
	case sonify.MarkCaption:
		o.head.add(at, smf.MetaLyric(text(m.Text)))
		o.head.add(at, smf.MetaCuepoint(text(m.Text)))
	case sonify.MarkChord:
		o.head.add(at, smf.MetaText(text("chord "+m.Name+" "+m.Text)))
	case sonify.MarkState:
		o.head.add(at, smf.MetaText(text(m.Name+" is "+m.Text)))
	}
}

// setTempo writes the exact microseconds: gomidi's own message would go through
// quarter notes a minute and back.
func (o *Output) setTempo(at sonify.Tick, t sonify.Tempo) {
	if t != o.tempo && t > 0 && t < 1<<24 {
		o.tempo = t
		o.head.add(at, smf.Message{0xff, 0x51, 3, byte(t >> 16), byte(t >> 8), byte(t)})
	}
}

func (o *Output) setMeter(at sonify.Tick, m sonify.Meter) {
	if m == o.meter || m.Beats < 1 || m.Beats > 255 || m.Unit < 1 || m.Unit > 128 || m.Unit&(m.Unit-1) != 0 {
		return
	}
	o.meter = m
	o.head.add(at, smf.MetaTimeSig(uint8(m.Beats), uint8(m.Unit), 24, 8))
}

// Finish implements [sonify.Output].
func (o *Output) Finish(s *sonify.Summary) error {
	if err := o.check(); err != nil {
		return err
	}
	tracks := []*track{o.head}
	for _, v := range o.voices {
		v.silence()
		tracks = append(tracks, v.track)
	}
	for _, t := range tracks {
		t.add(max(s.Ticks, t.last), smf.EOT)
	}
	if err := o.check(); err != nil {
		return err
	}
	o.done = true
	head := []byte("MThd\x00\x00\x00\x06\x00\x01")
	head = append(head, byte(len(tracks)>>8), byte(len(tracks)), byte(sonify.PPQ>>8), byte(sonify.PPQ&0xff))
	if _, o.err = o.w.Write(head); o.err != nil {
		return o.err
	}
	for _, t := range tracks {
		if o.err = t.writeTo(o.w); o.err != nil {
			return o.err
		}
	}
	if o.file != nil {
		o.err = o.file.Finish()
	}
	return o.err
}

// Close implements [sonify.Output].
func (o *Output) Close() error {
	o.done = true
	err := o.spool.close()
	if o.file != nil {
		err = errors.Join(err, o.file.Close())
	}
	return err
}

// noteOn and the rest give the messages as bytes for [track.add].
func noteOn(ch, key, vel uint8) []byte   { return gomidi.NoteOn(ch, key, vel) }
func noteOff(ch, key uint8) []byte       { return gomidi.NoteOn(ch, key, 0) } // keeps the running status
func controller(ch, n, val uint8) []byte { return gomidi.ControlChange(ch, n, val) }
func program(ch, n uint8) []byte         { return gomidi.ProgramChange(ch, n) }
func bend(ch uint8, value int16) []byte  { return gomidi.Pitchbend(ch, value) }
