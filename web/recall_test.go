package web_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"proscenium/sonify/chip"
	"proscenium/web"
)

// saved is what the page makes of the last seconds.
type saved struct {
	From int64  `json:"from"`
	To   int64  `json:"to"`
	File string `json:"file"`
}

// recall asks a page for the last seconds, as "wav" or "midi", and writes them to a file.
func recall(t *testing.T, b tab, kind string, seconds string) (path string, s saved) {
	t.Helper()
	s = run[saved](t, b, `proscenium.kit.heard("`+kind+`", `+seconds+`).then(({ file, from, to }) => new Promise((done) => {
		const r = new FileReader();
		r.onload = () => done({ from, to, file: r.result.slice(r.result.indexOf(",") + 1) });
		r.readAsDataURL(file);
	}))`)
	raw, err := base64.StdEncoding.DecodeString(s.File)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "heard."+kind)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, s
}

// reader prints the notes of a MIDI file: track, tick, key, velocity and length, and
// fails if one does not end or if there are no names, tempo and causes.
const reader = `
import json, sys, mido
f = mido.MidiFile(sys.argv[1])
assert f.type == 1 and f.ticks_per_beat == 960, (f.type, f.ticks_per_beat)
assert any(m.type == "set_tempo" for m in f.tracks[0]), "no tempo"
out, causes = [], 0
for track in f.tracks[1:]:
    assert track.name, "a track without a name"
    tick, on = 0, {}
    for m in track:
        tick += m.time
        if m.type == "text" and m.text.startswith("#"):
            causes += 1
        if m.type == "note_on" and m.velocity > 0:
            assert (m.channel, m.note) not in on, "a key struck twice"
            on[m.channel, m.note] = tick, m.velocity
        elif m.type in ("note_on", "note_off"):
            t, v = on.pop((m.channel, m.note))
            out.append({"voice": track.name, "tick": t, "key": m.note, "velocity": v, "length": tick - t})
    assert not on, "notes without an end: %s" % on
print(json.dumps({"notes": out, "causes": causes}))
`

// TestPlayer_WhatDidIJustHear: the last seconds, saved by the page, are the render of
// the station's log for that span, sample for sample and note for note.
func TestPlayer_WhatDidIJustHear(t *testing.T) {
	web.Alone(t)
	need(t, "midicsv")
	python := "/usr/bin/python3" // Debian's, which has python3-mido
	if err := exec.Command(python, "-c", "import mido").Run(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3-mido is not installed")
		}
		t.Skip("python3-mido is not installed")
	}
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	// Beside the page's own a tape of four seconds, which is carried on all the time.
	run[any](t, b, `(async () => {
		const [{ Tape }, { Chip }] = await Promise.all([import("/static/tape.js"), import("/static/chip.js")]);
		const code = await (await fetch("/static/chip.wasm")).arrayBuffer();
		globalThis.short = new Tape(() => new Chip(code), 4 * 48000, 48000);
		const ws = new WebSocket("/s/court/ws");
		ws.binaryType = "arraybuffer";
		ws.onmessage = ({ data }) => short.take(data);
	})()`)
	hearing(t, b, 20)
	carried := run[struct {
		From, Last, Size int64
		Sum              []int32
	}](t, b, `(() => {
		const last = short.last.until, { from, to } = short.within(0, last);
		const [, data] = short.wav(from, to), sum = [];
		for (let i = 0; i < data.length; i += 3) sum.push(((data[i] | (data[i + 1] << 8) | (data[i + 2] << 16)) << 8) >> 8);
		return { from, last, size: short.size, sum };
	})()`)
	before := run[int](t, b, `proscenium.score.known`)
	a.cut()
	until[bool](t, b, `proscenium.score.known > 144000 + `+strconv.Itoa(before))
	// What this listener does not hear is heard by all others: the file has it.
	must(t, b, b.key("1"))
	hearing(t, b, 26)
	wavPath, wav := recall(t, b, "wav", "15")
	midiPath, midi := recall(t, b, "midi", "15")
	a.quiet(t, b)

	want := a.rendered(t)
	if span := carried.Last - carried.From; span < 3*chip.Rate || span > 6*chip.Rate || carried.From < chip.Rate {
		t.Errorf("a tape of four seconds holds %d frames from %d on", span, carried.From)
	}
	for i, x := range carried.Sum {
		if f := int(carried.From) + i/2; x != want[f][i%2] {
			t.Fatalf("frame %d of a tape that was carried on is %d, the station's is %v", f, x, want[f])
		}
	}
	got := samples24(t, wavPath)
	if len(got) != int(wav.To-wav.From) || len(got) < 14*chip.Rate {
		t.Fatalf("%d frames were saved for the frames %d to %d", len(got), wav.From, wav.To)
	}
	loud := 0
	for i, f := range got {
		if f != want[int(wav.From)+i] {
			t.Fatalf("frame %d is %v, the station's is %v", int(wav.From)+i, f, want[int(wav.From)+i])
		}
		if f != (chip.Frame{}) {
			loud++
		}
	}
	t.Logf("%d frames are the render's, %d of them sound", len(got), loud)
	if loud < len(got)/2 {
		t.Errorf("only %d of %d frames are sound", loud, len(got))
	}

	if out, err := exec.Command("midicsv", midiPath).CombinedOutput(); err != nil {
		t.Fatalf("midicsv: %v\n%s", err, out)
	}
	script := filepath.Join(t.TempDir(), "read.py")
	if err := os.WriteFile(script, []byte(reader), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, script, midiPath).CombinedOutput()
	if err != nil {
		t.Fatalf("mido: %v\n%s", err, out)
	}
	var read struct {
		Notes []struct {
			Voice                       string
			Tick, Key, Velocity, Length int64
		}
		Causes int
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	// Both by voice, tick and key; the file counts ticks from its own beginning.
	type note struct {
		voice               string
		tick, key, velocity int64
	}
	var have, score []note
	for _, n := range read.Notes {
		have = append(have, note{n.Voice, n.Tick, n.Key, n.Velocity})
	}
	for _, n := range a.score(t) {
		if n.Frame >= midi.From && n.Frame < midi.To {
			score = append(score, note{n.Voice, n.Tick, n.Key, int64(math.Round(n.Velocity * 127))})
		}
	}
	order := func(x, y note) int {
		return cmp.Or(cmp.Compare(x.tick, y.tick), cmp.Compare(x.voice, y.voice), cmp.Compare(x.key, y.key), cmp.Compare(x.velocity, y.velocity))
	}
	slices.SortFunc(have, order)
	slices.SortFunc(score, order)
	if len(have) != len(score) || len(have) < 50 {
		t.Fatalf("the file has %d notes, the score %d", len(have), len(score))
	}
	less := score[0].tick - have[0].tick
	for i := range have {
		have[i].tick += less
		if have[i] != score[i] {
			t.Fatalf("note %d is %v, the score has %v", i, have[i], score[i])
		}
	}
	if read.Causes == 0 {
		t.Error("no note says what caused it")
	}
	t.Logf("%d notes are the score's, %d say what caused them", len(have), read.Causes)
}
