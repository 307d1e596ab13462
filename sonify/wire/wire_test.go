package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/sound"
)

// messages are one of each kind.
func messages() []Message {
	commands := chip.AppendAt(nil, 96000)
	for i := range 4 {
		commands = chip.AppendNote(commands, 100, &chip.Note{Voice: uint8(i % 2), Pitch: int32(60+i) << 16, Velocity: 90, Frames: 4000})
	}
	commands = chip.AppendControl(commands, 3, 1, chip.ParamBend, -40)
	marks := []sonify.Mark{
		{Kind: sonify.MarkSection, Frame: 95000, Tick: 1900, Name: "break_point"},
		{Kind: sonify.MarkCaption, Frame: 96000, Tick: 1920, Text: "Ace, 201 km/h · é", Cause: sonify.Cause{By: 1, Event: 17}},
		{Kind: sonify.MarkKey, Frame: 96000, Tick: 1920, Name: "D minor", Number: -1, Minor: true},
		{Kind: sonify.MarkChord, Frame: 96000, Tick: 1920, Name: "VI", Text: "Bb"},
		{Kind: sonify.MarkMeter, Frame: 96000, Tick: 1920, Name: "3/4", Meter: sonify.Meter{Beats: 3, Unit: 4}},
		{Kind: sonify.MarkTempo, Frame: 96100, Tick: 1922, Tempo: 500000, Number: 120},
		{Kind: sonify.MarkSignal, Frame: 96100, Tick: 1922, Index: 0, Number: 0.42},
		{Kind: sonify.MarkState, Frame: 96100, Tick: 1922, Name: "court", Text: "stale"},
		{Kind: sonify.MarkBoard, Frame: 96100, Tick: 1922, Index: 3, Text: "40"},
	}
	p := Piece{Type: "piece", From: 5, Title: "T", Key: "A minor", Meter: "4/4", Tempo: 500000,
		Voices:  []VoiceInfo{{Name: "lead", Wave: sonify.Pulse, Pitched: true}, {Name: "hat", Wave: sonify.Noise, Pan: -20, Drum: 42, Slot: 1}},
		Makers:  []MakerInfo{{Kind: sonify.MakerPattern, Name: "bass"}, {Kind: sonify.MakerRule, Name: "ace", Says: "faster is higher", Data: true}},
		Signals: []SignalInfo{{Name: "tension", Low: 0, High: 1}}, Sources: []string{"court"},
		Board: &BoardInfo{Doc: "the score", Columns: []string{"player", "points"}, Rows: 2}}
	return []Message{
		&Hello{Type: "hello", Protocol: Version, Program: "proscenium 1", Station: "final", Run: "r1", Rate: 48000, Latency: chip.Latency, PPQ: 960, Zero: 1_700_000_000_000_000, Now: 1_700_000_000_500_000, Cushion: 120, Piece: p},
		&p,
		&Score{Seq: 7, Begin: 96000, Frames: 6000, Commands: commands, Marks: marks, Causes: []Cause{
			{Maker: 0},
			{Maker: 1, Event: 17, From: "speed_kmh", Value: sonify.Num(201), Label: "Ace, 201 km/h · é"},
			{Maker: 1, Event: 18, Step: 2, From: "speed_kmh", Value: sonify.Num(180.25)},
			{Maker: 1, Event: 16, From: "kind", Value: sonify.Word("ace"), Label: "ace"},
		}},
		&Keyframe{Seq: 8, Frame: 99000, Snapshot: []byte("chip..."), Marks: marks},
		&Clock{Zero: -5, Now: 1_700_000_000_000_000, Token: 1 << 63},
		&Goodbye{Type: "goodbye", Reason: "the station closes", Again: 30},
	}
}

func TestMessages_ComeBackAsTheyWere(t *testing.T) {
	for _, m := range messages() {
		b, err := Append(nil, m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(b)
		if err != nil {
			t.Fatalf("%v: %v", m.kind(), err)
		}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("%v:\n got %+v\nwant %+v", m.kind(), got, m)
		}
		if m.kind() == KindScore && len(b) > 300 {
			t.Errorf("a score message of four notes and nine marks, two labels, takes %d bytes", len(b))
		}
	}
}

func TestValues_ComeBackAsTheyWere(t *testing.T) {
	for _, v := range []sonify.Value{{}, sonify.Num(0), sonify.Num(-3), sonify.Num(1 << 52), sonify.Num(0.1), sonify.Num(-1e300),
		sonify.Num(math.MaxFloat64), sonify.Word(""), sonify.Word("é"), sonify.Truth(true), sonify.Truth(false)} {
		r := reader{p: appendValue(nil, v)}
		if got := r.value(); got != v || r.bad != "" || len(r.p) > 0 {
			t.Errorf("%v came back as %v", v, got)
		}
	}
}

// Every prefix of a message, and every message with one byte more, is refused.
func TestRead_RefusesWhatIsCutOff(t *testing.T) {
	for _, m := range messages() {
		if k := m.kind(); k != KindScore && k != KindKeyframe && k != KindClock {
			continue
		}
		b, _ := Append(nil, m)
		for n := range b {
			if _, err := Read(b[:n]); !errors.Is(err, ErrMessage) {
				t.Fatalf("%v cut to %d of %d bytes: %v", m.kind(), n, len(b), err)
			}
		}
		if _, err := Read(append(b, 0)); !errors.Is(err, ErrMessage) || !strings.Contains(err.Error(), "1 bytes too many") {
			t.Fatalf("%v with a byte more: %v", m.kind(), err)
		}
	}
	if _, err := Read([]byte{99}); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}

func TestJSON_NamesWhatTheNumbersMean(t *testing.T) {
	var tr Translator
	for _, m := range messages() {
		b, err := tr.JSON(m)
		if err != nil {
			t.Fatal(err)
		}
		var o map[string]any
		if err := json.Unmarshal(b, &o); err != nil {
			t.Fatalf("%v: %v", m.kind(), err)
		}
		if o["type"] != m.kind().String() {
			t.Errorf("%v says that it is %v", m.kind(), o["type"])
		}
		if m.kind() == KindScore {
			const note = `{"frame":96200,"frames":4000,"voice":"hat","pitch":61,"velocity":0.7087,"pan":0,"maker":"ace","event":17,"from":"speed_kmh","value":201,"label":"Ace, 201 km/h · é"}`
			if !bytes.Contains(b, []byte(note)) {
				t.Errorf("the second note is not\n%s\nin\n%s", note, b)
			}
			const mark = `{"kind":"signal","frame":96100,"tick":1922,"name":"tension","value":0.42}`
			if !bytes.Contains(b, []byte(mark)) {
				t.Errorf("the signal is not\n%s\nin\n%s", mark, b)
			}
		}
		if bytes.Contains(b, []byte("snapshot")) {
			t.Errorf("%v carries a snapshot", m.kind())
		}
	}
}

// listeners is an output that plays a performance to a station's own chip and, by
// way of messages, to two listeners: one from the beginning and one who joins.
type listeners struct {
	t                 *testing.T
	e                 Encoder
	own, first, late  *chip.Chip // late is nil until it joins
	want, got, joined []chip.Frame
	from              int // where in want the late one began
	plays             int
	seq               uint64
	bytes             int
}

func (l *listeners) Begin(h *sonify.Header) error {
	setup, err := l.e.Begin(h)
	if err != nil {
		return err
	}
	l.own, l.first = chip.New(), chip.New()
	l.own.Push(setup)
	return l.first.Restore(l.own.Snapshot(nil))
}

func (l *listeners) Play(c sonify.Cue) error {
	l.e.Add(c.Passage)
	if l.plays++; l.plays%3 > 0 {
		return nil
	}
	l.flush()
	if l.late == nil && l.plays > 40 {
		m, err := Read(l.e.Keyframe(sonify.Frame(l.own.Pos()), l.own.Snapshot(nil)))
		if err != nil {
			return err
		}
		k := m.(*Keyframe)
		if k.Seq != l.seq+1 || len(k.Marks) < 8 {
			l.t.Errorf("the keyframe says %d follows, want %d, and has %d marks", k.Seq, l.seq+1, len(k.Marks))
		}
		l.late = chip.New()
		l.from = len(l.want)
		return l.late.Restore(k.Snapshot)
	}
	return nil
}

func (l *listeners) flush() {
	b, n := l.e.Flush()
	l.bytes += len(b)
	if n != l.seq+1 {
		l.t.Fatalf("message %d follows %d", n, l.seq)
	}
	l.seq = n
	m, err := Read(b)
	if err != nil {
		l.t.Fatal(err)
	}
	s := m.(*Score)
	notes := 0
	chip.Scan(s.Commands, func(c *chip.Command) {
		if c.Kind == chip.CommandNote {
			notes++
		}
	})
	if notes != len(s.Causes) {
		l.t.Fatalf("%d notes, %d causes", notes, len(s.Causes))
	}
	// Not further, or the chip is past what the next message begins with.
	block := make([]chip.Frame, max(0, int64(s.Begin+s.Frames)-chip.Latency-l.own.Pos()))
	for c, out := range map[*chip.Chip]*[]chip.Frame{l.own: &l.want, l.first: &l.got, l.late: &l.joined} {
		if c == nil {
			continue
		}
		if n := c.Push(s.Commands); n != len(s.Commands) {
			l.t.Fatalf("the chip took %d of %d bytes", n, len(s.Commands))
		}
		c.Render(block)
		*out = append(*out, block...)
	}
}

func (l *listeners) Finish(*sonify.Summary) error { l.flush(); return nil }
func (l *listeners) Close() error                 { return nil }

// What a listener's chip makes of the messages is what the station's own makes of
// the passages, also for one who joins in the middle.
func TestEncoder_ChipsAgree(t *testing.T) {
	l := &listeners{t: t}
	if _, err := (sonifytest.Performance{Bars: 90}).Play(l); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(l.got, l.want) {
		t.Error("the first listener hears something else")
	}
	if len(l.joined) < chip.Rate || !reflect.DeepEqual(l.joined, l.want[l.from:]) {
		t.Error("the listener who joined late hears something else")
	}
	loud := false
	for _, f := range l.joined {
		loud = loud || f[0] > 1<<18
	}
	if !loud {
		t.Error("there is no sound to compare")
	}
	t.Logf("%.0f bytes a second", float64(l.bytes)*chip.Rate/float64(len(l.want)))
}

// keeper is a sink that keeps the frames.
type keeper struct{ frames []pcm.Frame }

func (k *keeper) Write(b []pcm.Frame) error       { k.frames = append(k.frames, b...); return nil }
func (k *keeper) Mark(sonify.Frame, string) error { return nil }
func (k *keeper) Finish() error                   { return nil }
func (k *keeper) Close() error                    { return nil }

// The station's own chip hears what an ordinary rendering hears.
func TestEncoder_IsTheRendering(t *testing.T) {
	l := &listeners{t: t}
	if _, err := (sonifytest.Performance{Bars: 24}).Play(l); err != nil {
		t.Fatal(err)
	}
	k := &keeper{}
	out := sound.New([]pcm.Sink{k}, sound.Options{})
	if _, err := (sonifytest.Performance{Bars: 24}).Play(out); err != nil {
		t.Fatal(err)
	}
	// What the chip gives is late by its latency; the rendering leaves that out.
	own := l.want[chip.Latency:]
	for i := range own {
		if i >= len(k.frames) || own[i] != k.frames[i] {
			t.Fatalf("frame %d of %d differs", i, len(own))
		}
	}
}
func FuzzRead(f *testing.F) {
	for _, m := range messages() {
		b, _ := Append(nil, m)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := Read(p)
		if err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatal(err)
			}
			return
		}
		b, err := Append(nil, m)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Read(b)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		c, err := Append(nil, again)
		if err != nil || !bytes.Equal(b, c) {
			t.Fatalf("the second writing differs from the first: %v\n%x\n%x", err, b, c)
		}
		(&Translator{}).JSON(m)
	})
}

// Who joins late finds on the board what holds, and what was taken off it gone; another
// piece has another board.
func TestKeyframe_HasTheBoard(t *testing.T) {
	h := &sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: sonify.BPM(120), Board: &sonify.Board{Columns: []string{"a", "b"}, Rows: 2}}
	var e Encoder
	if _, err := e.Begin(h); err != nil {
		t.Fatal(err)
	}
	board := func() string {
		m, err := Read(e.Keyframe(0, nil))
		if err != nil {
			t.Fatal(err)
		}
		var tr Translator
		if _, err := tr.JSON(&Piece{Board: PieceOf(h).Board}); err != nil {
			t.Fatal(err)
		}
		b, err := tr.JSON(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tell := func(index int, text string) {
		e.Add(&sonify.Passage{Marks: []sonify.Mark{{Kind: sonify.MarkBoard, Index: index, Text: text}}})
		e.Flush()
	}
	tell(3, "15")
	tell(0, "x")
	tell(3, "30")
	tell(0, "")
	tell(4, "off the board")
	const want = `"marks":[{"kind":"board","frame":0,"tick":0,"text":"30","row":1,"column":1}]`
	if got := board(); !strings.Contains(got, want) {
		t.Errorf("%s\nhas not %s", got, want)
	}
	if err := e.Change(h); err != nil {
		t.Fatal(err)
	}
	if got := board(); !strings.Contains(got, `"marks":[]`) {
		t.Errorf("after another piece: %s", got)
	}
}

// A mark of a kind that only a later version has is passed over.
func TestRead_PassesOverLaterMarks(t *testing.T) {
	one := func(kind byte, body ...byte) []byte { return append([]byte{kind, 10, 2, byte(len(body))}, body...) }
	p := []byte{byte(KindScore), 1, 0, 0, 0, 0, 4}
	p = append(p, one(77, 1, 2, 3)...)
	p = append(p, one(byte(sonify.MarkBoard), 2, 1, 'x', 99)...)
	p = append(p, one(9)...)
	p = append(p, one(11, 5)...)
	m, err := Read(p)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.(*Score).Marks, []sonify.Mark{{Kind: sonify.MarkBoard, Frame: 10, Tick: 2, Index: 2, Text: "x"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if _, err := Read(append([]byte{byte(KindScore), 1, 0, 0, 0, 0, 1}, one(kindLabel, 0, 1, 'x')...)); !errors.Is(err, ErrMessage) {
		t.Errorf("a label of a note that is not there: %v", err)
	}
}
