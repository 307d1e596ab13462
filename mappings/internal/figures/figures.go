// Package figures counts what can be counted of music: whether it keeps its key,
// whether its tune comes back, whether it is ever too thick or silent for too
// long, whether what stands for the data can be heard, and how loud it is. Good
// figures make no good music; bad ones find the bad.
package figures

import (
	"fmt"
	"math"
	"strings"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/score"
)

// Figures are what [Of] counts.
type Figures struct {
	Seconds float64 // how long the take is
	Notes   int
	Pitched int // notes of voices whose pitch is one

	// InKey is the share of the pitched notes whose pitch, give or take 5 cents, is
	// in the scale of the key that was marked last before them. 1 if there is none.
	InKey float64

	// Recurs is the share of the melodic 4-grams that occur more than once in the
	// take, in whichever voice. A melody is what one voice plays of themes, of
	// notes at one tick the highest. A 4-gram is four steps in a row from note
	// to note, each the interval in semitones and the time in ticks; a step
	// longer than two bars parts melodies. NaN if nothing plays themes (or less
	// than eight 4-grams of them), for then there is no melody but the data.
	Recurs float64
	Grams  int // how many 4-grams there are

	// Entropy is that of the pitch classes of the pitched notes, each note counted
	// once, in bits: 0 one note for ever, 2.81 a scale of seven evenly used, 3.58
	// all twelve.
	Entropy float64

	// Onsets is the number of moments (frames) in a second at which at least one
	// note of any voice begins.
	Onsets float64

	// Silence is the longest time in seconds in which nothing sounds, from the
	// first frame to the last, and SilentAt where it begins. A note sounds as long
	// as its volume macro, its release included, is above 0 and no other note has
	// taken its place in its voice. Echoes do not count.
	Silence, SilentAt float64

	// Data counts the notes that stand for a datum: the first of what a rule makes
	// of an event, on a pitched voice. Masked are those of them for which, as
	// they begin, another pitched note sounds within seven semitones that is played
	// louder: velocity times the voice's gain times its volume macro times its
	// volume control, the greatest within 50 ms from the data note's beginning on.
	// Noise and drums are no pitched notes: they mask a pitch badly, and they are
	// short. Equally loud notes do not mask, nor do notes of the same event. Of two
	// notes of the data only one can be the louder; both are heard as a chord unless
	// it is more than twice as loud (6 dB): only then it masks. A note of the data
	// is masked too if another takes its place in its voice within 50 ms.
	Data, Masked int
	Masks        []string // what masked what, the first few

	// Events counts the events that arrived, Sounded those of them that made a
	// note. Lost counts the notes and events that were wanted and had no room.
	Events, Sounded int
	Lost            uint64

	// Loudness is zero if the sound was not rendered.
	Loudness pcm.Loudness
	Loud     bool // it was rendered
}

// Of counts the figures of a take.
func Of(t *take.Take) Figures {
	f := Figures{Notes: len(t.Notes), Recurs: math.NaN(), InKey: 1}
	if t.Summary != nil {
		f.Seconds = t.Summary.Frames.Duration().Seconds()
		for _, n := range t.Summary.Lost {
			f.Lost += n
		}
	}
	for _, m := range t.Marks {
		if m.Kind == sonify.MarkEvent {
			f.Events++
			if m.Heard.Notes > 0 {
				f.Sounded++
			}
		}
	}
	f.pitches(t)
	f.onsets(t)
	f.recurrence(t)
	s := soundings(t)
	f.silence(t, s)
	f.masking(t, s)
	if t.Meter != nil {
		f.Loudness, f.Loud = t.Meter.Loudness(), true
	}
	return f
}

// pitches counts the key and the entropy.
func (f *Figures) pitches(t *take.Take) {
	var classes [12]int
	in := 0
	var key score.Key
	known := false
	marks := t.Marks
	for i := range t.Notes {
		n := &t.Notes[i]
		for len(marks) > 0 && marks[0].Frame <= n.Frame {
			if marks[0].Kind == sonify.MarkKey {
				key, known = keyOf(marks[0].Name)
			}
			marks = marks[1:]
		}
		if !t.Header.Voices[n.Voice].Pitched {
			continue
		}
		f.Pitched++
		classes[((n.Pitch.Key()%12)+12)%12]++
		if known && key.Has(n.Pitch) {
			in++
		}
	}
	if f.Pitched == 0 {
		return
	}
	f.InKey = float64(in) / float64(f.Pitched)
	for _, c := range classes {
		if c > 0 {
			p := float64(c) / float64(f.Pitched)
			f.Entropy -= p * math.Log2(p)
		}
	}
}

// keyOf reads the key that a mark names, also one whose scale is a list of notes.
func keyOf(name string) (score.Key, bool) {
	if k, err := score.ParseKey(name); err == nil {
		return k, true
	}
	fields := strings.Fields(name)
	for _, notes := range [][]string{fields, fields[min(1, len(fields)):]} {
		if k, err := score.KeyOf(notes); err == nil {
			return k, true
		}
	}
	return score.Key{}, false
}

func (f *Figures) onsets(t *take.Take) {
	moments := 0
	for i := range t.Notes {
		if i == 0 || t.Notes[i].Frame != t.Notes[i-1].Frame {
			moments++
		}
	}
	if f.Seconds > 0 {
		f.Onsets = float64(moments) / f.Seconds
	}
}

func (f *Figures) silence(t *take.Take, notes []sounding) {
	var until sonify.Frame
	quiet := func(from, to sonify.Frame) {
		if d := (to - from).Duration().Seconds(); d > f.Silence {
			f.Silence, f.SilentAt = d, from.Duration().Seconds()
		}
	}
	for i := range notes {
		quiet(until, notes[i].Frame)
		until = max(until, notes[i].end)
	}
	if t.Summary != nil {
		quiet(until, t.Summary.Frames)
	}
}

// near is how close in pitch a note must lie to mask another: a fifth.
const near = 7 * sonify.Semitone

// maskLimit is how many maskings are told.
const maskLimit = 8

func (f *Figures) masking(t *take.Take, notes []sounding) {
	v := newVolumes(t)
	var active []*sounding
	next := 0
	for i := range notes {
		d := &notes[i]
		if !isData(t, d.Note) {
			continue
		}
		f.Data++
		v.to(d.Frame)
		// What sounds now: begun before or at this frame, not ended.
		keep := active[:0]
		for _, a := range active {
			if a.end > d.Frame {
				keep = append(keep, a)
			}
		}
		active = keep
		for ; next < len(notes) && notes[next].Frame <= d.Frame; next++ {
			if n := &notes[next]; n.voice.Pitched && n.end > d.Frame {
				active = append(active, n)
			}
		}
		own := d.level(d.Frame, v)
		if d.cut && d.end < d.Frame+instant {
			f.mask("%.2f s: %s (%s %v) is cut off by another note of its voice", d.Frame.Duration().Seconds(), t.Header.Makers[d.Cause.By].Name, d.voice.Name, d.Pitch)
			continue
		}
		for _, a := range active {
			if a.Note == d.Note || a.end <= d.Frame || a.Cause.Event == d.Cause.Event && a.Cause.Event != 0 {
				continue
			}
			if gap := a.Pitch - d.Pitch; gap > near || gap < -near {
				continue
			}
			bound := own * 1.0001 // but for rounding
			if isData(t, a.Note) {
				bound = 2 * own
			}
			if level := a.level(d.Frame, v); level > bound {
				f.mask("%.2f s: %s (%s %v, level %.2f) by %s (%s %v, level %.2f)", d.Frame.Duration().Seconds(),
					t.Header.Makers[d.Cause.By].Name, d.voice.Name, d.Pitch, own, t.Header.Makers[a.Cause.By].Name, a.voice.Name, a.Pitch, level)
				break
			}
		}
	}
}

// mask counts a masked note.
func (f *Figures) mask(format string, args ...any) {
	f.Masked++
	if len(f.Masks) < maskLimit {
		f.Masks = append(f.Masks, fmt.Sprintf(format, args...))
	}
}

// isData reports whether n stands for a datum.
func isData(t *take.Take, n *sonify.Note) bool {
	return n.Cause.Event > 0 && n.Cause.Step == 0 && t.Header.Makers[n.Cause.By].Kind == sonify.MakerRule && t.Header.Voices[n.Voice].Pitched
}
