package midi

import (
	"math"

	"gitlab.com/gomidi/midi/v2/smf"

	"proscenium/sonify"
)

// channel is a MIDI channel, which several voices may share.
type channel struct {
	n      uint8 // 0 to 15
	voices int
	pan    int // last sent, -1 unknown
}

// drumChannel is General MIDI's channel 10, counted from 0.
const drumChannel = 9

// assign gives every voice its channel: the one it asks for; otherwise 10 if it
// is unpitched, and the next that nobody has if it is pitched. Past fifteen they
// are shared.
func assign(voices []sonify.Voice) []*channel {
	var all [16]channel
	for i := range all {
		all[i] = channel{n: uint8(i), pan: -1}
	}
	out := make([]*channel, len(voices))
	for i, v := range voices {
		if v.MIDIChannel >= 1 && v.MIDIChannel <= 16 {
			out[i] = &all[v.MIDIChannel-1]
			out[i].voices++
		} else if !v.Pitched || v.MIDIDrum > 0 {
			out[i] = &all[drumChannel]
			out[i].voices++
		}
	}
	for i := range voices {
		if out[i] != nil {
			continue
		}
		for c := range all {
			if c != drumChannel && (out[i] == nil || all[c].voices < out[i].voices) {
				out[i] = &all[c]
			}
		}
		out[i].voices++
	}
	return out
}

// voice is a track with notes.
type voice struct {
	*track
	info     *sonify.Voice
	ch       *channel
	sounding []sound
	own      bool // may bend single notes

	volume  int32   // thousandths
	pan     int32   // by control, added to the notes' own
	notePan int     // of the last note
	bending int32   // bend by control, in cents
	detune  float64 // of the last note from its key, in cents
	rng     int     // range of the pitch bend, in semitones
	bent    int16   // last sent
}

type sound struct {
	key uint8
	end sonify.Tick
}

func newVoice(info *sonify.Voice, ch *channel, t *track) *voice {
	return &voice{track: t, info: info, ch: ch, notePan: int(info.Pan), volume: 1000, rng: 2,
		own: info.Pitched && info.Polyphony <= 1 && ch.voices == 1 && ch.n != drumChannel}
}

// General MIDI numbers of controllers.
const (
	ccModulation = 1
	ccDataMSB    = 6
	ccVolume     = 7
	ccPan        = 10
	ccDataLSB    = 38
	ccVariation  = 70
	ccReverb     = 91
	ccRPNLSB     = 100
	ccRPNMSB     = 101
	ccBankMSB    = 0
	ccBankLSB    = 32
)

// begin writes what stands before the notes.
func (v *voice) begin() {
	v.add(0, smf.MetaTrackSequenceName(ascii(v.info.Name, "voice")))
	if v.info.Instrument.Wave != "" {
		v.add(0, smf.MetaInstrument(ascii(string(v.info.Instrument.Wave), "wave")))
	}
	if v.ch.n != drumChannel {
		prog := v.info.MIDIProgram
		if prog < 1 || prog > 128 {
			prog = programs[v.info.Instrument.Wave]
		}
		v.cc(0, ccBankMSB, 0)
		v.cc(0, ccBankLSB, 0)
		v.add(0, program(v.ch.n, uint8(max(prog, 1)-1)))
		v.setRange(0, v.rng)
	}
	v.setVolume(0)
	v.setPan(0, int(v.info.Pan))
	if e := v.info.Instrument.EchoLevel; e > 0 {
		v.cc(0, ccReverb, scale(e, 1000))
	}
}

// programs are General MIDI's nearest to the waves, from 1.
var programs = map[sonify.Wave]int{
	sonify.Pulse:    81, // Lead 1 (square)
	sonify.Triangle: 39, // Synth Bass 1
	sonify.Table:    82, // Lead 2 (sawtooth)
	sonify.Sample:   1,
	sonify.Noise:    123, // Seashore
}

func (v *voice) cc(at sonify.Tick, n, val uint8) { v.add(at, controller(v.ch.n, n, val)) }

// scale maps 0 to top onto 0 to 127, rounded, and clamps.
func scale(x, top int) uint8 { return uint8(min(max((x*127+top/2)/top, 0), 127)) }

// setRange sets how far the pitch bend goes, by RPN 0, and closes the RPN so
// that no later data entry hits it.
func (v *voice) setRange(at sonify.Tick, semitones int) {
	v.rng = semitones
	for _, c := range [][2]uint8{{ccRPNMSB, 0}, {ccRPNLSB, 0}, {ccDataMSB, uint8(semitones)}, {ccDataLSB, 0}, {ccRPNMSB, 127}, {ccRPNLSB, 127}} {
		v.cc(at, c[0], c[1])
	}
}

// setVolume sends the voice's gain times the control. General MIDI's volume is
// a square law, and 100 is its default; a gain of 1 is that.
func (v *voice) setVolume(at sonify.Tick) {
	gain := float64(max(v.info.Gain, 0)) * float64(v.volume) / 1e6
	if v.info.Aside {
		gain = 0
	}
	v.cc(at, ccVolume, uint8(min(float64(math.Sqrt(gain)*100)+0.5, 127))) // Sqrt is exact everywhere
}

func (v *voice) setPan(at sonify.Tick, pan int) {
	pan = min(max(pan, -100), 100)
	val := 64 + pan*64/100
	if pan > 0 {
		val = 64 + (pan*63+50)/100
	}
	if val != v.ch.pan {
		v.ch.pan = val
		v.cc(at, ccPan, uint8(val))
	}
}

// setBend sends the sum of what the control and the last note ask for.
func (v *voice) setBend(at sonify.Tick) {
	if v.ch.n == drumChannel {
		return
	}
	cents := float64(v.bending) + v.detune
	if math.Abs(cents) > float64(v.rng*100) {
		v.setRange(at, 24)
		v.bent = math.MinInt16 // say it again in the new range
	}
	val := int16(min(max(math.Floor(cents*8192/float64(v.rng*100)+0.5), -8192), 8191))
	if val != v.bent {
		v.bent = val
		v.add(at, bend(v.ch.n, val))
	}
}

func (v *voice) control(c *sonify.Control) {
	at := max(c.Tick, v.last)
	v.release(at)
	switch c.Param {
	case sonify.ParamVolume:
		v.volume = min(max(c.Value, 0), 1000)
		v.setVolume(at)
	case sonify.ParamPan:
		v.setPan(at, v.notePan+int(c.Value))
		v.pan = c.Value
	case sonify.ParamBend:
		v.bending = min(max(c.Value, -2400), 2400)
		v.setBend(at)
	case sonify.ParamVibrato:
		v.cc(at, ccModulation, scale(int(max(c.Value, 0)), 200))
	case sonify.ParamDuty:
		val := uint8(64) // the instrument's own
		if c.Value >= 0 {
			val = scale(int(c.Value), 3)
		}
		v.cc(at, ccVariation, val)
	case sonify.ParamEcho:
		level := int(c.Value)
		if level < 0 {
			level = v.info.Instrument.EchoLevel
		}
		v.cc(at, ccReverb, scale(level, 1000))
	}
}

// note writes the start of a note and remembers its end.
func (v *voice) note(n *sonify.Note, says string) {
	v.release(n.Tick)
	k := n.Pitch.Key()
	if v.info.MIDIDrum > 0 {
		k = v.info.MIDIDrum
	}
	key := uint8(min(max(k, 0), 127))
	for i, s := range v.sounding {
		if s.key == key {
			v.add(n.Tick, noteOff(v.ch.n, key))
			v.sounding = append(v.sounding[:i], v.sounding[i+1:]...)
			break
		}
	}
	v.notePan = int(n.Pan)
	v.setPan(n.Tick, v.notePan+int(v.pan))
	if v.own {
		v.detune = (n.Pitch - sonify.Key(k)).Cents()
		v.setBend(n.Tick)
	}
	if says != "" {
		v.add(n.Tick, smf.MetaText(says))
	}
	v.add(n.Tick, noteOn(v.ch.n, key, uint8(min(max(n.Velocity, 1), 127))))
	v.sounding = append(v.sounding, sound{key, n.Tick + max(n.Length, 1)})
}

// release ends the notes that end at or before tick at. At most 128 sound.
func (v *voice) release(at sonify.Tick) {
	for {
		first := -1
		for i, s := range v.sounding {
			if s.end <= at && (first < 0 || s.end < v.sounding[first].end) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		s := v.sounding[first]
		v.sounding = append(v.sounding[:first], v.sounding[first+1:]...)
		v.add(s.end, noteOff(v.ch.n, s.key))
	}
}

// silence ends all notes at their own time.
func (v *voice) silence() { v.release(math.MaxInt64) }
