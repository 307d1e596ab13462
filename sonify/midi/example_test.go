package midi_test

import (
	"bytes"
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/midi"
)

func ExampleNewWriter() {
	var file bytes.Buffer
	out := midi.NewWriter(&file)
	defer out.Close()
	h := &sonify.Header{Title: "One note", Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4},
		Voices: []sonify.Voice{{Name: "lead", Pitched: true, Polyphony: 1, Gain: 1000}}}
	note := sonify.Note{Length: sonify.PPQ, Frames: 24000, Pitch: sonify.Key(69), Velocity: 100}
	if err := out.Begin(h); err != nil {
		fmt.Println(err)
	}
	if err := out.Play(sonify.Cue{Passage: &sonify.Passage{Notes: []sonify.Note{note}}}); err != nil {
		fmt.Println(err)
	}
	if err := out.Finish(&sonify.Summary{Ticks: 4 * sonify.PPQ}); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%q\n", file.Bytes()[:14])
	// Output: "MThd\x00\x00\x00\x06\x00\x01\x00\x02\x03\xc0"
}
