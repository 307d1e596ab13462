package web

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/wire"
)

// documented are the messages that PROTOCOL.md shows.
func documented() []wire.Message {
	p := wire.Piece{Type: "piece", Title: "A final", About: "The faster the serve, the higher the note.", Lang: "en", Level: "full", Key: "A minor", Meter: "4/4", Tempo: 500000,
		Voices:  []wire.VoiceInfo{{Name: "lead", Wave: sonify.Pulse, Pitched: true}},
		Makers:  []wire.MakerInfo{{Kind: sonify.MakerRule, Name: "ace", Title: "Ace", Doc: "how fast the serve was", Unit: "km/h", Carrier: "pitch", Polarity: "up", Says: "tennis.point when ace plays lead, speed_kmh becomes pitch", Data: true}},
		Signals: []wire.SignalInfo{{Name: "tension", High: 1}}, Sources: []string{"court"},
		Board: &wire.BoardInfo{Doc: "the score", Columns: []string{"player", "points"}, Rows: 2}}
	note := chip.AppendNote(chip.AppendAt(nil, 96000), 0, &chip.Note{Pitch: 81 << 16, Velocity: 100, Frames: 6000})
	return []wire.Message{
		&wire.Hello{Type: "hello", Protocol: wire.Version, Program: "proscenium 0.1.0", Station: "court", Run: "5f0c", Rate: chip.Rate, Latency: chip.Latency,
			PPQ: int(sonify.PPQ), Zero: 1_700_000_000_000_000, Now: 1_700_000_000_500_000, Cushion: 110, Piece: p},
		&wire.Keyframe{Seq: 7, Frame: 95760, Marks: []sonify.Mark{{Kind: sonify.MarkSection, Frame: 95000, Tick: 1900, Name: "break_point"}}},
		&wire.Score{Seq: 7, Begin: 96000, Frames: 12000, Commands: note, Causes: []wire.Cause{{Event: 17, From: "speed_kmh", Value: sonify.Num(201), Label: "Ace, 201 km/h"}},
			Marks: []sonify.Mark{{Kind: sonify.MarkCaption, Frame: 96000, Tick: 1920, Text: "Ace, 201 km/h", Cause: sonify.Cause{Event: 17}},
				{Kind: sonify.MarkBoard, Frame: 96000, Tick: 1920, Index: 3, Text: "40"}}},
		&wire.Clock{Zero: 1_700_000_000_000_000, Now: 1_700_000_001_000_000, Token: 17},
		&wire.Goodbye{Type: "goodbye", Reason: "the station closes", Again: 5},
	}
}

// What PROTOCOL.md shows is what is sent.
func TestProtocol_IsTrue(t *testing.T) {
	b, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindSubmatch(b)
	if shown == nil {
		t.Fatal("PROTOCOL.md shows no JSON")
	}
	lines := strings.Split(string(shown[1]), "\n")
	var tr wire.Translator
	for i, m := range documented() {
		j, err := tr.JSON(m)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(j, &want); err != nil {
			t.Fatal(err)
		}
		if i >= len(lines) || json.Unmarshal([]byte(lines[i]), &got) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("message %d is\n%s", i, j)
		}
	}
	clocks := regexp.MustCompile(`(?m)^    (05(?: [0-9a-f]+)+)$`).FindAllSubmatch(b, -1)
	if len(clocks) != 2 {
		t.Fatalf("%d clocks are shown", len(clocks))
	}
	for i, m := range []*wire.Clock{{Token: 17}, documented()[3].(*wire.Clock)} {
		want, _ := wire.Append(nil, m)
		got, err := hex.DecodeString(string(bytes.ReplaceAll(clocks[i][1], []byte(" "), nil)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("clock %d is % x", i, want)
		}
	}
	for _, k := range []wire.Kind{wire.KindHello, wire.KindPiece, wire.KindScore, wire.KindKeyframe, wire.KindClock, wire.KindGoodbye} {
		if !regexp.MustCompile(`\b` + string('0'+rune(k)) + ` ` + k.String()).Match(b) {
			t.Errorf("kind %d, %v, is not told of", k, k)
		}
	}
}
