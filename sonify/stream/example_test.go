package stream_test

import (
	"fmt"

	"proscenium/sonify/stream"
)

func Example() {
	e, err := stream.Named("opus").New(stream.About{Title: "A final", Station: "court"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var pages [][]byte
	second := make([]int16, stream.Rate*stream.Channels)
	if err := e.Encode(second, func(page []byte) { pages = append(pages, page) }); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(pages), "pages of 200 ms")
	// Whoever joins now is sent a head, and then the pages to come.
	fmt.Printf("%s\n", e.Head(int64(len(pages)))[:4])
	// Output:
	// 5 pages of 200 ms
	// OggS
}
