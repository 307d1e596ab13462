package chip_test

import (
	"fmt"

	"proscenium/sonify/chip"
)

func Example() {
	c := chip.New()
	p := chip.AppendVoice(nil, 0, 0, &chip.Voice{Wave: chip.Triangle, Polyphony: 1, Gain: 1000})
	p = chip.AppendNote(p, 0, &chip.Note{Voice: 0, Pitch: 69 << 16, Velocity: 100, Frames: chip.Rate / 2})
	if n := c.Push(p); n != len(p) {
		fmt.Println("the queue is full")
	}
	block := make([]chip.Frame, chip.Rate)
	c.Render(block)
	fmt.Println(c.Pos(), block[chip.Rate/4] != chip.Frame{}, block[chip.Rate-1])
	// Output: 48000 true [0 0]
}
