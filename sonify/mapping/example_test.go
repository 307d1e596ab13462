package mapping_test

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// A piece is compiled, hears an event, and is asked stretch by stretch what
// sounds. Package conductor does this with real sources and outputs.
func ExampleCompile() {
	kinds := &sonify.Registry{}
	if err := kinds.Add(sonify.SourceInfo{Name: "silent", Config: func() any { return &struct{}{} },
		New: func(sonify.SourceEnv, any) (sonify.Source, error) { return nil, nil }}); err != nil {
		fmt.Println(err)
		return
	}
	piece, problems := mapping.Compile(mapping.Env{Sources: kinds}, "piece.toml", []byte(`
key = "A minor"
[source.court]
type = "silent"
[voice.lead]
[[rule]]
on    = "tennis.point"
voice = "lead"
pitch = { from = "speed_kmh", domain = [100, 200], range = ["A3", "A5"] }
`), nil)
	if problems.Err() != nil {
		fmt.Println(problems)
		return
	}
	p := piece.Perform()
	point := sonify.NewShape("tennis.point", sonify.Field{Name: "speed_kmh", Type: sonify.Number})
	p.Hear(&sonify.Event{Source: "court", Shape: point, Values: []sonify.Value{sonify.Num(187)}}, 0)
	p.Open()
	for _, n := range p.Close().Notes {
		fmt.Println(n.Tick, n.Pitch, n.Cause.From, n.Cause.Value)
	}
	p.Clear()
	// Output: 0 F5 speed_kmh 187
}

// A mistake is told with its place and the nearest right thing.
func ExampleCompile_mistake() {
	_, problems := mapping.Compile(mapping.Env{}, "piece.toml", []byte("temp = 120\n[voice.a]\nwave = \"puls\"\n"), nil)
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// piece.toml:1:1: temp: unknown key (did you mean "tempo"?)
	// piece.toml:1:1: the piece plays nothing: it has neither rules nor patterns (add a [[rule]])
	// piece.toml:1:1: source: the piece has no source (add a table such as [source.court] with type = "slam" and a path)
	// piece.toml:3:8: voice.a.wave: expected one of pulse, triangle, noise, wave, sample, found "puls" (did you mean "pulse"?)
}

// The legend of a piece says and plays what its values sound like.
func ExamplePiece_Legend() {
	kinds := &sonify.Registry{}
	if err := kinds.Add(sonify.SourceInfo{Name: "silent", Config: func() any { return &struct{}{} },
		New: func(sonify.SourceEnv, any) (sonify.Source, error) { return nil, nil }}); err != nil {
		fmt.Println(err)
		return
	}
	piece, problems := mapping.Compile(mapping.Env{Sources: kinds}, "piece.toml", []byte(`
key = "A minor"
[source.court]
type = "silent"
[voice.lead]
[[rule]]
name  = "serve"
on    = "tennis.point"
voice = "lead"
pitch = { from = "speed_kmh", domain = [100, 200], range = ["A3", "A5"] }
`), nil)
	if problems.Err() != nil {
		fmt.Println(problems)
		return
	}
	for _, e := range piece.Legend(nil).Entries {
		fmt.Println(e.Words)
		for _, s := range e.Samples {
			fmt.Println(s.Caption, "sounds as", s.Passage.Notes[0].Pitch)
		}
	}
	// Output:
	// speed_kmh in km/h becomes pitch of lead, A3 to A5 for 100 to 200 km/h: higher is faster
	// serve: 100 km/h, the slowest sounds as A3
	// serve: 150 km/h, the middle sounds as A4
	// serve: 200 km/h, the fastest sounds as A5
}
