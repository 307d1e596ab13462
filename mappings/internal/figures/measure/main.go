// Command measure prints the figures of pieces, at every level, for whoever
// composes one:
//
//	go run ./mappings/internal/figures/measure piece.toml
//	go run ./mappings/internal/figures/measure -set source.court.seed=7 -levels full -sound examples/grand-slam/piece.toml
//
// It ends with status 1 if a figure is outside its bounds.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"proscenium/mappings/internal/figures"
	"proscenium/mappings/internal/take"
)

func main() {
	var sets []string
	flag.Func("set", "override a key of the piece: key.path=value; may be given again", func(s string) error { sets = append(sets, s); return nil })
	levels := flag.String("levels", "plain,gentle,full", "the levels to play")
	loud := flag.Bool("sound", true, "also render the sound and measure its loudness")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: measure [-set key=value] [-levels full] [-sound=false] piece.toml...")
		os.Exit(2)
	}
	bad := false
	for _, name := range flag.Args() {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name = filepath.Join(name, "piece.toml")
		}
		fmt.Printf("%s\n       %s\n", name, figures.Head)
		for _, level := range strings.Split(*levels, ",") {
			t, err := take.File(context.Background(), name, take.Options{Sets: append(sets[:len(sets):len(sets)], "level="+level), Meter: *loud})
			if err != nil {
				fmt.Fprintln(os.Stderr, "measure:", err)
				os.Exit(1)
			}
			f := figures.Of(t)
			fmt.Printf("%-7s%s\n", level, f.Line())
			for _, o := range f.Outside(t) {
				bad = true
				fmt.Println("  " + o)
			}
		}
	}
	if bad {
		os.Exit(1)
	}
}
