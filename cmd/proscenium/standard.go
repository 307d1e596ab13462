package main

import (
	"proscenium/sonify"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/midi"
	"proscenium/sonify/pcm"
	"proscenium/sonify/picture"
	"proscenium/sources"
)

// What is in this build. Whoever wants another source or another kind of file
// adds a line here.

// standardSources returns the kinds of source.
func standardSources() *sonify.Registry {
	reg := &sonify.Registry{}
	if err := reg.Add(sources.Standard()...); err != nil {
		panic(err) // two sources of one name: a mistake in the list itself
	}
	return reg
}

// formats are the kinds of file that a render makes, in the order of help texts.
var formats = []format{
	{name: "wav", doc: "sound, 48 kHz stereo, with the sections and captions as markers", binary: true, sink: createWAV},
	{name: "midi", doc: "a MIDI file: one track a voice, tempo, markers and causes", binary: true, score: func(path string, _ *fileOptions) (sonify.Output, error) { return midi.Create(path) }},
	{name: "jsonl", doc: "the score as JSON lines: every note with its cause", score: func(path string, _ *fileOptions) (sonify.Output, error) { return jsonl.Create(path) }},
	{name: "svg", doc: "a picture of the score", score: func(path string, _ *fileOptions) (sonify.Output, error) { return picture.Create(path) }},
	{name: "txt", doc: "the score as lines that people read", score: func(path string, _ *fileOptions) (sonify.Output, error) { return jsonl.CreateText(path) }},
}

// createWAV begins a WAV file.
func createWAV(path string, o *fileOptions) (pcm.Sink, error) {
	return pcm.CreateWAV(path, pcm.WAVOptions{Format: o.format, Tags: pcm.Tags{
		Title:    o.header.Title,
		Comment:  o.header.Key + ", " + o.header.Tempo.String() + ", seed " + decimal(o.header.Seed),
		Software: "Proscenium " + version,
	}})
}

// samples are sources with which a mapping of the library plays at once.
var samples = map[string]string{
	"tennis": `# Where events come from. With a recorded match it would be:
# type = "slam", path = "match.csv".
[source.court]
type  = "sim"
of    = "tennis"
speed = 40                      # 40 times faster than life
`,
}
