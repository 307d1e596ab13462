package picture_test

import (
	"bytes"
	"fmt"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/picture"
)

func ExampleNewWriter() {
	var file bytes.Buffer
	out := picture.NewWriter(&file)
	defer out.Close()
	h := &sonify.Header{Title: "One note", Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4},
		Voices: []sonify.Voice{{Name: "lead", Pitched: true, Instrument: sonify.Instrument{Wave: sonify.Pulse}}}}
	note := sonify.Note{Length: sonify.PPQ, Frames: 24000, Pitch: sonify.Key(69), Velocity: 100}
	if err := out.Begin(h); err != nil {
		fmt.Println(err)
	}
	if err := out.Play(sonify.Cue{Passage: &sonify.Passage{Notes: []sonify.Note{note}, End: 96000}}); err != nil {
		fmt.Println(err)
	}
	if err := out.Finish(&sonify.Summary{Ticks: 4 * sonify.PPQ, Frames: 96000, Notes: 1}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Contains(file.String(), "lead: pulse, 1 note"))
	// Output: true
}
