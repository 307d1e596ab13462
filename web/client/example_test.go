package client_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"proscenium/sonify/speaker"
	"proscenium/web/client"
)

// A station of another machine is played into a file, in time with everybody else who
// listens, until Ctrl-C.
func Example() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := client.Parse("http://hall.local:8080/s/court")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	say := func(text string) { fmt.Fprintln(os.Stderr, text) }
	room := speaker.New(speaker.Options{Open: speaker.File("court.wav"), Name: "court.wav", Say: say, Steered: true})
	defer room.Close()
	if err := client.Play(ctx, client.NewLine(s, client.Options{Say: say}), room, client.PlayOptions{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func ExampleParse() {
	s, err := client.Parse("hall.local:8080/s/court/stream.m3u")
	fmt.Println(s, err)
	_, err = client.Parse("gopher://hall.local")
	fmt.Println(err)
	// Output:
	// http://hall.local:8080/s/court <nil>
	// gopher:// is not understood, expected http, https, ws or wss
}
