package journal_test

import (
	"fmt"
	"io"
	"log"
	"os"

	"proscenium/sonify"
	"proscenium/sonify/journal"
)

// A journal is written while a station plays, and read to play the same again.
func Example() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		log.Fatal(err)
	}
	err = w.Begin(&journal.Header{Program: "0.1.0", Station: "door", Run: "20261124T200000.000Z", Piece: journal.Piece{File: "door.toml", Text: "# ..."}})
	if err != nil {
		log.Fatal(err)
	}
	order := sonify.NewShape("order.paid", sonify.Field{Name: "quantity", Type: sonify.Number})
	ev := sonify.Event{Source: "shop", Shape: order, Values: []sonify.Value{sonify.Num(2)}}
	journal.Canonical(&ev)
	w.Write(&journal.Event{At: 48000, Event: ev})
	w.Write(&journal.End{Frame: 96000, Tick: 3584, Why: "stopped"})
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	f, err := os.Open(w.Name())
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	d, err := journal.NewReader("door.log", f)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Header().Station, "plays", d.Header().Piece.File)
	for {
		r, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		switch r := r.(type) {
		case *journal.Event:
			fmt.Println(r.At, r.Event.Kind(), r.Event.Value("quantity"))
		case *journal.End:
			fmt.Println(r.Frame, "end:", r.Why)
		}
	}
	// Output:
	// door plays door.toml
	// 48000 order.paid 2
	// 96000 end: stopped
}
