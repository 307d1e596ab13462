package figures

import (
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// tick60 is how long a step of a macro lasts: macros run at 60 Hz.
const tick60 = sonify.SampleRate / 60

// sounding is a note with the time at which it is heard no more: when its
// volume has come to nothing, or another note took its place in the voice.
type sounding struct {
	*sonify.Note
	voice *sonify.Voice
	end   sonify.Frame
	cut   bool // end is where another note took its place
}

// soundings returns the notes of a take in their order.
func soundings(t *take.Take) []sounding {
	out := make([]sounding, len(t.Notes))
	active := make([][]int, len(t.Header.Voices))
	for i := range t.Notes {
		n := &t.Notes[i]
		s := sounding{Note: n, voice: &t.Header.Voices[n.Voice]}
		s.end = n.Frame + audible(&s.voice.Instrument.Volume, n.Frames)
		out[i] = s
		// What has ended makes room; if there is none, the oldest goes.
		a := active[n.Voice][:0]
		for _, k := range active[n.Voice] {
			if out[k].end > n.Frame {
				a = append(a, k)
			}
		}
		for len(a) >= max(1, s.voice.Polyphony) {
			out[a[0]].end, out[a[0]].cut = n.Frame, true
			a = a[:copy(a, a[1:])]
		}
		active[n.Voice] = append(a, i)
	}
	return out
}

// audible returns how long a note of so many frames is heard, by its volume
// macro.
func audible(m *sonify.Macro, frames sonify.Frame) sonify.Frame {
	for k := len(m.Release) - 1; k >= 0; k-- {
		if m.Release[k] > 0 {
			return frames + sonify.Frame(k+1)*tick60
		}
	}
	if len(m.Values) == 0 {
		return frames
	}
	end := frames
	if m.Loop < 0 && m.Values[len(m.Values)-1] == 0 {
		k := len(m.Values)
		for k > 0 && m.Values[k-1] == 0 {
			k--
		}
		end = min(end, sonify.Frame(k)*tick60)
	}
	return end
}

// volumeAt returns what the volume macro says when a note of so many frames is
// age frames old, as a part of its greatest, 15.
func volumeAt(m *sonify.Macro, frames, age sonify.Frame) float64 {
	if age < 0 {
		return 0
	}
	if age >= frames {
		k := int((age - frames) / tick60)
		if k >= len(m.Release) {
			return 0
		}
		return float64(m.Release[k]) / 15
	}
	if len(m.Values) == 0 {
		return 1
	}
	k := int(age / tick60)
	if k >= len(m.Values) {
		if m.Loop < 0 || m.Loop >= len(m.Values) {
			k = len(m.Values) - 1
		} else {
			k = m.Loop + (k-m.Loop)%(len(m.Values)-m.Loop)
		}
	}
	return float64(m.Values[k]) / 15
}

// volumes follows the volume controls of the voices through a take.
type volumes struct {
	controls []sonify.Control
	now      []float64
}

func newVolumes(t *take.Take) *volumes {
	v := &volumes{controls: t.Controls, now: make([]float64, len(t.Header.Voices))}
	for i := range v.now {
		v.now[i] = 1
	}
	return v
}

// to carries out the controls up to frame f, which never goes back.
func (v *volumes) to(f sonify.Frame) {
	for len(v.controls) > 0 && v.controls[0].Frame <= f {
		if c := &v.controls[0]; c.Param == sonify.ParamVolume {
			v.now[c.Voice] = float64(c.Value) / 1000
		}
		v.controls = v.controls[1:]
	}
}

// instant is how long the beginning of a note is: what the ear takes as one
// moment. A pluck has its loudest step in it.
const instant = 3 * tick60

// level is the greatest that s is played with in the instant from frame f on:
// velocity times gain times volume macro times volume control.
func (s *sounding) level(f sonify.Frame, v *volumes) float64 {
	top := 0.0
	for at := f; at < f+instant; at += tick60 {
		if at >= s.end {
			break
		}
		top = max(top, volumeAt(&s.voice.Instrument.Volume, s.Frames, at-s.Frame))
	}
	return top * float64(s.Velocity) / 127 * float64(s.voice.Gain) / 1000 * v.now[s.Note.Voice]
}
