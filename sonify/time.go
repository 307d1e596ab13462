package sonify

import (
	"fmt"
	"sort"
	"time"
)

// Tick is a position or a length in musical time: [PPQ] ticks are one quarter
// note, whatever the tempo.
type Tick int64

// PPQ is the number of ticks in a quarter note: 960 = 2⁶·3·5, so triplets and
// quintuplets are exact. It is also the division of the MIDI files we write.
const PPQ Tick = 960

// Frame is a position or a length in sound: one stereo sample at [SampleRate].
// Frame 0 is the first sample of the performance.
type Frame int64

// SampleRate is the number of frames in a second. The engine has one rate;
// whoever needs another resamples behind it.
const SampleRate Frame = 48000

// Duration returns how long f frames last, rounded down to a nanosecond.
func (f Frame) Duration() time.Duration {
	s, r := f/SampleRate, f%SampleRate
	return time.Duration(s)*time.Second + time.Duration(r)*time.Second/time.Duration(SampleRate)
}

// Frames returns the number of whole frames in d, rounded down (towards minus
// infinity).
func Frames(d time.Duration) Frame {
	s, r := d/time.Second, d%time.Second
	if r < 0 {
		s, r = s-1, r+time.Second
	}
	return Frame(s)*SampleRate + Frame(r)*SampleRate/Frame(time.Second)
}

// Span is a half-open stretch of musical time: [Begin, End).
type Span struct{ Begin, End Tick }

// Contains reports whether t lies in s.
func (s Span) Contains(t Tick) bool { return s.Begin <= t && t < s.End }

// Tempo is the length of a quarter note in microseconds, the unit of a MIDI
// file, so that a tempo means the same frames in the sound and in the file.
type Tempo int32

// The tempos a performance may take, in quarter notes a minute. A MIDI file can
// hold no tempo below 3.58.
const (
	MinBPM = 10
	MaxBPM = 400
)

// BPM returns the tempo of bpm quarter notes a minute, clamped to
// [MinBPM, MaxBPM].
func BPM(bpm float64) Tempo {
	if !(bpm >= MinBPM) { // also NaN
		bpm = MinBPM
	}
	if bpm > MaxBPM {
		bpm = MaxBPM
	}
	return Tempo(60e6/bpm + 0.5)
}

// BPM returns t in quarter notes a minute.
func (t Tempo) BPM() float64 { return 60e6 / float64(t) }

func (t Tempo) String() string { return fmt.Sprintf("%.4g bpm", t.BPM()) }

// subframes is how many parts a frame is cut into for exact tempo sums: a tick
// at tempo t lasts t·48000/(960·10⁶) frames = t/20000.
const subframes = 20000

// TempoChange is one entry of a [TempoMap].
type TempoChange struct {
	Tick  Tick
	Frame Frame // where Tick sounds, rounded down
	Tempo Tempo
}

type tempoPoint struct {
	tick  Tick
	sub   int64 // position of tick in subframes; 2⁶³ of them last 304 years
	tempo Tempo
}

// TempoMap converts between ticks and frames, exactly and in integers. It
// starts with one tempo at tick 0. Tempos are added in order of time. The
// methods that ask may be called from several goroutines as long as none adds.
type TempoMap struct{ points []tempoPoint }

// NewTempoMap returns a map with tempo t from tick 0 on.
func NewTempoMap(t Tempo) *TempoMap { return &TempoMap{points: []tempoPoint{{tempo: t}}} }

// NewTempoMapAt returns a map that goes on where another one stopped: with tempo
// t from tick at on, which sounds at exact (see [TempoMap.Exact]).
func NewTempoMapAt(at Tick, exact int64, t Tempo) *TempoMap {
	return &TempoMap{points: []tempoPoint{{tick: at, sub: exact, tempo: t}}}
}

// Exact returns where tick t sounds in parts of a frame, of which there are
// 20000: [TempoMap.Frame] without its rounding.
func (m *TempoMap) Exact(t Tick) int64 {
	p := m.points[m.before(t)]
	return p.sub + int64(t-p.tick)*int64(p.tempo)
}

// Set makes t the tempo from tick at on. Tempos set before at stay, so at must
// not lie before the last change; a second change at the same tick replaces
// the first.
func (m *TempoMap) Set(at Tick, t Tempo) TempoChange {
	last := &m.points[len(m.points)-1]
	if at <= last.tick {
		last.tempo = t
		return TempoChange{Tick: last.tick, Frame: Frame(last.sub / subframes), Tempo: t}
	}
	p := tempoPoint{tick: at, sub: last.sub + int64(at-last.tick)*int64(last.tempo), tempo: t}
	m.points = append(m.points, p)
	return TempoChange{Tick: at, Frame: Frame(p.sub / subframes), Tempo: t}
}

// Forget drops the changes that no tick at or after t needs, so that a map that
// follows the data for months does not grow.
func (m *TempoMap) Forget(t Tick) {
	i := m.before(t)
	if i > 0 {
		m.points = append(m.points[:0], m.points[i:]...)
	}
}

func (m *TempoMap) before(t Tick) int {
	n := len(m.points)
	if m.points[n-1].tick <= t { // the usual question is about now
		return n - 1
	}
	return max(0, sort.Search(n, func(i int) bool { return m.points[i].tick > t })-1)
}

// At returns the tempo in force at tick t.
func (m *TempoMap) At(t Tick) Tempo { return m.points[m.before(t)].tempo }

// Frame returns the frame on which tick t sounds, rounded down.
func (m *TempoMap) Frame(t Tick) Frame {
	return Frame(m.Exact(t) / subframes)
}

// Tick returns the first tick that sounds at or after frame f.
func (m *TempoMap) Tick(f Frame) Tick {
	n := len(m.points)
	i := n - 1
	if Frame(m.points[i].sub/subframes) > f {
		i = max(0, sort.Search(n, func(i int) bool { return Frame(m.points[i].sub/subframes) > f })-1)
	}
	p := m.points[i]
	// The smallest k with (sub + k·tempo)/subframes >= f is the smallest k with
	// sub + k·tempo >= f·subframes.
	need := int64(f)*subframes - p.sub
	if need <= 0 {
		return p.tick
	}
	return p.tick + Tick((need+int64(p.tempo)-1)/int64(p.tempo))
}

// Meter is a time signature, such as 4/4.
type Meter struct {
	Beats int // beats in a bar, 1 to 32
	Unit  int // the beat's part of a whole note: 1, 2, 4, 8, 16 or 32
}

// Bar returns the length of one bar.
func (m Meter) Bar() Tick { return Tick(m.Beats) * m.Beat() }

// Beat returns the length of one beat.
func (m Meter) Beat() Tick { return 4 * PPQ / Tick(m.Unit) }

func (m Meter) String() string { return fmt.Sprintf("%d/%d", m.Beats, m.Unit) }
