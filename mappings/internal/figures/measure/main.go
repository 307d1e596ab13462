// Command measure prints the figures of pieces, at every level, for whoever
// composes one:
//
//	go run ./mappings/internal/figures/measure piece.toml
//	go run ./mappings/internal/figures/measure -set source.court.seed=7 -levels full examples/grand-slam
//
// It ends with status 1 if a figure is outside its bounds.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"proscenium/mappings/internal/figures"
	"proscenium/mappings/internal/take"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the command; it returns the exit status.
func run(ctx context.Context, args []string, out, say io.Writer) int {
	fs := flag.NewFlagSet("measure", flag.ContinueOnError)
	fs.SetOutput(say)
	var sets []string
	fs.Func("set", "override a key of the piece: `key.path=value`; may be given again", func(s string) error { sets = append(sets, s); return nil })
	levels := fs.String("levels", "plain,gentle,full", "the `levels` to play")
	loud := fs.Bool("sound", true, "also render the sound and measure its loudness")
	fs.Usage = func() {
		fmt.Fprintln(say, "usage: measure [-set key.path=value] [-levels full] [-sound=false] PIECE...")
		fs.PrintDefaults()
	}
	if fs.Parse(args) != nil {
		return 2
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return 2
	}
	status := 0
	for _, name := range fs.Args() {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name = filepath.Join(name, "piece.toml")
		}
		fmt.Fprintf(out, "%s\n%7s%s\n", name, "", figures.Head)
		for _, level := range strings.Split(*levels, ",") {
			t, err := take.File(ctx, name, take.Options{Sets: append(sets[:len(sets):len(sets)], "level="+level), Meter: *loud})
			if err != nil {
				fmt.Fprintln(say, "measure:", err)
				return 1
			}
			f := figures.Of(t)
			fmt.Fprintf(out, "%-7s%s\n", level, f.Line())
			for _, o := range f.Outside(t) {
				status = 1
				fmt.Fprintln(out, "  "+o)
			}
		}
	}
	return status
}
