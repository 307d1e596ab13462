package wire_test

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/wire"
)

// A station flushes what was committed as one message for everybody; a listener
// hands its commands to a chip and shows why each note sounds.
func ExampleEncoder() {
	h := &sonify.Header{
		Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: sonify.BPM(120),
		Voices: []sonify.Voice{{Name: "lead", Gain: 1000, Polyphony: 1, Pitched: true,
			Instrument: sonify.Instrument{Wave: sonify.Pulse, Volume: sonify.Macro{Values: []int{15}, Loop: -1}}}},
		Makers: []sonify.Maker{{Kind: sonify.MakerRule, Name: "ace"}},
	}
	var e wire.Encoder
	if _, err := e.Begin(h); err != nil {
		fmt.Println(err)
		return
	}
	e.Add(&sonify.Passage{End: 24000, Notes: []sonify.Note{{
		Length: 240, Frames: 6000, Pitch: sonify.Key(69), Velocity: 100,
		Cause: sonify.Cause{Event: 1, From: "speed_kmh", Value: sonify.Num(201)},
	}}})
	message, _ := e.Flush()

	m, err := wire.Read(message)
	if err != nil {
		fmt.Println(err)
		return
	}
	score := m.(*wire.Score)
	c := chip.New()
	fmt.Println("a chip takes", c.Push(score.Commands), "bytes")
	for _, why := range score.Causes {
		fmt.Println(h.Makers[why.Maker].Name, why.From, why.Value)
	}
	// Output:
	// a chip takes 10 bytes
	// ace speed_kmh 201
}
