// Package heard is what a listener has who knows nothing of the data: the notes
// of a MIDI file, and no word of what stands beside them. Tests decode the data
// from it, and so prove that it can be heard.
//
// What is thrown away: every text, lyric, marker, cue, name, key signature and
// system message. What is kept besides the notes: tempo and meter, without which
// there are no seconds and no bars.
package heard

import (
	"bytes"
	"fmt"
	"slices"

	"gitlab.com/gomidi/midi/v2/smf"
)

// Note is a note as a synthesiser that plays the file is told it.
type Note struct {
	At       float64 // seconds from the beginning of the file
	Length   float64 // seconds
	Beat     float64 // where it starts, in quarter notes from the beginning
	Beats    float64 // its length in quarter notes
	Bar      int     // the bar in which it starts, from 0
	Part     int     // the track on which it stands; of our files the first voice's is 1, 0 has the tempo
	Channel  int     // 1 to 16
	Program  int     // 1 to 128; 0 on the drums' channel, 10
	Key      int     // MIDI key number
	Bend     float64 // semitones by which the channel was bent as it began
	Velocity int     // 1 to 127
	Volume   int     // of the channel (CC 7) as it began, 0 to 127
	Pan      float64 // of the channel (CC 10) as it began, -1 left to 1 right
}

// File is the notes of a file.
type File struct {
	Notes   []Note    // by At, then by part
	Bars    []float64 // where each bar begins, in seconds; the last one's end is the end of the file
	Seconds float64   // the end of its longest track
	Parts   int       // how many tracks there are
}

// maxBars bounds how many bars are counted: ten days of quarter notes at 60.
const maxBars = 1 << 20

// message is a message of a channel, or one of the time, on its place.
type message struct {
	tick  int64
	track int
	smf.Message
}

// Read reads a standard MIDI file whose times are in ticks of a quarter note.
func Read(b []byte) (*File, error) {
	// The reader below panics of times in frames of a film.
	if len(b) > 12 && string(b[:4]) == "MThd" && b[12]&0x80 != 0 {
		return nil, fmt.Errorf("heard: the file counts in frames of a film: ticks of a quarter note were expected")
	}
	s, err := smf.ReadFrom(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("heard: %w", err)
	}
	ppq, ok := s.TimeFormat.(smf.MetricTicks)
	if !ok || ppq == 0 {
		return nil, fmt.Errorf("heard: the file counts in %v: ticks of a quarter note were expected", s.TimeFormat)
	}
	var all []message
	end := int64(0)
	for part, tr := range s.Tracks {
		at := int64(0)
		for _, e := range tr {
			at += int64(e.Delta)
			end = max(end, at)
			var ch, a, c uint8
			var rel int16
			var abs uint16
			m := e.Message
			switch {
			case m.GetNoteOn(&ch, &a, &c), m.GetNoteOff(&ch, &a, &c), m.GetControlChange(&ch, &a, &c),
				m.GetProgramChange(&ch, &a), m.GetPitchBend(&ch, &rel, &abs), m.Is(smf.MetaTempoMsg), m.Is(smf.MetaTimeSigMsg):
				all = append(all, message{at, part, m})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b message) int { return int(min(max(a.tick-b.tick, -1), 1)) })
	f := &File{Parts: len(s.Tracks)}
	f.play(all, newTimeline(all, int64(ppq), end))
	return f, nil
}

// channelState is how a channel stands.
type channelState struct {
	program, volume int
	pan, bend, rng  float64
	rpn             [2]uint8
}

type struck struct {
	part, channel int
	key           uint8
}

// play carries the messages out.
func (f *File) play(all []message, line *timeline) {
	var chans [16]channelState
	for i := range chans {
		chans[i] = channelState{program: 1, volume: 100, rng: 2, rpn: [2]uint8{127, 127}}
	}
	open := map[struck][]int{}
	done := func(k struck, tick int64) {
		at := open[k]
		if len(at) == 0 {
			return
		}
		n := &f.Notes[at[0]]
		n.Length = line.seconds(tick) - n.At
		n.Beats = line.beats(tick) - n.Beat
		open[k] = at[1:]
	}
	for _, m := range all {
		var ch, key, v uint8
		var rel int16
		var abs uint16
		switch {
		case m.GetNoteStart(&ch, &key, &v):
			c := &chans[ch]
			n := Note{At: line.seconds(m.tick), Beat: line.beats(m.tick), Bar: line.bar(m.tick), Part: m.track, Channel: int(ch) + 1, Program: c.program,
				Key: int(key), Bend: c.bend * c.rng, Velocity: int(v), Volume: c.volume, Pan: c.pan}
			if ch == 9 {
				n.Program = 0
			}
			k := struck{m.track, int(ch), key}
			open[k] = append(open[k], len(f.Notes))
			f.Notes = append(f.Notes, n)
		case m.GetNoteEnd(&ch, &key):
			done(struck{m.track, int(ch), key}, m.tick)
		case m.GetProgramChange(&ch, &v):
			chans[ch].program = int(v) + 1
		case m.GetPitchBend(&ch, &rel, &abs):
			chans[ch].bend = float64(rel) / 8192
		case m.GetControlChange(&ch, &key, &v):
			chans[ch].control(key, v)
		}
	}
	for k, at := range open { // what never ends sounds to the end; each writes its own notes
		for range at {
			done(k, line.end)
		}
	}
	f.Seconds = line.seconds(line.end)
	for b := 0; b < len(line.bars); b++ {
		f.Bars = append(f.Bars, line.seconds(line.bars[b]))
	}
}

func (c *channelState) control(number, v uint8) {
	switch number {
	case 7:
		c.volume = int(v)
	case 10:
		c.pan = max(-1, float64(int(v)-64)/63)
	case 100:
		c.rpn[0] = v
	case 101:
		c.rpn[1] = v
	case 6:
		if c.rpn == [2]uint8{} {
			c.rng = float64(v)
		}
	}
}
