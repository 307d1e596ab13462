package midi

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gitlab.com/gomidi/midi/v2/smf"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
)

func installed(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return p
}

func TestOutput_Contract(t *testing.T) {
	sonifytest.TestOutput(t, func(*testing.T) sonify.Output { return NewWriter(io.Discard) })
	sonifytest.TestFile(t, "a.mid", func(p string) (sonify.Output, error) { return Create(p) })
}

// both plays p to a MIDI file and to a recorder.
func both(t *testing.T, p sonifytest.Performance) ([]byte, *sonifytest.Recorder) {
	t.Helper()
	var b bytes.Buffer
	o := NewWriter(&b)
	defer o.Close()
	if _, err := p.Play(o); err != nil {
		t.Fatal(err)
	}
	r := new(sonifytest.Recorder)
	if _, err := p.Play(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

// play is one note as a MIDI file tells it.
type play struct {
	tick, length sonify.Tick
	key, vel     uint8
}

// expected are the notes of voice v, cut where the same key is struck again.
func expected(r *sonifytest.Recorder, v int) (out []play) {
	open := map[uint8]int{}
	for _, n := range r.Notes {
		if n.Voice != v {
			continue
		}
		k := uint8(n.Pitch.Key())
		if i, again := open[k]; again && out[i].tick+out[i].length > n.Tick {
			out[i].length = n.Tick - out[i].tick
		}
		open[k] = len(out)
		out = append(out, play{n.Tick, n.Length, k, uint8(n.Velocity)})
	}
	return out
}

// readSMF reads a file with gomidi. It panics on some files, so that is an error.
func readSMF(t *testing.T, b []byte) (s *smf.SMF) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("gomidi panics: %v", p)
		}
	}()
	s, err := smf.ReadFrom(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// notes returns the notes of a track; a note that never ends fails the test.
func notes(t *testing.T, tr smf.Track) (out []play) {
	t.Helper()
	open := map[uint8]int{}
	var at sonify.Tick
	for _, e := range tr {
		at += sonify.Tick(e.Delta)
		var ch, key, vel uint8
		switch {
		case e.Message.GetNoteStart(&ch, &key, &vel):
			if _, twice := open[key]; twice {
				t.Fatalf("key %d is struck at %d while it sounds", key, at)
			}
			open[key] = len(out)
			out = append(out, play{at, 0, key, vel})
		case e.Message.GetNoteEnd(&ch, &key):
			i, on := open[key]
			if !on {
				t.Fatalf("key %d ends at %d and does not sound", key, at)
			}
			out[i].length = at - out[i].tick
			delete(open, key)
		}
	}
	if len(open) > 0 {
		t.Fatalf("keys %v never end", open)
	}
	return out
}

func TestOutput_ReadBackGivesTheScore(t *testing.T) {
	for _, p := range []sonifytest.Performance{{Bars: 300, Voice: 4, Gap: 12}, {Bars: 16, Voice: 12, Seed: 7}, {Bars: 30, Plain: true}} {
		b, want := both(t, p)
		s := readSMF(t, b)
		if f, ok := s.TimeFormat.(smf.MetricTicks); !ok || f.Resolution() != 960 || int(s.NumTracks()) != len(want.Header.Voices)+1 {
			t.Fatalf("format %v, %d tracks", s.TimeFormat, s.NumTracks())
		}
		for v := range want.Header.Voices {
			got, want := notes(t, s.Tracks[v+1]), expected(want, v)
			if !reflect.DeepEqual(got, want) {
				for i := range want {
					if i >= len(got) || got[i] != want[i] {
						t.Fatalf("voice %d, note %d of %d/%d: %+v, want %+v", v, i, len(got), len(want), got[i], want[i])
					}
				}
			}
		}
		// Every track ends with the performance.
		for i, tr := range s.Tracks {
			var at sonify.Tick
			for _, e := range tr {
				at += sonify.Tick(e.Delta)
			}
			if at != want.Summary.Ticks {
				t.Errorf("track %d ends at %d, want %d", i, at, want.Summary.Ticks)
			}
		}
	}
}

func TestOutput_FirstTrackIsTheMap(t *testing.T) {
	b, want := both(t, sonifytest.Performance{Bars: 100})
	s := readSMF(t, b)
	type at struct {
		tick sonify.Tick
		what string
	}
	var got, wanted []at
	cues, lyrics := 0, 0
	var tick sonify.Tick
	for _, e := range s.Tracks[0] {
		tick += sonify.Tick(e.Delta)
		var num, denom, a, c uint8
		var text string
		m := e.Message
		switch {
		case m.Is(smf.MetaTempoMsg):
			d := m[len(m)-3:]
			got = append(got, at{tick, fmt.Sprint("tempo ", int(d[0])<<16|int(d[1])<<8|int(d[2]))})
		case m.GetMetaTimeSig(&num, &denom, &a, &c):
			got = append(got, at{tick, fmt.Sprintf("meter %d/%d %d %d", num, denom, a, c)})
		case m.GetMetaMarker(&text):
			got = append(got, at{tick, "marker " + text})
		case m.GetMetaCuepoint(&text):
			cues++
		case m.GetMetaLyric(&text):
			lyrics++
			if strings.Contains(text, "Åse") || strings.Contains(text, "—") {
				t.Errorf("lyric %q is not plain", text)
			}
		}
	}
	wanted = append(wanted, at{0, fmt.Sprint("tempo ", int(want.Header.Tempo))}, at{0, "meter 4/4 24 8"})
	captions := 0
	tempo := want.Header.Tempo
	for _, m := range want.Marks {
		switch m.Kind {
		case sonify.MarkTempo:
			if m.Tempo != tempo {
				wanted = append(wanted, at{m.Tick, fmt.Sprint("tempo ", int(m.Tempo))})
			}
			tempo = m.Tempo
		case sonify.MarkMeter:
			if m.Tick > 0 {
				wanted = append(wanted, at{m.Tick, "meter " + m.Name + " 24 8"})
			}
		case sonify.MarkSection:
			wanted = append(wanted, at{m.Tick, "marker " + m.Name})
		case sonify.MarkCaption:
			captions++
		}
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("got  %v\nwant %v", got, wanted)
	}
	if cues != captions || lyrics != captions || captions == 0 {
		t.Errorf("%d cues and %d lyrics for %d captions", cues, lyrics, captions)
	}
}

func TestOutput_DataNotesSayTheirCause(t *testing.T) {
	b, want := both(t, sonifytest.Performance{Bars: 60})
	s := readSMF(t, b)
	data := 0
	for _, n := range want.Notes {
		if n.Cause.Event > 0 && n.Cause.Step == 0 {
			data++
		}
	}
	texts, ace := 0, false
	for _, tr := range s.Tracks[1:] {
		var text string
		for i, e := range tr {
			if !e.Message.GetMetaText(&text) {
				continue
			}
			texts++
			ace = ace || strings.Contains(text, " tennis.point rule ace: speed_kmh=") && strings.Contains(text, " -> ")
			var ch, key, vel uint8
			if !tr[i+1].Message.GetNoteStart(&ch, &key, &vel) || tr[i+1].Delta != 0 {
				t.Fatalf("text %q is not followed by its note", text)
			}
		}
	}
	if texts != data || !ace {
		t.Errorf("%d texts for %d data notes, ace %v", texts, data, ace)
	}
}

// one plays notes and controls of one voice and returns that voice's track.
func one(t *testing.T, v sonify.Voice, ps sonify.Passage, end sonify.Tick) smf.Track {
	t.Helper()
	var b bytes.Buffer
	o := NewWriter(&b)
	defer o.Close()
	if err := errors.Join(o.Begin(&sonify.Header{Tempo: 500000, Meter: sonify.Meter{Beats: 4, Unit: 4}, Voices: []sonify.Voice{v}}),
		o.Play(sonify.Cue{Passage: &ps}), o.Finish(&sonify.Summary{Ticks: end})); err != nil {
		t.Fatal(err)
	}
	return readSMF(t, b.Bytes()).Tracks[1]
}

func TestVoice_BendsWhatIsBetweenTheKeys(t *testing.T) {
	pitch := sonify.Key(69) + sonify.Semitone/4 // 25 cents above
	note := func(at sonify.Tick, p sonify.Pitch) sonify.Note {
		return sonify.Note{Tick: at, Frame: sonify.Frame(at) * 25, Length: 100, Frames: 1, Pitch: p, Velocity: 100}
	}
	ps := sonify.Passage{Notes: []sonify.Note{note(0, pitch), note(960, sonify.Key(69)), note(1920, sonify.Key(69)+7)}}
	bends := func(tr smf.Track) (out []int16) {
		for _, e := range tr {
			var ch uint8
			var rel int16
			var abs uint16
			if e.Message.GetPitchBend(&ch, &rel, &abs) {
				out = append(out, rel)
			}
		}
		return out
	}
	if got := bends(one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 1}, ps, 3840)); !reflect.DeepEqual(got, []int16{1024, 0}) {
		t.Errorf("one note at a time: bends %v, want 25 cents of 200 and back", got)
	}
	if got := bends(one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 2}, ps, 3840)); got != nil {
		t.Errorf("two notes at a time: bends %v", got)
	}
	// A control that goes further than two semitones widens the range first.
	ps.Controls = []sonify.Control{{Tick: 10, Frame: 250, Param: sonify.ParamBend, Value: -1200}}
	tr := one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 1}, ps, 3840)
	if got := bends(tr); !reflect.DeepEqual(got, []int16{1024, -4011, -4096}) {
		t.Errorf("bends %v", got)
	}
	var ranges []uint8
	for _, e := range tr {
		var ch, cc, val uint8
		if e.Message.GetControlChange(&ch, &cc, &val) && cc == ccDataMSB {
			ranges = append(ranges, val)
		}
	}
	if !reflect.DeepEqual(ranges, []uint8{2, 24}) {
		t.Errorf("ranges %v", ranges)
	}
}

// Key and bend of a voice of one note together say its pitch to within half a
// step of the bend, 200 cents in 8,192 parts.
func TestVoice_PitchIsKeyAndBend(t *testing.T) {
	var ps sonify.Passage
	for i := range 700 {
		at := sonify.Tick(i) * 10
		ps.Notes = append(ps.Notes, sonify.Note{Tick: at, Frame: sonify.Frame(at) * 25, Length: 5, Frames: 1, Pitch: sonify.Key(48) + sonify.Pitch(i*2377), Velocity: 100})
	}
	bend, n := int16(0), 0
	for _, e := range one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 1}, ps, 7000) {
		var ch, key, vel uint8
		var abs uint16
		e.Message.GetPitchBend(&ch, &bend, &abs)
		if e.Message.GetNoteStart(&ch, &key, &vel) {
			want := ps.Notes[n].Pitch.Cents()
			if d := float64(key)*100 + float64(bend)*200/8192 - want; d > 0.0125 || d < -0.0125 {
				t.Errorf("note %d sounds %.4f cents from where it belongs", n, d)
			}
			n++
		}
	}
	if n != len(ps.Notes) {
		t.Errorf("%d of %d notes", n, len(ps.Notes))
	}
}

func TestVoice_SameKeyIsCutAndNeverStuck(t *testing.T) {
	n := func(at, length sonify.Tick) sonify.Note {
		return sonify.Note{Tick: at, Frame: sonify.Frame(at) * 25, Length: length, Frames: 1, Pitch: sonify.Key(60), Velocity: 90}
	}
	ps := sonify.Passage{Notes: []sonify.Note{n(0, 1000), n(500, 1000), n(500, 30), n(1000, 960), n(1960, 10)}}
	got := notes(t, one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 4}, ps, 3840))
	want := []play{{0, 500, 60, 90}, {500, 0, 60, 90}, {500, 30, 60, 90}, {1000, 960, 60, 90}, {1960, 10, 60, 90}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestVoice_ControlsBecomeControllers(t *testing.T) {
	c := func(p sonify.Param, v int32) sonify.Control {
		return sonify.Control{Tick: 960, Frame: 24000, Param: p, Value: v}
	}
	ps := sonify.Passage{Controls: []sonify.Control{c(sonify.ParamVolume, 250), c(sonify.ParamPan, 50), c(sonify.ParamVibrato, 100), c(sonify.ParamDuty, 3), c(sonify.ParamEcho, 1000)}}
	got := map[uint8]uint8{}
	for _, e := range one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 1, Gain: 1000}, ps, 3840) {
		var ch, cc, val uint8
		if e.Message.GetControlChange(&ch, &cc, &val) {
			got[cc] = val
		}
	}
	// 100 * sqrt(1/4) = 50: a quarter of the amplitude by the square law.
	for cc, want := range map[uint8]uint8{ccVolume: 50, ccPan: 96, ccModulation: 64, ccVariation: 127, ccReverb: 127} {
		if got[cc] != want {
			t.Errorf("controller %d is %d, want %d", cc, got[cc], want)
		}
	}
}

func TestTrack_LongSilenceGetsFillers(t *testing.T) {
	far := sonify.Tick(3*maxDelta + 12345)
	ps := sonify.Passage{Notes: []sonify.Note{{Tick: far, Frame: 1 << 40, Length: 960, Frames: 1, Pitch: sonify.Key(60), Velocity: 90}}}
	tr := one(t, sonify.Voice{Name: "a", Pitched: true, Polyphony: 1}, ps, far+maxDelta)
	if got := notes(t, tr); !reflect.DeepEqual(got, []play{{far, 960, 60, 90}}) {
		t.Errorf("got %v", got)
	}
	for _, e := range tr {
		if e.Delta > maxDelta {
			t.Errorf("delta %d", e.Delta)
		}
	}
}

func TestAppendVarLen(t *testing.T) {
	// The examples of the standard (SMF 1.0, variable-length quantities).
	for n, want := range map[uint32]string{0: "00", 0x40: "40", 0x7f: "7f", 0x80: "8100", 0x2000: "c000", 0x3fff: "ff7f", 0x4000: "818000",
		0x1fffff: "ffff7f", 0x200000: "81808000", 0x0fffffff: "ffffff7f"} {
		if got := fmt.Sprintf("%x", appendVarLen(nil, n)); got != want {
			t.Errorf("%x is written %s, want %s", n, got, want)
		}
	}
}

func TestAssign_ChannelsDoNotMeetWhileThereAreSome(t *testing.T) {
	vs := []sonify.Voice{{Pitched: true}, {Pitched: true, MIDIChannel: 1}, {}, {MIDIDrum: 38, Pitched: true}}
	for range 20 {
		vs = append(vs, sonify.Voice{Pitched: true})
	}
	ch := assign(vs)
	if ch[0].n != 1 || ch[1].n != 0 || ch[2].n != 9 || ch[3].n != 9 {
		t.Errorf("channels %d %d %d %d", ch[0].n, ch[1].n, ch[2].n, ch[3].n)
	}
	used := map[uint8]int{}
	for i, c := range ch {
		if vs[i].Pitched && vs[i].MIDIDrum == 0 && c.n == 9 {
			t.Errorf("voice %d is pitched and on the drum channel", i)
		}
		used[c.n]++
	}
	if len(used) != 16 {
		t.Errorf("channels in use: %v", used)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"Świątek – Åse, 21 °C": "Swiatek - AAse, 21 degC", "plain": "plain", "two\nlines\x00": "two lines ", "東京 2014": "東京 2014",
		strings.Repeat("x", 300): strings.Repeat("x", 197) + "...", "bad \xff": "bad \ufffd",
	} {
		if got := text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := ascii("東京", "voice"); got != "voice" {
		t.Errorf("a name without ASCII is %q", got)
	}
}

func TestOutput_WriteErrorsComeOut(t *testing.T) {
	want := errors.New("disk full")
	o := NewWriter(writerFunc(func(p []byte) (int, error) { return 0, want }))
	defer o.Close()
	if _, err := (sonifytest.Performance{Bars: 4}).Play(o); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
	// Every write may be the one that fails.
	for fail := range 60 {
		n := 0
		o := NewWriter(writerFunc(func(p []byte) (int, error) {
			if n++; n > fail {
				return 0, want
			}
			return len(p), nil
		}))
		_, err := (sonifytest.Performance{Bars: 700}).Play(o)
		o.Close()
		if n <= fail {
			if err != nil || fail < 8 {
				t.Errorf("%d writes: %v", n, err)
			}
			return
		}
		if !errors.Is(err, want) {
			t.Fatalf("write %d failed: %v", fail+1, err)
		}
	}
	t.Error("there was no end of writes")
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestOutput_ANoteBackInTimeIsAnError(t *testing.T) {
	o := NewWriter(io.Discard)
	defer o.Close()
	o.Begin(&sonify.Header{Tempo: 500000, Meter: sonify.Meter{Beats: 4, Unit: 4}, Voices: []sonify.Voice{{Name: "lead", Pitched: true}}})
	n := func(at sonify.Tick) sonify.Cue {
		return sonify.Cue{Passage: &sonify.Passage{Notes: []sonify.Note{{Tick: at, Length: 10, Frames: 1, Velocity: 1}}}}
	}
	if err := o.Play(n(100)); err != nil {
		t.Fatal(err)
	}
	if err := o.Play(n(99)); err == nil || !strings.Contains(err.Error(), "voice lead at tick 99") {
		t.Errorf("got %v", err)
	}
	if err := o.Finish(&sonify.Summary{Ticks: 960}); err == nil {
		t.Error("Finish after an error worked")
	}
}

func TestOutput_MemoryIsFlat(t *testing.T) {
	o := NewWriter(io.Discard)
	defer o.Close()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, err := (sonifytest.Performance{Bars: 25000}).Play(keep{o, func() {
		runtime.GC()
		runtime.ReadMemStats(&after)
	}}); err != nil {
		t.Fatal(err)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("25000 bars hold %d bytes", grown)
	}
}

// keep calls f before Finish.
type keep struct {
	sonify.Output
	f func()
}

func (k keep) Finish(s *sonify.Summary) error { k.f(); return k.Output.Finish(s) }

func file(t *testing.T, p sonifytest.Performance) (string, *sonifytest.Recorder) {
	t.Helper()
	b, r := both(t, p)
	path := filepath.Join(t.TempDir(), "a.mid")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path, r
}

func TestOutput_ReadByMidicsv(t *testing.T) {
	csv := installed(t, "midicsv")
	path, want := file(t, sonifytest.Performance{Bars: 100, Voice: 3})
	out, err := exec.Command(csv, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := map[string]int{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), ", ")
		if len(f) < 3 {
			t.Fatalf("midicsv says %q", line)
		}
		if f[2] == "Note_on_c" && f[len(f)-1] != "0" {
			got["notes"]++
		}
		got[f[2]]++
	}
	if got["notes"] != len(want.Notes) || got["Start_track"] != len(want.Header.Voices)+1 || got["End_track"] != got["Start_track"] || got["Key_signature"] == 0 {
		t.Errorf("midicsv counts %v, want %d notes", got, len(want.Notes))
	}
}

// mido is read by python3 and prints what it understood.
const mido = `
import sys, json, mido
m = mido.MidiFile(sys.argv[1], charset='utf8')
out = []
for tr in m.tracks[1:]:
    t, open, notes = 0, {}, []
    for e in tr:
        t += e.time
        if e.type == 'note_on' and e.velocity > 0:
            assert e.note not in open
            open[e.note] = len(notes); notes.append([t, 0, e.note, e.velocity])
        elif e.type in ('note_on', 'note_off'):
            i = open.pop(e.note); notes[i][1] = t - notes[i][0]
    assert not open
    out.append({'name': tr.name, 'notes': notes})
print(json.dumps({'type': m.type, 'ppq': m.ticks_per_beat, 'length': m.length, 'tracks': out}))
`

func TestOutput_ReadByMido(t *testing.T) {
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import mido").Run() != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3-mido is not installed")
		}
		t.Skip("python3-mido is not installed")
	}
	path, want := file(t, sonifytest.Performance{Bars: 100, Voice: 3, Gap: 5})
	out, err := exec.Command(python, "-c", mido, path).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Type, PPQ int
		Length    float64
		Tracks    []struct {
			Name  string
			Notes [][4]int
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != 1 || got.PPQ != 960 {
		t.Errorf("type %d, %d ticks", got.Type, got.PPQ)
	}
	for v, tr := range got.Tracks {
		if tr.Name != want.Header.Voices[v].Name {
			t.Errorf("track %q, want %q", tr.Name, want.Header.Voices[v].Name)
		}
		for i, n := range expected(want, v) {
			if w := [4]int{int(n.tick), int(n.length), int(n.key), int(n.vel)}; i >= len(tr.Notes) || tr.Notes[i] != w {
				t.Fatalf("voice %s, note %d: %v, want %v", tr.Name, i, tr.Notes[i], w)
			}
		}
	}
	// The tempo map means the same time as the frames do.
	if want := float64(want.Summary.Frames) / 48000; got.Length < want-0.001 || got.Length > want+0.001 {
		t.Errorf("mido counts %.4f s, the score %.4f s", got.Length, want)
	}
}

func TestOutput_PlayedByFluidsynth(t *testing.T) {
	synth := installed(t, "fluidsynth")
	font := "/usr/share/sounds/sf2/default-GM.sf2"
	if _, err := os.Stat(font); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no sound font")
	}
	path, want := file(t, sonifytest.Performance{Bars: 8})
	wav := filepath.Join(t.TempDir(), "a.raw")
	out, err := exec.Command(synth, "-ni", "-q", "-r", "48000", "-T", "raw", "-O", "s16", "-F", wav, font, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if bytes.Contains(bytes.ToLower(out), []byte("warning")) {
		t.Logf("fluidsynth says: %s", out)
	}
	b, err := os.ReadFile(wav)
	if err != nil {
		t.Fatal(err)
	}
	if got := sonify.Frame(len(b) / 4); got < want.Summary.Frames-96000 {
		t.Errorf("%d frames, the score has %d", got, want.Summary.Frames)
	}
	var loud int16
	for i := 0; i+1 < len(b); i += 2 {
		loud = max(loud, int16(binary.LittleEndian.Uint16(b[i:])))
	}
	if loud < 1000 {
		t.Errorf("it is silent: peak %d", loud)
	}
}

func BenchmarkOutput(b *testing.B) {
	n := 0
	for range b.N {
		o := NewWriter(io.Discard)
		s, err := sonifytest.Performance{Bars: 2000}.Play(o)
		if err != nil {
			b.Fatal(err)
		}
		o.Close()
		n += int(s.Notes)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "notes/s")
}
