package speaker_test

import (
	"fmt"

	"proscenium/sonify/pcm"
	"proscenium/sonify/speaker"
)

func Example() {
	s := speaker.New(speaker.Options{
		Open: speaker.Null(), // or speaker.File("take.wav"), or a program: speaker.Program(...)
		Name: "the output that plays nothing",
		Say:  func(text string) { fmt.Println(text) },
	})
	s.Write(make([]pcm.Frame, 4800))
	s.Close()
	fmt.Println(s.Status().Taken, "frames were taken")
	// Output: 4800 frames were taken
}
