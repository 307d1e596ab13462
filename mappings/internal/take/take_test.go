package take_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

const piece = `
seed = 1
[source.court]
type = "sim"
of = "tennis"
speed = 60
[voice.lead]
wave = "pulse"
[[rule]]
on = "tennis.point"
voice = "lead"
pitch = { from = "speed_kmh", domain = [120, 220], range = ["A3", "A5"], missing = "skip" }
[theme.call]
notes = "0:2 2:2 4:2 2:2"
[[pattern]]
voice = "lead"
theme = "call"
[idle]
after = "7s"
`

func TestFile_KeepsAllThatWasPlayed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "piece.toml")
	if err := os.WriteFile(name, []byte(piece), 0o644); err != nil {
		t.Fatal(err)
	}
	var sound take.Samples
	p, err := take.File(t.Context(), name, take.Options{Sets: []string{"level=full"}, MIDI: true, Meter: true, Sinks: []pcm.Sink{&sound}, Until: 20 * sonify.SampleRate})
	if err != nil {
		t.Fatal(err)
	}
	if p.Header.Level != "full" || len(p.Notes) < 20 || p.Summary == nil || p.Idle != 7*sonify.SampleRate {
		t.Errorf("level %s, %d notes, idle after %d frames", p.Header.Level, len(p.Notes), p.Idle)
	}
	if len(p.Themes) != 1 || p.Header.Makers[p.Themes[0]].Kind != sonify.MakerPattern {
		t.Errorf("themes are played by %v", p.Themes)
	}
	if !strings.HasPrefix(string(p.MIDI), "MThd") {
		t.Errorf("MIDI file: % x", p.MIDI[:min(len(p.MIDI), 8)])
	}
	if n := p.Meter.Loudness().Frames; sonify.Frame(len(sound)) != n || n < 20*sonify.SampleRate {
		t.Errorf("%d samples, the meter heard %d frames", len(sound), n)
	}
}

func TestOf_TellsWhatIsWrong(t *testing.T) {
	_, err := take.Of(t.Context(), "wrong.toml", []byte("tempo = \"fast\"\nkee = \"A\"\n"), take.Options{})
	var all sonify.Problems
	if !errors.As(err, &all) || len(all) < 2 {
		t.Errorf("of a wrong piece: %v", err)
	}
	src := strings.Replace(piece, "type = \"sim\"\nof = \"tennis\"", "type = \"jsonl\"\npath = \"bad.jsonl\"", 1)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bad.jsonl"), []byte("{\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := take.Of(t.Context(), filepath.Join(dir, "piece.toml"), []byte(src), take.Options{}); err == nil {
		t.Error("a source that fails is no error")
	}
}
