package sonify

import (
	"fmt"
	"strconv"
	"strings"
)

// Pitch is a MIDI key number in 16.16 fixed point: 60<<16 is middle C, written
// C4; 69<<16 is A4, 440 Hz; one cent is 655.36. Integers, so that a tuning is
// the same on every machine; a step is 0.0015 cent.
type Pitch int32

// Semitone is the distance of two neighbouring keys.
const Semitone Pitch = 1 << 16

// Key returns the pitch of MIDI key k.
func Key(k int) Pitch { return Pitch(k) << 16 }

// Key returns the nearest MIDI key.
func (p Pitch) Key() int { return int((p + Semitone/2) >> 16) }

// Cents returns p in hundredths of a semitone; A4 is 6900.
func (p Pitch) Cents() float64 { return float64(p) * 100 / 65536 }

// Semitones returns p in semitones; A4 is 69.
func (p Pitch) Semitones() float64 { return float64(p) / 65536 }

var keyNames = [12]string{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"}

// String writes p as a note name with its octave, with the difference to the
// tempered key in cents where there is one: "A4", "E4-14c".
func (p Pitch) String() string {
	k := p.Key()
	s := keyNames[((k%12)+12)%12] + strconv.Itoa(floorDiv(k, 12)-1)
	if d := p - Key(k); d != 0 {
		c := float64(d) * 100 / 65536
		s += fmt.Sprintf("%+.3gc", c)
	}
	return s
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// ParsePitchClass reads a note name without an octave ("C", "f#", "Bb", "E♭")
// and returns its distance from C in semitones, 0 to 11.
func ParsePitchClass(s string) (int, error) {
	pc, rest, ok := pitchClass(s)
	if !ok || rest != "" {
		return 0, fmt.Errorf("%q is no note name: write a letter from A to G with # or b if need be, such as C, F# or Bb", s)
	}
	return pc, nil
}

func pitchClass(s string) (pc int, rest string, ok bool) {
	if s == "" {
		return 0, s, false
	}
	i := strings.IndexByte("C D EF G A B", strings.ToUpper(s[:1])[0])
	if i < 0 || s[0] == ' ' {
		return 0, s, false
	}
	s = s[1:]
	for s != "" {
		switch {
		case s[0] == '#':
			i, s = i+1, s[1:]
		case strings.HasPrefix(s, "♯"):
			i, s = i+1, s[len("♯"):]
		case s[0] == 'b':
			i, s = i-1, s[1:]
		case strings.HasPrefix(s, "♭"):
			i, s = i-1, s[len("♭"):]
		default:
			return (i%12 + 12) % 12, s, true
		}
	}
	return (i%12 + 12) % 12, s, true
}

// ParsePitch reads a note name with its octave ("A4", "c#3", "Bb-1") or a MIDI
// key number ("60", "60.5"). C4 is 60.
func ParsePitch(s string) (Pitch, error) {
	s = strings.TrimSpace(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if !(f >= 0 && f <= 127) {
			return 0, fmt.Errorf("%s is outside the MIDI keys 0 to 127", s)
		}
		return Pitch(f*65536 + 0.5), nil
	}
	bad := fmt.Errorf("%q is no pitch: write a note name with its octave such as A4, C#3 or Bb2 (C4 is middle C), or a MIDI key number", s)
	_, rest, ok := pitchClass(s)
	if !ok {
		return 0, bad
	}
	oct, err := strconv.Atoi(rest)
	if err != nil || oct < -1 || oct > 9 {
		return 0, bad
	}
	// B#3 is C4 and Cb4 is B3: count the accidentals over the octave's border.
	letter := strings.IndexByte("C D EF G A B", strings.ToUpper(s[:1])[0])
	k := 12*(oct+1) + letter
	for _, r := range s[1 : len(s)-len(rest)] {
		switch r {
		case '#', '♯':
			k++
		case 'b', '♭':
			k--
		}
	}
	if k < 0 || k > 127 {
		return 0, fmt.Errorf("%s is outside the MIDI keys 0 to 127 (C-1 to G9)", s)
	}
	return Key(k), nil
}
